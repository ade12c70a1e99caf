/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said of a point in time, for when.c and when_settle.c only. */
#ifndef UTIL_WHEN_SAID_H
#define UTIL_WHEN_SAID_H

#include <stdbool.h>
#include <stdint.h>

#define UNSAID (-1)

enum half {
	HALF_NONE,
	HALF_AM,
	HALF_PM,
	HALF_NIGHT /* twelve is the midnight that follows */
};

struct said {
	int year, month, mday;
	int days;    /* from today */
	int weekday; /* 0: Sunday */
	int week;    /* 0: this, 1: the next */
	int hour, minute, second;
	int hours; /* a duration */
	int weeks;
	enum half half;
	bool strict; /* "next" weekday: not today */
	bool has_zone;
	int zone;
	bool relative;
	int64_t later; /* seconds from now */
};

/*
 * The time that is meant by what was said.
 *
 * now  seconds since the epoch
 *
 * Returns whether there is one; it may be past.
 */
bool when_settle(struct said *w, int64_t now, int64_t *at_r);

#endif
