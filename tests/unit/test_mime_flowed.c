/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format=flowed: RFC 3676 both ways. */
#include "lib/test.h"

#include "mime/flowed.h"
#include "text/unicode.h"

static void
assert_decoded(const char *in, bool delsp, const char *want)
{
	struct str out;

	str_init(&out, 10000);
	flowed_decode(slice_of(in), delsp, &out);
	assert_string_equal(out.p, want);
	str_release(&out);
}

static void
test_decode(void **state)
{
	(void)state;
	assert_decoded("one \ntwo\n", false, "one two\n");
	assert_decoded("one \ntwo\n", true, "onetwo\n");
	assert_decoded("한 \n글\n", true, "한글\n");
	assert_decoded("fixed\nnext\n", false, "fixed\nnext\n");
	assert_decoded("> a \n> b\nc\n", false, "> a b\nc\n");
	/* Another depth ends the paragraph. */
	assert_decoded("> a \n>> b\n", false, "> a \n>> b\n");
	assert_decoded(">\n>x\n", false, ">\n> x\n");
	assert_decoded("  stuffed\n >no quote\n", false,
	               " stuffed\n>no quote\n");
	assert_decoded("text \n-- \nname\n", false, "text \n-- \nname\n");
	assert_decoded("open ", false, "open \n");
	assert_decoded("", false, "");
}

static void
assert_comes_back(const char *text)
{
	struct str out;
	struct str back;
	struct slice rest;
	struct slice line;

	str_init(&out, 100000);
	str_init(&back, 100000);
	flowed_encode(slice_of(text), &out);
	rest = str_slice(&out);
	while (slice_line(&rest, &line))
		assert_true(unicode_cells(line) <= 79 ||
		            slice_find(slice_trim(line), ' ') ==
		                    slice_trim(line).n);
	flowed_decode(str_slice(&out), false, &back);
	assert_string_equal(back.p, text);
	str_release(&back);
	str_release(&out);
}

static void
test_what_is_encoded_comes_back(void **state)
{
	struct str s;

	(void)state;
	assert_comes_back("");
	assert_comes_back("short\n");
	assert_comes_back("\n\nblank lines\n\n");
	assert_comes_back(" indented\n");
	assert_comes_back("From here\n-- \nname\n");
	assert_comes_back("> quoted\n>> deeper\n");
	str_init(&s, 100000);
	for (int i = 0; i < 100; i++)
		str_add_z(&s, i % 3 == 0 ? "안녕하세요 " : "가나다라 ab ");
	str_add_z(&s, "끝\n");
	assert_comes_back(s.p);
	str_clear(&s);
	for (int i = 0; i < 200; i++)
		str_add_z(&s, "띄어쓰기없는");
	str_add_z(&s, " 끝\n");
	assert_comes_back(s.p);
	str_release(&s);
}

/* Quotes, signs without width, runs of spaces: no line is longer than mail
 * allows, and what was one paragraph is one again. */
static void
test_no_line_is_too_long(void **state)
{
	static const char *const words[] = { "\xff\xff\xff ", "가나다라 ",
		                             "e\u0301\u0301\u0301 ", " " };
	static const char *const starts[] = { "> ", ">> ", "", "x " };
	struct str s, out, back;
	struct slice rest, line;

	(void)state;
	str_init(&s, 1 << 20);
	str_init(&out, 1 << 20);
	str_init(&back, 1 << 20);
	for (size_t i = 0; i < 16; i++) {
		str_clear(&s);
		str_clear(&out);
		str_clear(&back);
		str_add_z(&s, starts[i / 4]);
		for (int n = 0; n < 3000; n++)
			str_add_z(&s, words[i % 4]);
		str_add_z(&s, "end\n");
		flowed_encode(str_slice(&s), &out);
		rest = str_slice(&out);
		while (slice_line(&rest, &line))
			assert_true(line.n <= 998);
		flowed_decode(str_slice(&out), false, &back);
		assert_string_equal(back.p, s.p);
	}
	str_release(&back);
	str_release(&out);
	str_release(&s);
}

/* Of more marks than a line has room for, some are left out. */
static void
test_deep_quote(void **state)
{
	struct str s, out;
	struct slice rest, line;

	(void)state;
	str_init(&s, 100000);
	str_init(&out, 100000);
	for (int n = 0; n < 2000; n++)
		str_add_c(&s, '>');
	str_add_z(&s, " one two three\n");
	flowed_encode(str_slice(&s), &out);
	rest = str_slice(&out);
	while (slice_line(&rest, &line)) {
		assert_true(line.n <= 998);
		assert_true(slice_starts(line, ">>>>"));
	}
	assert_true(slice_find_text(str_slice(&out), SLICE_LIT("three")) <
	            out.n);
	str_release(&out);
	str_release(&s);
}

/* Words are never cut, so no reader without DelSp sees a gap in one. */
static void
test_eojeol_stay_whole(void **state)
{
	struct str s;
	struct str out;

	(void)state;
	str_init(&s, 10000);
	str_init(&out, 10000);
	for (int i = 0; i < 40; i++)
		str_add_z(&s, "대한민국만세 ");
	str_add_z(&s, "끝\n");
	flowed_encode(str_slice(&s), &out);
	assert_true(out.n > s.n);
	for (const char *p = out.p; (p = strchr(p, '\n')) != NULL; p++)
		assert_true(p[-1] == ' ' || p[1] == '\0');
	str_release(&out);
	str_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_what_is_encoded_comes_back),
		cmocka_unit_test(test_eojeol_stay_whole),
		cmocka_unit_test(test_no_line_is_too_long),
		cmocka_unit_test(test_deep_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
