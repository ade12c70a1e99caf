/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages of which only the header is here, until the whole is wanted.
 *
 * 1. Their file begins with the field MARK, which says how many bytes the whole
 *    has, so that an index made anew knows them; column stub says the same.
 *    No sender can put a field before those of the servers on the way.
 * 2. The whole takes the name of the header's file in one rename, so there is
 *    never a second file.  The steps, all but the first under the write lock:
 *
 *        fill-synced     the whole in Inbox/tmp, on disk
 *        fill-renamed    it stands where the header stood
 *        fill-folder     on disk
 *        fill-committed  its row
 *
 *    A crash before the last leaves a whole file with a row that says header:
 *    store_fill_settle makes the row true.
 * 3. The whole has a new row: ids stand for texts that do not change (fts.c, and
 *    the programs that fetch from here).  What the user did goes over to it.
 *
 * Rejected: the whole as a message of its own beside the header (two, after a
 * crash between them); the mark in the file's name (others rename files).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mime/message.h"
#include "store/deliver_plan.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define MARK "X-Pabal-Header-Only"

void
store_stub_mark(uint64_t bytes, struct str *out)
{
	str_printf(out, MARK ": %llu\r\n", (unsigned long long)bytes);
}

uint64_t
stub_of(const struct message *m)
{
	const struct part *root = m->root;
	uint64_t n;

	if (root->field_count == 0 || !slice_eq_z(root->fields[0].name, MARK) ||
	    slice_u64(slice_trim(root->fields[0].value), &n) != 0 ||
	    n > INT64_MAX)
		return 0;
	return n;
}

/* ---- rows ---- */

static int
run(struct store *s, const char *sql, int64_t old, int64_t fresh,
    struct err *err)
{
	return db_run(s->db, err, sql, "ii", old, fresh);
}

/* What is known of the header, and of no file. */
static int
hand_over(struct store *s, int64_t old, int64_t fresh, struct err *err)
{
	static const char *const all[] = {
		"UPDATE message SET (received, verdict, score) ="
		" (SELECT received, verdict, score FROM message WHERE id = ?1)"
		" WHERE id = ?2",
		"INSERT OR IGNORE INTO label SELECT l.name, m.date, m.id"
		" FROM label l, message m WHERE l.message = ?1 AND m.id = ?2",
		"UPDATE OR IGNORE reason SET message = ?2 WHERE message = ?1",
		"UPDATE OR IGNORE undo_item SET message = ?2"
		" WHERE message = ?1",
		"UPDATE outbox SET reply_to = ?2 WHERE reply_to = ?1",
		"UPDATE uidl SET message = ?2 WHERE message = ?1"
		" AND message != 0",
	};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof all / sizeof all[0]; i++)
		rc = run(s, all[i], old, fresh, err);
	/* From now on it counts how long the server has kept it. */
	if (rc == 0)
		rc = db_run(s->db, err,
		            "UPDATE uidl SET fetched = ? WHERE message = ?",
		            "ii", clock_now(), fresh);
	return rc;
}

/* The row of a header becomes that of the whole (in a transaction). */
static int
replace_row(struct store *s, const struct row *row, const struct message *m,
            const struct store_new *judged, int64_t *id_r, struct err *err)
{
	struct store_new info = { .received = clock_now() };
	struct arena a = { 0 };
	struct facts f;
	int64_t date;
	int rc;

	facts_of(m, info.received, &a, &f);
	/* The name goes over, too; "/" is in none. */
	rc = db_run(s->db, err,
	            "UPDATE message SET base = base || '/' WHERE id = ?", "i",
	            row->id);
	if (rc == 0)
		rc = row_insert(s, row, &f, &info, id_r, err);
	if (rc == 0)
		rc = hand_over(s, row->id, *id_r, err);
	if (rc == 0 && !message_date(m, &date))
		rc = run(s,
		         "UPDATE message SET date ="
		         " (SELECT date FROM message WHERE id = ?1)"
		         " WHERE id = ?2",
		         row->id, *id_r, err);
	if (rc == 0 && judged != NULL)
		rc = row_set_verdict(s, *id_r, judged, err);
	if (rc == 0 && judged != NULL)
		rc = row_set_labels(s, *id_r, judged->labels, err);
	if (rc == 0)
		rc = row_delete(s, row->id, err);
	arena_release(&a);
	return rc;
}

/* 1 with the row, which is still that of a header; 0 it is whole; -1. */
static int
header_row(struct store *s, int64_t id, struct arena *a, struct row *row_r,
           struct err *err)
{
	int64_t stub = 0;
	int rc = row_get(s, id, a, row_r, err);

	if (rc == 0)
		return err_set(err, ERR_NOTFOUND,
		               _("the message was deleted meanwhile"));
	if (rc == 1)
		rc = db_get_int(s->db, err, &stub,
		                "SELECT stub FROM message WHERE id = ?", "i",
		                id);
	return rc < 0 ? -1 : stub != 0;
}

/* ---- the file ---- */

static int
sync_tmp(struct store_batch *b, const struct message *m, struct err *err)
{
	off_t size = lseek(b->fd, 0, SEEK_END);

	if (size < 0 || (uint64_t)size != m->raw.n)
		return err_set(err, ERR_IO, _("the message is not complete"));
	if (fsx_fsync(b->fd, b->name, err) != 0)
		return -1;
	step("fill-synced");
	return 0;
}

static int
take_place(struct store_batch *b, const struct maildir_place *p,
           struct err *err)
{
	int fd = maildir_fd(&b->maildir, p->folder,
	                    p->cur ? MAILDIR_CUR : MAILDIR_NEW, err);
	char *name;
	int rc;

	if (fd < 0)
		return -1;
	name = xasprintf("%.*s%.*s", SLICE_ARG(p->base), SLICE_ARG(p->info));
	rc = renameat(b->tmp_fd, b->name, fd, name);
	if (rc != 0)
		rc = err_sys(err, errno, _("cannot rename message '%s'"), name);
	free(name);
	if (rc != 0)
		return -1;
	close(b->fd); /* synced */
	b->fd = -1;
	step("fill-renamed");
	if (fsx_fsync(fd, folder_name(p->folder), err) != 0)
		return -1;
	step("fill-folder");
	return 0;
}

/* What goes out because of it, in the same transaction. */
static int
send_out(struct store_batch *b, int64_t id, struct err *err)
{
	if (b->items.n != 0)
		b->items.v[0].row.id = id;
	return batch_out_rows(b, err);
}

/* 1 done or nothing to do, 0 the header's file is elsewhere, -1. */
static int
fill_once(struct store_batch *b, int64_t id, const struct message *m,
          const struct store_new *info, int64_t *id_r, struct err *err)
{
	struct arena a = { 0 };
	struct row row;
	int rc;

	if (db_begin(b->s->db, true, err) != 0)
		return -1;
	*id_r = id;
	rc = header_row(b->s, id, &a, &row, err);
	if (rc == 1 && !maildir_has(&b->maildir, &row.place)) {
		arena_release(&a);
		return db_end(b->s->db, 0, err);
	}
	if (rc == 1)
		rc = take_place(b, &row.place, err) == 0 &&
		                     replace_row(b->s, &row, m, info, id_r,
		                                 err) == 0
		             ? send_out(b, *id_r, err)
		             : -1;
	arena_release(&a);
	if (db_end(b->s->db, rc, err) != 0)
		return -1;
	step("fill-committed");
	return 1;
}

void
store_batch_expect(struct store_batch *b)
{
	struct batch_item *item = array_add_new(&b->items);

	item->renamed = true; /* its file is not the batch's to remove */
}

int
store_fill(struct store_batch **b, int64_t id, const struct message *m,
           const struct store_new *info, int64_t *id_r, struct err *err)
{
	uint64_t changed = 0;
	int rc = sync_tmp(*b, m, err) == 0
	                 ? fill_once(*b, id, m, info, id_r, err)
	                 : -1;

	/* Another program moved or marked it: look, then once more. */
	if (rc == 0)
		rc = reconcile_account((*b)->s, (*b)->account, true, &changed,
		                       err) == 0
		             ? fill_once(*b, id, m, info, id_r, err)
		             : -1;
	if (rc == 0)
		rc = err_set(err, ERR_RETRY,
		             _("another program changes the mailbox"));
	store_batch_abort(b);
	return rc < 0 ? -1 : 0;
}

int
store_fill_settle(struct store *s, int64_t id, int64_t *id_r, struct err *err)
{
	struct arena a = { 0 };
	struct fsx_map map = { 0 };
	struct message m = { 0 };
	struct row row;
	int rc;

	*id_r = id;
	if (store_map(s, id, &map, err) != 0)
		return -1;
	message_parse_map(&m, map.data);
	rc = stub_of(&m) == 0 ? db_begin(s->db, true, err) : 1;
	if (rc == 0) {
		rc = header_row(s, id, &a, &row, err);
		if (rc == 1)
			rc = replace_row(s, &row, &m, NULL, id_r, err);
		rc = db_end(s->db, rc, err);
	} else if (rc == 1) {
		rc = 0;
	}
	message_release(&m);
	fsx_map_close(&map);
	arena_release(&a);
	return rc;
}
