/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time, replaceable in tests. */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Seconds since the epoch (PABAL_TEST_NOW replaces it when set). */
int64_t clock_now(void);
/* Milliseconds that never go back, for deadlines. */
int64_t clock_mono_ms(void);
/* Broken-down time, UTC or local zone; offset_r in seconds east, may be NULL. */
void clock_utc(int64_t t, struct tm *tm_r);
void clock_local(int64_t t, struct tm *tm_r, int *offset_r);
/* Days from the civil date to 1970-01-01 and seconds of a UTC broken time;
 * proleptic Gregorian, any year. */
int64_t clock_from_utc(int64_t year, int month, int day, int hour, int minute,
                       int second);
/* Tests: freeze both clocks; 0 lets them go. */
void clock_freeze(int64_t now);
void clock_advance_ms(int64_t ms); /* only when frozen */

#endif
