/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * charset where iconv knows nothing: iconv_open() is ours here and refuses
 * every name, as it does where its modules are missing, and notes what it was
 * asked for.
 */
#include "lib/test.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "text/charset.h"
#include "text/detect.h"
#include "util/str.h"

static char asked[4096]; /* each name between blanks */
static size_t calls;

iconv_t __wrap_iconv_open(const char *to, const char *from);

iconv_t
__wrap_iconv_open(const char *to, const char *from)
{
	size_t n = strlen(asked);

	calls++;
	assert_string_equal(to, "UTF-8");
	assert_true(n + strlen(from) + 2 < sizeof asked);
	asked[n++] = ' ';
	memcpy(asked + n, from, strlen(from) + 1);
	errno = EINVAL;
	return (iconv_t)-1;
}

static void
check(const char *label, struct slice in, const char *want)
{
	struct str out;

	str_init(&out, 65536);
	charset_decode(charset_lookup(slice_of(label)), in, &out, NULL);
	assert_string_equal(out.p, want);
	str_release(&out);
}

#define CHECK(label, in, want) check(label, SLICE_LIT(in), want)

/* Korean, Unicode and Western text never ask iconv. */
static void
test_own_decoders(void **state)
{
	(void)state;
	calls = 0;
	CHECK("euc-kr", "\xc7\xd1\xb1\xdb", "한글");
	CHECK("ks_c_5601-1987", "\x8c\x63\xb9\xe6\xb0\xa2\xc7\xcf", "똠방각하");
	CHECK("cp949", "\xbf\xec\xa2\xe8\xc6\xed", "우㉾편");
	CHECK("cp949", "\xbf\xec\xa2\xe8", "우㉾");
	CHECK("korean", "\xca\xa1\xfd\xfe", "伽詰");
	CHECK("iso-2022-kr", "\033$)C\x0eGQ1[\x0f abc", "한글 abc");
	CHECK("johab", "\xd0\x65\x8b\x69 x", "한글 x");
	CHECK("utf-8", "한글 é", "한글 é");
	CHECK("utf-16le", "\x5c\xd5", "한");
	CHECK("utf-7", "+1VyuAA-", "한글");
	CHECK("iso-8859-1", "caf\xe9 \x93x\x94", "café “x”");
	CHECK("us-ascii", "abc", "abc");
	CHECK("", "caf\xe9", "café");
	assert_int_equal(calls, 0);
}

/* The rest is read as far as it is ASCII, and iconv is asked only once. */
static void
test_others_keep_ascii(void **state)
{
	size_t before;

	(void)state;
	CHECK("shift_jis", "a \x93\xfa b", "a \xef\xbf\xbd\xef\xbf\xbd b");
	CHECK("gb2312", "\xd6\nx", "\xef\xbf\xbd\nx");
	CHECK("hz-gb-2312", "a ~{VP~} b", "a \xef\xbf\xbd\xef\xbf\xbd b");
	before = calls;
	CHECK("shift_jis", "\x93", "\xef\xbf\xbd");
	assert_int_equal(calls, before);
	charset_release_thread();
	CHECK("shift_jis", "\x93", "\xef\xbf\xbd");
	assert_true(calls > before);
}

/* Detection does not take a charset that nobody can decode. */
static void
test_detection_goes_on(void **state)
{
	struct detect_hint hint = { 0 };

	(void)state;
	hint.sibling = charset_lookup(slice_of("shift_jis"));
	assert_int_equal(detect_header(SLICE_LIT("\xbe\xc8\xb3\xe7"), &hint),
	                 CHARSET_CP949);
	hint.sibling = CHARSET_UNKNOWN;
	hint.html = true;
	assert_int_equal(
		detect_body(SLICE_LIT("<meta charset=gbk>\xbe\xc8\xb3\xe7"),
	                    &hint, NULL),
		CHARSET_CP949);
}

/* What iconv is asked for are names of our table, never words of a mail. */
static void
test_no_label_reaches_iconv(void **state)
{
	static const char *const labels[] = {
		"shift_jis//IGNORE",
		"SHIFT_JIS//TRANSLIT",
		"../../tmp/x",
		"ISO-2022-CN-EXT",
		"EUC-KR;",
		"cp949//",
		"gbk\n",
		"UNICODELITTLE//",
		"x-sjis",
		"IBM-930",
		"MS_KANJI",
		"latin2",
	};
	static const char *const allowed[] = {
		" CP932",      " SHIFT_JIS", " ISO-2022-CN",
		" ISO-8859-2", " GB18030",   " GBK",
	};

	(void)state;
	charset_release_thread();
	asked[0] = '\0';
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		struct str out;

		str_init(&out, 1000);
		charset_decode(charset_lookup(slice_of(labels[i])),
		               SLICE_LIT("\xb0\xa1"), &out, NULL);
		str_release(&out);
	}
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
		char *found = strstr(asked, allowed[i]);

		if (found != NULL)
			memset(found, '.', strlen(allowed[i]));
	}
	assert_null(strchr(asked, ' '));
	assert_null(strstr(asked, "EXT"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_decoders),
		cmocka_unit_test(test_others_keep_ascii),
		cmocka_unit_test(test_detection_goes_on),
		cmocka_unit_test(test_no_label_reaches_iconv),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	charset_release_thread();
	return failed;
}
