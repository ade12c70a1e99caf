/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unicode: normal forms, clusters, cells, safe text. */
#include "lib/test.h"

#include "text/unicode.h"
#include "util/utf8.h"

typedef void convert_fn(struct slice s, struct str *out);

static void
check(convert_fn *convert, const char *in, const char *want)
{
	struct str out;

	str_init(&out, 65536);
	convert(slice_of(in), &out);
	assert_string_equal(out.p, want);
	str_release(&out);
}

static void
test_nfc(void **state)
{
	(void)state;
	check(unicode_nfc, "", "");
	check(unicode_nfc, "plain", "plain");
	check(unicode_nfc, "\u1112\u1161\u11ab\u1100\u1173\u11af.hwp",
	      "한글.hwp");
	check(unicode_nfc, "하\u11ab", "한");
	check(unicode_nfc, "e\u0301 e\u0323\u0301", "é ẹ\u0301");
	check(unicode_nfc,
	      "a\xff"
	      "b\xed\x95",
	      "a\xef\xbf\xbd"
	      "b\xef\xbf\xbd");
	check(unicode_nfc, "\u0301x", "\u0301x");
}

static void
test_fold(void **state)
{
	(void)state;
	check(unicode_fold, "Hello", "hello");
	check(unicode_fold, "ＨｅＬＬｏ 한글 É", "hello 한글 é");
	check(unicode_fold, "STRASSE straße", "strasse strasse");
	/* Jamo stay what people type for initials. */
	check(unicode_fold, "ㅎㄱ", "ㅎㄱ");
	check(unicode_fold, "ﾡﾢￂ", "ㄱㄲㅏ");
	/* Before what goes the long way, too. */
	check(unicode_fold, "ㅋㅋ\u200b ㅠ\ufe0fㅠ", "ㅋㅋ ㅠㅠ");
	check(unicode_fold, "ㄱ\u200bㅏ ﾡ\u200bé", "ㄱㅏ ㄱé");
	check(unicode_fold, "\u1112\u1161\u11ab", "한");
	/* What is invisible hides nothing. */
	check(unicode_fold, "광\u200b고 (광\u3164고) 광\u00ad고",
	      "광고 (광고) 광고");
	check(unicode_fold, "①㈜", "1(주)");
}

/* The key of c by the short way and by the long one, which a character behind it
 * that leaves no trace enforces. */
static void
check_both_ways(uint32_t c)
{
	struct str text, key, same;
	bool simply;

	str_init(&text, 16);
	str_init(&key, 64);
	str_init(&same, 64);
	str_add_codepoint(&text, c);
	simply = unicode_folds_simply(str_slice(&text));
	unicode_fold(str_slice(&text), &key);
	str_add_z(&text, "\ufe0f");
	assert_false(unicode_folds_simply(str_slice(&text)));
	unicode_fold(str_slice(&text), &same);
	if (strcmp(key.p, same.p) != 0)
		fail_msg("U+%04x: '%s' is not '%s'", c, key.p, same.p);
	if (simply && c >= 0x80 && memcmp(key.p, text.p, key.n) != 0)
		fail_msg("U+%04x becomes '%s'", c, key.p);
	str_release(&text);
	str_release(&key);
	str_release(&same);
}

static void
test_fold_has_one_result(void **state)
{
	uint32_t c;

	(void)state;
	for (c = 0x20; c < 0x20000; c += c < 0x3200 || c >= 0x1f300 ? 1 : 7)
		if (c < 0xd800 || c > 0xdfff)
			check_both_ways(c);
	for (c = 0xfe00; c < 0xffff; c++)
		check_both_ways(c);
}

static void
test_quick_looks(void **state)
{
	static const struct {
		const char *text;
		bool nfc, simple;
	} rows[] = {
		{ "", true, true },
		{ "Plain TEXT", true, true },
		{ "한글 ABC 漢字", true, true },
		{ "▶ 무료 · “상담” ★", true, true },
		{ "é", true, false },
		{ "e\u0301", false, false },
		{ "\u1112\u1161\u11ab", false, false },
		{ "Ａ", true, false },
		{ "①", false, false },
		{ "a\u200bb", false, false },
		{ "\xff", false, false },
		{ "가\xea\xb0", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct slice s = slice_of(rows[i].text);

		if (unicode_folds_simply(s) != rows[i].simple)
			fail_msg("fold of '%s'", rows[i].text);
		/* What is said to be in NFC is. */
		if (unicode_is_nfc(s)) {
			struct str nfc;

			str_init(&nfc, 100);
			unicode_nfc(s, &nfc);
			assert_true(slice_eq(s, str_slice(&nfc)));
			str_release(&nfc);
		}
		if (rows[i].nfc && !unicode_is_nfc(s))
			fail_msg("NFC of '%s'", rows[i].text);
	}
	assert_false(unicode_is_nfc(slice_of("e\u0301")));
	assert_false(unicode_is_nfc(slice_of("\xff")));
}

static size_t
clusters(const char *text)
{
	struct slice s = slice_of(text);
	size_t forward = 0;
	size_t backward = 0;

	for (struct slice r = s; r.n > 0; forward++)
		r = slice_from(r, unicode_cluster(r));
	for (struct slice r = s; r.n > 0; backward++)
		r.n -= unicode_cluster_back(r);
	assert_int_equal(forward, backward);
	return forward;
}

static void
test_clusters(void **state)
{
	(void)state;
	assert_int_equal(unicode_cluster(SLICE_NONE), 0);
	assert_int_equal(unicode_cluster_back(SLICE_NONE), 0);
	assert_int_equal(clusters("abc 한글"), 6);
	assert_int_equal(clusters("\r\nx\n"), 3);
	assert_int_equal(clusters("e\u0301x"), 2);
	assert_int_equal(clusters("\u1112\u1161\u11ab\u1100\u1161"), 2);
	assert_int_equal(clusters("한\u11ab"), 1);
	assert_int_equal(clusters("\U0001f469\u200d\U0001f4bb가"), 2);
	assert_int_equal(clusters("\U0001f1f0\U0001f1f7\U0001f1ef\U0001f1f5"),
	                 2);
	assert_int_equal(clusters("\U0001f44d\U0001f3fd"), 1);
	assert_int_equal(clusters("1\ufe0f\u20e3"), 1);
	assert_int_equal(clusters("a\xff\xfe"), 3);
}

static void
test_endless_cluster_ends(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, 1 << 20);
	str_add_c(&s, 'a');
	for (int i = 0; i < 100000; i++)
		str_add_z(&s, "\u0301");
	assert_true(unicode_cluster(str_slice(&s)) < 100);
	assert_true(unicode_cluster_back(str_slice(&s)) < 100);
	assert_int_equal(unicode_cells(str_slice(&s)), 1);
	str_release(&s);
}

static size_t
cells(const char *text)
{
	return unicode_cells(slice_of(text));
}

static void
test_cells(void **state)
{
	(void)state;
	assert_int_equal(cells(""), 0);
	assert_int_equal(cells("abc"), 3);
	assert_int_equal(cells("한글 x"), 6);
	assert_int_equal(cells("ㅋㅋ"), 4);
	assert_int_equal(cells("\u1112\u1161\u11ab"), 2);
	assert_int_equal(cells("\u1112\u119e\u11ab글"), 4);
	assert_int_equal(cells("ﾡﾢ"), 2);
	assert_int_equal(cells("ＡＢ"), 4);
	assert_int_equal(cells("★…"), 2);
	assert_int_equal(cells("e\u0301"), 1);
	assert_int_equal(cells("가\u302e"), 2);
	assert_int_equal(cells("\U0001f600"), 2);
	assert_int_equal(cells("\U0001f468\u200d\U0001f469\u200d\U0001f467"),
	                 2);
	assert_int_equal(cells("\U0001f1f0\U0001f1f7"), 2);
	/* Newer than the tables of the system. */
	assert_int_equal(unicode_char_cells(0x1fae8), 2);
	assert_int_equal(unicode_char_cells(0x20000), 2);
	assert_int_equal(unicode_char_cells(0x10ffff), 1);
	for (uint32_t c = 0; c < 0x110000; c++)
		assert_in_range(unicode_char_cells(c), 0, 2);
}

static void
test_ambiguous(void **state)
{
	(void)state;
	unicode_set_ambiguous(2);
	assert_int_equal(cells("★※"), 4);
	assert_int_equal(cells("é한"), 4);
	unicode_set_ambiguous(1);
	assert_int_equal(cells("★※"), 2);
}

static void
test_fit(void **state)
{
	struct slice s = slice_of("가나 e\u0301x");
	size_t n;

	(void)state;
	assert_slice(unicode_fit(s, 0, &n), "");
	assert_int_equal(n, 0);
	assert_slice(unicode_fit(s, 3, &n), "가");
	assert_int_equal(n, 2);
	assert_slice(unicode_fit(s, 6, &n), "가나 e\u0301");
	assert_int_equal(n, 6);
	assert_slice(unicode_fit(s, 99, NULL), "가나 e\u0301x");
}

static void
test_clean_line(void **state)
{
	(void)state;
	check(unicode_clean_line, "", "");
	check(unicode_clean_line, "  a  b\r\n\tc ", "a b c");
	check(unicode_clean_line, "a\033]0;x\007b",
	      "a\xef\xbf\xbd]0;x\xef\xbf\xbd"
	      "b");
	check(unicode_clean_line,
	      "\xc2\x9b"
	      "31m",
	      "\xef\xbf\xbd"
	      "31m");
	check(unicode_clean_line, "\u202efdp.exe\u202c", "fdp.exe");
	check(unicode_clean_line,
	      "a\u200b\u2060\ufeff"
	      "b",
	      "ab");
	check(unicode_clean_line, "\u3164", "\xef\xbf\xbd");
	check(unicode_clean_line, "\u1112\u1161\u11ab", "한");
	check(unicode_clean_line, "\u1161", "ㅏ");
	check(unicode_clean_line, "a\u2028b", "a b");
	check(unicode_clean_line, "a \u200b b", "a b");
	check(unicode_clean_line, "한\xff", "한\xef\xbf\xbd");
}

static void
test_clean_body(void **state)
{
	(void)state;
	check(unicode_clean_body, "a\tb\r\nc\n", "a\tb\nc\n");
	check(unicode_clean_body, "한글 é 😀\n", "한글 é 😀\n");
	check(unicode_clean_body, "\033[2J\x7f", "\xef\xbf\xbd[2J\xef\xbf\xbd");
	check(unicode_clean_body,
	      "\xc2\x9b"
	      "31m",
	      "\xef\xbf\xbd"
	      "31m");
	check(unicode_clean_body,
	      "a\u202e"
	      "b\u2066",
	      "a[RLO]b[LRI]");
	check(unicode_clean_body, "\U0001f469\u200d\U0001f4bb",
	      "\U0001f469\u200d\U0001f4bb");
	check(unicode_clean_body,
	      "\ufeff"
	      "a\u200e"
	      "b\u200b\u2060",
	      "ab");
	check(unicode_clean_body, "\u1100\u1161 \u1161 \u11a8",
	      "\u1100\u1161 ㅏ ㄱ");
	check(unicode_clean_body, "a\u2028b", "a\nb");
	check(unicode_clean_body, "a\xed\x95", "a\xef\xbf\xbd");
}

static void
check_safe(convert_fn *convert, struct slice s)
{
	struct str out;

	str_init(&out, s.n % 5 == 0 ? s.n : 4096);
	convert(s, &out);
	assert_true(utf8_valid(out.p, out.n));
	str_release(&out);
}

static void
test_cut_everywhere(void **state)
{
	struct slice s = SLICE_LIT("a\033 \u1112\u1161\u11ab\u202e한\u0301é"
	                           "\xff\xc2\x9b\U0001f469\u200d\U0001f4bb ﾡ"
	                           "\u3164\r\n\u2028\xed\xa0\x80Ｈ");

	(void)state;
	for (size_t from = 0; from < s.n; from++)
		for (size_t n = 0; n <= s.n - from; n++) {
			struct slice part = slice_make(s.p + from, n);

			check_safe(unicode_nfc, part);
			check_safe(unicode_fold, part);
			check_safe(unicode_clean_line, part);
			check_safe(unicode_clean_body, part);
			(void)unicode_cells(part);
			(void)unicode_cluster_back(part);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nfc),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_fold_has_one_result),
		cmocka_unit_test(test_quick_looks),
		cmocka_unit_test(test_clusters),
		cmocka_unit_test(test_endless_cluster_ends),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_clean_line),
		cmocka_unit_test(test_clean_body),
		cmocka_unit_test(test_cut_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
