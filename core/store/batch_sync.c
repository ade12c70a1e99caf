/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a batch, on disk: by a thread of its own, or when they must be. */
/*
 * A sync waits for the disk and for nothing else, so whoever has something to do
 * meanwhile (the next messages, a server that is asked) starts it before the
 * commit.
 *
 * 1. The thread reads the batch's files and writes rc and err of its sync, nothing
 *    else; all else waits for it first (batch_sync_end): a further message, the
 *    commit, the end of the batch.
 * 2. What is added after the start is synced at the commit; so is all when the
 *    thread could not be started.
 * 3. An error of the thread is the commit's: nothing is renamed after it.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "store/deliver_plan.h"
#include "util/i18n.h"
#include "util/step.h"

#include "util/banned.h"

/* From so many files on one sync of the file system is cheaper than theirs. */
#define SYNC_ALL_FROM 4

static int
sync_one(const struct store_batch *b, const char *name, struct err *err)
{
	int fd = openat(b->tmp_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_sys(err, errno, _("cannot open message '%s'"), name);
	rc = fsx_fsync(fd, name, err);
	close(fd); /* synced */
	return rc;
}

/* It has a file of its own in tmp that is to stay. */
static bool
is_fresh(const struct batch_item *item)
{
	return item->kind == ITEM_NEW && item->outbox == NULL;
}

/* Those of the items from first on. */
static int
sync_files(const struct store_batch *b, size_t first, struct err *err)
{
	size_t fresh = 0;

	for (size_t i = first; i < b->items.n; i++)
		fresh += is_fresh(&b->items.v[i]);
	/* tmp_fd was opened before the first write, so an error of any of them
	 * is told here. */
	if (fresh >= SYNC_ALL_FROM) {
		int rc = store_sync_all(b->s, b->tmp_fd, b->syncs_failed, err);

		if (rc <= 0)
			return rc;
	}
	for (size_t i = first; i < b->items.n; i++) {
		const struct batch_item *item = &b->items.v[i];

		if (is_fresh(item) && sync_one(b, item->tmp, err) != 0)
			return -1;
	}
	return 0;
}

static void *
sync_beside(void *arg)
{
	struct store_batch *b = arg;

	step("syncing");
	b->sync_rc = sync_files(b, 0, &b->sync_err);
	atomic_store(&b->sync_done, true);
	return NULL;
}

void
store_batch_start(struct store_batch *b)
{
	if (b->syncing || b->synced > 0 || b->items.n == 0)
		return;
	atomic_store(&b->sync_done, false);
	b->syncing = pthread_create(&b->sync_thread, NULL, sync_beside, b) == 0;
	if (b->syncing)
		b->synced = b->items.n;
}

bool
store_batch_started(const struct store_batch *b)
{
	return b->syncing;
}

bool
store_batch_ready(const struct store_batch *b)
{
	return !b->syncing || atomic_load(&b->sync_done);
}

void
batch_sync_end(struct store_batch *b)
{
	if (!b->syncing)
		return;
	(void)pthread_join(b->sync_thread, NULL); /* it is ours */
	b->syncing = false;
}

int
batch_sync(struct store_batch *b, struct err *err)
{
	batch_sync_end(b);
	if (b->sync_rc != 0) {
		if (err != NULL)
			*err = b->sync_err;
		return -1;
	}
	if (sync_files(b, b->synced, err) != 0)
		return -1;
	step("synced");
	return 0;
}
