/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of display_calendar: lines, times and zones (RFC 5545). */
#ifndef MIME_CALENDAR_H
#define MIME_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "util/array.h"
#include "util/slice.h"
#include "util/str.h"

/* "name;params:value" of an unfolded line. */
struct ics_line {
	struct slice name, params, value;
};

struct ics_line ics_line_read(struct slice line);
/* The value of a parameter, quotes taken off; empty: absent. */
struct slice ics_param(struct slice params, const char *name);
/* The value of "KEY" in "A=1;KEY=2" as RRULE has it; empty: absent. */
struct slice ics_rule_value(struct slice rule, const char *key);
/* Weekday of "MO" or "-1SU" from 0 (Sunday), its number in *nth_r (0: none);
 * -1: it is none. */
int ics_weekday(struct slice s, int *nth_r);

/* One observance of a VTIMEZONE (3.6.5): from when on which offset holds. */
struct ics_shift {
	int64_t start;  /* local time as if UTC */
	int before, on; /* seconds east, before it and from it on */
	struct slice rule;
};

struct ics_zone {
	struct slice id;
	ARRAY(struct ics_shift) shifts;
};

/* The zones a calendar defines; slices point into its text. */
struct ics_zones {
	ARRAY(struct ics_zone) list;
	int depth; /* reading: 0 outside, 1 in a zone, 2 in an observance */
};

/* Read one more line; true when it belongs to a zone. */
bool ics_zones_line(struct ics_zones *z, const struct ics_line *l);
void ics_zones_release(struct ics_zones *z);

struct ics_time {
	int64_t wall;      /* as written, as if UTC */
	int64_t utc;       /* when known is set */
	bool known;        /* the zone is known */
	bool day;          /* a date without a time */
	struct slice zone; /* TZID; empty: UTC or floating */
};

/* Read DTSTART, DTEND and their like.  false: that is no time. */
bool ics_time_read(const struct ics_zones *z, const struct ics_line *l,
                   struct ics_time *t_r);
/* "PT1H30M" in seconds; -1: that is none. */
int64_t ics_duration(struct slice s);

/*
 * "2026-11-20 (Fri) 14:00 - 15:00" in our zone, with the writer's clock behind
 * it where that shows another time; days without times end a day earlier than
 * DTEND says (3.6.1).  end may be NULL.
 */
void ics_add_times(const struct ics_time *start, const struct ics_time *end,
                   struct str *out);
/* ", every week (Mon, Wed), 10 times"; nothing when rule is empty. */
void ics_add_rule(struct slice rule, struct str *out);

#endif
