/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules want done with stored mail, done a piece at a time. */
#ifndef MAIL_RULE_APPLY_H
#define MAIL_RULE_APPLY_H

#include "mail/rule.h"
#include "store/many.h"
#include "util/array.h"

/* One change and the messages it is for. */
struct rule_change {
	struct store_wish wish;
	char *label; /* of wish; owned */
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
/* Do it and forget it.  m->undo takes it back, with what is done after it. */
int rule_apply_do(struct rule_apply *r, struct store *s, struct store_many *m,
                  struct err *err);
void rule_apply_release(struct rule_apply *r);

#endif
