/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates of mail (RFC 5322 3.3 and what mailers write instead). */
#include "mime/date.h"

#include <stddef.h>
#include <time.h>

#include "mime/lex.h"
#include "mime/limits.h"
#include "util/clock.h"

#include "util/banned.h"

static const char month_names[12][4] = { "Jan", "Feb", "Mar", "Apr",
	                                 "May", "Jun", "Jul", "Aug",
	                                 "Sep", "Oct", "Nov", "Dec" };
static const char day_names[7][4] = { "Sun", "Mon", "Tue", "Wed",
	                              "Thu", "Fri", "Sat" };

/* Zones by name (RFC 5322 4.3), and of Korea and Europe: minutes. */
static const struct {
	const char *name;
	int minutes;
} zones[] = {
	{ "UT", 0 },     { "UTC", 0 },    { "GMT", 0 },    { "Z", 0 },
	{ "EST", -300 }, { "EDT", -240 }, { "CST", -360 }, { "CDT", -300 },
	{ "MST", -420 }, { "MDT", -360 }, { "PST", -480 }, { "PDT", -420 },
	{ "KST", 540 },  { "BST", 60 },   { "CET", 60 },   { "CEST", 120 },
	{ "MET", 60 },   { "MEST", 120 }, { "EET", 120 },  { "EEST", 180 },
};

/* What has been found; -1: not yet. */
struct parts {
	int day;
	int month; /* from 1 */
	int year;
	int hour;
	int minute;
	int second;
	int zone; /* seconds */
	bool has_zone;
	bool iso; /* the year came first */
};

/* Digits at the start of s, at most six of them count; -1 for none. */
static int
read_number(struct slice *s, size_t *digits_r)
{
	int v = 0;
	size_t n = 0;

	while (n < s->n && byte_is_digit(s->p[n])) {
		if (n < 6)
			v = v * 10 + (s->p[n] - '0');
		n++;
	}
	*s = slice_from(*s, n);
	*digits_r = n;
	return n > 0 && n <= 6 ? v : -1;
}

static bool
read_time(struct parts *d, int hour, struct slice *s)
{
	size_t n;

	d->hour = hour;
	*s = slice_from(*s, 1);
	d->minute = read_number(s, &n);
	d->second = 0;
	if (s->n > 1 && (s->p[0] == ':' || s->p[0] == '.') &&
	    byte_is_digit(s->p[1])) {
		*s = slice_from(*s, 1);
		d->second = read_number(s, &n);
	}
	if (s->n > 1 && s->p[0] == '.') {
		*s = slice_from(*s, 1);
		(void)read_number(s, &n);
	}
	if (s->n > 1 && s->p[0] == ':' && byte_is_alpha(s->p[1]))
		return false;
	return d->minute >= 0 && d->second >= 0;
}

static void
read_zone(struct parts *d, struct slice *s)
{
	int sign = s->p[0] == '-' ? -1 : 1;
	size_t n;
	int v;

	*s = slice_from(*s, 1);
	v = read_number(s, &n);
	if (s->n > 2 && n <= 2 && s->p[0] == ':') {
		size_t m;

		*s = slice_from(*s, 1);
		v = v * 100 + read_number(s, &m);
	} else if (n <= 2) {
		v *= 100;
	}
	if (v < 0 || v > 9959)
		return;
	d->zone = sign * (v / 100 * 3600 + v % 100 * 60);
	d->has_zone = true;
}

static int
full_year(int v, size_t digits)
{
	if (digits >= 4)
		return v;
	if (digits == 3)
		return v + 1900;
	return v < 50 ? v + 2000 : v + 1900;
}

/* A number that stands alone: day, year, or month in the ISO order. */
static bool
take_number(struct parts *d, int v, size_t digits)
{
	if (v < 0)
		return false;
	if (digits >= 3 && d->year < 0) {
		d->year = full_year(v, digits);
		d->iso = d->day < 0 && d->month < 0;
	} else if (d->iso && d->month < 0) {
		d->month = v;
	} else if (d->day < 0) {
		d->day = v;
	} else if (d->year < 0) {
		d->year = full_year(v, digits);
	}
	return true;
}

static void
take_word(struct parts *d, struct slice w)
{
	if (d->month < 0 && w.n >= 3)
		for (int i = 0; i < 12; i++)
			if (slice_ieq_z(slice_head(w, 3), month_names[i])) {
				d->month = i + 1;
				return;
			}
	if (d->hour < 0)
		return;
	if (slice_ieq_z(w, "pm") && d->hour < 12)
		d->hour += 12;
	else if (slice_ieq_z(w, "am") && d->hour == 12)
		d->hour = 0;
	for (size_t i = 0; !d->has_zone && i < sizeof zones / sizeof *zones;
	     i++)
		if (slice_ieq_z(w, zones[i].name)) {
			d->zone = zones[i].minutes * 60;
			d->has_zone = true;
		}
}

static size_t
word_size(struct slice s)
{
	size_t n = 0;

	while (n < s.n && byte_is_alpha(s.p[n]))
		n++;
	return n;
}

/* The next token.  false when the date cannot be one. */
static bool
step(struct parts *d, struct slice *s)
{
	size_t n;

	if (byte_is_digit(s->p[0])) {
		int v = read_number(s, &n);

		if (s->n > 1 && d->hour < 0 && n <= 2 && v >= 0 &&
		    (s->p[0] == ':' || (s->p[0] == '.' && d->year >= 0)) &&
		    byte_is_digit(s->p[1]))
			return read_time(d, v, s);
		return take_number(d, v, n);
	}
	if ((s->p[0] == '+' || s->p[0] == '-') && d->hour >= 0 &&
	    !d->has_zone && s->n > 1 && byte_is_digit(s->p[1])) {
		read_zone(d, s);
		return true;
	}
	n = word_size(*s);
	if (n > 0)
		take_word(d, slice_head(*s, n));
	*s = slice_from(*s, n > 0 ? n : 1);
	return true;
}

static bool
in_range(const struct parts *d)
{
	return d->day >= 1 && d->day <= 31 && d->month >= 1 && d->month <= 12 &&
	       d->year >= 1 && d->year <= 9999 && d->hour <= 24 &&
	       d->minute <= 59 && d->second <= 61;
}

bool
date_parse(struct slice raw, int64_t *t_r)
{
	struct parts d = { -1, -1, -1, -1, -1, -1, 0, false, false };
	struct slice s = lex_skip_cfws(raw);

	for (int i = 0; i < MIME_DATE_TOKENS_MAX && s.n > 0; i++) {
		if (!step(&d, &s))
			return false;
		while (s.n > 0 && (byte_is_blank(s.p[0]) || s.p[0] == ','))
			s = slice_from(s, 1);
		if (s.n > 0 && s.p[0] == '(')
			s = lex_skip_cfws(s);
	}
	if (!in_range(&d))
		return false;
	if (d.hour < 0)
		d.hour = d.minute = d.second = 0;
	*t_r = clock_from_utc(d.year, d.month, d.day, d.hour, d.minute,
	                      d.second) -
	       d.zone;
	return true;
}

void
date_format(int64_t t, int zone, struct str *out)
{
	struct tm tm;
	int minutes = (zone < 0 ? -zone : zone) / 60;

	clock_utc(t + zone, &tm);
	str_printf(out, "%s, %d %s %d %02d:%02d:%02d %c%02d%02d",
	           day_names[tm.tm_wday], tm.tm_mday, month_names[tm.tm_mon],
	           tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec,
	           zone < 0 ? '-' : '+', minutes / 60, minutes % 60);
}
