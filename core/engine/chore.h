/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work on many messages at once, in a thread of its own. */
#ifndef ENGINE_CHORE_H
#define ENGINE_CHORE_H

#include "engine/engine.h"
#include "mail/bulk.h"

enum chore_kind {
	CHORE_TRY,    /* what would a rule do with the last messages? */
	CHORE_RULE,   /* do it, then add the rule to the file */
	CHORE_BULK,   /* all mail of a list or sender, past and future */
	CHORE_MARK,   /* spam or not: move and teach */
	CHORE_CHANGE, /* move, flags */
	CHORE_UNDO,   /* take one of these back */
};

/* What to do; borrowed by engine_chore. */
struct chore {
	enum chore_kind kind;
	const char *rule;   /* TRY, RULE */
	uint64_t last;      /* TRY, RULE: so many messages, the newest */
	struct bulk bulk;   /* BULK; rules is not looked at */
	const int64_t *ids; /* MARK, CHANGE */
	size_t n;
	bool spam;
	struct store_wish wish; /* CHANGE */
	int64_t token;          /* UNDO */
};

/*
 * Begin it: EVENT_CHORE (done, total) ... EVENT_CHORE_DONE with the job number
 * that is returned: done messages changed (TRY: would be) of total looked at; id
 * takes it back (0: nothing was done); text is the rule that was added, or NULL;
 * ERR_CANCELLED: it was stopped, what was done stays and id takes it back.
 *
 * One at a time: -1, ERR_RETRY while another one runs.
 */
int64_t engine_chore(struct engine *e, const struct chore *c, struct err *err);

#endif
