/* SPDX-License-Identifier: GPL-3.0-or-later */
/* charset: labels, each decoder, bad input, resynchronising. */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "text/charset.h"
#include "text/charset_alias.h"
#include "text/charset_encode.h"
#include "text/cp949.h"
#include "util/str.h"
#include "util/utf8.h"

static void
check(const char *label, struct slice in, const char *want, size_t want_bad)
{
	struct str out;
	size_t bad = 999;

	str_init(&out, 65536);
	charset_decode(charset_lookup(slice_of(label)), in, &out, &bad);
	assert_string_equal(out.p, want);
	assert_int_equal(bad, want_bad);
	assert_true(utf8_valid(out.p, out.n));
	str_release(&out);
}

#define CHECK(label, in, want, bad) check(label, SLICE_LIT(in), want, bad)

static void
test_korean_labels_mean_cp949(void **state)
{
	static const char *const labels[] = {
		"euc-kr",         "EUC_KR",
		"euckr",          "csEUCKR",
		"x-euc-kr",       "cp51949",
		"ks_c_5601-1987", "KS_C_5601-1989",
		"ksc5601",        "ks-c-5601-1987",
		"KSC5601_1987",   "kcs5601",
		"ks_x_1001",      "ksx1001",
		"iso-ir-149",     "csKSC56011987",
		"korean",         "5601",
		"cp949",          "cp-949",
		"ms949",          "mscp949",
		"windows-949",    "x-windows-949",
		"x-cp949",        "uhc",
		"\"euc-kr\"",     "'euc-kr'",
		" euc-kr ; x",    "euc-kr (Korean)",
		"euc-kr*ko",      "\"ks_c_5601-1987\";",
	};

	(void)state;
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
		assert_int_equal(charset_lookup(slice_of(labels[i])),
		                 CHARSET_CP949);
}

/* Syllables without a code, in 8 bytes; whatever is none of them stays jamo. */
static void
test_eight_byte_syllables(void **state)
{
	static const char whole[] = "\xa4\xd4\xa4\xb2\xa4\xce\xa4\xaa";

	(void)state;
	CHECK("euc-kr", "\xa4\xd4\xa4\xb2\xa4\xce\xa4\xaa!", "뷁!", 0);
	CHECK("euc-kr", "a\xa4\xd4\xa4\xa9\xa4\xc9\xa4\xd4\xb0\xa1", "a뢔가",
	      0);
	/* No vowel, a last consonant that is none, no filler before it. */
	CHECK("euc-kr", "\xa4\xd4\xa4\xb2\xa4\xb2\xa4\xaa", "ㅤㅂㅂㄺ", 0);
	CHECK("euc-kr", "\xa4\xd4\xa4\xb2\xa4\xce\xa4\xa8", "ㅤㅂㅞㄸ", 0);
	CHECK("euc-kr", "\xa4\xd4\xa4\xa3\xa4\xce\xa4\xd4", "ㅤㄳㅞㅤ", 0);
	CHECK("euc-kr", "\xa4\xa1\xa4\xbf", "ㄱㅏ", 0);
	for (size_t i = 0; i < sizeof whole; i++) {
		char *copy = malloc(i + 1);
		struct str out;

		memcpy(copy, whole, i);
		str_init(&out, 1000);
		charset_decode(CHARSET_CP949, slice_make(copy, i), &out, NULL);
		str_release(&out);
		free(copy);
	}
}

static void
test_other_labels(void **state)
{
	static const char *const unknown[] = {
		"",
		"$BIZENIC.ENGINE.CHARSET$",
		"x-unknown",
		"unknown-8bit",
		"utf-8//IGNORE",
		"../../etc/passwd",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		";",
	};

	(void)state;
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		assert_int_equal(charset_lookup(slice_of(unknown[i])),
		                 CHARSET_UNKNOWN);
	assert_int_equal(charset_lookup(SLICE_NONE), CHARSET_UNKNOWN);
	assert_int_equal(charset_lookup(slice_of("UTF8")), CHARSET_UTF8);
	assert_int_equal(charset_lookup(slice_of("utf-8-sig")), CHARSET_UTF8);
	assert_int_equal(charset_lookup(slice_of("latin1")),
	                 CHARSET_WINDOWS_1252);
	assert_int_equal(charset_lookup(slice_of("csISO2022KR")),
	                 CHARSET_ISO_2022_KR);
	assert_string_equal(charset_name(charset_lookup(slice_of("x-sjis"))),
	                    "Shift_JIS");
	assert_string_equal(charset_name(CHARSET_UNKNOWN), "");
	assert_string_equal(charset_name(CHARSET_CP949), "CP949");
	assert_string_equal(charset_name((enum charset)9999), "");
}

static void
test_cp949(void **state)
{
	(void)state;
	CHECK("euc-kr", "\xc7\xd1\xb1\xdb abc", "한글 abc", 0);
	/* Syllables outside KS X 1001. */
	CHECK("euc-kr", "\x8c\x63\xb9\xe6\xb0\xa2\xc7\xcf", "똠방각하", 0);
	CHECK("ks_c_5601-1987", "\x98\xde\x94\xee", "샾뷁", 0);
	CHECK("uhc", "\x81\x41\xc6\x52", "갂힣", 0);
	/* What iconv calls an error after it consumed it. */
	CHECK("cp949", "\xbf\xec\xa2\xe8", "우㉾", 0);
	CHECK("cp949", "\xa2\xe6", "€", 0);
}

static void
test_cp949_resynchronises(void **state)
{
	(void)state;
	/* A trail below 80 is read again. */
	CHECK("euc-kr", "\xb0\n\xb0\xa1", "\xef\xbf\xbd\n가", 1);
	CHECK("euc-kr", "\xc7<b>", "\xef\xbf\xbd<b>", 1);
	CHECK("euc-kr", "\xc7\"", "\xef\xbf\xbd\"", 1);
	/* A pair without a character goes as a whole. */
	CHECK("euc-kr", "\xc9\xa1 x", "\xef\xbf\xbd x", 1);
	/* No lead byte at all; in EUC-KR of iconv these are C1 controls. */
	CHECK("euc-kr", "\x80\xb0\xa1", "\xef\xbf\xbd가", 1);
	CHECK("euc-kr",
	      "\x9b"
	      "31m",
	      "\xef\xbf\xbd"
	      "31m",
	      1);
	CHECK("euc-kr", "\xff", "\xef\xbf\xbd", 1);
	CHECK("euc-kr", "\xb0\xa1\xb0", "가\xef\xbf\xbd", 1);
}

/* Every pair gives one character or replacements, and never a control. */
static void
test_cp949_all_pairs(void **state)
{
	size_t good = 0;
	size_t hangul = 0;

	(void)state;
	for (unsigned lead = 0; lead < 256; lead++)
		for (unsigned trail = 0; trail < 256; trail++) {
			uint32_t c = cp949_char((unsigned char)lead,
			                        (unsigned char)trail);

			if (c == 0)
				continue;
			good++;
			hangul += c >= 0xac00 && c <= 0xd7a3;
			assert_true(c >= 0xa0);
		}
	assert_int_equal(hangul, 11172);
	assert_int_equal(good, 17049);
}

static void
test_iso_2022_kr(void **state)
{
	(void)state;
	CHECK("iso-2022-kr", "\033$)C\x0eGQ1[\x0f abc", "한글 abc", 0);
	/* No designator; a designator in the middle. */
	CHECK("iso-2022-kr", "a \x0eGQ1[\x0f b", "a 한글 b", 0);
	CHECK("iso-2022-kr", "a\033$)C \x0eGQ\x0f", "a 한", 0);
	/* The line end ends the shift. */
	CHECK("iso-2022-kr", "\x0eGQ1[\nabc", "한글\nabc", 0);
	CHECK("iso-2022-kr", "\x0eGQ1[\nab\x0eGQ\x0f", "한글\nab한", 0);
	/* But not when the SI comes lines later and all is Hangul. */
	CHECK("iso-2022-kr", "\x0eGQ\r\n1[ GQ\n\n1[\x0f ok",
	      "한\r\n글 한\n\n글 ok", 0);
	CHECK("iso-2022-kr", "\x0eGQ\nabc\x0f", "한\nabc", 0);
	/* A blank between shifted pairs, and a pair cut in two. */
	CHECK("iso-2022-kr", "\x0eGQ 1[\x0f", "한 글", 0);
	CHECK("iso-2022-kr", "\x0eGQ1", "한\xef\xbf\xbd", 1);
	/* 8-bit text under this label. */
	CHECK("iso-2022-kr", "\xc7\xd1", "한", 0);
}

static void
test_johab(void **state)
{
	(void)state;
	CHECK("johab", "\xd0\x65\x8b\x69 x", "한글 x", 0);
	CHECK("cp1361", "\x88\x61", "가", 0);
	CHECK("johab", "\x88\x41", "ㄱ", 0);
	CHECK("johab", "\x84\x61", "ㅏ", 0);
	CHECK("johab", "\x84\x41", "\u3000", 0);
	CHECK("johab", "\xe0\x31", "伽", 0);
	CHECK("johab", "\x88\n", "\xef\xbf\xbd\n", 1);
	CHECK("johab", "\xff", "\xef\xbf\xbd", 1);
}

static void
test_latin(void **state)
{
	(void)state;
	CHECK("iso-8859-1", "caf\xe9 \x93x\x94 \x80", "café “x” €", 0);
	CHECK("us-ascii", "\x96 \x81", "– \xef\xbf\xbd", 1);
	CHECK("iso-8859-2", "\xb1\x9b", "ą\xef\xbf\xbd", 1);
	CHECK("koi8-r", "\xf0\xd2", "Пр", 0);
}

static void
test_utf8(void **state)
{
	(void)state;
	CHECK("utf-8", "한글 é 😀", "한글 é 😀", 0);
	CHECK("utf-8",
	      "a\xc2\x9b"
	      "31m",
	      "a\xef\xbf\xbd"
	      "31m",
	      1);
	CHECK("utf-8", "\xed\x95\x9c\xea\xb8", "한\xef\xbf\xbd", 1);
	CHECK("utf-8", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", 2);
	CHECK("utf-8", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	      3);
	/* The replacement character itself is no mistake. */
	CHECK("utf-8", "\xef\xbf\xbd", "\xef\xbf\xbd", 0);
}

static void
test_utf16_and_utf7(void **state)
{
	(void)state;
	CHECK("utf-16", "\xff\xfe\x5c\xd5", "한", 0);
	CHECK("utf-16", "\xfe\xff\xd5\x5c", "한", 0);
	CHECK("utf-16be", "\xd8\x3d\xde\x00", "😀", 0);
	CHECK("utf-16le",
	      "\x00\xd8"
	      "a\x00",
	      "\xef\xbf\xbd"
	      "a",
	      1);
	CHECK("utf-16be", "\xd5", "\xef\xbf\xbd", 1);
	CHECK("utf-16be", "\x00\x9b", "\xef\xbf\xbd", 1);
	/* Without a mark: as the ASCII in it says, else big endian. */
	CHECK("utf-16", "\x5c\xd5 \0x\0", "한 x", 0);
	CHECK("utf-16", "\xd5\x5c\0 \0x", "한 x", 0);
	CHECK("utf-16", "\xd5\x5c", "한", 0);
	CHECK("utf-7", "a+1VyuAA-b +- c", "a한글b + c", 0);
	CHECK("utf-7", "+2D3eAA-", "😀", 0);
	CHECK("utf-7", "1 + 1", "1 + 1", 0);
	CHECK("utf-7", "+AGE", "a", 0);
	CHECK("utf-7", "\xff", "\xef\xbf\xbd", 1);
}

static void
test_east_asian_by_iconv(void **state)
{
	(void)state;
	CHECK("iso-2022-jp", "\033$BF|K\\\033(B x", "日本 x", 0);
	CHECK("shift_jis", "\x93\xfa\x96{", "日本", 0);
	CHECK("gb2312", "\xd6\xd0\xce\xc4", "中文", 0);
	CHECK("big5", "\xa4\xa4\xa4\xe5", "中文", 0);
	CHECK("hz-gb-2312", "a ~{VPND~} ~~ b", "a 中文 ~ b", 0);
	/* A lead byte before a line end; one at the end. */
	CHECK("gb2312", "\xd6\nx", "\xef\xbf\xbd\nx", 1);
	CHECK("gb2312", "x\xd6", "x\xef\xbf\xbd", 1);
	/* The state of one text does not reach into the next. */
	CHECK("iso-2022-jp", "\033$BF|", "日", 0);
	CHECK("iso-2022-jp", "abc", "abc", 0);
	charset_release_thread();
	CHECK("shift_jis", "\x93\xfa", "日", 0);
	assert_string_equal(charset_name(CHARSET_EUC_JP), "EUC-JP");
	assert_string_equal(charset_name(CHARSET_ISO_2022_JP), "ISO-2022-JP");
	assert_int_equal(charset_lookup(slice_of("win-1251")),
	                 charset_lookup(slice_of("windows-1251")));
}

static void
test_iso_2022_jp(void **state)
{
	(void)state;
	CHECK("iso-2022-jp", "a \033$@F|K\\\033(J b", "a 日本 b", 0);
	/* A row of NEC, half-width Katakana, JIS X 0212. */
	CHECK("iso-2022-jp", "\033$B-!-\"\033(B", "①②", 0);
	CHECK("iso-2022-jp", "\033(I123\033(B", "ｱｲｳ", 0);
	CHECK("iso-2022-jp", "\033$(D0!\033(B", "丂", 0);
	/* A line that does not return to ASCII. */
	CHECK("iso-2022-jp", "\033$BF|K\\\nabcd\n\033$BF|", "日本\nabcd\n日",
	      0);
	/* A set that only iconv has. */
	CHECK("iso-2022-jp", "\033$(O.!\033(B x", "俱 x", 0);
}

/* Replacements take room, too: what follows many wrong bytes is not cut. */
static void
test_iso_2022_jp_all_wrong(void **state)
{
	struct slice in = SLICE_LIT("\033$@a+\033(Iaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	                            "aaaaaaaaaaaaaaaaaaaaaaaaaaaa\nend");
	struct str out;
	size_t bad;

	(void)state;
	str_init(&out, 65536);
	charset_decode(CHARSET_ISO_2022_JP, in, &out, &bad);
	assert_true(slice_ends(str_slice(&out), "\nend"));
	assert_true(bad > 0 && bad <= out.n / 3);
	str_release(&out);
}

static const char every_state[] =
	"a\033$)C\x0eGQ1[\x0f\xc7\xd1\x8c\x63\xa2\xe8\x80\xff\xe2\x82\xac~{VP~}"
	"+1Vw-\033$BF|\033(B\xd8\x3d\xde\x00\xd0\x65\n\xc2\x9b";

/* Whatever the charset: no cut of the input and no maximum of the output
 * breaks a character, and controls of C1 never come out. */
static void
test_every_charset_cut_everywhere(void **state)
{
	struct slice text = SLICE_LIT(every_state);

	(void)state;
	for (int cs = 0; cs < (int)CHARSET_OTHER_FIRST + 50; cs++)
		for (size_t n = 0; n <= text.n; n++) {
			struct str out;
			size_t bad;

			str_init(&out, n % 7 == 0 ? n : 4096);
			charset_decode((enum charset)cs, slice_head(text, n),
			               &out, &bad);
			assert_true(utf8_valid(out.p, out.n));
			for (size_t i = 0; i + 1 < out.n; i++)
				assert_false(out.p[i] == '\xc2' &&
				             (unsigned char)out.p[i + 1] <
				                     0xa0);
			str_release(&out);
		}
}

/* Every character of KS X 1001 comes back, and nothing else is written. */
static void
test_euckr_is_written(void **state)
{
	size_t written = 0;
	struct str out;
	struct str back;

	(void)state;
	str_init(&out, 100);
	str_init(&back, 100);
	for (uint32_t c = 0xa0; c < 0x10000; c++) {
		char utf8[4];
		struct slice s;

		if (c >= 0xd800 && c < 0xe000)
			continue;
		s = slice_make(utf8, utf8_encode(c, utf8));
		str_clear(&out);
		if (!euckr_encode(s, &out)) {
			assert_int_equal(out.n, 0);
			continue;
		}
		written++;
		str_clear(&back);
		charset_decode(CHARSET_CP949, str_slice(&out), &back, NULL);
		assert_true(slice_eq(str_slice(&back), s));
	}
	assert_int_equal(written, 8224);
	str_clear(&out);
	assert_true(euckr_encode(SLICE_LIT("a가\n"), &out));
	assert_string_equal(out.p, "a\xb0\xa1\n");
	/* As it was when a later character does not fit. */
	assert_false(euckr_encode(SLICE_LIT("나뷁"), &out));
	assert_false(euckr_encode(SLICE_LIT("€"), &out));
	assert_string_equal(out.p, "a\xb0\xa1\n");
	str_release(&back);
	str_release(&out);
}

static void
test_large_text_stays_whole(void **state)
{
	struct str in;
	struct str out;
	size_t bad;

	(void)state;
	str_init(&in, 1 << 20);
	str_init(&out, 1 << 20);
	for (int i = 0; i < 10000; i++)
		str_add_z(&in, "\xc7\xd1\xb1\xdb abcdefghijklmnopqrstuvwxyz "
		               "abcdefghijklmnopqrstuvwxyz\n");
	charset_decode(CHARSET_CP949, str_slice(&in), &out, &bad);
	assert_int_equal(bad, 0);
	assert_int_equal(out.n, in.n + 20000);
	assert_memory_equal(out.p + out.n / 2 - out.n / 2 % 61, "한글 abc", 10);
	str_clear(&out);
	charset_decode(charset_lookup(slice_of("gbk")), str_slice(&in), &out,
	               &bad);
	assert_int_equal(bad, 0);
	str_release(&in);
	str_release(&out);
}

static void
encodes(const char *charset, const char *text, const char *wanted)
{
	struct str out;

	str_init(&out, 1000);
	charset_encode(charset, slice_of(text), &out);
	str_add_c(&out, '.');
	assert_string_equal(out.p, wanted);
	str_release(&out);
}

static void
test_terminals_are_written(void **state)
{
	(void)state;
	encodes("EUC-KR", "a 가\n", "a \xb0\xa1\n.");
	encodes("EUC-KR", "뷁 \xf0\x9f\x98\x80", "?? ??.");
	encodes("ISO-8859-1", "\xc3\xa9 e\xcc\x81", "\xe9 e.");
	/* 80 to 9F are no letters to a terminal. */
	encodes("CP1252", "\xe2\x82\xac \xc3\xa9", "? \xe9.");
	encodes("KOI8-R", "\xe2\x94\x80", "?.");
	/* Charsets that shift by ESC. */
	encodes("ISO-2022-KR", "가", "??.");
	encodes("no such charset", "가\xc3\xa9", "???.");
	/* Cut characters. */
	encodes("EUC-KR", "\xea\xb0", "?.");
	encodes("EUC-KR", "", ".");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminals_are_written),
		cmocka_unit_test(test_korean_labels_mean_cp949),
		cmocka_unit_test(test_eight_byte_syllables),
		cmocka_unit_test(test_other_labels),
		cmocka_unit_test(test_cp949),
		cmocka_unit_test(test_cp949_resynchronises),
		cmocka_unit_test(test_cp949_all_pairs),
		cmocka_unit_test(test_iso_2022_kr),
		cmocka_unit_test(test_johab),
		cmocka_unit_test(test_latin),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf16_and_utf7),
		cmocka_unit_test(test_east_asian_by_iconv),
		cmocka_unit_test(test_iso_2022_jp),
		cmocka_unit_test(test_iso_2022_jp_all_wrong),
		cmocka_unit_test(test_every_charset_cut_everywhere),
		cmocka_unit_test(test_euckr_is_written),
		cmocka_unit_test(test_large_text_stays_whole),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	charset_release_thread();
	return failed;
}
