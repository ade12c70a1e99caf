/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules want done with stored mail, done at once and undone at once. */
#ifndef MAIL_RULE_APPLY_H
#define MAIL_RULE_APPLY_H

#include "mail/rule.h"
#include "util/array.h"

/* One change and the messages it is for. */
struct rule_change {
	enum folder folder; /* FOLDER_ANY: none */
	unsigned flags;     /* 0: none */
	char *label;        /* NULL: none */
	ARRAY(int64_t) ids;
};

/* Zero-initialised is ready. */
struct rule_apply {
	ARRAY(struct rule_change) changes;
};

/* Remember what is to be done with a message; false when that is nothing (mail
 * is not sent and no command is run for what is stored already). */
bool rule_apply_add(struct rule_apply *r, const struct store_row *row,
                    const struct rule_actions *actions);
/* Do it.  *undo_r: one token for all, 0 when there was nothing to do.  When it
 * fails, what was done before is taken back. */
int rule_apply_run(struct rule_apply *r, struct store *s, int64_t *undo_r,
                   struct err *err);
void rule_apply_release(struct rule_apply *r);

#endif
