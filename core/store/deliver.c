/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delivery: a batch of messages is durable and visible at commit, or not at all.
 *
 * The order, with a step() after each:
 *
 *     written    each message into Inbox/tmp, closed     store_batch_add
 *     synced     all of them on disk                     batch_sync
 *     renamed    each to its folder's new or cur         rename_files
 *     folders    those folders on disk                   sync_folders
 *     committed  one transaction: rows and UIDLs         write_rows
 *
 * 1. The name of a fetched message is made from account and UIDL.  After a
 *    crash the same message gets the same name: a file that had no row yet is
 *    replaced by itself.
 * 2. A name that has a row with the same content is that message: only the UIDL
 *    is written (plan: ITEM_KNOWN).  A row whose file is gone gets the new file
 *    (ITEM_NEW, and write_rows finds the row).
 * 3. A name that has a row with other content is another message with a UIDL
 *    used twice: its name takes the content in (maildir_name_fetched's more).
 * 4. What comes from the outbox is on disk already: instead of being renamed it
 *    gets a second name (linked).  Where there are no links, or a crash left a
 *    file of that name, it is copied.
 * 5. Whoever has a batch holds data/lock shared; what lies in tmp while nobody
 *    holds it was left by a crash and is removed at open.
 * 6. After a failure renamed files stay: a commit whose outcome is unknown may
 *    have rows for them.  The next fetch or reconcile finds them.
 *
 * Rejected: link and unlink instead of rename (not on every file system);
 * an intent record before the rename (one more sync for each batch).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/deliver_plan.h"
#include "store/maildir_name.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

static int
lock_shared(struct store *s, struct err *err)
{
	if (fsx_lock(s->lock_fd, LOCK_SH) != 0)
		return err_sys(err, errno, _("cannot lock the mailbox"));
	return 0;
}

struct store_batch *
store_batch_begin(struct store *s, int64_t account, struct err *err)
{
	char *dir = store_account_dir(s, account, err);
	struct store_batch *b;

	if (dir == NULL)
		return NULL;
	b = xcalloc(1, sizeof *b);
	b->s = s;
	b->account = account;
	b->fd = -1;
	b->dir = arena_slice(&b->arena, slice_of(dir));
	maildir_open(&b->maildir, s->mail_fd, dir);
	free(dir);
	b->tmp_fd = maildir_fd(&b->maildir, FOLDER_INBOX, MAILDIR_TMP, err);
	if (b->tmp_fd < 0 || lock_shared(s, err) != 0) {
		store_batch_abort(&b);
		return NULL;
	}
	s->batches++;
	b->locked = true;
	b->syncs_failed = store_syncs_failed(s);
	return b;
}

int
store_batch_file(struct store_batch *b, int *fd_r, struct err *err)
{
	struct str name;

	batch_sync_end(b);
	store_batch_drop(b);
	str_init(&name, MAILDIR_NAME_MAX);
	maildir_name_unique(&name);
	b->fd = fsx_create_at(b->tmp_fd, name.p, err);
	if (b->fd >= 0) {
		b->name = arena_dup(&b->arena, name.p, name.n);
		*fd_r = b->fd;
	}
	str_release(&name);
	return b->fd >= 0 ? 0 : -1;
}

/* What was not synced can go without a word; what cannot be removed is removed
 * at the next start. */
static void
remove_tmp(struct store_batch *b, const char *name)
{
	(void)unlinkat(b->tmp_fd, name, 0);
}

void
store_batch_drop(struct store_batch *b)
{
	if (b->fd < 0)
		return;
	close(b->fd); /* not to be kept */
	b->fd = -1;
	remove_tmp(b, b->name);
}

/* Close the tmp file when it is complete. */
static int
close_file(struct store_batch *b, const struct message *m, struct err *err)
{
	struct stat st;
	int fd = b->fd;

	if (fd < 0)
		return err_set(err, ERR_IO, _("there is no message to add"));
	if (fstat(fd, &st) != 0)
		return err_sys(err, errno, _("cannot write the message"));
	if ((uint64_t)st.st_size != m->raw.n)
		return err_set(err, ERR_IO, _("the message is not complete"));
	b->fd = -1;
	if (close(fd) != 0) {
		remove_tmp(b, b->name);
		return err_sys(err, errno, _("cannot write the message"));
	}
	step("written");
	return 0;
}

static struct store_new
copy_new(struct arena *a, const struct store_new *info)
{
	struct store_new copy = *info;
	struct slice labels = slice_of(info->labels);

	if (info->uidl != NULL)
		copy.uidl = arena_dup(a, info->uidl, strlen(info->uidl));
	if (info->labels != NULL)
		copy.labels = arena_dup(a, labels.p, labels.n);
	copy.spam_reasons = arena_slice(a, info->spam_reasons);
	return copy;
}

static void
first_name(struct store_batch *b, struct batch_item *item)
{
	struct maildir_place *p = &item->row.place;
	struct str name;

	str_init(&name, MAILDIR_NAME_MAX);
	if (item->info.uidl != NULL)
		maildir_name_fetched(b->dir, slice_of(item->info.uidl),
		                     SLICE_NONE, &name);
	else
		maildir_name_unique(&name);
	p->base = arena_slice(&b->arena, str_slice(&name));
	str_clear(&name);
	if (item->row.flags != 0)
		maildir_name_info(item->row.flags, SLICE_NONE, &name);
	p->info = arena_slice(&b->arena, str_slice(&name));
	str_release(&name);
}

static struct batch_item *
add_item(struct store_batch *b, const struct message *m,
         const struct store_new *info)
{
	struct batch_item *item = array_add_new(&b->items);

	item->tmp = b->name;
	item->same = SIZE_MAX;
	item->info = copy_new(&b->arena, info);
	if (item->info.received == 0)
		item->info.received = clock_now();
	facts_of(m, item->info.received, &b->arena, &item->facts);
	item->row.account = b->account;
	item->row.flags = info->flags;
	item->row.place.folder = info->folder;
	item->row.place.cur = info->flags != 0;
	first_name(b, item);
	b->bytes += m->raw.n;
	return item;
}

int
store_batch_add(struct store_batch *b, const struct message *m,
                const struct store_new *info, struct err *err)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		                           { .tv_sec = info->received } };

	if (close_file(b, m, err) != 0)
		return -1;
	/* For those who have to ask the file some day (reconcile_time.c). */
	if (info->received != 0)
		(void)utimensat(b->tmp_fd, b->name, times, 0);
	(void)add_item(b, m, info);
	return 0;
}

void
store_batch_take_back(struct store_batch *b)
{
	struct batch_item *item;

	if (b->items.n == 0)
		return;
	item = &b->items.v[b->items.n - 1];
	batch_out_take_back(b, b->items.n - 1);
	if (!item->renamed && item->tmp != NULL)
		remove_tmp(b, item->tmp);
	b->bytes -= item->facts.size;
	b->items.n--;
}

void
store_batch_doubt(struct store_batch *b)
{
	struct batch_item *item;

	array_foreach(&b->items, item) {
		if (item->info.listed_size != 0)
			item->info.listed_size++;
	}
}

void
store_batch_add_outbox(struct store_batch *b, const struct outbox_row *row,
                       const struct message *m, const struct store_new *info)
{
	char *path = outbox_path(b->s, row->file);

	batch_sync_end(b);
	store_batch_drop(b);
	b->name = NULL;
	add_item(b, m, info)->outbox = arena_dup(&b->arena, path, strlen(path));
	free(path);
}

size_t
store_batch_count(const struct store_batch *b)
{
	return b->items.n;
}

uint64_t
store_batch_bytes(const struct store_batch *b)
{
	return b->bytes;
}

static int
rename_tmp(struct store_batch *b, const struct batch_item *item, int folder,
           const char *name, struct err *err)
{
	if (renameat(b->tmp_fd, item->tmp, folder, name) != 0)
		return err_sys(err, errno, _("cannot rename message '%s'"),
		               name);
	step("renamed");
	return 0;
}

/* The content of the outbox's file in a file of its own in tmp, on disk. */
static int
copy_to_tmp(struct store_batch *b, struct batch_item *item, struct err *err)
{
	struct fsx_map map = { 0 };
	int fd;
	int rc = fsx_map_open(item->outbox, &map, err);

	if (rc == 0)
		rc = store_batch_file(b, &fd, err);
	if (rc == 0) {
		item->tmp = b->name;
		b->fd = -1;
		rc = fsx_write_all(fd, map.data.p, map.data.n, err);
		if (rc == 0)
			rc = fsx_fsync(fd, item->tmp, err);
		if (close(fd) != 0 && rc == 0)
			rc = err_sys(err, errno, _("cannot write the message"));
	}
	fsx_map_close(&map);
	return rc;
}

/* A second name for the outbox's file.  Where there are no links, or a crash left
 * something under that name, a copy takes its place. */
static int
link_outbox(struct store_batch *b, struct batch_item *item, int folder,
            const char *name, struct err *err)
{
	if (linkat(AT_FDCWD, item->outbox, folder, name, 0) == 0) {
		step("linked");
		return 0;
	}
	if (copy_to_tmp(b, item, err) != 0)
		return -1;
	return rename_tmp(b, item, folder, name, err);
}

static int
place_file(struct store_batch *b, struct batch_item *item, struct err *err)
{
	const struct maildir_place *p = &item->row.place;
	char *name;
	int rc;
	int fd = maildir_fd(&b->maildir, p->folder,
	                    p->cur ? MAILDIR_CUR : MAILDIR_NEW, err);

	if (fd < 0)
		return -1;
	name = xasprintf("%.*s%.*s", SLICE_ARG(p->base), SLICE_ARG(p->info));
	rc = item->outbox != NULL ? link_outbox(b, item, fd, name, err)
	                          : rename_tmp(b, item, fd, name, err);
	free(name);
	if (rc != 0)
		return -1;
	item->renamed = true;
	b->touched[p->folder][p->cur] = true;
	return 0;
}

static int
rename_files(struct store_batch *b, struct err *err)
{
	struct batch_item *item;

	array_foreach(&b->items, item) {
		if (item->kind == ITEM_NEW && place_file(b, item, err) != 0)
			return -1;
	}
	return 0;
}

static int
sync_folders(struct store_batch *b, struct err *err)
{
	int f, cur;

	for (f = 0; f < FOLDER_COUNT; f++) {
		for (cur = 0; cur < 2; cur++) {
			if (b->touched[f][cur] &&
			    fsx_fsync(b->maildir.fds[f][cur],
			              folder_name((enum folder)f), err) != 0)
				return -1;
		}
	}
	step("folders");
	return 0;
}

static int
write_uidl(struct store_batch *b, const struct batch_item *item,
           struct err *err)
{
	if (item->info.uidl == NULL)
		return 0;
	return db_run(b->s->db, err,
	              "REPLACE INTO uidl VALUES(?, ?, ?, ?, ?, ?, ?)",
	              "ibiiiii", b->account, slice_of(item->info.uidl),
	              (int64_t)UIDL_STORED, item->row.id, item->info.received,
	              (int64_t)(item->info.listed_size & INT64_MAX),
	              item->facts.head);
}

/* A row that is there already: its file is the new one (ITEM_NEW), or was found
 * by reconcile before we came to write the row. */
static int
adopt_row(struct store_batch *b, struct batch_item *item, struct row *there,
          struct err *err)
{
	item->row.id = there->id;
	if (item->kind == ITEM_NEW) {
		item->row.found = false;
		if (row_set_place(b->s, &item->row, err) != 0)
			return -1;
	} else if (there->found) {
		there->found = false;
		if (row_set_place(b->s, there, err) != 0)
			return -1;
	} else {
		item->was_here = true;
		return 0;
	}
	if (row_set_verdict(b->s, there->id, &item->info, err) != 0 ||
	    row_set_labels(b->s, there->id, item->info.labels, err) != 0)
		return -1;
	return twin_settle_id(b->s, there->id, FOLDER_ANY, err);
}

/* The row of an item; its id goes into item->row.id. */
static int
place_row(struct store_batch *b, struct batch_item *item, struct err *err)
{
	struct row there = { 0 };
	int rc;

	item->was_here = false;
	if (item->same != SIZE_MAX) {
		item->row.id = b->items.v[item->same].row.id;
		item->was_here = true;
		return 0;
	}
	rc = item->kind == ITEM_KNOWN
	             ? row_get(b->s, item->row.id, &b->arena, &there, err)
	             : row_by_base(b->s, b->account, item->row.place.base,
	                           &b->arena, &there, err);
	if (rc == 1)
		return adopt_row(b, item, &there, err);
	if (rc == 0 && item->kind == ITEM_KNOWN)
		return err_set(err, ERR_RETRY,
		               _("a message was deleted meanwhile"));
	if (rc != 0)
		return -1;
	return row_insert(b->s, &item->row, &item->facts, &item->info,
	                  &item->row.id, err);
}

static int
write_row(struct store_batch *b, struct batch_item *item, struct err *err)
{
	return place_row(b, item, err) == 0 ? write_uidl(b, item, err) : -1;
}

/* With a store that writes, ours or another's. */
static int
write_all_with(struct store_batch *b, struct err *err)
{
	struct batch_item *item;

	array_foreach(&b->items, item) {
		if (write_row(b, item, err) != 0)
			return -1;
	}
	if (batch_out_rows(b, err) != 0)
		return -1;
	return b->settled != NULL ? outbox_settle_rows(b->s, b->settled, err)
	                          : 0;
}

static int
write_all(struct store *s, void *ctx, struct err *err)
{
	struct store_batch *b = ctx;
	struct store *own = b->s;
	int rc;

	b->s = s;
	rc = write_all_with(b, err);
	b->s = own;
	return rc;
}

static int
write_rows(struct store_batch *b, struct err *err)
{
	const struct store_write w = { write_all, b, b->items.n, true };
	struct batch_item *item;
	int rc = store_write(b->s, &w, err);

	if (rc == 0) {
		step("committed");
		array_foreach(&b->items, item) {
			b->s->fresh += item->kind == ITEM_NEW;
		}
	}
	return rc;
}

uint64_t
store_fresh(const struct store *s)
{
	return s->fresh;
}

static void
take_ids(struct store_batch *b, int64_t **ids_r, size_t *n_r)
{
	size_t i;

	*ids_r = xcalloc(b->items.n + 1, sizeof **ids_r);
	*n_r = b->items.n;
	for (i = 0; i < b->items.n; i++)
		(*ids_r)[i] = b->items.v[i].row.id;
}

int
store_batch_commit(struct store_batch **b, int64_t **ids_r, size_t *n_r,
                   struct err *err)
{
	int rc = 0;

	batch_sync_end(*b);
	store_batch_drop(*b);
	if ((*b)->items.n != 0 || (*b)->settled != NULL)
		rc = deliver_plan(*b, err) == 0 && batch_sync(*b, err) == 0 &&
		                     rename_files(*b, err) == 0 &&
		                     sync_folders(*b, err) == 0 &&
		                     write_rows(*b, err) == 0
		             ? 0
		             : -1;
	if (rc == 0 && ids_r != NULL)
		take_ids(*b, ids_r, n_r);
	store_batch_abort(b);
	return rc;
}

int
batch_commit_settled(struct store_batch **b, const struct outbox_settled *o,
                     struct err *err)
{
	(*b)->settled = o;
	return store_batch_commit(b, NULL, NULL, err);
}

void
store_batch_abort(struct store_batch **b)
{
	struct batch_item *item;

	if (b == NULL || *b == NULL)
		return;
	batch_sync_end(*b);
	store_batch_drop(*b);
	array_foreach(&(*b)->items, item) {
		if (!item->renamed && item->tmp != NULL)
			remove_tmp(*b, item->tmp);
	}
	/* Locks of one descriptor are one lock: the last batch gives it up. */
	if ((*b)->locked && --(*b)->s->batches == 0)
		(void)fsx_lock((*b)->s->lock_fd, LOCK_UN);
	maildir_close(&(*b)->maildir);
	batch_out_release(*b);
	array_release(&(*b)->items);
	arena_release(&(*b)->arena);
	free(*b);
	*b = NULL;
}

int
store_deliver(struct store *s, int64_t account, struct slice message,
              const struct store_new *info, int64_t *id_r, struct err *err)
{
	struct store_batch *b = store_batch_begin(s, account, err);
	struct message m = { 0 };
	int64_t *ids = NULL;
	size_t n = 0;
	int fd, rc;

	if (b == NULL)
		return -1;
	message_parse(&m, message);
	rc = store_batch_file(b, &fd, err);
	if (rc == 0)
		rc = fsx_write_all(fd, message.p, message.n, err);
	if (rc == 0)
		rc = store_batch_add(b, &m, info, err);
	message_release(&m);
	if (rc != 0) {
		store_batch_abort(&b);
		return -1;
	}
	rc = store_batch_commit(&b, &ids, &n, err);
	if (rc == 0 && id_r != NULL)
		*id_r = ids[0];
	free(ids);
	return rc;
}
