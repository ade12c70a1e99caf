/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was fetched: UIDLs, the history of fetches, small state. */
#include <stdlib.h>
#include <string.h>

#include "mime/message.h"
#include "store/store_impl.h"
#include "util/clock.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Fetch records kept for each account: a day of one every five minutes. */
#define FETCHES_KEPT 300

/* There are few, or none: a walk of their own costs the others nothing. */
static int
mark_stubs(struct store *s, int64_t account, struct uidl_map *map,
           struct err *err)
{
	struct db_stmt *st = db_query(
		s->db, err,
		"SELECT u.uidl FROM message m CROSS JOIN uidl u"
		" WHERE m.stub != 0 AND u.message = m.id AND u.message != 0"
		" AND u.account = ?",
		"i", account);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1) {
		struct uidl_row *row = map_get(&map->map, db_text(st, 0));

		if (row != NULL)
			row->stub = true;
	}
	db_done(st);
	return rc;
}

int
store_uidls(struct store *s, int64_t account, struct uidl_map *map_r,
            struct err *err)
{
	struct db_stmt *st =
		db_query(s->db, err,
	                 "SELECT uidl, state, message, fetched, size, head"
	                 " FROM uidl WHERE account = ?",
	                 "i", account);
	int rc = -1;

	memset(map_r, 0, sizeof *map_r);
	while (st != NULL && (rc = db_step(st, err)) == 1) {
		struct uidl_row *row = arena_alloc(&map_r->arena, sizeof *row);

		row->state = db_small(st, 1);
		row->message = db_int(st, 2);
		row->fetched = db_int(st, 3);
		row->size = (uint64_t)db_int(st, 4);
		row->head = db_int(st, 5);
		(void)map_set(&map_r->map, db_text(st, 0), row);
	}
	db_done(st);
	if (rc == 0)
		rc = mark_stubs(s, account, map_r, err);
	if (rc != 0)
		uidl_map_release(map_r);
	return rc;
}

void
uidl_map_release(struct uidl_map *m)
{
	if (m == NULL)
		return;
	map_release(&m->map);
	arena_release(&m->arena);
	memset(m, 0, sizeof *m);
}

int
store_uidl_set(struct store *s, int64_t account, const char *uidl,
               enum uidl_state state, struct err *err)
{
	int rc = db_begin(s->db, true, err);

	if (rc == 0)
		rc = db_run(s->db, err,
		            "INSERT INTO uidl VALUES(?1, ?2, ?3, 0, ?4, 0, 0)"
		            " ON CONFLICT DO UPDATE SET state = ?3",
		            "ibii", account, slice_of(uidl), (int64_t)state,
		            clock_now());
	return db_end(s->db, rc, err);
}

int
store_uidls_spare(struct store *s, int64_t account, struct err *err)
{
	int rc = db_begin(s->db, true, err);

	if (rc == 0)
		rc = db_run(s->db, err,
		            "UPDATE uidl SET state = ?2 WHERE account = ?1"
		            " AND (state = ?3 OR (state = ?4 AND message = 0))",
		            "iiii", account, (int64_t)UIDL_SPARED,
		            (int64_t)UIDL_DOOMED, (int64_t)UIDL_DELETED);
	return db_end(s->db, rc, err);
}

static int
add_alias(struct store *s, int64_t account, const struct uidl_alias *a,
          struct err *err)
{
	return db_run(s->db, err,
	              "INSERT INTO uidl VALUES(?1, ?2, ?3, ?4,"
	              " coalesce((SELECT min(fetched) FROM uidl"
	              " WHERE message = ?4 AND message != 0), ?5), ?6,"
	              " coalesce((SELECT max(head) FROM uidl"
	              " WHERE message = ?4 AND message != 0), 0))"
	              " ON CONFLICT DO UPDATE SET size = ?6",
	              "ibiiii", account, slice_of(a->uidl),
	              (int64_t)UIDL_STORED, a->message, clock_now(),
	              (int64_t)(a->size & INT64_MAX));
}

int
store_uidl_alias(struct store *s, int64_t account, const struct uidl_alias *v,
                 size_t n, struct err *err)
{
	int rc = db_begin(s->db, true, err);
	size_t i;

	for (i = 0; i < n && rc == 0; i++)
		rc = add_alias(s, account, &v[i], err);
	return db_end(s->db, rc, err);
}

int64_t
store_head_number(const struct message *head)
{
	return facts_head(head);
}

int
store_find_head(struct store *s, int64_t account, int64_t id,
                const struct message *head, uint64_t size, int64_t *id_r,
                struct err *err)
{
	struct arena arena = { 0 };
	struct facts f;
	int64_t date;
	int64_t dated = message_date(head, &date);
	int rc = 0;

	facts_of(head, INT64_MAX - 86400, &arena, &f);
	if (id != 0)
		rc = db_get_int(s->db, err, id_r,
		                "SELECT id FROM message WHERE id = ?"
		                " AND account = ? AND message_id = ?"
		                " AND subject = ? AND (? = 0 OR date = ?)",
		                "iittii", id, account, f.message_id, f.subject,
		                dated, f.date);
	else if (f.message_id.n != 0)
		rc = db_get_int(s->db, err, id_r,
		                "SELECT id FROM message m"
		                " WHERE message_id = ?1 AND message_id != ''"
		                " AND account = ?2 AND subject = ?3"
		                " AND (?4 = 0 OR date = ?5)"
		                " AND (size = ?6 OR EXISTS(SELECT 1 FROM uidl"
		                " WHERE message = m.id AND message != 0"
		                " AND size = ?6)) ORDER BY id LIMIT 1",
		                "titiii", f.message_id, account, f.subject,
		                dated, f.date, (int64_t)(size & INT64_MAX));
	arena_release(&arena);
	return rc;
}

static void
read_fetch(struct db_stmt *st, struct fetch_record *r)
{
	r->account = db_int(st, 0);
	r->started = db_int(st, 1);
	r->ended = db_int(st, 2);
	r->messages = (uint64_t)db_int(st, 3);
	r->skipped = (uint64_t)db_int(st, 4);
	r->bytes = (uint64_t)db_int(st, 5);
	r->error = db_text_dup(st, 6);
	r->why = db_text_dup(st, 7);
	r->took_ms = db_int(st, 8);
	if (r->took_ms == 0) /* an older version told seconds alone */
		r->took_ms = (r->ended - r->started) * 1000;
}

void
fetch_records_free(struct fetch_record **v, size_t n)
{
	for (size_t i = 0; *v != NULL && i < n; i++) {
		free((*v)[i].error);
		free((*v)[i].why);
	}
	free(*v);
	*v = NULL;
}

int
store_fetch_history(struct store *s, int64_t account, size_t n,
                    struct fetch_record **v_r, size_t *n_r, struct err *err)
{
	ARRAY(struct fetch_record) list = { 0 };
	struct db_stmt *st = db_query(
		s->db, err,
		"SELECT account, started, ended, messages, skipped, bytes,"
		" error, why, took_ms FROM fetch WHERE account = ?1 OR ?1 = 0"
		" ORDER BY id DESC LIMIT ?2",
		"ii", account, (int64_t)n);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		read_fetch(st, array_add_new(&list));
	db_done(st);
	if (rc != 0)
		fetch_records_free(&list.v, list.n);
	*v_r = list.v;
	*n_r = rc == 0 ? list.n : 0;
	return rc;
}

int
store_state_get(struct store *s, const char *key, struct str *out,
                struct err *err)
{
	struct db_stmt *st = db_query(
		s->db, err, "SELECT value FROM state WHERE key = ?", "z", key);
	int rc = st != NULL ? db_step(st, err) : -1;

	if (rc == 1)
		str_add_slice(out, db_text(st, 0));
	db_done(st);
	return rc;
}

static int
write_state(struct store *s, void *ctx, struct err *err)
{
	const struct store_state *state = ctx;

	return db_run(s->db, err, "REPLACE INTO state VALUES(?, ?)", "zb",
	              state->key, state->value);
}

static int
set_state(struct store *s, const char *key, struct slice value, bool durable,
          struct err *err)
{
	struct store_state state = { key, value };
	const struct store_write w = { write_state, &state, 1, durable };

	return store_write(s, &w, err);
}

int
store_state_set(struct store *s, const char *key, struct slice value,
                struct err *err)
{
	return set_state(s, key, value, true, err);
}

int
store_state_note(struct store *s, const char *key, struct slice value,
                 struct err *err)
{
	return set_state(s, key, value, false, err);
}

/* ---- the end of a fetch ---- */

static int
insert_fetch(struct store *s, const struct fetch_record *r, struct err *err)
{
	int rc = db_run(s->db, err,
	                "INSERT INTO fetch(account, started, ended, messages,"
	                " skipped, bytes, error, why, took_ms)"
	                " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
	                "iiiiiizzi", r->account, r->started, r->ended,
	                (int64_t)r->messages, (int64_t)r->skipped,
	                (int64_t)r->bytes, r->error, r->why, r->took_ms);

	if (rc != 0)
		return -1;
	return db_run(s->db, err,
	              "DELETE FROM fetch WHERE account = ?1 AND id <="
	              " (SELECT id FROM fetch WHERE account = ?1"
	              " ORDER BY id DESC LIMIT 1 OFFSET ?2)",
	              "ii", r->account, (int64_t)FETCHES_KEPT);
}

struct fetch_end {
	const struct fetch_record *record;
	struct store_state *state;
};

static int
write_fetch(struct store *s, void *ctx, struct err *err)
{
	struct fetch_end *end = ctx;

	if (insert_fetch(s, end->record, err) != 0)
		return -1;
	return end->state->key != NULL ? write_state(s, end->state, err) : 0;
}

int
store_fetch_record(struct store *s, const struct fetch_record *r,
                   const struct store_state *state, bool durable,
                   struct err *err)
{
	struct store_state copy =
		state != NULL ? *state : (struct store_state){ 0 };
	struct fetch_end end = { r, &copy };
	const struct store_write w = { write_fetch, &end, 2, durable };

	return store_write(s, &w, err);
}
