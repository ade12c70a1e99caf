/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All mail of a list or a sender: what is here, and what will come. */
#include "mail/bulk.h"

#include <stdlib.h>

#include "mail/rule.h"
#include "store/senders.h"
#include "util/i18n.h"
#include "util/step.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A rule that is made. */
#define RULE_MAX 16384

/* The rule's language can name it, and so can the index. */
static bool
label_ok(struct slice label)
{
	size_t i;

	if (label.n == 0 || slice_find(label, '"') < label.n ||
	    slice_find(label, ',') < label.n || !utf8_valid(label.p, label.n))
		return false;
	for (i = 0; i < label.n; i++)
		if ((unsigned char)label.p[i] < ' ')
			return false;
	return true;
}

static char *
rule_of(const struct bulk *b)
{
	static const char *const acts[] = { [BULK_ARCHIVE] = "archive",
		                            [BULK_DELETE] = "delete",
		                            [BULK_READ] = "read" };
	char *act = b->act == BULK_LABEL ? xasprintf("label \"%s\"", b->label)
	                                 : xstrdup(acts[b->act]);
	struct str rule;

	str_init(&rule, RULE_MAX);
	rule_suggest_for(slice_of(b->key), b->list, act, &rule);
	free(act);
	return str_take(&rule);
}

static int
do_here(struct store *s, const struct bulk *b, const int64_t *ids, size_t n,
        int64_t *undo_r, struct err *err)
{
	if (n == 0)
		return 0;
	switch (b->act) {
	case BULK_ARCHIVE:
		return store_move(s, ids, n, FOLDER_ARCHIVE, undo_r, err);
	case BULK_DELETE:
		return store_move(s, ids, n, FOLDER_TRASH, undo_r, err);
	case BULK_READ:
		return store_flags(s, ids, n, STORE_SEEN, 0, undo_r, err);
	case BULK_LABEL:
		break;
	}
	return store_label(s, ids, n, b->label, true, undo_r, err);
}

int
bulk_all(struct store *s, const struct bulk *b, struct bulk_done *done_r,
         struct err *err)
{
	struct bulk_done done = { 0 };
	struct err ignored = { 0 };
	int64_t *ids = NULL;
	int rc;

	if (b->key[0] == '\0')
		return err_set(err, ERR_USAGE,
		               _("the message has neither list nor sender"));
	if (b->act == BULK_LABEL && !label_ok(slice_of(b->label)))
		return err_set(err, ERR_USAGE, _("'%s' cannot be a label"),
		               b->label);
	done.rule = rule_of(b);
	rc = store_sender_ids(s, b->key, b->list, &ids, &done.n, err);
	if (rc == 0)
		rc = do_here(s, b, ids, done.n, &done.undo, err);
	if (rc == 0) {
		step("bulk done");
		rc = rules_add(b->rules, slice_of(done.rule), err);
		/* The first error is the one to tell. */
		if (rc != 0 && done.undo != 0)
			(void)store_undo(s, done.undo, &ignored);
	}
	free(ids);
	if (rc != 0) {
		free(done.rule);
		return -1;
	}
	*done_r = done;
	return 0;
}
