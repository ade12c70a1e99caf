/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A point in time to come in the words people use for it. */
#include "util/when.h"

#include <stdio.h>
#include <time.h>

#include "util/clock.h"
#include "util/fill.h"
#include "util/i18n.h"

#include "util/banned.h"

/* A weekday alone names one of so many days. */
#define WEEK 7

struct numbers {
	char year[12], month[12], day[12];
	char hour24[12], hour12[12], minute[12];
};

static int64_t
local_day(const struct tm *tm)
{
	return clock_from_utc((int64_t)tm->tm_year + 1900, tm->tm_mon + 1,
	                      tm->tm_mday, 0, 0, 0) /
	       86400;
}

/* How the day is named, with a blank for the time. */
static const char *
sentence(int64_t days)
{
	if (days == 0)
		return _("today {time}");
	if (days == 1)
		return _("tomorrow {time}");
	if (days > 1 && days < WEEK)
		return _("{weekday} {time}");
	return _("{year}-{mm}-{dd} {time}");
}

static struct slice
unpadded(const char *digits)
{
	return slice_of(digits + (digits[0] == '0'));
}

static void
say_time(const struct tm *tm, const struct numbers *n, struct str *out)
{
	fill_blanks(tm->tm_min == 0 ? _("{hour24}:00") : _("{hour24}:{minute}"),
	            (struct fill_blank[]){
			    { "hour24", slice_of(n->hour24) },
			    { "hour12", slice_of(n->hour12) },
			    { "minute", slice_of(n->minute) },
			    { "min", unpadded(n->minute) },
			    { "half", slice_of(tm->tm_hour < 12 ? _("am")
	                                                        : _("pm")) } },
	            5, out);
}

void
when_say(int64_t at, int64_t now, struct str *out)
{
	static const char *const weekdays[] = { N_("Sunday"),   N_("Monday"),
		                                N_("Tuesday"),  N_("Wednesday"),
		                                N_("Thursday"), N_("Friday"),
		                                N_("Saturday") };
	struct numbers n;
	struct tm then, today;
	struct str clock;

	clock_local(at, &then, NULL);
	clock_local(now, &today, NULL);
	(void)snprintf(n.year, sizeof n.year, "%04d", then.tm_year + 1900);
	(void)snprintf(n.month, sizeof n.month, "%02d", then.tm_mon + 1);
	(void)snprintf(n.day, sizeof n.day, "%02d", then.tm_mday);
	(void)snprintf(n.hour24, sizeof n.hour24, "%d", then.tm_hour);
	(void)snprintf(n.hour12, sizeof n.hour12, "%d",
	               (then.tm_hour + 11) % 12 + 1);
	(void)snprintf(n.minute, sizeof n.minute, "%02d", then.tm_min);
	str_init(&clock, 200);
	say_time(&then, &n, &clock);
	fill_blanks(
		sentence(local_day(&then) - local_day(&today)),
		(struct fill_blank[]){
			{ "time", str_slice(&clock) },
			{ "weekday", slice_of(_(weekdays[then.tm_wday % 7])) },
			{ "mm", slice_of(n.month) },
			{ "dd", slice_of(n.day) },
			{ "month", unpadded(n.month) },
			{ "day", unpadded(n.day) },
			{ "year", slice_of(n.year) } },
		7, out);
	str_release(&clock);
}
