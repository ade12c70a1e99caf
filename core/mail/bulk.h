/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All mail of a list or a sender: what is here, and what will come. */
#ifndef MAIL_BULK_H
#define MAIL_BULK_H

#include "store/many.h"
#include "store/store.h"

/* What to do with it: one of these. */
enum bulk_act {
	BULK_ARCHIVE,
	BULK_DELETE,
	BULK_READ,
	BULK_LABEL,
};

struct bulk {
	const char *key; /* List-Id or address, small letters */
	bool list;       /* key is a List-Id */
	enum bulk_act act;
	const char *label; /* BULK_LABEL */
	const char *rules; /* path of the rules file */
};

struct bulk_done {
	size_t n;     /* messages it was done to */
	int64_t undo; /* takes that back; 0: there were none */
	char *rule;   /* that was added; owned; NULL: stopped before */
	bool stopped;
};

/* How far it is, of how many, after each piece; false stops it. */
struct bulk_go {
	bool (*on)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/*
 * Do it to all mail in Inbox and Archive, a piece at a time, then add a rule for
 * what will come.  What fails leaves nothing behind; what is stopped stays as far
 * as it came, without the rule.
 *
 * go  may be NULL.
 *
 * 0, or -1: ERR_USAGE (a label that cannot
 * be one, mail without list and sender), ERR_CONFIG, ERR_IO.
 */
int bulk_all(struct store *s, const struct bulk *b, const struct bulk_go *go,
             struct bulk_done *done_r, struct err *err);

#endif
