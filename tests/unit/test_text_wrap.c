/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wrap: where Korean and other lines break. */
#include "lib/test.h"

#include "text/unicode.h"
#include "text/wrap.h"
#include "util/str.h"

/* want: the lines with "|" between them. */
static void
check(const char *text, size_t width, const char *want)
{
	struct slice rest = slice_of(text);
	struct slice line;
	struct str got;

	str_init(&got, 65536);
	while (wrap_next(&rest, width, &line)) {
		if (got.n > 0)
			str_add_c(&got, '|');
		str_add_slice(&got, line);
	}
	assert_string_equal(got.p, want);
	str_release(&got);
}

static void
test_korean(void **state)
{
	(void)state;
	check("나의 살던 고향은 꽃피는", 9, "나의 살던|고향은|꽃피는");
	check("복숭아꽃살구꽃", 8, "복숭아꽃|살구꽃");
	check("복숭아꽃살구꽃", 9, "복숭아꽃|살구꽃");
	check("아기 진달래", 10, "아기|진달래");
	check("A1번출구앞 B", 6, "A1번출|구앞 B");
	check("꽃", 1, "꽃");
	check("", 10, "");
}

static void
test_blanks(void **state)
{
	(void)state;
	check("a  b   c", 4, "a  b|c");
	check("  가나 다", 6, "  가나|다");
	check("가나   ", 4, "가나");
	check("ab cd", 2, "ab|cd");
	check("     ", 2, "");
}

static void
test_punctuation(void **state)
{
	(void)state;
	/* No line begins with a closing mark or ends with an opening one. */
	check("가나다라.", 8, "가나다|라.");
	check("가나(다라", 5, "가나|(다라");
	check("가나다 ! 라", 7, "가나|다 ! 라");
	check("))))))", 2, "))|))|))");
	check("값은 ₩5000", 6, "값은|₩5000");
}

static void
test_hyphen(void **state)
{
	(void)state;
	check("well-known", 6, "well-|known");
	check("010-1234-5678", 9, "010-1234-|5678");
	check("x 010-1234-5678", 14, "x|010-1234-5678");
	check("run --option", 8, "run|--option");
}

static void
test_hanja_and_clusters(void **state)
{
	(void)state;
	check("漢字中國", 4, "漢字|中國");
	check("漢字는中國", 6, "漢字는|中國");
	check("中國。文", 4, "中|國。|文");
	check("e\u0301e\u0301e\u0301", 2, "e\u0301e\u0301|e\u0301");
	check("\U0001f469\u200d\U0001f4bb가", 2,
	      "\U0001f469\u200d\U0001f4bb|가");
	check("a\u00a0b c", 4, "a\u00a0b|c");
	check("가나\u200b다라", 6, "가나\u200b|다라");
}

static void
test_url(void **state)
{
	(void)state;
	check("see https://a-b.kr/c-d ok", 20, "see|https://a-b.kr/c-d|ok");
	check("https://abc.kr/de", 8, "https://|abc.kr/d|e");
}

/* Any text, any width: nothing but blanks is lost, lines fit. */
static void
test_loses_nothing(void **state)
{
	struct slice text = SLICE_LIT(
		"가나 (다라) abc-def http://x.kr/a-b 漢字 e\u0301 \U0001f469"
		"\u200d\U0001f4bb. \xff\xed\x95 ...)) [] \t x");

	(void)state;
	for (size_t from = 0; from < text.n; from++)
		for (size_t width = 0; width < 30; width++) {
			struct slice rest = slice_from(text, from);
			const char *at = rest.p;
			struct slice line;

			while (wrap_next(&rest, width, &line)) {
				for (; at < line.p; at++)
					assert_true(byte_is_blank(*at));
				at += line.n;
				assert_true(unicode_cells(line) <= width ||
				            unicode_cluster(line) == line.n);
			}
			for (; at < text.p + text.n; at++)
				assert_true(byte_is_blank(*at));
		}
}

/* A line costs at most what it holds and one line more: a paragraph of 1 MB
 * without a blank is done at once. */
static void
test_long_word(void **state)
{
	struct str s;
	struct slice rest;
	struct slice line;
	size_t lines = 0;

	(void)state;
	str_init(&s, 1 << 20);
	while (s.n < (1 << 20) - 3)
		str_add_z(&s, "가");
	rest = str_slice(&s);
	while (wrap_next(&rest, 80, &line))
		lines++;
	assert_int_equal(lines, (s.n / 3 + 39) / 40);
	str_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_korean),
		cmocka_unit_test(test_blanks),
		cmocka_unit_test(test_punctuation),
		cmocka_unit_test(test_hyphen),
		cmocka_unit_test(test_hanja_and_clusters),
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_loses_nothing),
		cmocka_unit_test(test_long_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
