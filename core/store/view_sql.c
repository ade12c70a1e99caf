/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A view as SQL: conditions, their arguments, and the index that has its order.
 *
 * The index is named, not left to the planner: without statistics it may sort
 * a whole folder for one window.  A name that does not fit is an error at once.
 */
#include "store/view_sql.h"

#include <string.h>

#include "store/store_impl.h"

#include "util/banned.h"

/* All conditions and expressions of the longest search. */
#define SQL_MAX 65536

static void
add(struct view_sql *v, const char *condition)
{
	str_add_z(&v->sql, " AND ");
	str_add_z(&v->sql, condition);
}

void
view_sql_add_int(struct view_sql *v, const char *condition, int64_t arg)
{
	struct view_arg a = { .number = arg };

	add(v, condition);
	array_add(&v->args, a);
}

static void
add_text(struct view_sql *v, const char *condition, struct slice arg)
{
	struct view_arg a = { .is_text = true };

	a.text = arena_slice(&v->arena, arg);
	add(v, condition);
	array_add(&v->args, a);
}

static const char *
index_for(const struct store_view *view)
{
	bool unread = view->unread_only;

	if (view->flagged_only)
		return "message_flagged";
	if (view->account != 0 && view->folder != FOLDER_ANY)
		return unread ? "message_unread" : "message_folder";
	if (view->account != 0)
		return unread ? "message_account_unread" : "message_account";
	if (view->folder != FOLDER_ANY)
		return unread ? "message_all_unread" : "message_all_folder";
	return unread ? "message_any_unread" : "message_all";
}

static void
add_source(struct view_sql *v, const struct store_view *view, bool search)
{
	v->date = "m.date";
	v->id = "m.id";
	if (view->label != NULL) {
		v->date = "l.date";
		v->id = "l.message";
		str_add_z(&v->sql, " FROM label l CROSS JOIN message m"
		                   " ON m.id = l.message WHERE 1");
		add_text(v, "l.name = ?", slice_of(view->label));
	} else if (search) {
		str_add_z(&v->sql, " FROM message m WHERE 1");
	} else {
		str_printf(&v->sql, " FROM message m INDEXED BY %s WHERE 1",
		           view->convo != 0 ? "message_convo"
		                            : index_for(view));
	}
}

static void
add_view(struct view_sql *v, const struct store_view *view, bool all_folders)
{
	if (view->convo != 0)
		view_sql_add_int(v, "m.convo = ?", view->convo);
	if (view->account != 0)
		view_sql_add_int(v, "m.account = ?", view->account);
	else
		add(v, "m.twin = 0");
	if (view->folder != FOLDER_ANY)
		view_sql_add_int(v, "m.folder = ?", view->folder);
	else if (!all_folders)
		add(v, "m.folder < 4");
	if (view->unread_only)
		add(v, "(m.flags & 1) = 0");
	if (view->flagged_only)
		add(v, "(m.flags & 4) != 0");
}

static void
add_choice(struct view_sql *v, int choice, const char *yes, const char *no)
{
	if (choice != 0)
		add(v, choice > 0 ? yes : no);
}

static void
add_form(struct view_sql *v, const struct search_form *f)
{
	struct str must, must_not;

	add_choice(v, f->unread, "(m.flags & 1) = 0", "(m.flags & 1) != 0");
	add_choice(v, f->flagged, "(m.flags & 4) != 0", "(m.flags & 4) = 0");
	add_choice(v, f->attachment, "m.attachment != 0", "m.attachment = 0");
	if (f->after != 0)
		view_sql_add_int(v, "m.date >= ?", f->after);
	if (f->before != 0)
		view_sql_add_int(v, "m.date < ?", f->before);
	if (f->label.n != 0)
		add_text(v,
		         "m.id IN (SELECT message FROM label WHERE name = ?)",
		         f->label);
	if (f->list.n != 0)
		add_text(v,
		         "m.list = ? AND m.list IS NOT NULL AND m.list != ''",
		         f->list);
	str_init(&must, SQL_MAX);
	str_init(&must_not, SQL_MAX);
	fts_query(f, &must, &must_not);
	v->full_text = must.n != 0 || must_not.n != 0;
	if (must.n != 0)
		add_text(v,
		         "m.id IN (SELECT " WORDS_ID " FROM words"
		         " WHERE words MATCH ? AND " WORDS_COUNT ")",
		         str_slice(&must));
	if (must_not.n != 0)
		add_text(v,
		         "m.id NOT IN"
		         " (SELECT " WORDS_ID " FROM words"
		         " WHERE words MATCH ? AND " WORDS_COUNT ")",
		         str_slice(&must_not));
	str_release(&must);
	str_release(&must_not);
}

int
view_sql_init(struct view_sql *v, const struct store_view *view,
              struct err *err)
{
	struct search_form form;
	struct store_view own = *view;
	bool all = false;

	memset(v, 0, sizeof *v);
	str_init(&v->sql, SQL_MAX);
	if (view->search == NULL) {
		add_source(v, view, false);
		add_view(v, view, false);
		return 0;
	}
	if (search_form_read(slice_of(view->search), &form, err) != 0)
		return -1;
	if (form.has_folder) {
		own.folder = form.folder;
		all = form.folder == FOLDER_ANY;
	}
	add_source(v, &own, true);
	add_view(v, &own, all);
	add_form(v, &form);
	return 0;
}

void
view_sql_release(struct view_sql *v)
{
	str_release(&v->sql);
	array_release(&v->args);
	arena_release(&v->arena);
}

void
view_sql_bind(const struct view_sql *v, struct db_stmt *st)
{
	size_t i;

	for (i = 0; i < v->args.n; i++) {
		const struct view_arg *a = &v->args.v[i];

		if (a->is_text)
			db_bind_text(st, (int)i + 1, a->text);
		else
			db_bind_int(st, (int)i + 1, a->number);
	}
}
