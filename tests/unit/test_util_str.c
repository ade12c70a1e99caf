/* SPDX-License-Identifier: GPL-3.0-or-later */
/* str: growth, maximum, insertion and removal. */
#include "lib/test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <wchar.h>

#include "util/str.h"

static void
assert_sane(const struct str *s)
{
	assert_non_null(s->p);
	assert_true(s->n <= s->max);
	assert_int_equal(s->p[s->n], '\0');
}

static void
test_grows_to_its_maximum(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, 10);
	assert_sane(&s);
	str_add_z(&s, "abcdef");
	assert_false(s.full);
	str_add_z(&s, "ghijklmn");
	assert_sane(&s);
	assert_true(s.full);
	assert_string_equal(s.p, "abcdefghij");
	str_clear(&s);
	assert_sane(&s);
	assert_false(s.full);
	str_release(&s);
	str_release(&s);
}

static void
test_inserts_and_removes(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, 100);
	str_printf(&s, "%s-%d", "x", 42);
	str_insert(&s, 1, SLICE_LIT("yz"));
	assert_string_equal(s.p, "xyz-42");
	str_remove(&s, 0, 2);
	assert_string_equal(s.p, "z-42");
	str_add_u64(&s, UINT64_MAX);
	assert_string_equal(s.p, "z-4218446744073709551615");
	assert_sane(&s);
	str_release(&s);
}

static void
test_taken_text_is_owned(void **state)
{
	struct str s;
	char *p;

	(void)state;
	str_init(&s, 100);
	p = str_take(&s);
	assert_string_equal(p, "");
	free(p);
	str_add_codepoint(&s, 0xd30c);
	p = str_take(&s);
	assert_string_equal(p, "파");
	assert_int_equal(s.n, 0);
	free(p);
	str_release(&s);
}

static void
test_sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *shown;
	} sizes[] = { { 0, "0 B" },          { 1023, "1023 B" },
		      { 1024, "1.0 KB" },    { 1536, "1.5 KB" },
		      { 3565158, "3.3 MB" }, { (uint64_t)5 << 30, "5.0 GB" } };
	struct str out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		str_init(&out, 100);
		str_add_size(&out, sizes[i].bytes);
		assert_string_equal(out.p, sizes[i].shown);
		str_release(&out);
	}
}

static void
test_lower(void **state)
{
	char all[256 + 7], made[sizeof all];
	size_t from, i;

	(void)state;
	for (i = 0; i < sizeof all; i++)
		all[i] = (char)i;
	for (from = 0; from < 9; from++) {
		bytes_lower(made, all + from, sizeof all - from);
		for (i = 0; i < sizeof all - from; i++)
			assert_int_equal(made[i], byte_lower(all[from + i]));
	}
	bytes_lower(all, all, sizeof all);
	for (i = 0; i < sizeof all; i++)
		assert_int_equal(all[i], byte_lower((char)i));
}

/* What cannot be formatted (no memory, or as here no letter) is not left out: the
 * program ends. */
static void
test_what_cannot_be_formatted_ends_the_program(void **state)
{
	static const wchar_t none[] = { 0xd800, 0 };
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct str s;

		str_init(&s, 100);
		str_printf(&s, "%ls", none);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EX_TEMPFAIL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lower),
		cmocka_unit_test(test_grows_to_its_maximum),
		cmocka_unit_test(test_inserts_and_removes),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(
			test_what_cannot_be_formatted_ends_the_program),
		cmocka_unit_test(test_taken_text_is_owned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
