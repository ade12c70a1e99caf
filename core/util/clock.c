/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time, replaceable in tests. */
#include "util/clock.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/slice.h"

#include "util/banned.h"

/* Tests freeze time here; 0: the real clocks. */
static _Atomic int64_t frozen_ms;

/* Seconds as a file has them, read anew each time, so that a test can set the
 * clock of a program that runs.  -1: it cannot be read. */
static int
read_time(const char *path, uint64_t *value_r)
{
	char text[32];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;

	if (fd >= 0)
		(void)close(fd); /* was only read */
	return n > 0 ? slice_u64(slice_trim(slice_make(text, (size_t)n)),
	                         value_r)
	             : -1;
}

int64_t
clock_now(void)
{
	int64_t frozen = atomic_load(&frozen_ms);
	const char *fixed;
	uint64_t value;

	if (frozen != 0)
		return frozen / 1000;
	fixed = getenv("PABAL_TEST_NOW");
	if (fixed != NULL &&
	    (fixed[0] == '@' ? read_time(fixed + 1, &value)
	                     : slice_u64(slice_of(fixed), &value)) == 0)
		return (int64_t)value;
	return (int64_t)time(NULL);
}

int64_t
clock_mono_ms(void)
{
	int64_t frozen = atomic_load(&frozen_ms);
	struct timespec ts;

	if (frozen != 0)
		return frozen;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
clock_utc(int64_t t, struct tm *tm_r)
{
	time_t value = (time_t)t;

	if (gmtime_r(&value, tm_r) == NULL)
		*tm_r = (struct tm){ .tm_mday = 1, .tm_year = 70 };
}

void
clock_local(int64_t t, struct tm *tm_r, int *offset_r)
{
	time_t value = (time_t)t;

	if (localtime_r(&value, tm_r) == NULL)
		*tm_r = (struct tm){ .tm_mday = 1, .tm_year = 70 };
	if (offset_r != NULL)
		*offset_r = (int)tm_r->tm_gmtoff;
}

int64_t
clock_from_utc(int64_t year, int month, int day, int hour, int minute,
               int second)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year =
		(153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	               of_year - 719468;

	return days * 86400 + hour * 3600 + minute * 60 + second;
}

void
clock_freeze(int64_t now)
{
	atomic_store(&frozen_ms, now * 1000);
}

void
clock_advance_ms(int64_t ms)
{
	if (atomic_load(&frozen_ms) != 0)
		atomic_fetch_add(&frozen_ms, ms);
}
