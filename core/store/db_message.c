/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the table message. */
#include <string.h>

#include "store/maildir_name.h"
#include "store/store_impl.h"

#include "util/banned.h"

#define PLACE_COLUMNS "id, account, folder, cur, base, info, flags, found"

static void
read_row(struct db_stmt *st, struct arena *a, struct row *r)
{
	r->id = db_int(st, 0);
	r->account = db_int(st, 1);
	r->place.folder = db_small(st, 2);
	r->place.cur = db_int(st, 3) != 0;
	r->place.base = arena_slice(a, db_text(st, 4));
	r->place.info = arena_slice(a, db_text(st, 5));
	r->flags = (unsigned)db_int(st, 6);
	r->found = db_int(st, 7) != 0;
}

static int
one_row(struct db_stmt *st, struct arena *a, struct row *row_r, struct err *err)
{
	int rc = st != NULL ? db_step(st, err) : -1;

	if (rc == 1)
		read_row(st, a, row_r);
	db_done(st);
	return rc;
}

int
row_get(struct store *s, int64_t id, struct arena *a, struct row *row_r,
        struct err *err)
{
	return one_row(db_query(s->db, err,
	                        "SELECT " PLACE_COLUMNS
	                        " FROM message WHERE id = ?",
	                        "i", id),
	               a, row_r, err);
}

int
row_by_base(struct store *s, int64_t account, struct slice base,
            struct arena *a, struct row *row_r, struct err *err)
{
	return one_row(db_query(s->db, err,
	                        "SELECT " PLACE_COLUMNS " FROM message"
	                        " WHERE account = ? AND base = ?",
	                        "it", account, base),
	               a, row_r, err);
}

/* More copies than anyone has; each is compared byte by byte. */
#define SAME_MAX 16

int
row_by_hash(struct store *s, int64_t account, const struct facts *f,
            struct arena *a, struct row **rows_r, size_t *n_r, struct err *err)
{
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT " PLACE_COLUMNS " FROM message"
	                              " WHERE hash = ? AND account = ?",
	                              "bi", facts_hash(f), account);
	int rc = -1;

	*rows_r = arena_calloc(a, SAME_MAX, sizeof **rows_r);
	*n_r = 0;
	while (st != NULL && *n_r < SAME_MAX && (rc = db_step(st, err)) == 1)
		read_row(st, a, &(*rows_r)[(*n_r)++]);
	db_done(st);
	return rc < 0 ? -1 : 0;
}

#define WINDOW 1000

int
row_window(struct store *s, int64_t account, enum folder folder, int64_t after,
           struct arena *a, struct row **rows_r, size_t *n_r, struct err *err)
{
	/* By id: the table's own order, and stable while rows move. */
	struct db_stmt *st =
		db_query(s->db, err,
	                 "SELECT " PLACE_COLUMNS " FROM message NOT INDEXED"
	                 " WHERE id > ? AND account = ?"
	                 " AND folder = ? ORDER BY id LIMIT ?",
	                 "iiii", after, account, (int64_t)folder,
	                 (int64_t)WINDOW);
	int rc = -1;

	*rows_r = arena_calloc(a, WINDOW, sizeof **rows_r);
	*n_r = 0;
	while (st != NULL && (rc = db_step(st, err)) == 1)
		read_row(st, a, &(*rows_r)[(*n_r)++]);
	db_done(st);
	return rc < 0 ? -1 : 0;
}

int
row_set_place(struct store *s, const struct row *row, struct err *err)
{
	const struct maildir_place *p = &row->place;

	return db_run(s->db, err,
	              "UPDATE message SET folder = ?, cur = ?, base = ?,"
	              " info = ?, flags = ?, found = ? WHERE id = ?",
	              "iittiii", (int64_t)p->folder, (int64_t)p->cur, p->base,
	              p->info, (int64_t)row->flags, (int64_t)row->found,
	              row->id);
}

int
row_delete(struct store *s, int64_t id, struct err *err)
{
	struct arena a = { 0 };
	struct twin_key key;
	int rc = twin_key(s, id, &a, &key, err);

	if (rc == 0)
		rc = db_run(s->db, err, "DELETE FROM message WHERE id = ?", "i",
		            id);
	if (rc == 0)
		rc = twin_settle(s, &key, err);
	arena_release(&a);
	return rc;
}

int
row_set_verdict(struct store *s, int64_t id, const struct store_new *info,
                struct err *err)
{
	if (db_run(s->db, err,
	           "UPDATE message SET verdict = ?, score = ? WHERE id = ?",
	           "ifi", (int64_t)info->verdict, info->spam_score, id) != 0)
		return -1;
	if (info->spam_reasons.n == 0)
		return db_run(s->db, err,
		              "DELETE FROM reason WHERE message = ?", "i", id);
	return db_run(s->db, err, "REPLACE INTO reason VALUES(?, ?)", "it", id,
	              info->spam_reasons);
}

int
row_set_labels(struct store *s, int64_t id, const char *labels, struct err *err)
{
	struct slice rest = slice_of(labels);
	struct slice name;

	while (slice_split(&rest, ',', &name)) {
		name = slice_trim(name);
		if (name.n != 0 &&
		    db_run(s->db, err,
		           "INSERT OR IGNORE INTO label SELECT ?, date, id"
		           " FROM message WHERE id = ?",
		           "ti", name, id) != 0)
			return -1;
	}
	return 0;
}

int
row_set_facts(struct store *s, int64_t id, const struct facts *f,
              struct err *err)
{
	int64_t convo;

	if (convo_assign(s, f->refs, f->ref_count, id, &convo, err) != 0)
		return -1;
	return db_run(s->db, err,
	              "UPDATE message SET date = ?, size = ?, from_name = ?,"
	              " from_addr = ?, to_text = ?, subject = ?,"
	              " message_id = ?, hash = ?, convo = ?, attachment = ?,"
	              " list = ? WHERE id = ?",
	              "iitttttbiiti", f->date, (int64_t)f->size, f->from_name,
	              f->from_addr, f->to, f->subject, f->message_id,
	              facts_hash(f), convo, (int64_t)f->attachment, f->list,
	              id);
}

int
row_set_words(struct store *s, int64_t id, const struct facts *f,
              struct err *err)
{
	return db_run(s->db, err,
	              "UPDATE message SET from_name = ?, to_text = ?,"
	              " subject = ? WHERE id = ?",
	              "ttti", f->from_name, f->to, f->subject, id);
}

static int
insert_bare(struct store *s, const struct row *row, const struct facts *f,
            const struct store_new *info, int64_t convo, struct err *err)
{
	const struct maildir_place *p = &row->place;

	return db_run(
		s->db, err,
		"INSERT INTO message(id, account, folder, base, cur, info,"
		" found, flags, date, received, size, from_name,"
		" from_addr, to_text, subject, message_id, hash, convo,"
		" attachment, verdict, score, stub, list)"
		" VALUES(?, ?, ?, ?, ?, ?, ?,"
		" ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"iiititiiiiitttttbiiifit", row->id, row->account,
		(int64_t)p->folder, p->base, (int64_t)p->cur, p->info,
		(int64_t)row->found, (int64_t)row->flags, f->date,
		info->received, (int64_t)f->size, f->from_name, f->from_addr,
		f->to, f->subject, f->message_id, facts_hash(f), convo,
		(int64_t)f->attachment, (int64_t)info->verdict,
		info->spam_score, (int64_t)(info->stub & INT64_MAX), f->list);
}

/* What AUTOINCREMENT would take: a conversation may need it before the row is
 * there, and setting it afterwards would cost as much as half of a row. */
static int
next_id(struct store *s, int64_t *id_r, struct err *err)
{
	int64_t last = 0;

	if (db_get_int(s->db, err, &last,
	               "SELECT seq FROM sqlite_sequence WHERE name = 'message'",
	               "") < 0)
		return -1;
	*id_r = last + 1;
	return 0;
}

int
row_insert(struct store *s, const struct row *row, const struct facts *f,
           const struct store_new *info, int64_t *id_r, struct err *err)
{
	struct row fresh = *row;
	int64_t convo, id;

	if (next_id(s, &fresh.id, err) != 0 ||
	    convo_assign(s, f->refs, f->ref_count, fresh.id, &convo, err) !=
	            0 ||
	    insert_bare(s, &fresh, f, info, convo, err) != 0)
		return -1;
	id = fresh.id;
	if (info->spam_reasons.n != 0 &&
	    db_run(s->db, err, "INSERT INTO reason VALUES(?, ?)", "it", id,
	           info->spam_reasons) != 0)
		return -1;
	if (row_set_labels(s, id, info->labels, err) != 0 ||
	    twin_settle_id(s, id, FOLDER_ANY, err) != 0)
		return -1;
	*id_r = id;
	return 0;
}
