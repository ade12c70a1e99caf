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
	bool iso;       /* the year came first */
	bool afternoon; /* said in Korean */
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

/* Take a colon and the blanks and comments around it (RFC 5322 4.3) off s when a
 * digit follows; a dot only without any. */
static bool
take_colon(struct slice *s)
{
	struct slice t = lex_skip_cfws(*s);

	if (s->n > 1 && s->p[0] == '.' && byte_is_digit(s->p[1])) {
		*s = slice_from(*s, 1);
		return true;
	}
	if (t.n == 0 || t.p[0] != ':')
		return false;
	t = lex_skip_cfws(slice_from(t, 1));
	if (t.n == 0 || !byte_is_digit(t.p[0]))
		return false;
	*s = t;
	return true;
}

/* s is behind the colon. */
static bool
read_time(struct parts *d, int hour, struct slice *s)
{
	size_t n;

	d->hour = hour;
	d->minute = read_number(s, &n);
	d->second = 0;
	if (take_colon(s))
		d->second = read_number(s, &n);
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

	*s = lex_skip_cfws(slice_from(*s, 1));
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

static bool
has_day(const struct parts *d)
{
	return d->day >= 0 && d->month >= 0 && d->year >= 0;
}

/* Four digits when the day is complete: "1429" is a time (RFC 733 wrote it so),
 * behind a time a zone that lost its sign. */
static bool
take_four(struct parts *d, int v)
{
	if (d->hour < 0) {
		d->hour = v / 100;
		d->minute = v % 100;
		d->second = 0;
	} else if (!d->has_zone) {
		d->zone = v / 100 * 3600 + v % 100 * 60;
		d->has_zone = true;
	}
	return true;
}

/* "3" before the syllable of month: programs that ran in Korean wrote it, in
 * UTF-8 or EUC-KR.  Those of year and day need nothing. */
static bool
take_korean(struct parts *d, int v, struct slice *s)
{
	size_t n = slice_starts(*s, "월")         ? 3
	           : slice_starts(*s, "\xbf\xf9") ? 2
	                                          : 0;

	if (n == 0 || d->month >= 0 || v < 0)
		return false;
	d->month = v;
	*s = slice_from(*s, n);
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

/* Behind the sign at the start of s and blanks? */
static bool
digit_follows(struct slice s)
{
	s = lex_skip_cfws(slice_from(s, 1));
	return s.n > 0 && byte_is_digit(s.p[0]);
}

/* The next token.  false when the date cannot be one. */
static bool
step(struct parts *d, struct slice *s)
{
	size_t n;

	if (byte_is_digit(s->p[0])) {
		int v = read_number(s, &n);
		bool dot = s->n > 0 && s->p[0] == '.' && d->year < 0;

		if (d->hour < 0 && n <= 2 && v >= 0 && !dot && take_colon(s))
			return read_time(d, v, s);
		if (has_day(d) && n == 4)
			return take_four(d, v);
		if (take_korean(d, v, s))
			return true;
		return take_number(d, v, n);
	}
	if ((s->p[0] == '+' || s->p[0] == '-') && d->hour >= 0 &&
	    !d->has_zone && digit_follows(*s)) {
		read_zone(d, s);
		return true;
	}
	/* "In the afternoon" stands before the time. */
	if (slice_starts(*s, "오후") || slice_starts(*s, "\xbf\xc0\xc8\xc4"))
		d->afternoon = true;
	n = word_size(*s);
	if (n > 0)
		take_word(d, slice_head(*s, n));
	/* Digits that hang on a word are no zone: "PST8PDT", "H0500". */
	while (n > 0 && d->hour >= 0 && has_day(d) && n < s->n &&
	       byte_is_alnum(s->p[n]))
		n++;
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
	struct parts d = { -1, -1, -1, -1, -1, -1, 0, false, false, false };
	struct slice s = lex_skip_cfws(raw);

	for (int i = 0; i < MIME_DATE_TOKENS_MAX && s.n > 0; i++) {
		if (!step(&d, &s))
			return false;
		while (s.n > 0 && (byte_is_blank(s.p[0]) || s.p[0] == ','))
			s = slice_from(s, 1);
		if (s.n > 0 && s.p[0] == '(')
			s = lex_skip_cfws(s);
	}
	if (d.afternoon && d.hour >= 0 && d.hour < 12)
		d.hour += 12;
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
