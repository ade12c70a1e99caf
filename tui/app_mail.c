/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be done with messages of the list. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "mail/rule.h"
#include "store/many.h"
#include "store/outbox_rows.h"
#include "store/sender_charset.h"
#include "tui/text_fmt.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Commands that can be taken back. */
#define UNDO_MAX 200

void
app_remember(struct app *a, struct app_undo u)
{
	if (a->undo.n == UNDO_MAX) {
		size_t i;

		free(a->undo.v[0].rule);
		for (i = 1; i < a->undo.n; i++)
			a->undo.v[i - 1] = a->undo.v[i];
		a->undo.n--;
		if (a->dropped_at > 0)
			a->dropped_at--;
	}
	array_add(&a->undo, u);
}

static void
remember(struct app *a, int64_t token, bool spam, int64_t id)
{
	struct app_undo u = { .token = token, .spam = spam, .id = id };

	if (token > 0)
		app_remember(a, u);
}

bool
app_map_selected(struct app *a, struct fsx_map *map_r, int64_t *id_r)
{
	const struct store_row *r = model_list_get(&a->list.list);
	struct err err = { 0 };

	*map_r = (struct fsx_map){ 0 };
	*id_r = a->focus == PANE_READER && a->reader.id != 0 ? a->reader.id
	        : r != NULL                                  ? r->id
	                                                     : 0;
	if (*id_r == 0) {
		app_say(a, STYLE_WARN, _("no message is selected"));
		return false;
	}
	if (a->model.map(a->model.ctx, *id_r, map_r, &err) != 0) {
		app_say_err(a, &err);
		return false;
	}
	return true;
}

/* ---- reading ---- */

/* The row is changed where it stands: in a list of unread mail it would be gone
 * while it is being read. */
static void
mark_seen(struct app *a)
{
	struct model_list *l = &a->list.list;
	struct store_row *r = &l->rows.v[l->selected];
	int64_t token = 0;
	struct err err = { 0 };

	if (r->flags & STORE_SEEN || store_read_only(a->store) != NULL)
		return;
	if (store_flags(a->store, &r->id, 1, STORE_SEEN, 0, &token, &err) !=
	    0) {
		app_say_err(a, &err);
		return;
	}
	r->flags |= STORE_SEEN;
	if (l->unread > 0)
		l->unread--;
	app_counts(a);
}

void
app_read(struct app *a)
{
	const struct store_row *r = model_list_get(&a->list.list);
	struct err err = { 0 };

	if (r == NULL)
		return;
	if (r->folder == FOLDER_DRAFTS) {
		app_edit_draft(a);
		return;
	}
	if (pane_reader_open(&a->reader, r, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	if (sender_charset_apply(a->store, &a->reader.message, &err) != 0)
		app_say_err(a, &err);
	a->focus = PANE_READER;
	a->dirty = true;
	mark_seen(a);
}

void
app_close_reader(struct app *a)
{
	pane_reader_close(&a->reader);
	a->focus = PANE_LIST;
	a->dirty = true;
}

void
app_read_next(struct app *a, int direction)
{
	struct err err = { 0 };

	if (model_list_move(&a->list.list, direction, &err) == 0) {
		app_say(a, STYLE_DIM,
		        direction > 0 ? _("this is the last message")
		                      : _("this is the first message"));
		return;
	}
	app_read(a);
}

void
app_next_unread(struct app *a)
{
	bool reading = a->focus == PANE_READER;
	struct err err = { 0 };
	int rc = model_list_unread(&a->list.list, false, &err);

	if (rc < 0)
		app_say_err(a, &err);
	else if (rc == 0)
		app_say(a, STYLE_DIM, _("nothing unread here"));
	else if (reading)
		app_read(a);
	a->dirty = true;
}

/* ---- changing ---- */

/*
 * What a command works on: in the reader the message that is shown, and only
 * that, even when the list has moved on meanwhile; else the selected ones.
 * Owned, NULL when there is none.
 */
static int64_t *
targets(struct app *a, size_t *n_r)
{
	int64_t *ids;

	if (a->focus != PANE_READER || a->reader.id == 0)
		return model_list_targets(&a->list.list, n_r);
	(void)model_list_select(&a->list.list, a->reader.id);
	ids = xcalloc(1, sizeof *ids);
	ids[0] = a->reader.id;
	*n_r = 1;
	return ids;
}

/* The row of the first of them; NULL when it is not in the list any more. */
static const struct store_row *
first_row(const struct app *a, const int64_t *ids)
{
	const struct store_rows *rows = &a->list.list.rows;
	size_t i;

	for (i = 0; ids != NULL && i < rows->n; i++)
		if (rows->v[i].id == ids[0])
			return &rows->v[i];
	return NULL;
}

void
app_select(struct app *a)
{
	struct model_list *l = &a->list.list;
	const struct store_row *r = model_list_get(l);

	if (r == NULL)
		return;
	model_list_tag(l, r->id, !model_list_tagged(l, r->id));
	(void)model_list_move(l, 1, NULL);
	a->dirty = true;
}

void
app_select_all(struct app *a)
{
	struct err err = { 0 };
	int64_t *ids = NULL;
	size_t n = 0;

	if (store_view_ids(a->store, &a->list.list.view, &ids, &n, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	model_list_tag_all(&a->list.list, ids, n);
	app_say(a, STYLE_STATUS,
	        N_N("%zu message selected", "%zu messages selected",
	            (unsigned long)n),
	        n);
	a->dirty = true;
}

/* More than a moment's work: begun, or said why not. */
static bool
change_many(struct app *a, const int64_t *ids, size_t n, struct store_wish wish)
{
	struct chore what = {
		.kind = CHORE_CHANGE, .ids = ids, .n = n, .wish = wish
	};

	if (!app_is_many(n))
		return false;
	if (app_chore(a, &what, ids[0]))
		model_list_untag(&a->list.list);
	return true;
}

/* The messages went elsewhere: the reader shows the next one or closes. */
static void
after_removal(struct app *a)
{
	bool reading = a->focus == PANE_READER;

	model_list_untag(&a->list.list);
	app_reload(a);
	if (!reading) {
		if (a->reader.id != 0)
			pane_reader_close(&a->reader);
		return;
	}
	if (model_list_get(&a->list.list) == NULL)
		app_close_reader(a);
	else
		app_read(a);
}

void
app_move(struct app *a, enum folder folder)
{
	int64_t token = 0;
	struct err err = { 0 };
	size_t n;
	int64_t *ids = targets(a, &n);

	if (ids == NULL)
		return;
	if (change_many(a, ids, n, (struct store_wish){ .folder = folder })) {
		/* Said when it is done. */
	} else if (store_move(a->store, ids, n, folder, &token, &err) != 0) {
		app_say_err(a, &err);
	} else {
		remember(a, token, false, ids[0]);
		app_say(a, STYLE_STATUS,
		        N_N("%zu message moved to %s; z takes it back",
		            "%zu messages moved to %s; z takes it back",
		            (unsigned long)n),
		        n, fmt_folder(folder));
		after_removal(a);
	}
	free(ids);
}

void
app_spam(struct app *a)
{
	int64_t token = 0;
	struct err err = { 0 };
	size_t n;
	int64_t *ids = targets(a, &n);
	const struct store_row *r = first_row(a, ids);
	bool spam = (r != NULL ? r->folder : a->view.folder) != FOLDER_SPAM;

	if (ids == NULL)
		return;
	if (app_is_many(n)) {
		struct chore what = {
			.kind = CHORE_MARK, .ids = ids, .n = n, .spam = spam
		};

		if (app_chore(a, &what, ids[0]))
			model_list_untag(&a->list.list);
	} else if (engine_mark_spam(a->engine, a->store, ids, n, spam, &token,
	                            &err) != 0) {
		app_say_err(a, &err);
	} else {
		remember(a, token, true, ids[0]);
		app_say(a, STYLE_STATUS,
		        spam ? _("marked as spam and learned; z takes it back")
		             : _("not spam, learned; z takes it back"));
		after_removal(a);
	}
	free(ids);
}

/* All of them get the flag, unless the first has it: then none. */
void
app_toggle_flag(struct app *a, unsigned flag)
{
	int64_t token = 0;
	struct err err = { 0 };
	size_t n;
	int64_t *ids = targets(a, &n);
	const struct store_row *r = first_row(a, ids);
	bool set = r == NULL || (r->flags & flag) == 0;

	if (ids == NULL)
		return;
	if (change_many(a, ids, n,
	                (struct store_wish){ .folder = FOLDER_ANY,
	                                     .flags = set ? flag : 0,
	                                     .clear = set ? 0 : flag })) {
		free(ids);
		return;
	}
	if (store_flags(a->store, ids, n, set ? flag : 0, set ? 0 : flag,
	                &token, &err) != 0)
		app_say_err(a, &err);
	else
		remember(a, token, false, ids[0]);
	model_list_untag(&a->list.list);
	app_reload(a);
	free(ids);
}

/* More than a moment's work is for the engine: 1 when it began, 0 when it is
 * less, -1. */
static int
take_many_back(struct app *a, const struct app_undo *u, struct err *err)
{
	struct chore what = { .kind = CHORE_UNDO, .token = u->token };
	uint64_t n;

	if (store_undo_size(a->store, u->token, &n, err) != 0)
		return -1;
	if (!app_is_many((size_t)n))
		return 0;
	a->chore_spam = u->spam;
	if (app_chore(a, &what, u->id))
		return 1;
	/* Said already; it can be asked for again. */
	app_remember(a, (struct app_undo){ .token = u->token,
	                                   .spam = u->spam,
	                                   .id = u->id });
	return 1;
}

/* The rule goes first: mail that comes meanwhile stays where it is.  1: it has
 * begun, 0: done, -1. */
static int
take_back(struct app *a, struct app_undo *u, struct err *err)
{
	int rc = 0;

	if (u->outbox != 0) {
		rc = outbox_cancel(a->store, u->outbox, err);
		if (rc == 0)
			return err_set(err, ERR_USAGE,
			               _("too late, it is sent"));
		return rc < 0 ? -1 : 0;
	}
	if (u->rule != NULL) {
		char *path = fsx_join(a->cli->paths.config, "rules");

		rc = rules_remove(path, slice_of(u->rule), err);
		free(path);
	}
	if (u->token == 0 || rc != 0)
		return rc;
	rc = take_many_back(a, u, err);
	if (rc != 0)
		return rc;
	return u->spam ? engine_undo(a->engine, a->store, u->token, err)
	               : store_undo(a->store, u->token, err);
}

void
app_undo(struct app *a)
{
	struct app_undo u;
	struct err err = { 0 };
	int rc;

	if (app_unsend(a))
		return;
	if (a->undo.n == 0) {
		app_say(a, STYLE_DIM, _("there is nothing to take back"));
		return;
	}
	u = a->undo.v[--a->undo.n];
	rc = take_back(a, &u, &err);
	free(u.rule);
	if (rc > 0)
		return;
	if (rc != 0)
		app_say_err(a, &err);
	else
		app_say(a, STYLE_OK, _("taken back"));
	app_reload(a);
	(void)model_list_select(&a->list.list, u.id);
}

void
app_why(struct app *a)
{
	const struct store_row *r = model_list_get(&a->list.list);
	struct err err = { 0 };
	struct str s;

	if (r == NULL)
		return;
	str_init(&s, 65536);
	if (engine_explain(a->engine, a->store, r->id, &s, &err) != 0)
		app_say_err(a, &err);
	else
		app_show_text(a, _("Why the filter judged so"), str_slice(&s));
	str_release(&s);
}
