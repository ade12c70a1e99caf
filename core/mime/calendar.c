/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of an invitation that people want to know (RFC 5545). */
#include "mime/display.h"
#include "mime/limits.h"
#include "mime/message.h"
#include "text/unicode.h"
#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Lines shown; a calendar file may hold a whole year. */
#define CALENDAR_LINES_MAX 40

static const struct {
	const char *name;
	const char *shown;
} wanted[] = {
	{ "SUMMARY", N_("Event") },       { "DTSTART", N_("Begins") },
	{ "DTEND", N_("Ends") },          { "LOCATION", N_("Place") },
	{ "ORGANIZER", N_("Organiser") },
};

/* Undo line folding (3.1): a line end and one blank. */
static void
unfold(struct slice s, struct str *out)
{
	struct slice line;
	bool first = true;

	while (slice_line(&s, &line)) {
		bool fold =
			line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');

		if (!first && !fold)
			str_add_c(out, '\n');
		str_add_slice(out, slice_from(line, fold));
		first = false;
	}
}

/* Undo the escapes of TEXT (3.3.11). */
static void
add_value(struct slice v, struct str *out)
{
	struct str plain;

	str_init(&plain, MIME_NAME_MAX);
	if (slice_istarts(v, "mailto:"))
		v = slice_from(v, 7);
	for (size_t i = 0; i < v.n; i++) {
		bool escape = v.p[i] == '\\' && i + 1 < v.n;

		if (escape)
			i++;
		str_add_c(&plain,
		          escape && byte_lower(v.p[i]) == 'n' ? ' ' : v.p[i]);
	}
	unicode_clean_line(str_slice(&plain), out);
	str_release(&plain);
}

/* The number in n digits at p; -1 when they are none. */
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

static struct slice
unquote(struct slice s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return slice_head(slice_from(s, 1), s.n - 2);
	return s;
}

/* The value of TZID among the parameters, or nothing. */
static struct slice
zone_of(struct slice params)
{
	while (params.n > 0) {
		size_t at = slice_find(params, ';');
		struct slice one = slice_head(params, at);

		if (slice_istarts(one, "TZID="))
			return unquote(slice_from(one, 5));
		params = slice_from(params, at + 1);
	}
	return SLICE_NONE;
}

/*
 * 20260907T100400Z as 2026-09-07 19:04, in our zone; with a zone of its own,
 * as it is with the name of that zone; anything else as it is.
 */
static void
add_time(struct slice params, struct slice v, struct str *out)
{
	int day = digits(v, 6, 2);
	int month = digits(v, 4, 2);
	int year = digits(v, 0, 4);
	int hour = digits(v, 9, 2);
	int minute = digits(v, 11, 2);
	struct slice zone = zone_of(params);

	if (day < 1 || day > 31 || month < 1 || month > 12 || year < 0) {
		add_value(v, out);
		return;
	}
	if (v.n >= 13 && v.p[8] == 'T' && v.p[v.n - 1] == 'Z' && hour >= 0 &&
	    minute >= 0) {
		struct tm tm;

		clock_local(clock_from_utc(year, month, day, hour, minute, 0),
		            &tm, NULL);
		str_printf(out, "%04d-%02d-%02d %02d:%02d", tm.tm_year + 1900,
		           tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
		return;
	}
	str_printf(out, "%04d-%02d-%02d", year, month, day);
	if (v.n >= 13 && v.p[8] == 'T' && hour >= 0 && minute >= 0)
		str_printf(out, " %02d:%02d", hour, minute);
	if (zone.n > 0) {
		str_add_z(out, " (");
		add_value(zone, out);
		str_add_c(out, ')');
	}
}

/* The colon before the value; those in quoted parameters do not count. */
static size_t
find_colon(struct slice line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '"')
			quoted = !quoted;
		else if (line.p[i] == ':' && !quoted)
			return i;
	}
	return line.n;
}

static bool
add_line(struct slice line, struct str *out)
{
	size_t colon = find_colon(line);
	struct slice head = slice_head(line, colon);
	struct slice name = slice_head(head, slice_find(head, ';'));
	struct slice value = slice_from(line, colon + 1);

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		if (!slice_ieq_z(name, wanted[i].name))
			continue;
		str_add_z(out, _(wanted[i].shown));
		str_add_z(out, ": ");
		if (slice_istarts(name, "DT"))
			add_time(slice_from(head, name.n + 1), value, out);
		else
			add_value(value, out);
		str_add_c(out, '\n');
		return true;
	}
	return false;
}

void
display_calendar(const struct message *m, const struct part *p, struct str *out)
{
	struct str text;
	struct str lines;
	struct slice rest;
	struct slice line;
	bool event = false;
	size_t shown = 0;

	str_init(&text, MIME_BODY_MAX);
	str_init(&lines, MIME_BODY_MAX);
	part_text(m, p, &text, NULL);
	unfold(str_slice(&text), &lines);
	rest = str_slice(&lines);
	while (shown < CALENDAR_LINES_MAX && slice_line(&rest, &line)) {
		if (slice_ieq_z(line, "BEGIN:VEVENT"))
			event = true;
		else if (slice_ieq_z(line, "END:VEVENT"))
			event = false;
		else if (event)
			shown += add_line(line, out);
	}
	str_release(&lines);
	str_release(&text);
}
