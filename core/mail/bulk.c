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

static struct store_wish
wish_of(const struct bulk *b)
{
	switch (b->act) {
	case BULK_ARCHIVE:
		return (struct store_wish){ FOLDER_ARCHIVE, 0, NULL, 0 };
	case BULK_DELETE:
		return (struct store_wish){ FOLDER_TRASH, 0, NULL, 0 };
	case BULK_READ:
		return (struct store_wish){ FOLDER_ANY, STORE_SEEN, NULL, 0 };
	case BULK_LABEL:
		break;
	}
	return (struct store_wish){ FOLDER_ANY, 0, b->label, 0 };
}

static int
do_here(struct store *s, const struct bulk *b, const struct bulk_go *go,
        const int64_t *ids, size_t n, struct bulk_done *done, struct err *err)
{
	struct store_wish wish = wish_of(b);
	struct store_many many = { 0 };
	int rc = 0;

	while (rc == 0 && done->n < n) {
		size_t piece = n - done->n;

		done->stopped = go != NULL && !go->on(go->ctx, done->n, n);
		if (done->stopped)
			break;
		if (piece > STORE_PIECE)
			piece = STORE_PIECE;
		rc = store_many_change(s, &many, &wish, ids + done->n, piece,
		                       err);
		if (rc == 0)
			done->n += piece;
	}
	done->undo = many.undo;
	store_many_release(&many);
	return rc;
}

int
bulk_all(struct store *s, const struct bulk *b, const struct bulk_go *go,
         struct bulk_done *done_r, struct err *err)
{
	struct bulk_done done = { 0 };
	struct err ignored = { 0 };
	int64_t *ids = NULL;
	size_t n = 0;
	int rc;

	if (b->key[0] == '\0')
		return err_set(err, ERR_USAGE,
		               _("the message has neither list nor sender"));
	if (b->act == BULK_LABEL && !label_ok(slice_of(b->label)))
		return err_set(err, ERR_USAGE, _("'%s' cannot be a label"),
		               b->label);
	done.rule = rule_of(b);
	rc = store_sender_ids(s, b->key, b->list, &ids, &n, err);
	if (rc == 0)
		rc = do_here(s, b, go, ids, n, &done, err);
	if (rc == 0 && !done.stopped) {
		step("bulk done");
		rc = rules_add(b->rules, slice_of(done.rule), err);
	}
	/* The first error is the one to tell. */
	if (rc != 0 && done.undo != 0)
		(void)store_undo(s, done.undo, &ignored);
	if (rc == 0 && done.stopped) {
		free(done.rule);
		done.rule = NULL;
	}
	free(ids);
	if (rc != 0) {
		free(done.rule);
		return -1;
	}
	*done_r = done;
	return 0;
}
