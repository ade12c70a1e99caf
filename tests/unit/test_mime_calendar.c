/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invitations: what, when, where and who, in four lines. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mime/message.h"

#define CALENDAR     "Content-Type: text/calendar; charset=utf-8\n\n"
#define EVENT(lines) "BEGIN:VCALENDAR\n" lines "END:VEVENT\nEND:VCALENDAR\n"
#define SEOUL                                           \
 "BEGIN:VTIMEZONE\nTZID:Korea Standard Time\n"          \
 "BEGIN:STANDARD\nDTSTART:16010101T000000\n"            \
 "TZOFFSETFROM:+0900\nTZOFFSETTO:+0900\nEND:STANDARD\n" \
 "END:VTIMEZONE\n"
#define EASTERN                                         \
 "BEGIN:VTIMEZONE\nTZID:Eastern\n"                      \
 "BEGIN:STANDARD\nDTSTART:20071104T020000\n"            \
 "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\n"             \
 "TZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nEND:STANDARD\n" \
 "BEGIN:DAYLIGHT\nDTSTART:20070311T020000\n"            \
 "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\n"              \
 "TZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nEND:DAYLIGHT\n" \
 "END:VTIMEZONE\n"

static void
display(struct slice raw, struct str *out)
{
	struct message m;

	message_parse(&m, raw);
	str_clear(out);
	message_display(&m, 80, out);
	message_release(&m);
}

static void
assert_shown(const char *raw, const char *want)
{
	struct str s;

	str_init(&s, 1 << 20);
	display(slice_of(raw), &s);
	assert_string_equal(s.p, want);
	str_release(&s);
}

/* The line "When: " of an event with these lines. */
static void
assert_when(const char *zones, const char *lines, const char *want)
{
	char raw[4000];
	struct str s;

	(void)snprintf(raw, sizeof raw,
	               CALENDAR "BEGIN:VCALENDAR\n%sBEGIN:VEVENT\nSUMMARY:x\n"
	                        "%s\nEND:VEVENT\nEND:VCALENDAR\n",
	               zones, lines);
	str_init(&s, 1 << 20);
	display(slice_of(raw), &s);
	if (!slice_starts(str_slice(&s), "Event: x\nWhen: ") ||
	    !slice_eq_z(slice_rtrim(slice_from(str_slice(&s), 15)), want))
		fail_msg("%s: \"%s\", not \"%s\"", lines, s.p, want);
	str_release(&s);
}

static void
test_four_lines(void **state)
{
	(void)state;
	assert_shown(
		CALENDAR EVENT(
			"METHOD:REQUEST\nSUMMARY:outside\n" SEOUL
			"BEGIN:VEVENT\nSUMMARY:3분기 회의\\, 본\n 사\n"
			"DTSTART;TZID=\"Korea Standard Time\":20261120T140000\n"
			"DTEND;TZID=Korea Standard Time:20261120T150000\n"
			"LOCATION:7층\\n대회의실\n"
			"ORGANIZER;CN=\"이; 준호\":mailto:lee@b.kr\n"
			"ATTENDEE;CN=x:mailto:a@b.kr\n"
			"ATTENDEE:mailto:b@b.kr\n"
			"BEGIN:VALARM\nSUMMARY:알림\nDTSTART:20200101\n"
			"END:VALARM\nDESCRIPTION:long\n"),
		"Event: 3분기 회의, 본사\n"
		"When: 2026-11-20 (Fri) 14:00 - 15:00\n"
		"Place: 7층 대회의실\n"
		"Organiser: 이; 준호 <lee@b.kr>, 2 invited\n");
}

static void
test_zones(void **state)
{
	(void)state;
	/* UTC is shown on our clocks. */
	assert_when("", "DTSTART:20260907T010400Z\nDTEND:20260907T020400Z",
	            "2026-09-07 (Mon) 10:04 - 11:04");
	/* Winter and summer of the zone in the mail. */
	assert_when(EASTERN,
	            "DTSTART;TZID=Eastern:20261120T090000\n"
	            "DTEND;TZID=Eastern:20261120T093000",
	            "2026-11-20 (Fri) 23:00 - 23:30 (09:00 Eastern)");
	assert_when(EASTERN, "DTSTART;TZID=Eastern:20260701T120000",
	            "2026-07-02 (Thu) 01:00 (2026-07-01 (Wed) 12:00 Eastern)");
	/* The days on which the clocks change. */
	assert_when(EASTERN, "DTSTART;TZID=Eastern:20260308T015900",
	            "2026-03-08 (Sun) 15:59 (01:59 Eastern)");
	assert_when(EASTERN, "DTSTART;TZID=Eastern:20260308T030000",
	            "2026-03-08 (Sun) 16:00 (03:00 Eastern)");
	assert_when(EASTERN, "DTSTART;TZID=Eastern:20261101T030000",
	            "2026-11-01 (Sun) 17:00 (03:00 Eastern)");
	/* A well-known name needs no definition; any other stays as it is. */
	assert_when("", "DTSTART;TZID=Asia/Seoul:20261120T140000",
	            "2026-11-20 (Fri) 14:00");
	assert_when("", "DTSTART;TZID=\"a:b\":20261120T140000",
	            "2026-11-20 (Fri) 14:00 (a:b)");
	assert_when("", "DTSTART:20261120T140000", "2026-11-20 (Fri) 14:00");
	assert_when("", "DTSTART:soon\x1b[2J", "soon\xef\xbf\xbd[2J");
}

static void
test_zone_behind_the_event(void **state)
{
	(void)state;
	assert_shown(CALENDAR "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\n"
	                      "DTSTART;TZID=Eastern:20261120T090000\n"
	                      "END:VEVENT\n" EASTERN "END:VCALENDAR\n",
	             "Event: x\nWhen: 2026-11-20 (Fri) 23:00 (09:00 "
	             "Eastern)\n");
}

static void
test_days_and_lengths(void **state)
{
	(void)state;
	assert_when("", "DTSTART;VALUE=DATE:20261224",
	            "2026-12-24 (Thu), all day");
	assert_when("",
	            "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261225",
	            "2026-12-24 (Thu), all day");
	assert_when("",
	            "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227",
	            "2026-12-24 (Thu) - 2026-12-26 (Sat), all day");
	assert_when("", "DTSTART:20261231T230000\nDURATION:PT1H30M",
	            "2026-12-31 (Thu) 23:00 - 2027-01-01 (Fri) 00:30");
	assert_when("", "DTSTART:20261231T230000\nDURATION:P1D",
	            "2026-12-31 (Thu) 23:00 - 2027-01-01 (Fri) 23:00");
	assert_when("", "DTSTART:20261231T230000\nDURATION:PXH",
	            "2026-12-31 (Thu) 23:00");
}

static void
test_recurring(void **state)
{
	static const char start[] = "DTSTART:20261123T100000\nRRULE:";
	static const char *const rules[][2] = {
		{ "FREQ=DAILY", "every day" },
		{ "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,WE;COUNT=10",
		  "every week (Mon, Wed), 10 times" },
		{ "FREQ=WEEKLY;INTERVAL=2", "every 2 weeks" },
		{ "FREQ=MONTHLY;BYDAY=2TU;UNTIL=20261231T000000",
		  "every month (2. Tue), until 2026-12-31" },
		{ "FREQ=MONTHLY;BYDAY=-1FR", "every month (last Fri)" },
		{ "FREQ=YEARLY;COUNT=1", "every year, 1 time" },
		{ "FREQ=SECONDLY", "repeated" },
		{ "INTERVAL=99999999999;BYDAY=XX;COUNT=x", "repeated" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		char lines[300];
		char want[300];

		(void)snprintf(lines, sizeof lines, "%s%s", start, rules[i][0]);
		(void)snprintf(want, sizeof want, "2026-11-23 (Mon) 10:00, %s",
		               rules[i][1]);
		assert_when("", lines, want);
	}
}

static void
test_cancelled_and_answered(void **state)
{
	(void)state;
	assert_shown(CALENDAR EVENT("METHOD:CANCEL\nBEGIN:VEVENT\nSUMMARY:x\n"
	                            "DTSTART:20261120T140000\n"),
	             "Cancelled: x\nWhen: 2026-11-20 (Fri) 14:00\n");
	assert_shown(CALENDAR EVENT("METHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:x\n"
	                            "STATUS:CANCELLED\n"),
	             "Cancelled: x\n");
	assert_shown(
		CALENDAR EVENT(
			"METHOD:REPLY\nBEGIN:VEVENT\nSUMMARY:x\n"
			"ORGANIZER:mailto:a@b.kr\n"
			"ATTENDEE;PARTSTAT=DECLINED;CN=박:mailto:p@b.kr\n"),
		"Event: x\nAnswer: 박: does not come\n");
}

#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=b\n\n"

/* The invitation is shown with the text beside it, and without any. */
static void
test_among_alternatives(void **state)
{
	(void)state;
	assert_shown(
		ALTERNATIVE
		"--b\n\nplease come\n--b\nContent-Type: text/html\n\n<p>x"
		"\n--b\n" CALENDAR EVENT("BEGIN:VEVENT\nSUMMARY:x\n") "--b--\n",
		"Event: x\n\nplease come\n");
	assert_shown(ALTERNATIVE "--b\n\n\n--b\n" CALENDAR EVENT(
			     "BEGIN:VEVENT\nSUMMARY:x\n") "--b--\n",
	             "Event: x\n");
	assert_shown(ALTERNATIVE "--b\n" CALENDAR EVENT(
			     "BEGIN:VEVENT\nSUMMARY:x\n") "--b--\n",
	             "Event: x\n");
}

static void
test_many_and_none(void **state)
{
	struct str raw, shown;

	(void)state;
	str_init(&raw, 100000);
	str_init(&shown, 100000);
	str_add_z(&raw, CALENDAR);
	for (int i = 0; i < 13; i++)
		str_printf(&raw, "BEGIN:VEVENT\nSUMMARY:%d\nEND:VEVENT\n", i);
	display(str_slice(&raw), &shown);
	assert_true(slice_starts(str_slice(&shown), "Event: 0\n\nEvent: 1\n"));
	assert_true(slice_ends(str_slice(&shown),
	                       "Event: 9\n[3 more events are not shown]\n"));
	assert_shown(CALENDAR "BEGIN:VCALENDAR\nEND:VCALENDAR\n",
	             "[text/calendar, 30 B]\n");
	str_release(&shown);
	str_release(&raw);
}

/* Cut anywhere, and any byte changed: no crash, no control. */
static void
test_every_cut(void **state)
{
	static const char whole[] = CALENDAR EVENT(
		"METHOD:REPLY\n" EASTERN
		"BEGIN:VEVENT\nSUMMARY:\\\nDTSTART;TZID=Eastern:20261120T090000"
		"\nDURATION:P1DT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20270101\n"
		"ATTENDEE;CN=\"x:mailto:a@b\n");
	struct str s;

	(void)state;
	str_init(&s, 100000);
	for (size_t i = 0; i < sizeof whole; i++) {
		char *copy = malloc(sizeof whole);

		assert_non_null(copy);
		memcpy(copy, whole, sizeof whole);
		display(slice_make(copy, i), &s);
		copy[i] = (char)0x9b;
		display(slice_make(copy, sizeof whole - 1), &s);
		free(copy);
	}
	str_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_four_lines),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_zone_behind_the_event),
		cmocka_unit_test(test_days_and_lengths),
		cmocka_unit_test(test_recurring),
		cmocka_unit_test(test_cancelled_and_answered),
		cmocka_unit_test(test_among_alternatives),
		cmocka_unit_test(test_many_and_none),
		cmocka_unit_test(test_every_cut),
	};

	assert_int_equal(setenv("TZ", "KST-9", 1), 0);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
