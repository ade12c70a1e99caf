/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points in time as people say them: seen from Friday 2026-09-11 10:20 in Seoul. */
#include "lib/test.h"

#include <stdio.h>
#include <time.h>

#include "util/clock.h"
#include "util/when.h"

#define HERE (9 * 3600)

static int64_t
now(void)
{
	return clock_from_utc(2026, 9, 11, 10, 20, 0) - HERE;
}

static const char *
said(const char *text, char *out, size_t n)
{
	struct err err = { 0 };
	struct tm tm;
	int64_t at;

	if (when_parse(slice_of(text), now(), &at, &err) != 0) {
		assert_int_equal(err.code, ERR_USAGE);
		return strstr(err.text, "past") != NULL ? "past" : "bad";
	}
	clock_utc(at + HERE, &tm);
	(void)snprintf(out, n, "%04d-%02d-%02d %02d:%02d", tm.tm_year + 1900,
	               tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
	return out;
}

struct example {
	const char *text, *at;
};

static void
check(const struct example *v, size_t n)
{
	char out[64];
	size_t i;

	for (i = 0; i < n; i++) {
		const char *got = said(v[i].text, out, sizeof out);

		if (strcmp(got, v[i].at) != 0)
			fail_msg("'%s': %s, not %s", v[i].text, got, v[i].at);
	}
}

#define CHECK(v) check(v, sizeof(v) / sizeof(v)[0])

static void
test_korean(void **state)
{
	static const struct example v[] = {
		{ "내일 9시", "2026-09-12 09:00" },
		{ "내일", "2026-09-12 09:00" },
		{ "내일9시반에", "2026-09-12 09:30" },
		{ "오후 3시", "2026-09-11 15:00" },
		{ "오전 9시", "2026-09-12 09:00" },
		{ "모레 오후 3시 20분", "2026-09-13 15:20" },
		{ "내일모레 정오", "2026-09-13 12:00" },
		{ "글피 14:05", "2026-09-14 14:05" },
		{ "오늘 자정", "2026-09-12 00:00" },
		{ "오늘밤", "2026-09-11 20:00" },
		{ "오늘 밤 12시", "2026-09-12 00:00" },
		{ "오늘 밤 1시 30분", "2026-09-12 01:30" },
		{ "낮 12시", "2026-09-11 12:00" },
		{ "오전 12시", "2026-09-12 00:00" },
		{ "내일 저녁 7시", "2026-09-12 19:00" },
		{ "월요일", "2026-09-14 09:00" },
		{ "금요일 11시", "2026-09-11 11:00" },
		{ "금요일 10시", "2026-09-18 10:00" },
		{ "다음 주 월요일 오후 3시 반", "2026-09-14 15:30" },
		{ "다음주 금요일 9시", "2026-09-18 09:00" },
		{ "이번 주 일요일 8시", "2026-09-13 08:00" },
		{ "다음 주", "2026-09-18 09:00" },
		{ "30분 뒤", "2026-09-11 10:50" },
		{ "두 시간 후에", "2026-09-11 12:20" },
		{ "1시간 반 뒤", "2026-09-11 11:50" },
		{ "3일 뒤 오후 2시", "2026-09-14 14:00" },
		{ "이틀 뒤", "2026-09-13 09:00" },
		{ "2주 뒤 9시", "2026-09-25 09:00" },
		{ "9월 21일 14:00", "2026-09-21 14:00" },
		{ "9월 1일", "2027-09-01 09:00" },
		{ "25일 오후 6시", "2026-09-25 18:00" },
		{ "10일", "2026-10-10 09:00" },
		{ "31일", "2026-10-31 09:00" },
		{ "2월 29일", "2028-02-29 09:00" },
		{ "2027년 1월 2일 3시", "2027-01-02 03:00" },
	};

	(void)state;
	CHECK(v);
}

static void
test_english(void **state)
{
	static const struct example v[] = {
		{ "tomorrow 9:00", "2026-09-12 09:00" },
		{ "Tomorrow at 9am", "2026-09-12 09:00" },
		{ "9:30 PM", "2026-09-11 21:30" },
		{ "9:30", "2026-09-12 09:30" },
		{ "12am", "2026-09-12 00:00" },
		{ "noon", "2026-09-11 12:00" },
		{ "tonight", "2026-09-11 20:00" },
		{ "tonight at 9", "2026-09-11 21:00" },
		{ "tomorrow afternoon", "2026-09-12 15:00" },
		{ "the day after tomorrow, 17:00", "2026-09-13 17:00" },
		{ "fri 11:00", "2026-09-11 11:00" },
		{ "next friday 11:00", "2026-09-18 11:00" },
		{ "next mon 2pm", "2026-09-14 14:00" },
		{ "next week monday", "2026-09-14 09:00" },
		{ "in 2 hours", "2026-09-11 12:20" },
		{ "in 90 minutes", "2026-09-11 11:50" },
		{ "in 1 hour 30 minutes", "2026-09-11 11:50" },
		{ "+2h", "2026-09-11 12:20" },
		{ "3 days later", "2026-09-14 10:20" },
		{ "9/21 14:00", "2026-09-21 14:00" },
	};

	(void)state;
	CHECK(v);
}

static void
test_iso(void **state)
{
	static const struct example v[] = {
		{ "2026-09-21 14:00", "2026-09-21 14:00" },
		{ "2026-09-21T14:00", "2026-09-21 14:00" },
		{ "2026-09-21T14:00:00+09:00", "2026-09-21 14:00" },
		{ "2026-09-21T14:00:00Z", "2026-09-21 23:00" },
		{ "2026-09-21T14:00:00-0500", "2026-09-22 04:00" },
		{ "2026-09-21", "2026-09-21 09:00" },
		{ "2026-09-11T10:20", "past" },
		{ "2026-09-10 23:00", "past" },
	};

	(void)state;
	CHECK(v);
}

static void
test_what_is_no_time(void **state)
{
	static const struct example v[] = {
		{ "", "bad" },
		{ " , ", "bad" },
		{ "soon", "bad" },
		{ "내일 내일", "bad" },
		{ "내일 9시 10시", "bad" },
		{ "25시", "bad" },
		{ "24:01", "bad" },
		{ "9:60", "bad" },
		{ "9:5", "bad" },
		{ "60분", "bad" },
		{ "30분", "bad" },
		{ "오후 오전 3시", "bad" },
		{ "오전 15시", "bad" },
		{ "2026-13-01", "bad" },
		{ "2027-02-29", "bad" },
		{ "2월 30일", "bad" },
		{ "2026-09", "bad" },
		{ "9월", "bad" },
		{ "2시간", "bad" },
		{ "뒤", "bad" },
		{ "next", "bad" },
		{ "in 2 hours tomorrow", "bad" },
		{ "내일 월요일", "bad" },
		{ "내일x", "bad" },
		{ "in 99999 weeks", "bad" },
		{ "2040-01-01", "bad" },
		{ "오늘 9시", "past" },
		{ "이번 주 월요일", "past" },
		{ "\xeb\x82", "bad" },
	};

	(void)state;
	CHECK(v);
}

static void
test_cut_anywhere(void **state)
{
	static const char text[] = "다음 주 월요일 오후 3시 반, "
				   "2026-09-21T14:00:00+09:00";
	size_t n;

	(void)state;
	for (n = 0; n <= sizeof text - 1; n++) {
		char *cut = malloc(n + 1);
		int64_t at = 0;

		memcpy(cut, text, n);
		if (when_parse(slice_make(cut, n), now(), &at, NULL) == 0)
			assert_true(at > now());
		free(cut);
	}
}

/* The clock is put forward in the night to 2027-03-28 in Berlin. */
static void
test_summer_time(void **state)
{
	int64_t at;

	(void)state;
	(void)setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_int_equal(when_parse(SLICE_LIT("tomorrow 9:00"),
	                            clock_from_utc(2027, 3, 27, 11, 0, 0), &at,
	                            NULL),
	                 0);
	assert_int_equal(at, clock_from_utc(2027, 3, 28, 7, 0, 0));
	/* Half past two is left out: 3:30, not an hour too early. */
	assert_int_equal(when_parse(SLICE_LIT("tomorrow 2:30"),
	                            clock_from_utc(2027, 3, 27, 11, 0, 0), &at,
	                            NULL),
	                 0);
	assert_int_equal(at, clock_from_utc(2027, 3, 28, 1, 30, 0));
	(void)setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1);
	tzset();
	assert_int_equal(when_parse(SLICE_LIT("2027-03-14 02:30"),
	                            clock_from_utc(2027, 3, 13, 11, 0, 0), &at,
	                            NULL),
	                 0);
	assert_int_equal(at, clock_from_utc(2027, 3, 14, 7, 30, 0));
	/* Half past one comes twice: one of them. */
	assert_int_equal(when_parse(SLICE_LIT("2027-11-07 01:30"),
	                            clock_from_utc(2027, 11, 6, 11, 0, 0), &at,
	                            NULL),
	                 0);
	assert_int_equal(at, clock_from_utc(2027, 11, 7, 5, 30, 0));
	(void)setenv("TZ", "KST-9", 1);
	tzset();
}

/* Said as people say it, and understood when they say it again. */
static void
test_said_and_understood(void **state)
{
	static const struct example examples[] = {
		{ "2026-09-11 10:21", "today 10:21" },
		{ "2026-09-12 00:00", "tomorrow 0:00" },
		{ "2026-09-12 09:00", "tomorrow 9:00" },
		{ "2026-09-13 21:05", "Sunday 21:05" },
		{ "2026-09-17 12:00", "Thursday 12:00" },
		{ "2026-09-18 09:00", "2026-09-18 9:00" },
		{ "2027-01-02 09:30", "2027-01-02 9:30" },
	};
	struct err err = { 0 };
	int64_t at, again;
	struct str s;

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		str_init(&s, 200);
		assert_int_equal(when_parse(slice_of(examples[i].text), now(),
		                            &at, &err),
		                 0);
		when_say(at, now(), &s);
		assert_string_equal(s.p, examples[i].at);
		str_release(&s);
	}
	for (at = now() + 60; at < now() + 300 * 86400; at += 7 * 3600 + 660) {
		int64_t minute = at - at % 60;

		str_init(&s, 200);
		when_say(minute, now(), &s);
		if (when_parse(str_slice(&s), now(), &again, &err) != 0)
			fail_msg("%s", s.p);
		assert_int_equal(again, minute);
		str_release(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said_and_understood),
		cmocka_unit_test(test_korean),
		cmocka_unit_test(test_english),
		cmocka_unit_test(test_iso),
		cmocka_unit_test(test_what_is_no_time),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_summer_time),
	};

	(void)setenv("TZ", "KST-9", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
