/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts: kept on request, left, taken up again. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "util/clock.h"
#include "util/i18n.h"
#include "util/step.h"

#include "util/banned.h"

int
app_store_draft(struct app *a, struct slice message, const char *account,
                struct err *err)
{
	struct store_new info = { .folder = FOLDER_DRAFTS,
		                  .flags = STORE_SEEN | STORE_DRAFT,
		                  .received = clock_now() };
	int64_t number, id;

	if (store_account(a->store, account, &number, err) != 0)
		return -1;
	return store_deliver(a->store, number, message, &info, &id, err);
}

/* The new one is safe: what it came from may go, and what an attempt that failed
 * half-way left behind. */
static int
drop_older(struct app *a, const struct compose *c, const int64_t *ids, size_t n,
           struct err *err)
{
	if (n > 0 && store_delete(a->store, ids, n, err) != 0)
		return -1;
	if (c->outbox != 0 && outbox_remove(a->store, c->outbox, err) != 0)
		return -1;
	return c->draft != 0 ? store_delete(a->store, &c->draft, 1, err) : 0;
}

int
app_save_draft(struct app *a, const struct compose *c, struct err *err)
{
	struct err ignored = { 0 }; /* the file is for a crash only */
	enum compose_field wrong;
	int64_t *older = NULL;
	struct str out;
	size_t n = 0;
	int rc = -1;

	str_init(&out, BUILD_MAX);
	if (compose_build(c, true, &out, NULL, &wrong, err) != 0)
		goto out;
	(void)app_autosave_put(a, str_slice(&out), &ignored);
	if (store_with_message_id(a->store, slice_of(c->key), FOLDER_DRAFTS,
	                          &older, &n, err) != 0 ||
	    app_store_draft(a, str_slice(&out), c->froms.v[c->from].account,
	                    err) != 0)
		goto out;
	step("draft kept");
	rc = drop_older(a, c, older, n, err);
	step("draft replaced");
out:
	free(older);
	str_release(&out);
	return rc;
}

static void
leave(struct app *a)
{
	a->screen = APP_MAIL;
	a->pane_compose.match_n = 0;
	app_autosave_forget(a);
	app_reload(a);
}

static void
keep_and_leave(struct app *a, const char *words)
{
	struct err err = { 0 };

	if (app_save_draft(a, a->compose, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	compose_free(&a->compose);
	leave(a);
	app_say(a, STYLE_OK, "%s", words);
}

void
app_postpone(struct app *a)
{
	keep_and_leave(a, _("kept in Drafts"));
}

void
app_discard(struct app *a)
{
	bool empty = compose_is_empty(a->compose);
	struct err err = { 0 };

	/* What waited in the outbox was meant to go: it is not lost by a look. */
	if (a->compose->waited && !empty) {
		keep_and_leave(a, _("not sent; it is in Drafts (g d)"));
		return;
	}
	/* what was taken out of the outbox does not go back there */
	if (a->compose->outbox != 0 &&
	    outbox_remove(a->store, a->compose->outbox, &err) != 0)
		app_say_err(a, &err);
	a->compose->outbox = 0;
	compose_free(&a->dropped);
	if (empty)
		compose_free(&a->compose);
	a->dropped = a->compose;
	a->dropped_at = a->undo.n;
	a->compose = NULL;
	leave(a);
	if (!empty)
		app_say(a, STYLE_STATUS,
		        _("left without sending; z brings it back"));
}
