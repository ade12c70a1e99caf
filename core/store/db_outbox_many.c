/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outbox rows on their way: taken, settled and closed, many in a transaction.
 *
 * 1. outbox_take_many is the only way to OUTBOX_SENDING, in one transaction: two
 *    processes never send the same message.
 * 2. outbox_close deletes rows first: what a crash leaves is a file.
 */
#include <stdlib.h>
#include <unistd.h>

#include "store/outbox_rows.h"
#include "store/store_impl.h"
#include "util/array.h"
#include "util/step.h"

#include "util/banned.h"

#define DUE                                           \
 "not_before <= ?1 AND "                              \
 "(state = 0 OR state = 1 OR state = 3 OR state = 6)" \
 " AND (?2 = 0 OR account = ?2)"

/* ---- take ---- */

/* The ids of those that are due; owned in *v_r. */
static int
find_due(struct store *s, int64_t account, int64_t now, size_t max,
         int64_t **v_r, size_t *n_r, struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT id FROM outbox WHERE " DUE
	                              " ORDER BY not_before, id LIMIT ?3",
	                              "iii", now, account, (int64_t)max);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	*v_r = ids.v;
	*n_r = ids.n;
	return rc;
}

static int
mark_sending(struct store *s, const int64_t *ids, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (db_run(s->db, err,
		           "UPDATE outbox SET state = 2 WHERE id = ?", "i",
		           ids[i]) != 0)
			return -1;
	return 0;
}

static int
read_taken(struct store *s, const int64_t *ids, size_t n, struct outbox_row **v,
           struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (outbox_get(s, ids[i], &v[i], err) != 0) {
			while (i > 0)
				outbox_rows_free(&v[--i], 1);
			return -1;
		}
	return 0;
}

int
outbox_take_many(struct store *s, int64_t account, int64_t now, size_t max,
                 struct outbox_row **v, size_t *n_r, struct err *err)
{
	int64_t *ids = NULL;
	size_t n = 0;
	int64_t id;
	int rc;

	*n_r = 0;
	/* Most calls find nothing: look before taking the write lock. */
	rc = db_get_int(s->db, err, &id,
	                "SELECT id FROM outbox WHERE " DUE " LIMIT 1", "ii",
	                now, account);
	if (rc != 1)
		return rc;
	rc = db_begin(s->db, true, err);
	if (rc == 0)
		rc = find_due(s, account, now, max, &ids, &n, err);
	if (rc == 0)
		rc = mark_sending(s, ids, n, err);
	rc = db_end(s->db, rc, err);
	if (rc == 0) {
		step("outbox taken");
		rc = read_taken(s, ids, n, v, err);
	}
	free(ids);
	if (rc == 0)
		*n_r = n;
	return rc;
}

int
outbox_take(struct store *s, int64_t account, int64_t now,
            struct outbox_row **v_r, struct err *err)
{
	size_t n;
	int rc = outbox_take_many(s, account, now, 1, v_r, &n, err);

	return rc == 0 ? (int)n : -1;
}

/* ---- due now ---- */

/* 1 done, 0 it is being sent or gone, -1. */
static int
requeue_one(struct store *s, int64_t id, int64_t now, struct err *err)
{
	if (db_run(s->db, err,
	           "UPDATE outbox SET state = 1, not_before = ?,"
	           " tries = 0 WHERE id = ?"
	           " AND state IN (0, 1, 3, 5, 6, 7)",
	           "ii", now, id) != 0)
		return -1;
	if (db_changed(s->db) == 0)
		return 0;
	/* 3: SMTP_FATE_REFUSED */
	return db_run(s->db, err,
	              "UPDATE outbox_rcpt SET fate = 0"
	              " WHERE outbox = ? AND fate = 3",
	              "i", id) == 0
	               ? 1
	               : -1;
}

int
outbox_requeue_many(struct store *s, const int64_t *ids, size_t n, int64_t now,
                    struct err *err)
{
	int rc = db_begin(s->db, true, err);

	for (size_t i = 0; i < n && rc == 0; i++)
		if (requeue_one(s, ids[i], now, err) < 0)
			rc = -1;
	return db_end(s->db, rc, err);
}

int
outbox_requeue(struct store *s, int64_t id, int64_t now, struct err *err)
{
	int rc = db_begin(s->db, true, err);
	int done = 0;

	if (rc == 0)
		done = requeue_one(s, id, now, err);
	if (db_end(s->db, done < 0 ? -1 : rc, err) != 0)
		return -1;
	return done;
}

/* ---- settle ---- */

int
outbox_update_many(struct store *s, struct outbox_row *const *v, size_t n,
                   struct err *err)
{
	int rc = db_begin(s->db, true, err);

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = outbox_write_row(s, v[i], err);
	rc = db_end(s->db, rc, err);
	if (rc == 0)
		step("outbox updated");
	return rc;
}

int
outbox_update(struct store *s, const struct outbox_row *row, struct err *err)
{
	struct outbox_row copy = *row;
	struct outbox_row *one = &copy;

	return outbox_update_many(s, &one, 1, err);
}

int
outbox_is_copied(struct store *s, int64_t account, const char *key,
                 bool *copied_r, struct err *err)
{
	int64_t found;
	int rc = db_get_int(s->db, err, &found,
	                    "SELECT 1 FROM uidl WHERE account = ?"
	                    " AND uidl = ?",
	                    "ib", account, slice_of(key));

	*copied_r = rc == 1;
	return rc < 0 ? -1 : 0;
}

/* ---- close ---- */

static int
remember_people(struct store *s, const struct outbox_row *row, int64_t when,
                struct err *err)
{
	if (row->automatic)
		return 0;
	for (size_t i = 0; i < row->rcpt_count; i++)
		if (row->rcpts[i].fate == OUTBOX_FATE_SENT &&
		    contact_count(s, NULL, row->rcpts[i].spec, when, err) != 0)
			return -1;
	return 0;
}

static int
delete_row(struct store *s, int64_t id, struct err *err)
{
	if (db_run(s->db, err, "DELETE FROM outbox_rcpt WHERE outbox = ?", "i",
	           id) != 0)
		return -1;
	return db_run(s->db, err, "DELETE FROM outbox WHERE id = ?", "i", id);
}

static void
remove_files(struct store *s, struct outbox_row *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *path = outbox_path(s, v[i]->file);

		(void)unlink(path); /* else it is an orphan */
		free(path);
	}
}

int
outbox_close(struct store *s, struct outbox_row *const *v, size_t n,
             int64_t when, struct err *err)
{
	int rc = db_begin(s->db, true, err);

	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = remember_people(s, v[i], when, err);
		if (rc == 0)
			rc = delete_row(s, v[i]->id, err);
	}
	rc = db_end(s->db, rc, err);
	if (rc == 0)
		remove_files(s, v, n);
	return rc;
}

int
outbox_remove(struct store *s, int64_t id, struct err *err)
{
	struct outbox_row *row = NULL;
	int rc;

	if (outbox_get(s, id, &row, err) != 0)
		return -1;
	rc = db_begin(s->db, true, err);
	if (rc == 0)
		rc = delete_row(s, id, err);
	rc = db_end(s->db, rc, err);
	if (rc == 0)
		remove_files(s, &row, 1);
	outbox_rows_free(&row, 1);
	return rc;
}
