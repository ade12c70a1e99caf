/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes of messages: flags, folder, labels, removal.
 *
 * 1. The file is renamed first, then the row is written; both under the write
 *    lock.  A crash between them leaves a file that reconcile understands.
 * 2. What is done to a mail is done to its twins (twin.c): it is one mail.
 * 3. A file that is not in its place makes us look at the account's folders and
 *    try once more; when it is gone for good, so is its row.
 */
#include <stdlib.h>

#include "store/maildir_name.h"
#include "store/store_impl.h"
#include "util/i18n.h"
#include "util/step.h"

#include "util/banned.h"

/* Rename the file of row to to; *done_r: false when it was not in its place. */
static int
move_file(struct store *s, const struct row *row,
          const struct maildir_place *to, bool *done_r, struct err *err)
{
	struct maildir *m = store_maildir(s, row->account, err);
	int rc;

	*done_r = false;
	if (m == NULL)
		return -1;
	/* A stray copy in the way must not be overwritten unseen. */
	if (maildir_has(m, to))
		return 0;
	rc = maildir_move(m, &row->place, to, err);
	*done_r = rc == 0;
	return rc < 0 ? -1 : 0;
}

/* Bring row to its new place and flags: file, then row. */
static int
put(struct store *s, const struct row *old, const struct row *fresh,
    struct change *c, struct err *err)
{
	bool done = true;

	if (!maildir_place_same(&old->place, &fresh->place) &&
	    move_file(s, old, &fresh->place, &done, err) != 0)
		return -1;
	if (!done) {
		c->missed = old->account;
		return 0;
	}
	/* Killed here, the file is where the row does not say. */
	if (c->group != NULL)
		step("piece file");
	if (c->token != 0 &&
	    undo_add(s, c->token, old->id,
	             c->kind == UNDO_FLAGS ? (int64_t)old->flags
	                                   : (int64_t)old->place.folder,
	             NULL, err) != 0)
		return -1;
	return row_set_place(s, fresh, err);
}

static int
change_flags(struct store *s, const struct row *row, struct change *c,
             struct err *err)
{
	struct row fresh = *row;
	struct str info;
	int rc;

	fresh.flags = (row->flags & ~c->clear) | c->set;
	if (fresh.flags == row->flags)
		return 0;
	str_init(&info, MAILDIR_NAME_MAX);
	maildir_name_info(fresh.flags, row->place.info, &info);
	fresh.place.info = str_slice(&info);
	fresh.place.cur = true;
	rc = put(s, row, &fresh, c, err);
	str_release(&info);
	return rc;
}

static int
change_folder(struct store *s, const struct row *row, struct change *c,
              struct err *err)
{
	struct row fresh = *row;

	fresh.place.folder = c->folder;
	if (row->place.folder == c->folder)
		return 0;
	if (put(s, row, &fresh, c, err) != 0)
		return -1;
	if (c->missed != 0)
		return 0;
	if (twin_settle_id(s, row->id, row->place.folder, err) != 0)
		return -1;
	return twin_settle_id(s, row->id, c->folder, err);
}

static int
change_label(struct store *s, int64_t id, struct change *c, struct err *err)
{
	int64_t there;
	int rc = db_get_int(s->db, err, &there,
	                    "SELECT 1 FROM label WHERE message = ?"
	                    " AND name = ?",
	                    "iz", id, c->label);

	if (rc < 0 || (rc == 1) == c->add)
		return rc < 0 ? -1 : 0;
	if (c->token != 0 && undo_add(s, c->token, id, rc, c->label, err) != 0)
		return -1;
	if (c->add)
		return row_set_labels(s, id, c->label, err);
	return db_run(s->db, err,
	              "DELETE FROM label WHERE message = ? AND name = ?", "iz",
	              id, c->label);
}

int
change_one(struct store *s, int64_t id, struct change *c, struct err *err)
{
	struct arena a = { 0 };
	struct row row;
	int rc = row_get(s, id, &a, &row, err);

	/* A message that is gone needs no change. */
	if (rc == 1) {
		switch (c->kind) {
		case UNDO_FLAGS:
			rc = change_flags(s, &row, c, err);
			break;
		case UNDO_MOVE:
			rc = change_folder(s, &row, c, err);
			break;
		case UNDO_LABEL:
			rc = change_label(s, id, c, err);
			break;
		case UNDO_GROUP:
			break;
		}
	}
	arena_release(&a);
	return rc;
}

/* ids of one mail: itself and its twins. */
struct id_list {
	ARRAY(int64_t) ids;
};

static int
add_twins(struct store *s, int64_t id, struct id_list *list, struct err *err)
{
	struct db_stmt *st = db_query(
		s->db, err,
		"SELECT id FROM message WHERE id = ?1 UNION"
		" SELECT id FROM message WHERE twin = ?1 AND twin != 0 UNION"
		" SELECT twin FROM message WHERE id = ?1 AND twin != 0 UNION"
		" SELECT id FROM message WHERE twin != 0 AND twin ="
		" (SELECT twin FROM message WHERE id = ?1 AND twin != 0)",
		"i", id);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&list->ids, db_int(st, 0));
	db_done(st);
	return rc;
}

static int
change_pass(struct store *s, const int64_t *ids, size_t n, struct change *c,
            struct err *err)
{
	struct id_list list = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++)
		rc = add_twins(s, ids[i], &list, err);
	for (i = 0; rc == 0 && i < list.ids.n; i++) {
		struct change one = *c;

		one.missed = 0;
		rc = change_one(s, list.ids.v[i], &one, err);
		if (one.missed != 0)
			c->missed = one.missed;
	}
	array_release(&list.ids);
	return rc;
}

/* The token that takes it back, in its group; in a transaction. */
static int
begin_undo(struct store *s, struct change *c, struct err *err)
{
	if (c->group == NULL)
		return undo_begin(s, c->kind, &c->token, err);
	if (c->token != 0)
		return 0;
	if (*c->group == 0 && undo_begin(s, UNDO_GROUP, c->group, err) != 0)
		return -1;
	if (undo_begin(s, c->kind, &c->token, err) != 0)
		return -1;
	return db_run(s->db, err, "UPDATE undo SET head = ? WHERE token = ?",
	              "ii", *c->group, c->token);
}

/* One transaction, and one more when files had moved. */
int
change_all(struct store *s, const int64_t *ids, size_t n, struct change *c,
           struct err *err)
{
	uint64_t changed = 0;
	int rc = db_begin(s->db, false, err);

	if (rc == 0)
		rc = begin_undo(s, c, err);
	if (rc == 0)
		rc = change_pass(s, ids, n, c, err);
	rc = db_end(s->db, rc, err);
	if (rc != 0 || c->missed == 0)
		return rc;
	if (reconcile_account(s, c->missed, true, &changed, err) != 0)
		return -1;
	c->missed = 0;
	rc = db_begin(s->db, false, err);
	if (rc == 0)
		rc = change_pass(s, ids, n, c, err);
	if (rc == 0 && c->missed != 0)
		rc = err_set(err, ERR_RETRY,
		             _("another program changes the mailbox"));
	return db_end(s->db, rc, err);
}

int
store_flags(struct store *s, const int64_t *ids, size_t n, unsigned set,
            unsigned clear, int64_t *undo_r, struct err *err)
{
	struct change c = { .kind = UNDO_FLAGS, .set = set, .clear = clear };

	if (change_all(s, ids, n, &c, err) != 0)
		return -1;
	if (undo_r != NULL)
		*undo_r = c.token;
	return 0;
}

int
store_move(struct store *s, const int64_t *ids, size_t n, enum folder folder,
           int64_t *undo_r, struct err *err)
{
	struct change c = { .kind = UNDO_MOVE, .folder = folder };

	if (change_all(s, ids, n, &c, err) != 0)
		return -1;
	if (undo_r != NULL)
		*undo_r = c.token;
	return 0;
}

int
store_label(struct store *s, const int64_t *ids, size_t n, const char *label,
            bool add, int64_t *undo_r, struct err *err)
{
	struct change c = { .kind = UNDO_LABEL, .label = label, .add = add };

	if (change_all(s, ids, n, &c, err) != 0)
		return -1;
	if (undo_r != NULL)
		*undo_r = c.token;
	return 0;
}

int
store_set_verdict(struct store *s, int64_t id, enum spam_verdict verdict,
                  double score, struct slice reasons, struct err *err)
{
	struct store_new info = { .verdict = verdict,
		                  .spam_score = score,
		                  .spam_reasons = reasons };
	int rc = db_begin(s->db, false, err);

	if (rc == 0)
		rc = row_set_verdict(s, id, &info, err);
	return db_end(s->db, rc, err);
}

int
uidl_doom(struct store *s, int64_t id, struct err *err)
{
	return db_run(s->db, err,
	              "UPDATE uidl SET state = ? WHERE message = ?"
	              " AND message != 0 AND state = ?",
	              "iii", (int64_t)UIDL_DOOMED, id, (int64_t)UIDL_STORED);
}

static int
delete_one(struct store *s, int64_t id, struct err *err)
{
	struct arena a = { 0 };
	struct row row;
	struct maildir *m;
	int rc = row_get(s, id, &a, &row, err);

	if (rc == 1) {
		m = store_maildir(s, row.account, err);
		rc = m != NULL ? maildir_remove(m, &row.place, err) : -1;
		if (rc == 0)
			rc = uidl_doom(s, id, err);
		if (rc == 0)
			rc = row_delete(s, id, err);
	}
	arena_release(&a);
	return rc;
}

int
store_delete(struct store *s, const int64_t *ids, size_t n, struct err *err)
{
	struct id_list list = { 0 };
	size_t i;
	/* What is to go on the server must not come back after a power cut. */
	int rc = db_begin(s->db, true, err);

	if (rc != 0)
		return -1;
	for (i = 0; rc == 0 && i < n; i++)
		rc = add_twins(s, ids[i], &list, err);
	for (i = 0; rc == 0 && i < list.ids.n; i++)
		rc = delete_one(s, list.ids.v[i], err);
	array_release(&list.ids);
	return db_end(s->db, rc, err);
}

/* Deleted under one lock; a screen waits for less. */
#define EMPTY_CHUNK 200

static int
trash_chunk(struct store *s, int64_t account, int64_t *ids, size_t *n_r,
            struct err *err)
{
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT id FROM message WHERE folder = ?1"
	                              " AND (account = ?2 OR ?2 = 0) LIMIT ?3",
	                              "iii", (int64_t)FOLDER_TRASH, account,
	                              (int64_t)EMPTY_CHUNK);
	int rc = -1;

	*n_r = 0;
	while (st != NULL && (rc = db_step(st, err)) == 1)
		ids[(*n_r)++] = db_int(st, 0);
	db_done(st);
	return rc;
}

int
store_empty_trash(struct store *s, int64_t account, uint64_t *n_r,
                  struct err *err)
{
	int64_t ids[EMPTY_CHUNK];
	size_t n;

	*n_r = 0;
	do {
		if (trash_chunk(s, account, ids, &n, err) != 0 ||
		    store_delete(s, ids, n, err) != 0)
			return -1;
		*n_r += n;
	} while (n == EMPTY_CHUNK);
	return 0;
}
