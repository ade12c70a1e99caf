/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes out because of a message that comes in.
 *
 * 1. The file is on disk before the transaction that holds its row, the row of
 *    the message and its UIDL.  So whoever delivers the message again after a
 *    crash either finds it delivered and queued, or does both.
 * 2. The key is written in the same transaction.  A message that is delivered
 *    once more (a UIDL used again, a file that was lost) queues nothing.
 * 3. What cannot be queued takes its message out of the batch again: those
 *    before it are delivered, and it comes once more with the next fetch.
 * 4. When the commit fails its outcome may be unknown: the file stays, and is
 *    removed as an orphan if it has no row (db_outbox.c).
 */
#include <stdlib.h>
#include <unistd.h>

#include "store/deliver_plan.h"
#include "store/maildir_name.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/step.h"

#include "util/banned.h"

static char *
dup_z(struct arena *a, const char *s)
{
	struct slice text = slice_of(s);

	return s != NULL ? arena_dup(a, text.p, text.n) : NULL;
}

static struct outbox_row *
copy_row(struct arena *a, const struct outbox_row *row)
{
	struct outbox_row *copy = arena_calloc(a, 1, sizeof *copy);
	size_t i;

	*copy = *row;
	copy->from = dup_z(a, row->from);
	copy->subject = dup_z(a, row->subject);
	copy->error = dup_z(a, row->error);
	copy->rcpts = arena_calloc(a, row->rcpt_count, sizeof *copy->rcpts);
	for (i = 0; i < row->rcpt_count; i++) {
		copy->rcpts[i] = row->rcpts[i];
		copy->rcpts[i].spec = dup_z(a, row->rcpts[i].spec);
		copy->rcpts[i].words = dup_z(a, row->rcpts[i].words);
	}
	return copy;
}

int
store_batch_outgoing(struct store_batch *b, const struct outbox_row *row,
                     const char *key, int64_t again, struct slice message,
                     struct err *err)
{
	struct batch_out *out;
	struct str file;
	int rc;

	if (b->items.n == 0)
		return err_set(err, ERR_IO, _("there is no message to add"));
	str_init(&file, MAILDIR_NAME_MAX);
	maildir_name_unique(&file);
	rc = outbox_write_file(b->s, file.p, message, err);
	if (rc == 0) {
		step("outgoing written");
		out = array_add_new(&b->outs);
		out->item = b->items.n - 1;
		out->row = copy_row(&b->arena, row);
		out->key = dup_z(&b->arena, key);
		out->file = dup_z(&b->arena, file.p);
		out->again = again;
	}
	str_release(&file);
	return rc;
}

/* Is the key free?  Then it is taken: 1, 0, -1. */
static int
take_key(struct store_batch *b, const struct batch_out *out, struct err *err)
{
	int64_t now = clock_now();

	if (out->again > 0 &&
	    db_run(b->s->db, err,
	           "DELETE FROM outbox_key WHERE key = ? AND date <= ?", "zi",
	           out->key, now - out->again) != 0)
		return -1;
	if (db_run(b->s->db, err,
	           "INSERT OR IGNORE INTO outbox_key VALUES(?, ?, ?)", "zii",
	           out->key, b->account, now) != 0)
		return -1;
	return db_changed(b->s->db) != 0;
}

int
batch_out_rows(struct store_batch *b, struct err *err)
{
	struct batch_out *out;

	array_foreach(&b->outs, out) {
		const struct batch_item *item = &b->items.v[out->item];
		int64_t id;
		int rc;

		out->kept = false;
		if (item->was_here)
			continue;
		rc = take_key(b, out, err);
		if (rc == 0)
			continue;
		if (out->row->reply_flag != 0)
			out->row->reply_to = item->row.id;
		if (rc < 0 ||
		    outbox_insert(b->s, out->row, out->file, &id, err) != 0)
			return -1;
		out->kept = true;
	}
	return 0;
}

static void
remove_file(struct store_batch *b, const struct batch_out *out)
{
	char *path = outbox_path(b->s, out->file);

	(void)unlink(path); /* else it is an orphan */
	free(path);
}

void
batch_out_take_back(struct store_batch *b, size_t item)
{
	while (b->outs.n > 0 && b->outs.v[b->outs.n - 1].item == item)
		remove_file(b, &b->outs.v[--b->outs.n]);
}

void
batch_out_release(struct store_batch *b)
{
	struct batch_out *out;

	array_foreach(&b->outs, out) {
		if (!out->kept)
			remove_file(b, out);
	}
	array_release(&b->outs);
}

int
outbox_automatic_since(struct store *s, int64_t account, int64_t since,
                       int64_t *n_r, struct err *err)
{
	*n_r = 0;
	return db_get_int(s->db, err, n_r,
	                  "SELECT count(*) FROM outbox_key"
	                  " WHERE account = ? AND date > ?"
	                  " AND substr(key, 1, ?) != ?",
	                  "iiiz", account, since,
	                  (int64_t)(sizeof OUTBOX_KEY_REFUSED - 1),
	                  OUTBOX_KEY_REFUSED) < 0
	               ? -1
	               : 0;
}
