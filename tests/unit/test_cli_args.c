/* SPDX-License-Identifier: GPL-3.0-or-later */
/* args, cli: options as people write them; the table of commands. */
#include "lib/test.h"

#include <stdio.h>

#include "cli/args.h"
#include "cli/cmd.h"

static const struct cli_opt opts[] = {
	{ "file", 'f', true },
	{ "raw", 'r', false },
	{ "unread", 0, false },
	{ NULL, 0, false },
};

#define LINE_MAX_WORDS 20

/* Runs over the line and writes what came into out: "0=x" for an option with
 * value, "1" without, "w:x" for a word, "!" for an error, "?" for help. */
static void
parse(struct cli *cli, const char *line, char *out, size_t size)
{
	char *words[LINE_MAX_WORDS] = { NULL };
	struct slice rest = slice_of(line);
	struct slice word;
	struct err err = { 0 };
	struct args args;
	const char *value;
	size_t n = 1;
	size_t used = 0;
	int opt;

	words[0] = strdup("cmd");
	while (slice_word(&rest, &word) && n + 1 < LINE_MAX_WORDS)
		words[n++] = slice_dup(word);
	args_init(&args, cli, opts, words);
	out[0] = '\0';
	while ((opt = args_next(&args, &value, &err)) >= ARGS_WORD) {
		if (opt == ARGS_WORD)
			used += (size_t)snprintf(out + used, size - used,
			                         "w:%s ", value);
		else if (value != NULL)
			used += (size_t)snprintf(out + used, size - used,
			                         "%d=%s ", opt, value);
		else
			used += (size_t)snprintf(out + used, size - used, "%d ",
			                         opt);
	}
	if (opt == ARGS_ERROR) {
		assert_int_equal(err.code, ERR_USAGE);
		assert_true(err.text[0] != '\0');
	}
	(void)snprintf(out + used, size - used, "%s",
	               opt == ARGS_ERROR  ? "!"
	               : opt == ARGS_HELP ? "?"
	                                  : "");
	while (n > 0)
		free(words[--n]);
}

static void
test_options(void **state)
{
	static const char *const lines[][2] = {
		{ "", "" },
		{ "a b", "w:a w:b " },
		{ "--file x", "0=x " },
		{ "--file=x", "0=x " },
		{ "--file= x", "0= w:x " },
		{ "-f x", "0=x " },
		{ "-fx", "0=x " },
		{ "-rf x", "1 0=x " },
		{ "-rfx", "1 0=x " },
		{ "a --raw b", "w:a 1 w:b " },
		{ "-- --raw", "w:--raw " },
		{ "- -r", "w:- 1 " },
		{ "--unread -- -r --", "2 w:-r w:-- " },
		{ "--nope", "!" },
		{ "a -x", "w:a !" },
		{ "--file", "!" },
		{ "-f", "!" },
		{ "--raw=1", "!" },
		{ "--fil x", "!" },
		{ "-r --help", "1 ?" },
		{ "-rh", "1 ?" },
	};
	char out[500];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct cli cli = { 0 };

		parse(&cli, lines[i][0], out, sizeof out);
		assert_string_equal(out, lines[i][1]);
		free(cli.accounts);
	}
}

static void
test_global_options_anywhere(void **state)
{
	char *words[] = { strdup("cmd"), strdup("-qa"),    strdup("one"),
		          strdup("x"),   strdup("--json"), strdup("--account"),
		          strdup("두"),  strdup("-v"),     strdup("--lang=ko"),
		          NULL };
	struct cli cli = { 0 };
	struct args args;
	const char *value;
	size_t i;

	(void)state;
	args_init(&args, &cli, opts, words);
	assert_int_equal(args_next(&args, &value, NULL), ARGS_WORD);
	assert_string_equal(value, "x");
	assert_int_equal(args_next(&args, &value, NULL), ARGS_END);
	assert_true(cli.quiet && cli.json && cli.verbose);
	assert_int_equal(cli.account_count, 2);
	assert_string_equal(cli.accounts[0], "one");
	assert_string_equal(cli.accounts[1], "두");
	assert_string_equal(cli.lang, "ko");
	free(cli.accounts);
	for (i = 0; words[i] != NULL; i++)
		free(words[i]);
}

static void
test_home_comes_before_the_command(void **state)
{
	struct cli cli = { 0 };
	char out[100];
	char path[] = "/x";

	(void)state;
	parse(&cli, "--home /y a", out, sizeof out);
	assert_string_equal(out, "w:a ");
	cli.paths.config = path;
	parse(&cli, "a --home /y", out, sizeof out);
	assert_string_equal(out, "w:a !");
	parse(&cli, "--lang ko", out, sizeof out);
	assert_string_equal(out, "!");
}

static void
test_numbers(void **state)
{
	static const char *const bad[] = {
		"", "x", "0", "11", "-1", "1x", " 1", "99999999999999999999"
	};
	int64_t id;
	long n = 0;
	size_t i;

	(void)state;
	assert_int_equal(args_number("10", 1, 10, &n, NULL), 0);
	assert_int_equal(n, 10);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(args_number(bad[i], 1, 10, &n, NULL), -1);
	assert_int_equal(cli_parse_id("42", &id), 0);
	assert_int_equal(id, 42);
	assert_int_equal(cli_parse_id("0", &id), -1);
	assert_int_equal(cli_parse_id("-1", &id), -1);
	assert_int_equal(cli_parse_id("9223372036854775808", &id), -1);
}

static void
test_every_command_is_found(void **state)
{
	const struct cli_command *all;
	size_t n;
	size_t i;

	(void)state;
	all = cli_table(&n);
	assert_true(n >= 13);
	for (i = 0; i < n; i++) {
		assert_ptr_equal(cli_find(all[i].name), &all[i]);
		assert_non_null(all[i].run);
		assert_memory_equal(all[i].synopsis, all[i].name,
		                    strlen(all[i].name));
	}
	assert_null(cli_find("nothing"));
	assert_null(cli_find(""));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_global_options_anywhere),
		cmocka_unit_test(test_home_comes_before_the_command),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_every_command_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
