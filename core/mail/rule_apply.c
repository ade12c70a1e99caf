/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules want done with stored mail, done a piece at a time. */
#include "mail/rule_apply.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

#include "util/banned.h"

static bool
is_same(const struct store_wish *a, const struct store_wish *b)
{
	if (a->folder != b->folder || a->flags != b->flags ||
	    a->clear != b->clear)
		return false;
	return a->label == NULL || b->label == NULL
	               ? a->label == b->label
	               : strcmp(a->label, b->label) == 0;
}

static void
add(struct rule_apply *r, int64_t id, struct store_wish wish)
{
	struct rule_change *c;

	array_foreach(&r->changes, c) {
		if (is_same(&c->wish, &wish))
			break;
	}
	if (c == NULL || c == r->changes.v + r->changes.n) {
		c = array_add_new(&r->changes);
		c->wish = wish;
		if (wish.label != NULL)
			c->wish.label = c->label = xstrdup(wish.label);
	}
	array_add(&c->ids, id);
}

static bool
has_label(const char *labels, struct slice label)
{
	struct slice rest = slice_of(labels), one;

	while (slice_split(&rest, ',', &one))
		if (slice_eq(slice_trim(one), label))
			return true;
	return false;
}

static bool
add_labels(struct rule_apply *r, const struct store_row *row,
           const char *labels)
{
	struct slice rest = slice_of(labels), one;
	bool any = false;
	char *label;

	while (slice_split(&rest, ',', &one)) {
		one = slice_trim(one);
		if (one.n == 0 || has_label(row->labels, one))
			continue;
		label = slice_dup(one);
		add(r, row->id, (struct store_wish){ FOLDER_ANY, 0, label, 0 });
		free(label);
		any = true;
	}
	return any;
}

/* Drafts and sent mail stay where they are. */
static enum folder
wanted_folder(const struct store_row *row, const struct rule_actions *a)
{
	if (row->folder == FOLDER_SENT || row->folder == FOLDER_DRAFTS)
		return row->folder;
	if (a->folder != FOLDER_ANY)
		return a->folder;
	if (a->verdict == SPAM_SPAM)
		return FOLDER_SPAM;
	if (a->verdict == SPAM_HAM && row->folder == FOLDER_SPAM)
		return FOLDER_INBOX;
	return row->folder;
}

bool
rule_apply_add(struct rule_apply *r, const struct store_row *row,
               const struct rule_actions *actions)
{
	enum folder folder = wanted_folder(row, actions);
	unsigned flags = actions->flags & ~row->flags;
	bool any = add_labels(r, row, actions->labels);

	if (flags != 0)
		add(r, row->id,
		    (struct store_wish){ FOLDER_ANY, flags, NULL, 0 });
	if (folder != row->folder)
		add(r, row->id, (struct store_wish){ folder, 0, NULL, 0 });
	return any || flags != 0 || folder != row->folder;
}

static int
do_changes(struct rule_apply *r, bool moves, struct store *s,
           struct store_many *m, struct err *err)
{
	struct rule_change *c;
	int rc = 0;

	array_foreach(&r->changes, c) {
		if (rc == 0 && (c->wish.folder != FOLDER_ANY) == moves)
			rc = store_many_change(s, m, &c->wish, c->ids.v,
			                       c->ids.n, err);
	}
	return rc;
}

/* Moves come last: a message that is out of the inbox is done with, so that a run
 * which was killed goes on with the others. */
int
rule_apply_do(struct rule_apply *r, struct store *s, struct store_many *m,
              struct err *err)
{
	int rc = do_changes(r, false, s, m, err);

	if (rc == 0)
		rc = do_changes(r, true, s, m, err);
	rule_apply_release(r);
	return rc;
}

void
rule_apply_release(struct rule_apply *r)
{
	struct rule_change *c;

	array_foreach(&r->changes, c) {
		free(c->label);
		array_release(&c->ids);
	}
	array_release(&r->changes);
}
