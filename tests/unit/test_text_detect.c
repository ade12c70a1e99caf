/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detect: which charset bytes are in when the label is missing or wrong. */
#include "lib/test.h"

#include "text/detect.h"

#define KOREAN "\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4" /* 안녕하세요 */

static enum charset
body(const char *label, struct slice s)
{
	struct detect_hint hint = { .label = charset_lookup(slice_of(label)) };

	return detect_body(s, &hint, NULL);
}

static void
test_marks(void **state)
{
	struct detect_hint hint = { .label = CHARSET_CP949 };
	size_t n;

	(void)state;
	assert_int_equal(detect_body(SLICE_LIT("\xef\xbb\xbfx"), &hint, &n),
	                 CHARSET_UTF8);
	assert_int_equal(n, 3);
	assert_int_equal(detect_body(SLICE_LIT("\xff\xfex"), &hint, &n),
	                 CHARSET_UTF16LE);
	assert_int_equal(n, 2);
	assert_int_equal(detect_body(SLICE_LIT("\xfe\xffx"), &hint, &n),
	                 CHARSET_UTF16BE);
	assert_int_equal(detect_body(SLICE_LIT("\xff\xfe\0\0x\0\0\0"), &hint,
	                             &n),
	                 charset_lookup(slice_of("utf-32le")));
	assert_int_equal(n, 4);
	assert_int_equal(detect_body(SLICE_LIT("\0\0\xfe\xff\0\0\0x"), &hint,
	                             &n),
	                 charset_lookup(slice_of("utf-32be")));
	assert_int_equal(detect_body(SLICE_LIT("abc"), &hint, &n),
	                 CHARSET_CP949);
	assert_int_equal(n, 0);
	assert_int_equal(detect_body(SLICE_NONE, &hint, &n), CHARSET_CP949);
}

static void
test_good_labels_win(void **state)
{
	(void)state;
	assert_int_equal(body("euc-kr", SLICE_LIT(KOREAN)), CHARSET_CP949);
	assert_int_equal(body("utf-8", SLICE_LIT("안녕")), CHARSET_UTF8);
	assert_int_equal(body("iso-8859-1", SLICE_LIT("caf\xe9")),
	                 CHARSET_WINDOWS_1252);
	assert_int_equal(body("shift_jis", SLICE_LIT("\x93\xfa")),
	                 charset_lookup(slice_of("shift_jis")));
}

static void
test_wrong_labels(void **state)
{
	(void)state;
	/* UTF-8 under a Korean label. */
	assert_int_equal(body("euc-kr", SLICE_LIT("안녕하세요")), CHARSET_UTF8);
	/* EUC-KR under UTF-8. */
	assert_int_equal(body("utf-8", SLICE_LIT(KOREAN " abc")),
	                 CHARSET_CP949);
	/* Mostly UTF-8 with an error stays UTF-8. */
	assert_int_equal(body("utf-8", SLICE_LIT("안녕하세요 안녕\xb0")),
	                 CHARSET_UTF8);
	/* No UTF-16: it would have NULs. */
	assert_int_equal(body("utf-16", SLICE_LIT("abc\n")), CHARSET_ASCII);
	assert_int_equal(body("unicode", SLICE_LIT("안녕\n")), CHARSET_UTF8);
	assert_int_equal(body("utf-16be", SLICE_LIT("\xd5\x5c\0\n")),
	                 CHARSET_UTF16BE);
	/* UTF-7 has no 8-bit bytes; EUC-KR is no Johab. */
	assert_int_equal(body("utf-7", SLICE_LIT("안녕")), CHARSET_UTF8);
	assert_int_equal(body("johab", SLICE_LIT(KOREAN)), CHARSET_CP949);
	/* ISO-2022-KR under another Korean label. */
	assert_int_equal(body("euc-kr", SLICE_LIT("\033$)C\x0eGQ\x0f")),
	                 CHARSET_ISO_2022_KR);
	/* One broken byte does not discard the label. */
	assert_int_equal(body("euc-kr", SLICE_LIT(KOREAN "\xff" KOREAN)),
	                 CHARSET_CP949);
}

static void
test_no_label(void **state)
{
	(void)state;
	assert_int_equal(body("", SLICE_LIT("plain")), CHARSET_ASCII);
	assert_int_equal(body("us-ascii", SLICE_LIT("안녕")), CHARSET_UTF8);
	assert_int_equal(body("", SLICE_LIT("\033$)C\x0eGQ\x0f")),
	                 CHARSET_ISO_2022_KR);
	assert_int_equal(body("$X$", SLICE_LIT("\033$BF|\033(B")),
	                 charset_lookup(slice_of("iso-2022-jp")));
	assert_int_equal(body("unknown-8bit", SLICE_LIT(KOREAN)),
	                 CHARSET_CP949);
	/* Chinese decodes as CP949 too, but as Hanja. */
	assert_int_equal(body("",
	                      SLICE_LIT("\xd6\xd0\xce\xc4\xd3\xca\xbc\xfe")),
	                 CHARSET_WINDOWS_1252);
	assert_int_equal(body("", SLICE_LIT("caf\xe9 na\xefve")),
	                 CHARSET_WINDOWS_1252);
}

/* A cut or a wrong byte does not make it another charset. */
static void
test_nearly(void **state)
{
	(void)state;
	assert_int_equal(body("", SLICE_LIT("안녕하세요 \xec\x97")),
	                 CHARSET_UTF8);
	assert_int_equal(body("", SLICE_LIT("안녕하\xff세요 여러분")),
	                 CHARSET_UTF8);
	assert_int_equal(body("euc-kr", SLICE_LIT("안녕하세요 여러분\xec")),
	                 CHARSET_UTF8);
	assert_int_equal(body("", SLICE_LIT(KOREAN "\xb0")), CHARSET_CP949);
	assert_int_equal(body("",
	                      SLICE_LIT(KOREAN KOREAN "\xff" KOREAN KOREAN)),
	                 CHARSET_CP949);
	/* Big5 has too many errors for that. */
	assert_int_equal(
		body("",
	             SLICE_LIT(
			     "\261\172\246\156\275\320\260\335\263\157\255\323"
			     "\262\243\253\176\301\331\246\263\246\163\263\146"
			     "\266\334\301\302\301\302")),
		CHARSET_WINDOWS_1252);
	/* Too little to tell. */
	assert_int_equal(body("", SLICE_LIT("\xbe\xc8 \xff")),
	                 CHARSET_WINDOWS_1252);
	assert_int_equal(body("", SLICE_LIT("\xc3\xa9 \xe9t\xe9")),
	                 CHARSET_WINDOWS_1252);
	/* Capitals with accents under the label UTF-8 are no Hanja. */
	assert_int_equal(body("utf-8", SLICE_LIT("caf\xe9\xe9 d\xfc\xdf")),
	                 CHARSET_UTF8);
}

/* Between SO and SI, without designator and label. */
static void
test_shifted(void **state)
{
	(void)state;
	assert_int_equal(body("", SLICE_LIT("a \x0eGQ1[\x0f b")),
	                 CHARSET_ISO_2022_KR);
	assert_int_equal(body("euc-kr", SLICE_LIT("\x0eGQ1[\x0f")),
	                 CHARSET_ISO_2022_KR);
	assert_int_equal(body("", SLICE_LIT("a \x0eG\x0f b")), CHARSET_ASCII);
	assert_int_equal(body("", SLICE_LIT("a \x0e\x0f b")), CHARSET_ASCII);
	assert_int_equal(body("", SLICE_LIT("a \x0eGQ1[")), CHARSET_ASCII);
}

static void
test_html_and_company(void **state)
{
	struct detect_hint hint = { .html = true };
	struct slice sjis =
		SLICE_LIT("<meta charset=\"Shift_JIS\">\x93\xfa\x96{");
	struct slice gbk = SLICE_LIT("\xd6\xd0\xce\xc4");

	(void)state;
	assert_int_equal(detect_body(sjis, &hint, NULL),
	                 charset_lookup(slice_of("shift_jis")));
	hint.html = false;
	hint.sibling = charset_lookup(slice_of("gb2312"));
	assert_int_equal(detect_body(gbk, &hint, NULL), hint.sibling);
	hint.sibling = CHARSET_UNKNOWN;
	hint.fallback = charset_lookup(slice_of("gb18030"));
	assert_int_equal(detect_body(gbk, &hint, NULL), hint.fallback);
	/* A default that cannot decode anything else is none. */
	hint.fallback = CHARSET_UTF8;
	assert_int_equal(detect_body(gbk, &hint, NULL), CHARSET_WINDOWS_1252);
}

static void
test_headers(void **state)
{
	struct detect_hint hint = { 0 };

	(void)state;
	assert_int_equal(detect_header(SLICE_LIT("안녕"), &hint), CHARSET_UTF8);
	assert_int_equal(detect_header(SLICE_LIT(KOREAN), &hint),
	                 CHARSET_CP949);
	hint.sibling = charset_lookup(slice_of("shift_jis"));
	assert_int_equal(detect_header(SLICE_LIT("\x93\xfa"), &hint),
	                 hint.sibling);
	hint.sibling = CHARSET_UTF8;
	assert_int_equal(detect_header(SLICE_LIT(KOREAN), &hint),
	                 CHARSET_CP949);
}

static void
test_hangul_test(void **state)
{
	(void)state;
	assert_true(detect_is_korean(SLICE_LIT(KOREAN)));
	assert_true(detect_is_korean(SLICE_LIT("(\xb1\xa4\xb0\xed) sale")));
	/* Signs do not count: a row of stars, laughter. */
	assert_true(detect_is_korean(
		SLICE_LIT("\xa1\xda\xa1\xda\xa1\xda\xb0\xf8\xc1\xf6\xa1\xda")));
	assert_true(detect_is_korean(
		SLICE_LIT("\xa4\xbb\xa4\xbb\xa4\xbb\xb3\xd7 \xb1\xd7"
	                  "\xb7\xa1")));
	assert_true(detect_is_korean(SLICE_LIT("\xa4\xbb\xa4\xbb")));
	assert_false(detect_is_korean(SLICE_LIT("\xa1\xda\xa1\xda\xa1\xda")));
	/* Hiragana of EUC-JP does. */
	assert_false(detect_is_korean(
		SLICE_LIT("\xc6\xfc\xcb\xdc\xa4\xcf\xa4\xb5\xa4\xe0\xa4\xa4"
	                  "\xc4\xab")));
	assert_false(detect_is_korean(SLICE_LIT("abc")));
	assert_false(detect_is_korean(SLICE_LIT("\xb0\xa1")));
	assert_false(detect_is_korean(SLICE_LIT(KOREAN "\xff")));
	assert_false(detect_is_korean(SLICE_NONE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_good_labels_win),
		cmocka_unit_test(test_wrong_labels),
		cmocka_unit_test(test_no_label),
		cmocka_unit_test(test_nearly),
		cmocka_unit_test(test_shifted),
		cmocka_unit_test(test_html_and_company),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_hangul_test),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	charset_release_thread();
	return failed;
}
