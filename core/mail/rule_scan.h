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

struct rule_scan {
	const struct rules *rules;
	uint64_t last; /* messages to look at, the newest of all folders but
	                * Spam and Trash */
	/* results */
	uint64_t looked, fit;   /* fit: something would change */
	struct rule_apply todo; /* rule_apply_release */
};

int rule_scan(struct rule_scan *scan, struct store *s, struct err *err);

#endif
