/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts: kept on request, left, taken up again. */
#include "tui/app_priv.h"

#include "util/clock.h"
#include "util/i18n.h"

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

static int
save_draft(struct app *a, struct compose *c, struct err *err)
{
	enum compose_field wrong;
	struct str out;
	int rc = -1;

	str_init(&out, BUILD_MAX);
	if (compose_build(c, true, &out, NULL, &wrong, err) == 0 &&
	    app_store_draft(a, str_slice(&out), c->froms.v[c->from].account,
	                    err) == 0)
		rc = 0;
	if (rc == 0 && c->outbox != 0)
		rc = outbox_remove(a->store, c->outbox, err);
	/* the new one is safe: the one it came from may go */
	if (rc == 0 && c->draft != 0)
		rc = store_delete(a->store, &c->draft, 1, err);
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

void
app_postpone(struct app *a)
{
	struct err err = { 0 };

	if (save_draft(a, a->compose, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	compose_free(&a->compose);
	leave(a);
	app_say(a, STYLE_OK, _("kept in Drafts"));
}

void
app_discard(struct app *a)
{
	bool empty = compose_is_empty(a->compose);

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
