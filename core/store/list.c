/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists are windows: rows from a key on, counts from counters. */
#include <stdlib.h>
#include <string.h>

#include "store/many.h"
#include "store/store_impl.h"
#include "store/view_sql.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define COLUMNS                                                            \
 "SELECT m.id, m.account, m.folder, m.flags, m.date, m.size, m.from_name," \
 " m.from_addr, m.to_text, m.subject, m.message_id, m.convo,"              \
 " m.attachment, m.verdict, m.score, m.copies,"                            \
 " m.stub, (SELECT group_concat(name) FROM label WHERE message = m.id)"
#define SQL_MAX 65536
/* A window is a few screens; more is asked for in pieces. */
#define WINDOW_MAX 10000

static void
read_row(struct db_stmt *st, struct store_row *r)
{
	r->id = db_int(st, 0);
	r->account = db_int(st, 1);
	r->folder = db_small(st, 2);
	r->flags = (unsigned)db_int(st, 3);
	r->date = db_int(st, 4);
	r->size = (uint64_t)db_int(st, 5);
	r->from_name = slice_dup(db_text(st, 6));
	r->from_addr = slice_dup(db_text(st, 7));
	r->to = slice_dup(db_text(st, 8));
	r->subject = slice_dup(db_text(st, 9));
	r->message_id = slice_dup(db_text(st, 10));
	r->convo = db_int(st, 11);
	r->has_attachment = db_int(st, 12) != 0;
	r->verdict = db_small(st, 13);
	r->spam_score = db_real(st, 14);
	r->copies = (int)db_int(st, 15);
	r->stub = (uint64_t)db_int(st, 16);
	r->labels = slice_dup(db_text(st, 17));
}

void
store_rows_release(struct store_rows *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n; i++) {
		free(r->v[i].from_name);
		free(r->v[i].from_addr);
		free(r->v[i].to);
		free(r->v[i].subject);
		free(r->v[i].message_id);
		free(r->v[i].labels);
	}
	free(r->v);
	r->v = NULL;
	r->n = 0;
}

/* Takes st (may be NULL). */
static int
read_rows(struct db_stmt *st, struct store_rows *rows_r, struct err *err)
{
	ARRAY(struct store_row) list = { 0 };
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		read_row(st, array_add_new(&list));
	db_done(st);
	rows_r->v = list.v;
	rows_r->n = list.n;
	if (rc != 0)
		store_rows_release(rows_r);
	return rc;
}

static void
reverse(struct store_rows *rows)
{
	size_t i;

	for (i = 0; i < rows->n / 2; i++) {
		struct store_row t = rows->v[i];

		rows->v[i] = rows->v[rows->n - 1 - i];
		rows->v[rows->n - 1 - i] = t;
	}
}

static struct db *
db_for(struct store *s, const struct view_sql *v, struct err *err)
{
	return v->full_text ? store_search(s, err) : s->db;
}

static struct db_stmt *
query_view(struct store *s, const struct view_sql *v, const char *sql,
           struct err *err)
{
	struct db *db = db_for(s, v, err);
	struct db_stmt *st = db != NULL ? db_query(db, err, sql, "") : NULL;

	if (st != NULL)
		view_sql_bind(v, st);
	return st;
}

/* How a window is cut out of a view. */
struct cut {
	const struct store_key *key; /* NULL: from the end */
	bool before;
	size_t limit;
};

static void
add_arg(struct view_sql *v, int64_t number)
{
	struct view_arg arg = { .number = number };

	array_add(&v->args, arg);
}

/*
 * Rows of one range of the key.  The two ranges of a window (same date, other
 * date) are asked for one after the other: SQLite does not seek by the id in
 * "(date, id) < (?, ?)", and thousands of mails may have one date.
 */
static int
list_range(struct store *s, const struct store_view *view,
           const struct cut *cut, bool same_date, struct store_rows *rows_r,
           struct err *err)
{
	const char *way = cut->before ? "ASC" : "DESC";
	char sign = cut->before ? '>' : '<';
	struct view_sql v;
	struct str sql;
	int rc = view_sql_init(&v, view, err);

	str_init(&sql, SQL_MAX);
	if (rc == 0) {
		str_add_z(&sql, COLUMNS);
		str_add_slice(&sql, str_slice(&v.sql));
		if (same_date)
			str_printf(&sql, " AND %s = ? AND %s %c ?", v.date,
			           v.id, sign);
		else if (cut->key != NULL)
			str_printf(&sql, " AND %s %c ?", v.date, sign);
		str_printf(&sql, " ORDER BY %s %s, %s %s LIMIT ?", v.date, way,
		           v.id, way);
		if (cut->key != NULL)
			add_arg(&v, cut->key->date);
		if (same_date)
			add_arg(&v, cut->key->id);
		add_arg(&v, (int64_t)cut->limit);
		rc = read_rows(query_view(s, &v, sql.p, err), rows_r, err);
	}
	str_release(&sql);
	view_sql_release(&v);
	return rc;
}

/* Move the rows of more behind those of rows. */
static void
append(struct store_rows *rows, struct store_rows *more)
{
	if (more->n == 0) {
		store_rows_release(more);
		return;
	}
	rows->v = xreallocarray(rows->v, rows->n + more->n, sizeof *rows->v);
	memcpy(rows->v + rows->n, more->v, more->n * sizeof *rows->v);
	rows->n += more->n;
	free(more->v);
}

int
store_list(struct store *s, const struct store_view *view,
           const struct store_key *key, bool before, size_t limit,
           struct store_rows *rows_r, struct err *err)
{
	struct cut cut = { key, before,
		           limit < WINDOW_MAX ? limit : WINDOW_MAX };
	struct store_rows more = { 0 };
	int rc = 0;

	*rows_r = (struct store_rows){ 0 };
	if (key != NULL)
		rc = list_range(s, view, &cut, true, rows_r, err);
	cut.limit -= rows_r->n;
	if (rc == 0 && cut.limit != 0)
		rc = list_range(s, view, &cut, false, &more, err);
	append(rows_r, &more);
	if (rc != 0)
		store_rows_release(rows_r);
	else if (before)
		reverse(rows_r);
	return rc;
}

static int
count_by_counter(struct store *s, const struct store_view *view,
                 uint64_t *total_r, uint64_t *unread_r, struct err *err)
{
	struct db_stmt *st = db_query(
		s->db, err,
		"SELECT sum(total), sum(unread) FROM counter WHERE account = ?1"
		" AND (folder = ?2 OR (?2 < 0 AND folder < 4))",
		"ii", view->account, (int64_t)view->folder);
	int rc = st != NULL ? db_step(st, err) : -1;

	if (rc == 1) {
		*unread_r = (uint64_t)db_int(st, 1);
		*total_r =
			view->unread_only ? *unread_r : (uint64_t)db_int(st, 0);
	}
	db_done(st);
	return rc < 0 ? -1 : 0;
}

static int
count_rows(struct store *s, const struct store_view *view, uint64_t *total_r,
           uint64_t *unread_r, struct err *err)
{
	struct db_stmt *st = NULL;
	struct view_sql v;
	struct str sql;
	int rc = view_sql_init(&v, view, err);

	if (rc == 0) {
		str_init(&sql, SQL_MAX);
		str_add_z(&sql, "SELECT count(*), sum((m.flags & 1) = 0)");
		str_add_slice(&sql, str_slice(&v.sql));
		st = query_view(s, &v, sql.p, err);
		rc = st != NULL ? db_step(st, err) : -1;
		str_release(&sql);
	}
	if (rc == 1) {
		*total_r = (uint64_t)db_int(st, 0);
		*unread_r = (uint64_t)db_int(st, 1);
	}
	db_done(st);
	view_sql_release(&v);
	return rc < 0 ? -1 : 0;
}

int
store_count(struct store *s, const struct store_view *view, uint64_t *total_r,
            uint64_t *unread_r, struct err *err)
{
	if (view->flagged_only || view->label != NULL || view->convo != 0 ||
	    view->search != NULL)
		return count_rows(s, view, total_r, unread_r, err);
	return count_by_counter(s, view, total_r, unread_r, err);
}

int
store_view_ids(struct store *s, const struct store_view *view, int64_t **ids_r,
               size_t *n_r, struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st = NULL;
	struct view_sql v;
	struct str sql;
	int rc = view_sql_init(&v, view, err);

	if (rc == 0) {
		str_init(&sql, SQL_MAX);
		str_printf(&sql, "SELECT %s%s ORDER BY %s DESC, %s DESC", v.id,
		           v.sql.p, v.date, v.id);
		st = query_view(s, &v, sql.p, err);
		rc = st != NULL ? 1 : -1;
		str_release(&sql);
	}
	while (rc == 1 && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	view_sql_release(&v);
	if (rc != 0)
		array_release(&ids);
	*ids_r = ids.v;
	*n_r = ids.n;
	return rc;
}

int
store_row(struct store *s, int64_t id, struct store_rows *rows_r,
          struct err *err)
{
	*rows_r = (struct store_rows){ 0 };
	if (read_rows(db_query(s->db, err,
	                       COLUMNS " FROM message m WHERE m.id = ?", "i",
	                       id),
	              rows_r, err) != 0)
		return -1;
	if (rows_r->n == 0)
		return err_set(err, ERR_NOTFOUND,
		               _("there is no such message"));
	return 0;
}

int
store_spam_reasons(struct store *s, int64_t id, struct str *out,
                   struct err *err)
{
	struct db_stmt *st =
		db_query(s->db, err,
	                 "SELECT text FROM reason WHERE message = ?", "i", id);
	int rc = st != NULL ? db_step(st, err) : -1;

	if (rc == 1)
		str_add_slice(out, db_text(st, 0));
	db_done(st);
	return rc < 0 ? -1 : 0;
}
