/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When an event is and how it comes again, in words (RFC 5545, 3.3.10). */
#include "mime/calendar.h"

#include "text/unicode.h"
#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

#define DAY_SECONDS 86400
/* Weekdays of one rule that are named. */
#define DAYS_MAX 7
/* Bytes of a zone's name that are shown. */
#define ZONE_BYTES 200

static const char *const days[] = { N_("Sun"), N_("Mon"), N_("Tue"), N_("Wed"),
	                            N_("Thu"), N_("Fri"), N_("Sat") };

static void
add_day(const struct tm *tm, struct str *out)
{
	str_printf(out, "%04d-%02d-%02d (%s)", tm->tm_year + 1900,
	           tm->tm_mon + 1, tm->tm_mday, _(days[tm->tm_wday]));
}

static void
add_clock(const struct tm *tm, struct str *out)
{
	str_printf(out, "%02d:%02d", tm->tm_hour, tm->tm_min);
}

/* The time on our clocks, or as written. */
static void
broken(const struct ics_time *t, struct tm *tm)
{
	if (t->known)
		clock_local(t->utc, tm, NULL);
	else
		clock_utc(t->wall, tm);
}

static bool
same_day(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_yday == b->tm_yday;
}

static void
add_days(const struct ics_time *start, const struct ics_time *end,
         struct str *out)
{
	struct tm a, b;

	clock_utc(start->wall, &a);
	add_day(&a, out);
	if (end != NULL && end->day && end->wall > start->wall + DAY_SECONDS) {
		clock_utc(end->wall - DAY_SECONDS, &b);
		str_add_z(out, " - ");
		add_day(&b, out);
	}
	str_add_z(out, ", ");
	str_add_z(out, _("all day"));
}

/* What the clock shows where the event was written, if that is another time
 * than ours or nobody knows which. */
static void
add_their_clock(const struct ics_time *t, const struct tm *ours,
                struct str *out)
{
	struct tm theirs;
	struct str zone;

	clock_utc(t->wall, &theirs);
	if (t->zone.n == 0 ||
	    (t->known && theirs.tm_hour == ours->tm_hour &&
	     theirs.tm_min == ours->tm_min && same_day(&theirs, ours)))
		return;
	str_init(&zone, ZONE_BYTES);
	unicode_clean_line(slice_head(t->zone, ZONE_BYTES / 4), &zone);
	str_add_z(out, " (");
	if (t->known) {
		if (!same_day(&theirs, ours)) {
			add_day(&theirs, out);
			str_add_c(out, ' ');
		}
		add_clock(&theirs, out);
		str_add_c(out, ' ');
	}
	str_add_slice(out, str_slice(&zone));
	str_add_c(out, ')');
	str_release(&zone);
}

void
ics_add_times(const struct ics_time *start, const struct ics_time *end,
              struct str *out)
{
	struct tm a, b;

	if (start->day) {
		add_days(start, end, out);
		return;
	}
	broken(start, &a);
	add_day(&a, out);
	str_add_c(out, ' ');
	add_clock(&a, out);
	if (end != NULL && !end->day && end->wall != start->wall) {
		broken(end, &b);
		str_add_z(out, " - ");
		if (!same_day(&a, &b)) {
			add_day(&b, out);
			str_add_c(out, ' ');
		}
		add_clock(&b, out);
	}
	add_their_clock(start, &a, out);
}

static const char *
every_one(struct slice freq)
{
	static const struct {
		const char *freq;
		const char *words;
	} table[] = {
		{ "HOURLY", N_("every hour") },
		{ "DAILY", N_("every day") },
		{ "WEEKLY", N_("every week") },
		{ "MONTHLY", N_("every month") },
		{ "YEARLY", N_("every year") },
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (slice_ieq_z(freq, table[i].freq))
			return _(table[i].words);
	return _("repeated");
}

static void
add_every(struct slice freq, uint64_t interval, struct str *out)
{
	unsigned long n = (unsigned long)interval;

	if (n > 1 && slice_ieq_z(freq, "DAILY"))
		str_printf(out, N_N("every %lu day", "every %lu days", n), n);
	else if (n > 1 && slice_ieq_z(freq, "WEEKLY"))
		str_printf(out, N_N("every %lu week", "every %lu weeks", n), n);
	else if (n > 1 && slice_ieq_z(freq, "MONTHLY"))
		str_printf(out, N_N("every %lu month", "every %lu months", n),
		           n);
	else if (n > 1 && slice_ieq_z(freq, "YEARLY"))
		str_printf(out, N_N("every %lu year", "every %lu years", n), n);
	else
		str_add_z(out, every_one(freq));
}

/* " (Mon, Wed)" or " (2. Tue)". */
static void
add_weekdays(struct slice list, struct str *out)
{
	struct slice one;
	size_t n = 0;
	int nth;

	while (n < DAYS_MAX && slice_split(&list, ',', &one)) {
		int day = ics_weekday(slice_trim(one), &nth);

		if (day < 0)
			continue;
		str_add_z(out, n++ == 0 ? " (" : ", ");
		if (nth < 0)
			str_printf(out, _("last %s"), _(days[day]));
		else if (nth > 0)
			str_printf(out, _("%d. %s"), nth, _(days[day]));
		else
			str_add_z(out, _(days[day]));
	}
	if (n > 0)
		str_add_c(out, ')');
}

void
ics_add_rule(struct slice rule, struct str *out)
{
	struct slice freq = ics_rule_value(rule, "FREQ");
	struct slice until = ics_rule_value(rule, "UNTIL");
	struct ics_zones none = { 0 };
	struct ics_line line = { .value = until };
	struct ics_time t;
	uint64_t n = 1;
	struct tm tm;

	if (rule.n == 0)
		return;
	if (slice_u64(ics_rule_value(rule, "INTERVAL"), &n) != 0 || n > 1000)
		n = 1;
	str_add_z(out, ", ");
	add_every(freq, n, out);
	add_weekdays(ics_rule_value(rule, "BYDAY"), out);
	if (slice_u64(ics_rule_value(rule, "COUNT"), &n) == 0 && n <= 100000) {
		unsigned long count = (unsigned long)n;

		str_add_z(out, ", ");
		str_printf(out, N_N("%lu time", "%lu times", count), count);
	} else if (until.n > 0 && ics_time_read(&none, &line, &t)) {
		str_add_z(out, ", ");
		broken(&t, &tm);
		str_printf(out, _("until %04d-%02d-%02d"), tm.tm_year + 1900,
		           tm.tm_mon + 1, tm.tm_mday);
	}
}
