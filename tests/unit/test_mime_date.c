/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates: the forms mailers write, and hostile ones. */
#include "lib/test.h"

#include "mime/date.h"
#include "util/clock.h"

/* 2025-03-04 00:30:00 UTC */
#define THE_DATE 1741048200

static void
assert_date(const char *text, int64_t want)
{
	int64_t t = -1;

	if (!date_parse(slice_of(text), &t))
		fail_msg("not understood: %s", text);
	if (t != want)
		fail_msg("%s: %lld, not %lld", text, (long long)t,
		         (long long)want);
}

static void
assert_no_date(const char *text)
{
	int64_t t = 7;

	assert_false(date_parse(slice_of(text), &t));
	assert_int_equal(t, 7);
}

static void
test_forms(void **state)
{
	(void)state;
	assert_date("Tue, 4 Mar 2025 09:30:00 +0900", THE_DATE);
	assert_date("Tue, 04 Mar 2025 09:30:00 +0900 (KST)", THE_DATE);
	assert_date("Tue,4 Mar 2025 09:30 +0900", THE_DATE);
	assert_date("4 Mar 25 00:30:00 GMT", THE_DATE);
	assert_date("4 Mar 125 00:30:00 UT", THE_DATE);
	assert_date("Mon, 3 Mar 2025 19:30:00 est", THE_DATE);
	assert_date("Tue, 4 Mar 2025 09:30:00 KST", THE_DATE);
	assert_date("Tue Mar  4 00:30:00 2025", THE_DATE);
	assert_date("Tue Mar  4 00:30:00 GMT 2025", THE_DATE);
	assert_date("2025-03-04T00:30:00Z", THE_DATE);
	assert_date("2025-03-04 09:30:00 +09:00", THE_DATE);
	assert_date("4-Mar-2025 00:30:00 +0000", THE_DATE);
	assert_date(" (c (n)) Tue (x), 4 Mar 2025 00:30:00", THE_DATE);
	assert_date("Tue, 4 Mar 2025 09:30:00 AM +0900", THE_DATE);
	assert_date("Tue, 4 Mar 2025 12:30:00 AM GMT", THE_DATE);
	assert_date("Mon, 3 Mar 2025 08:30:00 PM EDT", THE_DATE);
	assert_date("Tue, 4 Mar 2025 09:30:00 PM +0900",
	            THE_DATE + (int64_t)12 * 3600);
	assert_date(
		"Tue, 4 Mar 2025 09:30:00 +0900 "
		"(\xb4\xeb\xc7\xd1\xb9\xce\xb1\xb9 \xc7\xa5\xc1\xd8\xbd\xc3)",
		THE_DATE);
	assert_date("Tue, 4 Mar 2025 09 : 30 : 00 +0900", THE_DATE);
	assert_date("Tue, 4 Mar 2025 09:(x)30(y):00 (z) + 0900", THE_DATE);
	assert_date("Tue, 4 Mar 2025 09:30:00 0900", THE_DATE);
	assert_date("4 Mar 25 0030 GMT", THE_DATE);
	/* Digits that hang on a word are no zone. */
	assert_date("Tue, 4 Mar 2025 00:30:00 H0900", THE_DATE);
	assert_date("Mon, 3 Mar 2025 16:30:00 PST8PDT", THE_DATE);
	/* Programs that ran in Korean. */
	assert_date("화, 4 3월 2025 09:30:00 +0900", THE_DATE);
	assert_date("\xc8\xad, 4 3\xbf\xf9 2025 09:30:00 +0900", THE_DATE);
	assert_date("2025년 3월 4일 (화) 오전 9:30 +0900", THE_DATE);
	assert_date("2025년 3월 4일 오후 9:30 +0900",
	            THE_DATE + (int64_t)12 * 3600);
	assert_date("2025\xb3\xe2 3\xbf\xf9 4\xc0\xcf \xbf\xc0\xc8\xc4 9:30 "
	            "+0900",
	            THE_DATE + (int64_t)12 * 3600);
	assert_date("Thu, 1 Jan 1970 00:00:00 +0000", 0);
	assert_date("Tue, 19 Jan 2038 03:14:08 +0000", 2147483648);
	assert_date("Tue, 4 Mar 2025", THE_DATE - 1800);
	/* Names that RFC 5322 4.3 does not know are UTC. */
	assert_date("Tue, 4 Mar 2025 00:30:00 JST", THE_DATE);
}

static void
test_hostile(void **state)
{
	struct str s;
	int64_t t;

	(void)state;
	assert_no_date("");
	assert_no_date("yesterday");
	assert_no_date("Tue, 4 Mar 2025 09:30:x +0900");
	assert_no_date("Tue, 99 Foo 99999999999999 99:99:99 +9999999999");
	assert_no_date("Tue, 4 Mar 2025 25:00:00 +0900");
	assert_no_date("Tue, 4 Mar 2025 09:60:00 +0900");
	assert_no_date("Tue, 32 Mar 2025 09:00:00 +0900");
	assert_no_date("Tue, 4 Mar 20250304 09:00:00 +0900");
	assert_date("Tue, 4 Mar 2025 00:30:00 +9999999999", THE_DATE);
	str_init(&s, 200000);
	for (int i = 0; i < 100000; i++)
		str_add_c(&s, '9');
	assert_false(date_parse(str_slice(&s), &t));
	str_clear(&s);
	for (int i = 0; i < 100000; i++)
		str_add_c(&s, '(');
	assert_false(date_parse(str_slice(&s), &t));
	str_release(&s);
}

static void
test_every_cut_is_safe(void **state)
{
	static const char whole[] = "Tue, 04 Mar 2025 09:30:00 +0900 (KST)";

	(void)state;
	for (size_t i = 0; i < sizeof whole; i++) {
		char *copy = malloc(i + 1);
		int64_t t;

		memcpy(copy, whole, i);
		(void)date_parse(slice_make(copy, i), &t);
		free(copy);
	}
}

static void
test_format(void **state)
{
	struct str s;
	int64_t t;

	(void)state;
	str_init(&s, 100);
	date_format(THE_DATE, 9 * 3600, &s);
	assert_string_equal(s.p, "Tue, 4 Mar 2025 09:30:00 +0900");
	assert_true(date_parse(str_slice(&s), &t));
	assert_int_equal(t, THE_DATE);
	str_clear(&s);
	date_format(THE_DATE, -(4 * 3600 + 1800), &s);
	assert_string_equal(s.p, "Mon, 3 Mar 2025 20:00:00 -0430");
	assert_true(date_parse(str_slice(&s), &t));
	assert_int_equal(t, THE_DATE);
	str_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_every_cut_is_safe),
		cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
