/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Going from one list of mail to another. */
#include "tui/app_priv.h"

#include "mail/search.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Bytes a compiled query may have. */
#define QUERY_MAX 65536

static void
load_folders(struct app *a)
{
	struct err err = { 0 };

	if (pane_folders_load(&a->folders, a->accounts.v, a->accounts.n,
	                      a->view.account, &err) != 0)
		app_say_err(a, &err);
}

void
app_counts(struct app *a)
{
	load_folders(a);
	a->version = store_version(a->store);
	a->dirty = true;
}

/* Show a->view with a->query. */
void
app_reopen(struct app *a)
{
	struct store_view view = a->view;
	struct err err = { 0 };
	struct str match;

	str_init(&match, QUERY_MAX);
	if (a->query.n > 0) {
		if (search_compile(str_slice(&a->query), &match, &err) != 0) {
			str_clear(&a->query);
			app_say_err(a, &err);
		} else if (match.n > 0) {
			view.search = match.p;
		}
	}
	if (a->query.n > 0 && a->query_all) {
		view.folder = FOLDER_ANY;
	}
	if (model_list_open(&a->list.list, &view, &err) != 0)
		app_say_err(a, &err);
	str_release(&match);
	a->list.top = 0;
	a->list.top_first = true;
	a->moved = false;
	a->list.empty = a->query.n > 0 ? _("Nothing matches.") : NULL;
	a->version = store_version(a->store);
	load_folders(a);
	a->dirty = true;
}

void
app_open_view(struct app *a, int64_t account, enum folder folder)
{
	a->view = (struct store_view){ .account = account, .folder = folder };
	str_clear(&a->query);
	pane_reader_close(&a->reader);
	if (a->focus == PANE_READER)
		a->focus = PANE_LIST;
	app_reopen(a);
	pane_folders_select(&a->folders, account, folder);
	load_folders(a);
}

/* The same rows again, after something changed. */
void
app_reload(struct app *a)
{
	struct err err = { 0 };

	if (model_list_reload(&a->list.list, &err) != 0)
		app_say_err(a, &err);
	/* who has not chosen a row yet stays with the newest mail */
	if (!a->moved && a->reader.id == 0 &&
	    model_list_first(&a->list.list, &err) != 0)
		app_say_err(a, &err);
	a->version = store_version(a->store);
	a->stale = false;
	load_folders(a);
	a->dirty = true;
}

void
app_search(struct app *a, struct slice query, bool all)
{
	query = slice_trim(query);
	if (query.n == 0) {
		(void)app_leave_search(a);
		return;
	}
	str_clear(&a->query);
	str_add_slice(&a->query, query);
	a->query_all = all;
	pane_reader_close(&a->reader);
	a->focus = PANE_LIST;
	app_reopen(a);
	if (a->query.n > 0)
		app_say(a, STYLE_STATUS,
		        N_N("%llu message", "%llu messages",
		            (unsigned long)a->list.list.total),
		        (unsigned long long)a->list.list.total);
}

/* Back to the plain folder; false when there already. */
bool
app_leave_search(struct app *a)
{
	bool special = a->view.convo != 0 || a->view.flagged_only ||
	               a->view.unread_only;

	if (a->query.n == 0 && !special)
		return false;
	app_open_view(a, a->view.account,
	              a->view.folder == FOLDER_ANY ? FOLDER_INBOX
	                                           : a->view.folder);
	return true;
}

void
app_open_folder_row(struct app *a)
{
	const struct folder_row *f = pane_folders_get(&a->folders);

	if (f == NULL || f->name == NULL)
		return;
	app_open_view(a, f->account, f->folder);
	a->focus = PANE_LIST;
}

/* All, then each account, round. */
void
app_next_account(struct app *a, int direction)
{
	size_t n = a->accounts.n + 1;
	size_t i, at = 0;

	for (i = 0; i < a->accounts.n; i++)
		if (a->accounts.v[i] == a->view.account)
			at = i + 1;
	at = (at + (direction > 0 ? 1 : n - 1)) % n;
	app_open_view(a, at == 0 ? 0 : a->accounts.v[at - 1], FOLDER_INBOX);
}

void
app_toggle_unread(struct app *a)
{
	a->view.unread_only = !a->view.unread_only;
	app_reopen(a);
}

void
app_show_flagged(struct app *a)
{
	a->view = (struct store_view){ .account = a->view.account,
		                       .folder = FOLDER_ANY,
		                       .flagged_only = true };
	str_clear(&a->query);
	pane_reader_close(&a->reader);
	a->focus = PANE_LIST;
	app_reopen(a);
}

void
app_show_convo(struct app *a)
{
	const struct store_row *r = model_list_get(&a->list.list);

	if (r == NULL || r->convo == 0)
		return;
	if (a->view.convo != 0) {
		(void)app_leave_search(a);
		return;
	}
	a->view = (struct store_view){ .account = 0,
		                       .folder = FOLDER_ANY,
		                       .convo = r->convo };
	str_clear(&a->query);
	pane_reader_close(&a->reader);
	a->focus = PANE_LIST;
	app_reopen(a);
}
