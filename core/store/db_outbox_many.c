/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outbox rows on their way: added, taken, settled and closed, many in a
 * transaction.
 *
 * 1. outbox_take_many is the only way to OUTBOX_SENDING, in one transaction: two
 *    processes never send the same message.
 * 2. outbox_close deletes rows first: what a crash leaves is a file.
 * 3. outbox_settle writes what became of mails in the transaction that has their
 *    Sent copies: whoever is known to have a mail has it in Sent, and a row that
 *    is gone has its copy.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/deliver_plan.h"
#include "store/maildir_name.h"
#include "store/outbox_rows.h"
#include "store/store_impl.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define DUE                                           \
 "not_before <= ?1 AND "                              \
 "(state = 0 OR state = 1 OR state = 3 OR state = 6)" \
 " AND (?2 = 0 OR account = ?2)"

/* ---- add ---- */

/* Files of their own, not on disk yet; their names are owned. */
static int
write_files(int folder, const struct slice *messages, char **files, size_t n,
            struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		struct str name;
		int fd;

		str_init(&name, MAILDIR_NAME_MAX);
		maildir_name_unique(&name);
		files[i] = str_take(&name);
		fd = fsx_create_at(folder, files[i], err);
		rc = fd < 0 ? -1
		            : fsx_write_all(fd, messages[i].p, messages[i].n,
		                            err);
		if (fd >= 0 && close(fd) != 0 && rc == 0)
			rc = err_sys(err, errno, _("cannot write '%s'"),
			             files[i]);
	}
	return rc;
}

static int
sync_files(int folder, char *const *files, size_t n, struct err *err)
{
	int rc = fsx_sync_all(folder, err);

	/* One by one where there is nothing for all of them. */
	for (size_t i = 0; i < n && rc > 0; i++) {
		int fd = openat(folder, files[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return err_sys(err, errno, _("cannot open '%s'"),
			               files[i]);
		rc = fsx_fsync(fd, files[i], err) == 0 ? 1 : -1;
		close(fd); /* synced */
	}
	return rc < 0 ? -1 : fsx_fsync(folder, "outbox", err);
}

static int
insert_all(struct store *s, const struct outbox_row *rows, char *const *files,
           size_t n, int64_t *ids_r, struct err *err)
{
	int rc = db_begin(s->db, true, err);

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = outbox_insert(s, &rows[i], files[i], &ids_r[i], err);
	return db_end(s->db, rc, err);
}

static int
open_outbox(struct store *s, struct err *err)
{
	char *path = fsx_join(s->data, "outbox");
	int fd = -1;

	if (fsx_mkdirs(path, err) == 0 && fsx_fsync_folder(s->data, err) == 0) {
		fd = open(path,
		          O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			(void)err_sys(err, errno, _("cannot open folder '%s'"),
			              path);
	}
	free(path);
	return fd;
}

int
outbox_add_many(struct store *s, const struct outbox_row *rows,
                const struct slice *messages, size_t n, int64_t *ids_r,
                struct err *err)
{
	char **files = xcalloc(n + 1, sizeof *files);
	int folder;
	int rc;

	outbox_remove_orphans(s);
	/* Opened before the first write: its sync tells of any error. */
	folder = open_outbox(s, err);
	rc = folder < 0 ? -1 : write_files(folder, messages, files, n, err);
	if (rc == 0)
		rc = sync_files(folder, files, n, err);
	if (rc == 0) {
		step("outbox files");
		rc = insert_all(s, rows, files, n, ids_r, err);
	}
	if (rc == 0)
		step("outbox rows");
	/* When the commit failed its outcome may be unknown: those files are
	 * orphans or wanted. */
	for (size_t i = 0; i < n; i++)
		free(files[i]);
	free(files);
	if (folder >= 0)
		close(folder); /* synced */
	return rc;
}

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

int
outbox_due_from(struct store *s, int64_t account, int64_t now, char **from_r,
                struct err *err)
{
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT sender FROM outbox WHERE " DUE
	                              " ORDER BY not_before, id LIMIT 1",
	                              "ii", now, account);
	int rc = st != NULL ? db_step(st, err) : -1;

	if (rc == 1)
		*from_r = slice_dup(db_text(st, 0));
	db_done(st);
	return rc;
}

int
outbox_due_accounts(struct store *s, int64_t now, int64_t **v_r, size_t *n_r,
                    struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT DISTINCT account FROM outbox"
	                              " WHERE " DUE " ORDER BY account",
	                              "ii", now, (int64_t)0);
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
		           "UPDATE outbox SET state = 2, take = take + 1"
		           " WHERE id = ?",
		           "i", ids[i]) != 0)
			return -1;
	return 0;
}

/* In the transaction that takes them. */
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
	bool read;
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
	read = rc == 0 && read_taken(s, ids, n, v, err) == 0;
	rc = db_end(s->db, read ? 0 : -1, err);
	free(ids);
	if (rc == 0) {
		*n_r = n;
		step("outbox taken");
	}
	while (rc != 0 && read && n > 0)
		outbox_rows_free(&v[--n], 1);
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
	/* Taking them is durable, and with it all that came before. */
	int rc = db_begin(s->db, false, err);

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
remove_file(struct store *s, const struct outbox_row *row)
{
	char *path = outbox_path(s, row->file);

	(void)unlink(path); /* else it is an orphan */
	free(path);
}

static int
close_row(struct store *s, const struct outbox_row *row, int64_t when,
          struct err *err)
{
	if (remember_people(s, row, when, err) != 0)
		return -1;
	return delete_row(s, row->id, err);
}

int
outbox_close(struct store *s, struct outbox_row *const *v, size_t n,
             int64_t when, struct err *err)
{
	int rc = db_begin(s->db, true, err);

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = close_row(s, v[i], when, err);
	rc = db_end(s->db, rc, err);
	for (size_t i = 0; i < n && rc == 0; i++)
		remove_file(s, v[i]);
	return rc;
}

bool
outbox_is_over(const struct outbox_row *row)
{
	return row->state == OUTBOX_SENT && row->reply_to == 0 &&
	       row->draft == 0;
}

int
outbox_settle_rows(struct store *s, const struct outbox_settled *o,
                   struct err *err)
{
	for (size_t i = 0; i < o->n; i++) {
		int rc = outbox_is_over(o->v[i])
		                 ? close_row(s, o->v[i], o->when, err)
		                 : outbox_write_row(s, o->v[i], err);

		if (rc != 0)
			return -1;
	}
	return 0;
}

int
outbox_settle(struct store *s, struct store_batch **b,
              struct outbox_row *const *v, size_t n, struct err *err)
{
	struct outbox_settled o = { .v = v, .n = n, .when = clock_now() };
	int rc;

	if (*b != NULL) {
		rc = batch_commit_settled(b, &o, err);
	} else {
		rc = db_begin(s->db, true, err);
		if (rc == 0)
			rc = outbox_settle_rows(s, &o, err);
		rc = db_end(s->db, rc, err);
	}
	if (rc != 0)
		return -1;
	step("outbox settled");
	for (size_t i = 0; i < n; i++)
		if (outbox_is_over(v[i]))
			remove_file(s, v[i]);
	return 0;
}

/* 7: OUTBOX_CANCELLED, since not_before. */
static int
find_cancelled(struct store *s, int64_t before, int64_t **v_r, size_t *n_r,
               struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT id FROM outbox"
	                              " WHERE state = 7 AND not_before < ?",
	                              "i", before);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	*v_r = ids.v;
	*n_r = ids.n;
	return rc;
}

/* Unless it was brought back meanwhile. */
static int
purge_one(struct store *s, int64_t id, int64_t before, struct err *err)
{
	struct outbox_row *row = NULL;
	struct err why = { 0 };
	bool gone = false;
	int rc = db_begin(s->db, true, err);

	if (rc == 0 && outbox_get(s, id, &row, &why) != 0 &&
	    why.code != ERR_NOTFOUND) {
		*err = why;
		rc = -1;
	}
	if (rc == 0 && row != NULL && row->state == OUTBOX_CANCELLED &&
	    row->not_before < before) {
		rc = delete_row(s, id, err);
		gone = true;
	}
	rc = db_end(s->db, rc, err);
	if (rc == 0 && gone)
		remove_file(s, row);
	outbox_rows_free(&row, 1);
	return rc;
}

int
outbox_purge(struct store *s, int64_t before, struct err *err)
{
	int64_t *ids = NULL;
	size_t n = 0;
	int rc = find_cancelled(s, before, &ids, &n, err);

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = purge_one(s, ids[i], before, err);
	free(ids);
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
		remove_file(s, row);
	outbox_rows_free(&row, 1);
	return rc;
}
