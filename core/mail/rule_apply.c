/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules want done with stored mail, done at once and undone at once. */
#include "mail/rule_apply.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

static bool
same_label(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Takes label. */
static void
add(struct rule_apply *r, int64_t id, enum folder folder, unsigned flags,
    char *label)
{
	struct rule_change *c;

	array_foreach(&r->changes, c) {
		if (c->folder == folder && c->flags == flags &&
		    same_label(c->label, label))
			break;
	}
	if (c == NULL || c == r->changes.v + r->changes.n) {
		c = array_add_new(&r->changes);
		c->folder = folder;
		c->flags = flags;
		c->label = label;
	} else {
		free(label);
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

	while (slice_split(&rest, ',', &one)) {
		one = slice_trim(one);
		if (one.n == 0 || has_label(row->labels, one))
			continue;
		add(r, row->id, FOLDER_ANY, 0, slice_dup(one));
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
		add(r, row->id, FOLDER_ANY, flags, NULL);
	if (folder != row->folder)
		add(r, row->id, folder, 0, NULL);
	return any || flags != 0 || folder != row->folder;
}

static int
run_one(const struct rule_change *c, struct store *s, int64_t *undo_r,
        struct err *err)
{
	if (c->label != NULL)
		return store_label(s, c->ids.v, c->ids.n, c->label, true,
		                   undo_r, err);
	if (c->flags != 0)
		return store_flags(s, c->ids.v, c->ids.n, c->flags, 0, undo_r,
		                   err);
	return store_move(s, c->ids.v, c->ids.n, c->folder, undo_r, err);
}

int
rule_apply_run(struct rule_apply *r, struct store *s, int64_t *undo_r,
               struct err *err)
{
	struct rule_change *c;
	ARRAY(int64_t) tokens = { 0 };
	int64_t token;
	int rc = 0;

	*undo_r = 0;
	array_foreach(&r->changes, c) {
		if (rc == 0)
			rc = run_one(c, s, &token, err);
		if (rc == 0)
			array_add(&tokens, token);
	}
	if (rc == 0 && tokens.n > 0)
		rc = store_undo_join(s, tokens.v, tokens.n, undo_r, err);
	while (rc != 0 && tokens.n > 0) {
		struct err ignored = { 0 };

		/* The first error is the one to tell. */
		(void)store_undo(s, tokens.v[--tokens.n], &ignored);
	}
	array_release(&tokens);
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
