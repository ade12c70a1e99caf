/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times of a calendar and the zones it brings along (RFC 5545, 3.6.5).
 *
 * The zones come from the calendar itself, for the names in them are anybody's
 * ("Korea Standard Time", "tzone://Microsoft/Custom").  Of the rules only the
 * yearly ones with a month are read: no zone of the last fifty years needs
 * another.  A name without a definition is looked for among a few well-known
 * ones; with any other the time is shown as it was written.
 */
#include "mime/calendar.h"

#include <string.h>

#include "util/clock.h"

#include "util/banned.h"

#define DAY_SECONDS 86400
/* Zones of one calendar, and changes of one zone, that are read. */
#define ZONES_MAX  32
#define SHIFTS_MAX 200
/* Years that are reckoned with; Outlook's zones begin in 1601. */
#define YEAR_MIN 1600
#define YEAR_MAX 9999

/* The colon before the value; those in quoted parameters do not count. */
static size_t
find_outside(struct slice s, char c)
{
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == c && !quoted)
			return i;
	}
	return s.n;
}

struct ics_line
ics_line_read(struct slice line)
{
	size_t colon = find_outside(line, ':');
	struct slice head = slice_head(line, colon);
	size_t semicolon = slice_find(head, ';');

	return (struct ics_line){
		.name = slice_head(head, semicolon),
		.params = slice_from(head, semicolon + 1),
		.value = slice_trim(slice_from(line, colon + 1)),
	};
}

static struct slice
unquote(struct slice s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return slice_head(slice_from(s, 1), s.n - 2);
	return s;
}

static struct slice
value_of(struct slice list, const char *name)
{
	size_t n = strlen(name);

	while (list.n > 0) {
		size_t at = find_outside(list, ';');
		struct slice one = slice_trim(slice_head(list, at));

		if (slice_istarts(one, name) && one.n > n && one.p[n] == '=')
			return unquote(slice_from(one, n + 1));
		list = slice_from(list, at + 1);
	}
	return SLICE_NONE;
}

struct slice
ics_param(struct slice params, const char *name)
{
	return value_of(params, name);
}

struct slice
ics_rule_value(struct slice rule, const char *key)
{
	return value_of(rule, key);
}

/* The number in n digits at v; -1 when they are none. */
static int
digits(struct slice v, size_t at, size_t n)
{
	int number = 0;

	for (size_t i = at; i < at + n; i++) {
		if (i >= v.n || !byte_is_digit(v.p[i]))
			return -1;
		number = number * 10 + (v.p[i] - '0');
	}
	return number;
}

/* Decimal with a sign, up to 4 digits; fallback when it is none. */
static int
number(struct slice s, int fallback)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	int n;

	if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'))
		s = slice_from(s, 1);
	n = s.n > 0 && s.n <= 4 ? digits(s, 0, s.n) : -1;
	return n < 0 ? fallback : minus ? -n : n;
}

/* "20261120" or "20261120T140000" as if UTC.  false: neither. */
static bool
read_wall(struct slice v, int64_t *wall_r, bool *day_r)
{
	int year = digits(v, 0, 4);
	int month = digits(v, 4, 2);
	int day = digits(v, 6, 2);
	int hour = digits(v, 9, 2);
	int minute = digits(v, 11, 2);

	*day_r = v.n < 13 || v.p[8] != 'T';
	if (year < YEAR_MIN || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	if (!*day_r && (hour < 0 || hour > 23 || minute < 0 || minute > 59))
		return false;
	*wall_r = clock_from_utc(year, month, day, *day_r ? 0 : hour,
	                         *day_r ? 0 : minute, 0);
	return true;
}

/* "+0900", "-033000" in seconds. */
static int
read_offset(struct slice v)
{
	int hours = digits(v, 1, 2);
	int minutes = digits(v, 3, 2);
	int n = hours < 0 || minutes < 0 ? 0 : hours * 3600 + minutes * 60;

	return v.n > 0 && v.p[0] == '-' ? -n : n;
}

static void
zone_line(struct ics_zones *z, const struct ics_line *l)
{
	struct ics_zone *zone = &z->list.v[z->list.n - 1];
	struct ics_shift *s =
		zone->shifts.n > 0 ? &zone->shifts.v[zone->shifts.n - 1] : NULL;
	bool day;

	if (z->depth == 1 && slice_ieq_z(l->name, "TZID"))
		zone->id = l->value;
	else if (z->depth != 2 || s == NULL)
		return;
	else if (slice_ieq_z(l->name, "DTSTART"))
		(void)read_wall(l->value, &s->start, &day);
	else if (slice_ieq_z(l->name, "TZOFFSETFROM"))
		s->before = read_offset(l->value);
	else if (slice_ieq_z(l->name, "TZOFFSETTO"))
		s->on = read_offset(l->value);
	else if (slice_ieq_z(l->name, "RRULE"))
		s->rule = l->value;
}

bool
ics_zones_line(struct ics_zones *z, const struct ics_line *l)
{
	bool begin = slice_ieq_z(l->name, "BEGIN");
	bool end = slice_ieq_z(l->name, "END");
	bool in = z->depth > 0;

	if (begin && z->depth == 0 && slice_ieq_z(l->value, "VTIMEZONE") &&
	    z->list.n < ZONES_MAX) {
		(void)array_add_new(&z->list);
		z->depth = 1;
		return true;
	}
	if (begin && z->depth == 1 &&
	    z->list.v[z->list.n - 1].shifts.n < SHIFTS_MAX) {
		(void)array_add_new(&z->list.v[z->list.n - 1].shifts);
		z->depth = 2;
	} else if (end && slice_ieq_z(l->value, "VTIMEZONE")) {
		z->depth = 0;
	} else if (end && z->depth == 2) {
		z->depth = 1;
	} else if (in) {
		zone_line(z, l);
	}
	return in;
}

void
ics_zones_release(struct ics_zones *z)
{
	for (size_t i = 0; i < z->list.n; i++)
		array_release(&z->list.v[i].shifts);
	array_release(&z->list);
}

int
ics_weekday(struct slice s, int *nth_r)
{
	static const char names[] = "SUMOTUWETHFRSA";
	struct slice day;

	*nth_r = 0;
	if (s.n < 2)
		return -1;
	day = slice_from(s, s.n - 2);
	if (s.n > 2)
		*nth_r = number(slice_head(s, s.n - 2), 0);
	for (int i = 0; i < 7; i++)
		if (slice_ieq(day, slice_make(names + 2 * i, 2)))
			return i;
	return -1;
}

/* Weekday of a time, 0 is Sunday. */
static int
weekday_of(int64_t t)
{
	struct tm tm;

	clock_utc(t, &tm);
	return tm.tm_wday;
}

/* When the yearly rule of s comes true in that year, at s's time of day. */
static bool
onset_in(const struct ics_shift *s, int year, int64_t *t_r)
{
	struct slice list = ics_rule_value(s->rule, "BYMONTHDAY");
	int month = number(ics_rule_value(s->rule, "BYMONTH"), 0);
	int first = number(slice_head(list, slice_find(list, ',')), 1);
	int64_t seconds = (s->start % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS;
	int64_t t;
	int nth;
	int day = ics_weekday(ics_rule_value(s->rule, "BYDAY"), &nth);

	if (month < 1 || month > 12 || first < 1 || first > 31)
		return false;
	if (nth < 0) {
		t = clock_from_utc(month == 12 ? year + 1 : year,
		                   month == 12 ? 1 : month + 1, 1, 0, 0, 0) -
		    DAY_SECONDS;
		t -= (int64_t)((weekday_of(t) - day + 7) % 7) * DAY_SECONDS;
		t += (int64_t)(nth + 1) * 7 * DAY_SECONDS;
	} else {
		t = clock_from_utc(year, month, first, 0, 0, 0);
		if (day >= 0)
			t += (int64_t)((day - weekday_of(t) + 7) % 7) *
			     DAY_SECONDS;
		if (nth > 1)
			t += (int64_t)(nth - 1) * 7 * DAY_SECONDS;
	}
	*t_r = t + seconds;
	return true;
}

/* The last time before wall that s began to hold. */
static bool
last_onset(const struct ics_shift *s, int64_t wall, int64_t *t_r)
{
	struct slice until = ics_rule_value(s->rule, "UNTIL");
	int64_t last = wall;
	bool day;
	struct tm tm;

	if (s->start > wall)
		return false;
	*t_r = s->start;
	if (s->rule.n == 0)
		return true;
	if (until.n > 0 && read_wall(until, &last, &day) && last > wall)
		last = wall;
	clock_utc(last, &tm);
	for (int back = 0; back < 2; back++) {
		int64_t t;

		if (onset_in(s, tm.tm_year + 1900 - back, &t) && t <= last &&
		    t >= s->start) {
			*t_r = t;
			break;
		}
	}
	return true;
}

static int
offset_at(const struct ics_zone *z, int64_t wall)
{
	const struct ics_shift *first = NULL;
	int64_t best = INT64_MIN;
	int offset = 0;

	for (size_t i = 0; i < z->shifts.n; i++) {
		const struct ics_shift *s = &z->shifts.v[i];
		int64_t t;

		if (first == NULL || s->start < first->start)
			first = s;
		if (last_onset(s, wall, &t) && t > best) {
			best = t;
			offset = s->on;
		}
	}
	return best == INT64_MIN && first != NULL ? first->before : offset;
}

/* Names that are used without a definition, and never change their clocks. */
static bool
well_known(struct slice id, int *offset_r)
{
	static const struct {
		const char *name;
		int hours;
	} names[] = {
		{ "Asia/Seoul", 9 }, { "Korea Standard Time", 9 },
		{ "Asia/Tokyo", 9 }, { "Tokyo Standard Time", 9 },
		{ "UTC", 0 },        { "GMT", 0 },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!slice_iends(id, names[i].name))
			continue;
		*offset_r = names[i].hours * 3600;
		return true;
	}
	return false;
}

static bool
find_offset(const struct ics_zones *z, struct slice id, int64_t wall,
            int *offset_r)
{
	for (size_t i = 0; i < z->list.n; i++) {
		if (!slice_eq(z->list.v[i].id, id) ||
		    z->list.v[i].shifts.n == 0)
			continue;
		*offset_r = offset_at(&z->list.v[i], wall);
		return true;
	}
	return well_known(id, offset_r);
}

bool
ics_time_read(const struct ics_zones *z, const struct ics_line *l,
              struct ics_time *t_r)
{
	struct ics_time t = { .zone = ics_param(l->params, "TZID") };
	int offset = 0;

	if (!read_wall(l->value, &t.wall, &t.day))
		return false;
	if (!t.day && l->value.p[l->value.n - 1] == 'Z') {
		t.zone = SLICE_NONE;
		t.known = true;
	} else if (!t.day && t.zone.n > 0) {
		t.known = find_offset(z, t.zone, t.wall, &offset);
	}
	t.utc = t.wall - offset;
	*t_r = t;
	return true;
}

int64_t
ics_duration(struct slice s)
{
	static const char units[] = "WDHMS";
	static const int seconds[] = { 7 * DAY_SECONDS, DAY_SECONDS, 3600, 60,
		                       1 };
	int64_t total = 0;

	if (s.n < 2 || s.p[0] != 'P')
		return -1;
	s = slice_from(s, 1);
	while (s.n > 0) {
		size_t n = 0;
		const char *unit;
		int count;

		if (s.p[0] == 'T')
			s = slice_from(s, 1);
		while (n < s.n && byte_is_digit(s.p[n]))
			n++;
		count = number(slice_head(s, n), -1);
		unit = n < s.n ? memchr(units, s.p[n], 5) : NULL;
		if (count < 0 || unit == NULL)
			return -1;
		total += (int64_t)count * seconds[unit - units];
		s = slice_from(s, n + 1);
	}
	return total;
}
