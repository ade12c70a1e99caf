/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch on its way, and the decision what becomes of each message. */
#ifndef STORE_DELIVER_PLAN_H
#define STORE_DELIVER_PLAN_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/outbox_rows.h"
#include "store/store_impl.h"

enum item_kind {
	ITEM_NEW,   /* the file goes to its place */
	ITEM_KNOWN, /* it is there: only the UIDL is new */
};

struct batch_item {
	char *tmp;    /* name in Inbox/tmp; in the arena, as all strings */
	char *outbox; /* instead of tmp: path of a file that is on disk */
	enum item_kind kind;
	size_t same; /* an earlier item of the batch, else SIZE_MAX */
	bool renamed;
	bool was_here;  /* was delivered before: set by write_rows */
	struct row row; /* id: of the row once there is one */
	struct facts facts;
	struct store_new info;
};

/* A message to queue with an item (batch_out.c). */
struct batch_out {
	size_t item;
	struct outbox_row *row; /* in the arena, as all of this */
	char *key;
	char *file; /* in data/outbox */
	int64_t again;
	bool kept; /* it has its row */
};

/* Rows of the outbox to write with a batch (db_outbox_many.c). */
struct outbox_settled {
	struct outbox_row *const *v;
	size_t n;
	int64_t when;
};

struct store_batch {
	struct store *s;
	int64_t account;
	struct slice dir;       /* name of the account's folder */
	struct maildir maildir; /* own: lives as long as the batch */
	int tmp_fd;             /* of maildir: Inbox/tmp */
	int fd;                 /* tmp file being written, -1 */
	char *name;             /* and its name */
	bool locked;
	uint64_t syncs_failed; /* when it began */
	bool touched[FOLDER_COUNT][2];
	struct arena arena;
	ARRAY(struct batch_item) items;
	ARRAY(struct batch_out) outs;
	const struct outbox_settled *settled; /* or NULL */
	uint64_t bytes;

	/* batch_sync.c: the thread has items [0, synced) and what follows. */
	pthread_t sync_thread;
	bool syncing; /* it was started and not waited for */
	size_t synced;
	int sync_rc;
	struct err sync_err;
	atomic_bool sync_done;
};

/* The file of an item, to read from.  fd or -1. */
int batch_item_read(const struct store_batch *b, const struct batch_item *item);

/* Set kind, same, name and row id of each item. */
int deliver_plan(struct store_batch *b, struct err *err);

/* All files on disk, after the thread, if there is one. */
int batch_sync(struct store_batch *b, struct err *err);
/* Wait for the thread: before anything of the batch changes. */
void batch_sync_end(struct store_batch *b);

/* Write the rows of what goes out, in the transaction of the items. */
int batch_out_rows(struct store_batch *b, struct err *err);
/* Within a transaction. */
int outbox_settle_rows(struct store *s, const struct outbox_settled *o,
                       struct err *err);
/* store_batch_commit, which writes those rows in its transaction. */
int batch_commit_settled(struct store_batch **b, const struct outbox_settled *o,
                         struct err *err);
/* Forget what goes with that item, the last one. */
void batch_out_take_back(struct store_batch *b, size_t item);
/* Remove the files that got no row. */
void batch_out_release(struct store_batch *b);

#endif
