/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists are windows: rows from a key on, counts from counters. */
#include <stdlib.h>

#include "store/store_impl.h"
#include "store/view_sql.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define COLUMNS                                                            \
 "SELECT m.id, m.account, m.folder, m.flags, m.date, m.size, m.from_name," \
 " m.from_addr, m.to_text, m.subject, m.message_id, m.convo,"              \
 " m.attachment, m.verdict, m.score, m.copies,"                            \
 " (SELECT group_concat(name) FROM label WHERE message = m.id)"
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
	r->labels = slice_dup(db_text(st, 16));
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

static void
add_key(struct view_sql *v, const struct store_key *key, bool before)
{
	struct view_arg date = { .number = key->date };
	struct view_arg id = { .number = key->id };

	str_printf(&v->sql, " AND (%s, %s) %c (?, ?)", v->date, v->id,
	           before ? '>' : '<');
	array_add(&v->args, date);
	array_add(&v->args, id);
}

int
store_list(struct store *s, const struct store_view *view,
           const struct store_key *key, bool before, size_t limit,
           struct store_rows *rows_r, struct err *err)
{
	const char *way = before ? "ASC" : "DESC";
	struct view_sql v;
	struct str sql;
	int rc;

	*rows_r = (struct store_rows){ 0 };
	rc = view_sql_init(&v, view, err);
	if (rc == 0) {
		if (key != NULL)
			add_key(&v, key, before);
		str_init(&sql, SQL_MAX);
		str_add_z(&sql, COLUMNS);
		str_add_slice(&sql, str_slice(&v.sql));
		str_printf(&sql, " ORDER BY %s %s, %s %s LIMIT %zu", v.date,
		           way, v.id, way,
		           limit < WINDOW_MAX ? limit : WINDOW_MAX);
		rc = read_rows(query_view(s, &v, sql.p, err), rows_r, err);
		str_release(&sql);
	}
	view_sql_release(&v);
	if (rc == 0 && before)
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
