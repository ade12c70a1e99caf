/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outbox rows: messages on their way out, each step durable.
 *
 * 1. The file is on disk before its row is: a file without a row was never
 *    promised to anyone and is removed with the next message added.
 * 2. outbox_take is the only way to OUTBOX_SENDING, in one transaction: two
 *    processes never send the same message.
 * 3. outbox_remove deletes the row first: what a crash leaves is a file.
 */
#include "store/outbox_rows.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/copy.h"
#include "store/maildir_name.h"
#include "store/store_impl.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A file without a row may be one that another process is about to commit. */
#define ORPHAN_SECONDS 3600

#define COLUMNS                                                             \
 "id, account, state, sender, subject, not_before, tries, error, reply_to," \
 " reply_flag, draft, file, doubts, automatic, dsn, take"

static const char *const state_names[] = {
	[OUTBOX_HELD] = "held",       [OUTBOX_QUEUED] = "queued",
	[OUTBOX_SENDING] = "sending", [OUTBOX_RETRY] = "retry",
	[OUTBOX_SENT] = "sent",       [OUTBOX_FAILED] = "failed",
	[OUTBOX_UNKNOWN] = "unknown", [OUTBOX_CANCELLED] = "cancelled",
};

const char *
outbox_state_name(enum outbox_state s)
{
	return state_names[s];
}

char *
outbox_path(struct store *s, const char *file)
{
	char *folder = fsx_join(s->data, "outbox");
	char *path = fsx_join(folder, file);

	free(folder);
	return path;
}

/* ---- rows ---- */

static int
insert_rcpts(struct store *s, const struct outbox_row *row, int64_t id,
             struct err *err)
{
	size_t i;

	for (i = 0; i < row->rcpt_count; i++) {
		const struct outbox_rcpt *r = &row->rcpts[i];

		if (db_run(s->db, err,
		           "INSERT INTO outbox_rcpt VALUES(?, ?, ?, ?, ?)",
		           "iitiz", id, (int64_t)i, slice_of(r->spec),
		           (int64_t)r->fate, r->words) != 0)
			return -1;
	}
	return 0;
}

/* Who they are does not change. */
static int
update_rcpts(struct store *s, const struct outbox_row *row, struct err *err)
{
	for (size_t i = 0; i < row->rcpt_count; i++) {
		const struct outbox_rcpt *r = &row->rcpts[i];

		if (db_run(s->db, err,
		           "UPDATE outbox_rcpt SET fate = ?, words = ?"
		           " WHERE outbox = ? AND place = ?",
		           "izii", (int64_t)r->fate, r->words, row->id,
		           (int64_t)i) != 0)
			return -1;
	}
	return 0;
}

int
outbox_insert(struct store *s, const struct outbox_row *row, const char *file,
              int64_t *id_r, struct err *err)
{
	if (db_run(s->db, err,
	           "INSERT INTO outbox(account, state, sender, subject,"
	           " not_before, tries, error, reply_to, reply_flag, draft,"
	           " file, doubts, automatic, dsn)"
	           " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	           "iittiiziiiziii", row->account, (int64_t)row->state,
	           slice_of(row->from), slice_of(row->subject), row->not_before,
	           (int64_t)row->tries, row->error, row->reply_to,
	           (int64_t)row->reply_flag, row->draft, file,
	           (int64_t)row->doubts, (int64_t)row->automatic,
	           (int64_t)row->dsn) != 0)
		return -1;
	*id_r = db_last_id(s->db);
	return insert_rcpts(s, row, *id_r, err);
}

/* A message whose row was lost with pabal.db becomes a draft of the account that
 * was there first: who wrote it decides.  0, or -1: it stays where it is. */
static int
keep_as_draft(struct store *s, const char *path, struct err *err)
{
	struct store_new info = { .folder = FOLDER_DRAFTS,
		                  .flags = STORE_SEEN | STORE_DRAFT };
	struct fsx_map map;
	int64_t account = 0;
	int rc = db_get_int(s->db, err, &account, "SELECT min(id) FROM account",
	                    "");

	if (rc < 0 || account == 0 || fsx_map_open(path, &map, err) != 0)
		return -1;
	rc = store_deliver(s, account, map.data, &info, NULL, err);
	fsx_map_close(&map);
	return rc;
}

/* Files that a crash left without a row. */
void
outbox_remove_orphans(struct store *s)
{
	bool lost = copy_was_lost(s);
	struct err ignored = { 0 }; /* they are tried again with the next */
	char *folder = fsx_join(s->data, "outbox");
	DIR *dir = opendir(folder);
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		struct slice name = slice_of(e->d_name);
		uint64_t born;
		int64_t id;

		if (!slice_ends(name, ".pabal") ||
		    slice_u64(slice_head(name, slice_find(name, '.')), &born) !=
		            0 ||
		    (int64_t)born + ORPHAN_SECONDS > clock_now())
			continue;
		if (db_get_int(s->db, &ignored, &id,
		               "SELECT id FROM outbox WHERE file = ?", "z",
		               e->d_name) == 0) {
			char *path = fsx_join(folder, e->d_name);

			if (!lost || keep_as_draft(s, path, &ignored) == 0)
				(void)unlink(path);
			free(path);
		}
	}
	if (dir != NULL)
		closedir(dir);
	free(folder);
}

int
outbox_write_file(struct store *s, const char *file, struct slice message,
                  struct err *err)
{
	char *folder = fsx_join(s->data, "outbox");
	char *path = fsx_join(folder, file);
	int rc = fsx_mkdirs(folder, err);

	if (rc == 0)
		rc = fsx_fsync_folder(s->data, err);
	if (rc == 0)
		rc = fsx_write_atomic(path, message, err);
	free(path);
	free(folder);
	return rc;
}

int
outbox_add(struct store *s, const struct outbox_row *row, struct slice message,
           int64_t *id_r, struct err *err)
{
	struct str file;
	int rc;

	outbox_remove_orphans(s);
	str_init(&file, MAILDIR_NAME_MAX);
	maildir_name_unique(&file);
	rc = outbox_write_file(s, file.p, message, err);
	if (rc == 0) {
		step("outbox file");
		rc = db_begin(s->db, true, err);
		if (rc == 0)
			rc = outbox_insert(s, row, file.p, id_r, err);
		rc = db_end(s->db, rc, err);
	}
	if (rc == 0)
		step("outbox row");
	str_release(&file);
	return rc;
}

static int
read_rcpts(struct store *s, struct outbox_row *row, struct err *err)
{
	ARRAY(struct outbox_rcpt) list = { 0 };
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT spec, fate, words"
	                              " FROM outbox_rcpt WHERE outbox = ?"
	                              " ORDER BY place",
	                              "i", row->id);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1) {
		struct outbox_rcpt *r = array_add_new(&list);

		r->spec = slice_dup(db_text(st, 0));
		r->fate = (int)db_int(st, 1);
		r->words = db_text_dup(st, 2);
	}
	db_done(st);
	row->rcpts = list.v;
	row->rcpt_count = list.n;
	return rc;
}

static void
read_row(struct db_stmt *st, struct outbox_row *row)
{
	row->id = db_int(st, 0);
	row->account = db_int(st, 1);
	row->state = db_small(st, 2);
	row->from = slice_dup(db_text(st, 3));
	row->subject = slice_dup(db_text(st, 4));
	row->not_before = db_int(st, 5);
	row->tries = (int)db_int(st, 6);
	row->error = db_text_dup(st, 7);
	row->reply_to = db_int(st, 8);
	row->reply_flag = (unsigned)db_int(st, 9);
	row->draft = db_int(st, 10);
	row->file = slice_dup(db_text(st, 11));
	row->doubts = (int)db_int(st, 12);
	row->automatic = db_int(st, 13) != 0;
	row->dsn = (unsigned)db_int(st, 14);
	row->take = db_int(st, 15);
}

/* All rows of a query; takes st (may be NULL). */
static int
read_all(struct store *s, struct db_stmt *st, struct outbox_row **v_r,
         size_t *n_r, struct err *err)
{
	ARRAY(struct outbox_row) list = { 0 };
	int rc = -1;
	size_t i;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		read_row(st, array_add_new(&list));
	db_done(st);
	for (i = 0; rc == 0 && i < list.n; i++)
		rc = read_rcpts(s, &list.v[i], err);
	if (rc != 0) {
		outbox_rows_free(&list.v, list.n);
		return -1;
	}
	*v_r = list.v;
	*n_r = list.n;
	return 0;
}

/* The rows that sql finds, at one point in time.  id: its parameter, 0 none. */
static int
read_rows(struct store *s, const char *sql, int64_t id, struct outbox_row **v_r,
          size_t *n_r, struct err *err)
{
	bool inside = db_in_transaction(s->db);
	int rc = inside ? 0 : db_begin_read(s->db, err);

	if (rc == 0)
		rc = read_all(s,
		              id != 0 ? db_query(s->db, err, sql, "i", id)
		                      : db_query(s->db, err, sql, ""),
		              v_r, n_r, err);
	if (!inside && db_end(s->db, rc, err) != 0 && rc == 0) {
		outbox_rows_free(v_r, *n_r);
		rc = -1;
	}
	return rc;
}

void
outbox_rows_free(struct outbox_row **v, size_t n)
{
	size_t i, k;

	if (v == NULL || *v == NULL)
		return;
	for (i = 0; i < n; i++) {
		struct outbox_row *row = &(*v)[i];

		for (k = 0; k < row->rcpt_count; k++) {
			free(row->rcpts[k].spec);
			free(row->rcpts[k].words);
		}
		free(row->rcpts);
		free(row->from);
		free(row->subject);
		free(row->error);
		free(row->file);
	}
	free(*v);
	*v = NULL;
}

int
outbox_list(struct store *s, struct outbox_row **v_r, size_t *n_r,
            struct err *err)
{
	return read_rows(s, "SELECT " COLUMNS " FROM outbox ORDER BY id", 0,
	                 v_r, n_r, err);
}

int
outbox_unfinished(struct store *s, struct outbox_row **v_r, size_t *n_r,
                  struct err *err)
{
	/* 2: OUTBOX_SENDING, 4: OUTBOX_SENT, 1: OUTBOX_FATE_SENT */
	return read_rows(s,
	                 "SELECT " COLUMNS " FROM outbox WHERE state IN (2, 4)"
	                 " OR EXISTS(SELECT 1 FROM outbox_rcpt"
	                 " WHERE outbox = outbox.id AND fate = 1)"
	                 " ORDER BY id",
	                 0, v_r, n_r, err);
}

int
outbox_get(struct store *s, int64_t id, struct outbox_row **v_r,
           struct err *err)
{
	size_t n = 0;

	if (read_rows(s, "SELECT " COLUMNS " FROM outbox WHERE id = ?", id, v_r,
	              &n, err) != 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_NOTFOUND,
		               _("there is no such message in the outbox"));
	return 0;
}

/* ---- states ---- */

_Static_assert(OUTBOX_HELD == 0 && OUTBOX_QUEUED == 1 && OUTBOX_SENDING == 2 &&
                       OUTBOX_RETRY == 3 && OUTBOX_UNKNOWN == 6 &&
                       OUTBOX_CANCELLED == 7,
               "the numbers in SQL and in databases");

int
outbox_write_row(struct store *s, const struct outbox_row *row, struct err *err)
{
	if (db_run(s->db, err,
	           "UPDATE outbox SET account = ?, state = ?,"
	           " sender = ?, subject = ?, not_before = ?,"
	           " tries = ?, error = ?, reply_to = ?,"
	           " reply_flag = ?, draft = ?, doubts = ?"
	           " WHERE id = ?",
	           "iittiiziiiii", row->account, (int64_t)row->state,
	           slice_of(row->from), slice_of(row->subject), row->not_before,
	           (int64_t)row->tries, row->error, row->reply_to,
	           (int64_t)row->reply_flag, row->draft, (int64_t)row->doubts,
	           row->id) != 0)
		return -1;
	if (db_changed(s->db) == 0)
		return err_set(err, ERR_NOTFOUND,
		               _("there is no such message in the outbox"));
	return update_rcpts(s, row, err);
}

int
outbox_cancel(struct store *s, int64_t id, struct err *err)
{
	int rc = db_begin(s->db, true, err);
	int64_t changed = 0;

	if (rc == 0)
		rc = db_run(s->db, err,
		            "UPDATE outbox SET state = 7, not_before = ?"
		            " WHERE id = ? AND state IN (0, 1, 3, 5, 6, 7)",
		            "ii", clock_now(), id);
	if (rc == 0)
		changed = db_changed(s->db);
	if (db_end(s->db, rc, err) != 0)
		return -1;
	return changed != 0 ? 1 : 0;
}

int
outbox_map(struct store *s, const struct outbox_row *row, struct fsx_map *map_r,
           struct err *err)
{
	char *path = outbox_path(s, row->file);
	int rc = fsx_map_open(path, map_r, err);

	free(path);
	return rc;
}

int
outbox_message(struct store *s, int64_t id, struct fsx_map *map_r,
               struct err *err)
{
	struct outbox_row *row = NULL;
	int rc;

	if (outbox_get(s, id, &row, err) != 0)
		return -1;
	rc = outbox_map(s, row, map_r, err);
	outbox_rows_free(&row, 1);
	return rc;
}

int
outbox_waiting(struct store *s, int64_t now, bool *waiting_r, struct err *err)
{
	int64_t one;
	int rc = db_get_int(s->db, err, &one,
	                    "SELECT 1 FROM outbox WHERE not_before <= ?"
	                    " OR state NOT IN (0, 1, 3, 6) LIMIT 1",
	                    "i", now);

	*waiting_r = rc == 1;
	return rc < 0 ? -1 : 0;
}

int
outbox_next(struct store *s, int64_t *when_r, struct err *err)
{
	*when_r = 0;
	return db_get_int(s->db, err, when_r,
	                  "SELECT not_before FROM outbox"
	                  " WHERE state IN (0, 1, 3, 6)"
	                  " ORDER BY not_before LIMIT 1",
	                  "") < 0
	               ? -1
	               : 0;
}
