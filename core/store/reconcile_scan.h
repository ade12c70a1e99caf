/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look at the folders of an account: names by base. */
#ifndef STORE_RECONCILE_SCAN_H
#define STORE_RECONCILE_SCAN_H

#include "store/store_impl.h"

struct scan_file {
	struct maildir_place place; /* strings in the scan's arena */
	unsigned flags;
	bool matched;           /* a row has it */
	int64_t received;       /* by reconcile_times; seconds */
	int64_t order[2];       /* which came first: nanoseconds, inode */
	struct scan_file *next; /* same base, another folder */
};

struct scan {
	struct store *s;
	int64_t account;
	struct maildir *m; /* borrowed from s */
	struct arena arena;
	ARRAY(struct scan_file *) files;
	struct map names; /* base to struct scan_file * */
	bool looked[FOLDER_COUNT];
	int64_t mtimes[FOLDER_COUNT][2]; /* 0: too young to count */
	ARRAY(int64_t) missing;          /* ids of rows */
	uint64_t changed;
};

/* List the folders that changed since scan_remember, or all. */
int scan_account(struct scan *scan, struct store *s, int64_t account, bool all,
                 struct err *err);
/* List all folders anew into names and files. */
int scan_again(struct scan *scan, struct err *err);
/* Note the mtimes of the look. */
int scan_remember(struct scan *scan, struct err *err);
void scan_release(struct scan *scan);
/* Find out when the files came that no row has, and put the oldest first
 * (reconcile_time.c). */
void reconcile_times(struct scan *scan);

#endif
