/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When did a file come that the index does not know? */
/*
 * A lost index is made again from the files, and lists shall be as they were:
 *
 * 1. A message without a date of its own has that of its arrival, and a date
 *    that had not come yet at its arrival does not count (facts.c).  The arrival
 *    is in the names that other programs give ("1700000000.M1P2.host"); of our
 *    own files, whose names say something else or nothing, the time of the last
 *    change is: they are never changed, and renaming keeps it.
 * 2. Messages of the same second stand in the order in which they came, by their
 *    ids: so they get their ids in that order.  Where the clock of the file
 *    system is too coarse the inodes tell, mostly.
 *
 * A clock that was set, or a copy without times, makes times that are yet to
 * come or all the same; then it is now, as for mail that another program just
 * delivered.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/reconcile_scan.h"
#include "util/clock.h"

#include "util/banned.h"

/* Digits of a time in a name: 2001 to 5138. */
#define NAME_DIGITS_MIN 10
#define NAME_DIGITS_MAX 11

/* The time in another program's name of a file; 0: there is none. */
static int64_t
time_in_name(struct slice base)
{
	struct slice head = slice_head(base, slice_find(base, '.'));
	uint64_t t;

	if (head.n < NAME_DIGITS_MIN || head.n > NAME_DIGITS_MAX ||
	    slice_ends(base, ".pabal") || slice_u64(head, &t) != 0)
		return 0;
	return (int64_t)t;
}

static void
find_time(struct scan *scan, struct scan_file *f, int64_t now)
{
	int64_t named = time_in_name(f->place.base);
	struct err ignored = { 0 };
	struct stat st;
	int fd = maildir_read(scan->m, &f->place, &ignored);

	f->received = named;
	f->order[0] = named * 1000000000;
	if (fd >= 0 && fstat(fd, &st) == 0) {
		f->order[1] = (int64_t)st.st_ino;
		if (named == 0) {
			f->received = st.st_mtim.tv_sec;
			f->order[0] =
				f->received * 1000000000 + st.st_mtim.tv_nsec;
		}
	}
	if (fd >= 0)
		(void)close(fd); /* was only looked at */
	if (f->received <= 0 || f->received > now)
		f->received = now;
}

static int
older_first(const void *a, const void *b)
{
	const struct scan_file *x = *(struct scan_file *const *)a;
	const struct scan_file *y = *(struct scan_file *const *)b;

	for (int i = 0; i < 2; i++)
		if (x->order[i] != y->order[i])
			return x->order[i] < y->order[i] ? -1 : 1;
	return slice_cmp(x->place.base, y->place.base);
}

void
reconcile_times(struct scan *scan)
{
	int64_t now = clock_now();
	bool any = false;

	for (size_t i = 0; i < scan->files.n; i++) {
		if (scan->files.v[i]->matched)
			continue;
		find_time(scan, scan->files.v[i], now);
		any = true;
	}
	if (any)
		qsort(scan->files.v, scan->files.n, sizeof scan->files.v[0],
		      older_first);
}
