/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_parse: reading, changing and writing back configuration files. */
#include "lib/test.h"

#include <sys/stat.h>

#include "conf/conf_parse.h"
#include "lib/temp.h"
#include "util/fsx.h"

static const char sample[] = "# head\n"
			     "\n"
			     "language = ko\n"
			     "  [naver]  \n"
			     "# mine\n"
			     "address=me@naver.com\n"
			     "signature = \"a\\nb \\\"c\\\" \\\\\"\n"
			     "password_command = pass \"show\" # x\r\n"
			     "\n"
			     "# below\n"
			     "[회사]\n"
			     "address = 나@example.com";

static void
parse_ok(struct conf_doc *doc, const char *text)
{
	struct err err = { 0 };

	if (conf_doc_parse(doc, "f", slice_of(text), &err) != 0)
		fail_msg("%s", err.text);
}

static void
assert_written(const struct conf_doc *doc, const char *expected)
{
	struct str out;

	str_init(&out, CONF_FILE_MAX);
	conf_doc_write(doc, &out);
	assert_string_equal(out.p, expected);
	str_release(&out);
}

static void
test_reads_values(void **state)
{
	struct conf_doc doc;

	(void)state;
	parse_ok(&doc, sample);
	assert_slice(conf_doc_get(&doc, "", "language"), "ko");
	assert_slice(conf_doc_get(&doc, "naver", "address"), "me@naver.com");
	assert_slice(conf_doc_get(&doc, "naver", "signature"), "a\nb \"c\" \\");
	assert_slice(conf_doc_get(&doc, "naver", "password-command"),
	             "pass \"show\" # x");
	assert_slice(conf_doc_get(&doc, "회사", "address"), "나@example.com");
	assert_null(conf_doc_get(&doc, "naver", "language").p);
	assert_null(conf_doc_get(&doc, "none", "address").p);
	assert_true(conf_doc_has_section(&doc, "회사"));
	assert_false(conf_doc_has_section(&doc, "회"));
	conf_doc_release(&doc);
	conf_doc_release(&doc);
}

static void
test_writes_back_every_byte(void **state)
{
	static const char *const texts[] = { "",           "\n",    "# only",
		                             "a = b",      "\r\n#", "a=\n[x]\n",
		                             "a =  b\r\n", sample };
	struct conf_doc doc;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		parse_ok(&doc, texts[i]);
		assert_written(&doc, texts[i]);
		conf_doc_release(&doc);
	}
	parse_ok(&doc, "\xef\xbb\xbf"
	               "a = b\n");
	assert_slice(conf_doc_get(&doc, "", "a"), "b");
	assert_written(&doc, "\xef\xbb\xbf"
	                     "a = b\n");
	conf_doc_release(&doc);
}

static void
set_one(struct conf_doc *doc, const char *section, const char *key,
        const char *value)
{
	struct err err = { 0 };

	if (conf_doc_set(doc, section, key, &value, value != NULL, &err) != 0)
		fail_msg("%s", err.text);
}

static void
test_changes_single_keys(void **state)
{
	struct conf_doc doc;

	(void)state;
	parse_ok(&doc, "# top\n# more\n\nb = 1\n[x]\n# keep\na = 1\n\n[y]");
	set_one(&doc, "", "c", "2");
	set_one(&doc, "x", "a", "9");
	set_one(&doc, "x", "n", " blank");
	set_one(&doc, "y", "z", "3");
	set_one(&doc, "new", "k", "\"q\" r");
	assert_written(&doc, "# top\n# more\n\nb = 1\nc = 2\n[x]\n# keep\n"
	                     "a = 9\nn = \" blank\"\n\n[y]\nz = 3\n\n[new]\n"
	                     "k = \"\\\"q\\\" r\"\n");
	assert_slice(conf_doc_get(&doc, "new", "k"), "\"q\" r");
	set_one(&doc, "x", "a", NULL);
	set_one(&doc, "", "b", NULL);
	assert_null(conf_doc_get(&doc, "x", "a").p);
	assert_slice(conf_doc_get(&doc, "", "c"), "2");
	conf_doc_release(&doc);
}

static void
test_same_value_keeps_the_line(void **state)
{
	struct conf_doc doc;

	(void)state;
	parse_ok(&doc, "[x]\npassword-command   =  p  \n");
	set_one(&doc, "x", "password_command", "p");
	assert_written(&doc, "[x]\npassword-command   =  p  \n");
	conf_doc_release(&doc);
}

static void
test_repeated_keys(void **state)
{
	static const char *const two[] = { "b", "c" };
	struct conf_doc doc;

	(void)state;
	parse_ok(&doc, "[x]\ni = 1\na = 0\ni = 2\ni = 3\n");
	assert_int_equal(conf_doc_set(&doc, "x", "i", two, 2, NULL), 0);
	assert_written(&doc, "[x]\ni = b\ni = c\na = 0\n");
	conf_doc_release(&doc);
}

static void
test_any_text_comes_back(void **state)
{
	static const char *const values[] = {
		"",      " ",    "\"",    "\"\"",   "\\",  "\"a\" \"b\"",
		"a\nb",  "\t",   "\\n",   "\"\\\"", "a\\", "# no comment",
		"[x]",   "한글", "a = b", "\n",     "\"a", "x\"",
		"\"a\\", "'a'",
	};
	struct conf_doc doc;
	struct conf_doc again;
	struct str out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof values / sizeof values[0]; i++) {
		parse_ok(&doc, "");
		set_one(&doc, "s", "k", values[i]);
		str_init(&out, CONF_FILE_MAX);
		conf_doc_write(&doc, &out);
		parse_ok(&again, out.p);
		assert_slice(conf_doc_get(&again, "s", "k"), values[i]);
		conf_doc_release(&again);
		conf_doc_release(&doc);
		str_release(&out);
	}
}

static void
test_refuses_unwritable_values(void **state)
{
	static const char *const bad[] = { "a\rb", "\x1b[2J", "\xff", "\x7f" };
	struct err err = { 0 };
	struct conf_doc doc;
	char *big = malloc(CONF_LINE_MAX + 1);
	const char *value = big;
	size_t i;

	(void)state;
	parse_ok(&doc, "a = 1\n");
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(conf_doc_set(&doc, "", "a", &bad[i], 1, &err),
		                 -1);
		assert_int_equal(err.code, ERR_USAGE);
	}
	memset(big, '"', CONF_LINE_MAX);
	big[CONF_LINE_MAX] = '\0';
	assert_int_equal(conf_doc_set(&doc, "s", "a", &value, 1, &err), -1);
	assert_written(&doc, "a = 1\n");
	free(big);
	conf_doc_release(&doc);
}

static void
test_removes_a_section(void **state)
{
	struct conf_doc doc;

	(void)state;
	parse_ok(&doc, "a = 1\n\n# of x\n[x]\nb = 2\n# of y\n[y]\nc = 3\n");
	assert_false(conf_doc_remove_section(&doc, "z"));
	assert_false(conf_doc_remove_section(&doc, ""));
	assert_true(conf_doc_remove_section(&doc, "x"));
	assert_written(&doc, "a = 1\n\n# of y\n[y]\nc = 3\n");
	assert_true(conf_doc_remove_section(&doc, "y"));
	assert_written(&doc, "a = 1\n\n");
	conf_doc_release(&doc);
}

static void
test_names_file_and_line(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} bad[] = {
		{ "a = 1\nwhat\n", "f:2: " },
		{ "\n\n[x\n", "f:3: " },
		{ "[]\n", "f:1: " },
		{ "[ ]\n", "f:1: " },
		{ "= 1\n", "f:1: " },
		{ "a b = 1\n", "f:1: " },
		{ "\xed\x95\x9c = 1\n", "f:1: " },
		{ "a = \xff\n", "f:1: " },
		{ "a = \x1b[0m\n", "f:1: " },
		{ "a = 1\rb = 2\n", "f:1: " },
		{ "[x]\n[y]\n[x]\n", "f:3: " },
	};
	struct conf_doc doc;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err = { 0 };

		assert_int_equal(conf_doc_parse(&doc, "f",
		                                slice_of(bad[i].text), &err),
		                 -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_memory_equal(err.text, bad[i].says, strlen(bad[i].says));
		conf_doc_release(&doc);
	}
	assert_int_equal(conf_doc_parse(&doc, "f", slice_make("a = \0b\n", 7),
	                                NULL),
	                 -1);
	conf_doc_release(&doc);
}

static void
test_caps_sizes(void **state)
{
	char *big = malloc(CONF_FILE_MAX + 1);
	struct conf_doc doc;

	(void)state;
	memset(big, '\n', CONF_FILE_MAX + 1);
	assert_int_equal(conf_doc_parse(&doc, "f",
	                                slice_make(big, CONF_FILE_MAX), NULL),
	                 0);
	conf_doc_release(&doc);
	assert_int_equal(conf_doc_parse(&doc, "f",
	                                slice_make(big, CONF_FILE_MAX + 1),
	                                NULL),
	                 -1);
	conf_doc_release(&doc);
	memset(big, '#', CONF_FILE_MAX);
	assert_int_equal(conf_doc_parse(&doc, "f",
	                                slice_make(big, CONF_LINE_MAX), NULL),
	                 0);
	conf_doc_release(&doc);
	assert_int_equal(conf_doc_parse(&doc, "f",
	                                slice_make(big, CONF_LINE_MAX + 1),
	                                NULL),
	                 -1);
	conf_doc_release(&doc);
	free(big);
}

static void
test_cut_at_every_offset(void **state)
{
	struct conf_doc doc;
	struct str out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof sample; i++) {
		/* An exact copy, so that reading beyond it is seen. */
		char *part = malloc(i + 1);

		memcpy(part, sample, i);
		str_init(&out, CONF_FILE_MAX);
		if (conf_doc_parse(&doc, "f", slice_make(part, i), NULL) == 0) {
			conf_doc_write(&doc, &out);
			assert_int_equal(out.n, i);
			assert_memory_equal(out.p, sample, i);
		}
		conf_doc_release(&doc);
		str_release(&out);
		free(part);
	}
}

static void
test_only_files_are_read(void **state)
{
	char *folder = temp_make();
	char *pipe = fsx_join(folder, "pipe");
	struct conf_doc doc;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(conf_doc_read(&doc, pipe, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.text, pipe));
	conf_doc_release(&doc);
	assert_int_equal(conf_doc_read(&doc, folder, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	conf_doc_release(&doc);
	free(pipe);
	temp_remove(folder);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_values),
		cmocka_unit_test(test_writes_back_every_byte),
		cmocka_unit_test(test_changes_single_keys),
		cmocka_unit_test(test_same_value_keeps_the_line),
		cmocka_unit_test(test_repeated_keys),
		cmocka_unit_test(test_any_text_comes_back),
		cmocka_unit_test(test_refuses_unwritable_values),
		cmocka_unit_test(test_removes_a_section),
		cmocka_unit_test(test_names_file_and_line),
		cmocka_unit_test(test_caps_sizes),
		cmocka_unit_test(test_cut_at_every_offset),
		cmocka_unit_test(test_only_files_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
