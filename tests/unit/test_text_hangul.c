/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hangul: initials, matching, keys, particles. */
#include "lib/test.h"

#include "text/hangul.h"

static void
check_choseong(const char *in, const char *want)
{
	struct str out;

	str_init(&out, 1024);
	hangul_choseong(slice_of(in), &out);
	assert_string_equal(out.p, want);
	str_release(&out);
}

static void
test_choseong(void **state)
{
	(void)state;
	check_choseong("홍길동", "ㅎㄱㄷ");
	check_choseong("까치 abc ㅋㅋ", "ㄲㅊ abc ㅋㅋ");
	check_choseong("", "");
	check_choseong("힣가", "ㅎㄱ");
}

static bool
matches(const char *text, const char *pattern)
{
	return hangul_match(slice_of(text), slice_of(pattern));
}

static void
test_match(void **state)
{
	(void)state;
	assert_true(matches("홍길동 과장", "ㅎㄱㄷ"));
	assert_true(matches("홍길동 과장", "길ㄷ"));
	assert_true(matches("홍길동 과장", "ㄷ ㄱㅈ"));
	assert_true(matches("ㅋㅋㅋ", "ㅋㅋ"));
	assert_true(matches("abc", ""));
	assert_true(matches("홍길동", "\u1112\u1100"));
	assert_false(matches("홍길동", "ㅎㄷ"));
	assert_false(matches("홍길동", "홍길동님"));
	assert_false(matches("", "ㄱ"));
	assert_false(matches("끝", "ㄱ"));
}

static void
check_keys(uint32_t c, const char *want)
{
	char keys[8];

	assert_int_equal(hangul_keys(c, keys), strlen(want));
	assert_string_equal(keys, want);
}

static void
test_keys(void **state)
{
	(void)state;
	check_keys(0xac00, "rk");   /* 가 */
	check_keys(0x3153, "j");    /* ㅓ */
	check_keys(0x3158, "hk");   /* ㅘ */
	check_keys(0x3133, "rt");   /* ㄳ */
	check_keys(0x3132, "R");    /* ㄲ */
	check_keys(0xae4c, "Rk");   /* 까 */
	check_keys(0xd55c, "gks");  /* 한 */
	check_keys(0xad11, "rhkd"); /* 광 */
}

static void
test_keys_of_every_syllable(void **state)
{
	char keys[8];

	(void)state;
	for (uint32_t c = 0xac00; c <= 0xd7a3; c++) {
		size_t n = hangul_keys(c, keys);

		assert_in_range(n, 2, 5);
		assert_int_equal(strlen(keys), n);
		for (size_t i = 0; i < n; i++)
			assert_true(byte_is_alpha(keys[i]));
	}
	check_keys(0xbdc1, "qnpfr"); /* 뷁 */
	check_keys('a', "");
	check_keys(0x4e00, "");
	check_keys(0x1100, "r");
	check_keys(0xffa1, "r");
}

static void
test_is(void **state)
{
	(void)state;
	assert_true(hangul_is(0xac00));
	assert_true(hangul_is(0x3131));
	assert_true(hangul_is(0x1161));
	assert_false(hangul_is('a'));
	assert_false(hangul_is(0x4e00));
	assert_false(hangul_is(0xd7ff));
}

static bool
final(const char *word)
{
	return hangul_has_final(slice_of(word));
}

static void
test_final(void **state)
{
	(void)state;
	assert_true(final("홍길동"));
	assert_false(final("영희"));
	assert_true(final("편지함 "));
	assert_true(final("'받은 편지함'"));
	assert_true(final("3"));
	assert_false(final("2"));
	assert_true(final("Gmail"));
	assert_true(final("spring"));
	assert_false(final("dog"));
	assert_false(final(""));
	assert_true(final("ㄱ"));
	assert_false(final("ㅏ"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choseong),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_keys_of_every_syllable),
		cmocka_unit_test(test_is),
		cmocka_unit_test(test_final),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
