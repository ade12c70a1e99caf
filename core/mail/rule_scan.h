/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules tried on mail that is stored. */
#ifndef MAIL_RULE_SCAN_H
#define MAIL_RULE_SCAN_H

#include "mail/rule_apply.h"

/*
 * What the rules want done with a stored message.  Its body is read only when a
 * rule asks for it.  actions_r: rule_actions_release.  0, -1.
 */
int rule_try_stored(const struct rules *r, struct store *s,
                    const struct store_row *row, struct rule_actions *actions_r,
                    struct err *err);

/*
 * Message after message, the newest first: memory does not grow with the
 * mailbox.  With many, what a window of messages is to become is done before the
 * next one is looked at; broken off or killed in between, the same run again goes
 * on where it was, as what is done already is no change.
 */
struct rule_scan {
	const struct rules *rules;
	enum folder folder;      /* FOLDER_ANY: all but Spam and Trash */
	uint64_t last;           /* no more messages than these; 0: all */
	struct store_many *many; /* do it; NULL: only look */
	/* What the rules want with one message, and whether that would change
	 * anything; NULL: nobody wants to know. */
	void (*tell)(void *ctx, const struct store_row *row,
	             const struct rule_actions *a, bool changes);
	/* How far it is, after each window; false ends it.  NULL: to the end. */
	bool (*go_on)(void *ctx, uint64_t looked);
	void *ctx;
	/* results */
	uint64_t looked, fit; /* fit: something would change */
	bool stopped;         /* go_on said so */
};

int rule_scan(struct rule_scan *scan, struct store *s, struct err *err);

#endif
