/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said of a point in time becomes one: when.c, 3. */
#include "util/when_said.h"

#include <stddef.h>
#include <time.h>

#include "util/clock.h"

#include "util/banned.h"

#define MORNING 9
#define DAY     86400

static int
days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
		                    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* The hour as 0 to 24; false: there is no such one. */
static bool
settle_hour(struct said *w)
{
	bool named = w->hour != UNSAID;

	if (!named && w->minute != UNSAID)
		return false;
	if (!named)
		w->hour = w->half == HALF_PM      ? 15
		          : w->half == HALF_NIGHT ? 20
		                                  : MORNING;
	else if (w->half == HALF_AM && w->hour == 12)
		w->hour = 0;
	else if (w->half == HALF_NIGHT && w->hour == 12)
		w->hour = 24;
	else if ((w->half == HALF_PM && w->hour < 12) ||
	         (w->half == HALF_NIGHT && w->hour > 5 && w->hour < 12))
		w->hour += 12;
	else if (w->half == HALF_AM && w->hour > 12)
		return false;
	if (w->minute == UNSAID)
		w->minute = 0;
	if (w->second == UNSAID)
		w->second = 0;
	if (w->minute >= 60 || (w->hour == 24 && w->minute + w->second > 0))
		return false;
	/* one at night belongs to the evening before */
	if (named && w->half == HALF_NIGHT && w->hour <= 5)
		w->hour += 24;
	return true;
}

/* Seconds since the epoch of a local time; days may lie outside the month. */
static int64_t
local(const struct said *w, int year, int month, int mday, int days)
{
	int64_t t = clock_from_utc(year, month, mday, 0, 0, 0) +
	            (int64_t)days * DAY + w->hour * (int64_t)3600 +
	            w->minute * (int64_t)60 + w->second;
	struct tm tm;
	int offset, there;

	if (w->has_zone)
		return t - w->zone;
	/* The offset there, which may be another one than here. */
	clock_local(t, &tm, &offset);
	clock_local(t - offset, &tm, &offset);
	/* What the clocks leave out is as much later, never before its time. */
	clock_local(t - offset, &tm, &there);
	return t - (there < offset ? there : offset);
}

static bool
resolve_date(const struct said *w, const struct tm *today, int64_t now,
             int64_t *at_r)
{
	int year = w->year != UNSAID ? w->year : today->tm_year + 1900;
	int month = w->month != UNSAID ? w->month : today->tm_mon + 1;

	if (w->mday == UNSAID || (w->year != UNSAID && w->month == UNSAID) ||
	    w->days != UNSAID || w->weekday != UNSAID || w->week != UNSAID)
		return false;
	for (int tries = 0; tries < 48; tries++) {
		if (w->mday <= days_in(year, month)) {
			*at_r = local(w, year, month, w->mday, 0);
			if (w->year != UNSAID || *at_r > now)
				return true;
		} else if (w->year != UNSAID) {
			return false;
		}
		/* The next of these days: next month, or next year. */
		year += w->month != UNSAID || month == 12;
		month = w->month != UNSAID ? month : month % 12 + 1;
	}
	return false;
}

/* Days from today. */
static int
day_of_week(const struct said *w, const struct tm *today)
{
	/* Weeks begin on Monday. */
	int now = (today->tm_wday + 6) % 7;

	if (w->weekday == UNSAID)
		return w->week * 7;
	if (w->week != UNSAID)
		return w->week * 7 + (w->weekday + 6) % 7 - now;
	return (w->weekday + 7 - today->tm_wday) % 7;
}

static bool
resolve_day(const struct said *w, const struct tm *today, int64_t now,
            int64_t *at_r)
{
	bool by_week = w->weekday != UNSAID || w->week != UNSAID;
	int days = 0;

	if ((by_week && w->days != UNSAID) || (w->strict && !by_week))
		return false;
	if (by_week)
		days = day_of_week(w, today);
	else if (w->days != UNSAID)
		days = w->days;
	if (w->strict && w->week == UNSAID && days == 0)
		days = 7;
	*at_r = local(w, today->tm_year + 1900, today->tm_mon + 1,
	              today->tm_mday, days);
	if (*at_r > now || w->days != UNSAID || w->week != UNSAID)
		return true;
	/* The next such time. */
	days += by_week ? 7 : 1;
	*at_r = local(w, today->tm_year + 1900, today->tm_mon + 1,
	              today->tm_mday, days);
	return true;
}

bool
when_settle(struct said *w, int64_t now, int64_t *at_r)
{
	struct tm today;

	clock_local(now, &today, NULL);
	if (w->hours != UNSAID || w->weeks != UNSAID)
		return false;
	if (w->relative) {
		*at_r = now + w->later;
		return w->hour == UNSAID && w->minute == UNSAID &&
		       w->days == UNSAID && w->mday == UNSAID &&
		       w->weekday == UNSAID && w->week == UNSAID &&
		       w->month == UNSAID && w->year == UNSAID &&
		       w->half == HALF_NONE;
	}
	if (w->hour == UNSAID && w->half == HALF_NONE && w->days == UNSAID &&
	    w->mday == UNSAID && w->weekday == UNSAID && w->week == UNSAID)
		return false; /* nothing was said */
	if (!settle_hour(w))
		return false;
	if (w->mday != UNSAID || w->month != UNSAID || w->year != UNSAID)
		return resolve_date(w, &today, now, at_r);
	return resolve_day(w, &today, now, at_r);
}
