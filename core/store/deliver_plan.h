/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch on its way, and the decision what becomes of each message. */
#ifndef STORE_DELIVER_PLAN_H
#define STORE_DELIVER_PLAN_H

#include "store/store_impl.h"

enum item_kind {
	ITEM_NEW,   /* the file goes to its place */
	ITEM_KNOWN, /* it is there: only the UIDL is new */
};

struct batch_item {
	char *tmp; /* name in Inbox/tmp; in the arena, as all strings */
	enum item_kind kind;
	size_t same; /* an earlier item of the batch, else SIZE_MAX */
	bool renamed;
	struct row row; /* id: of the row once there is one */
	struct facts facts;
	struct store_new info;
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
	bool touched[FOLDER_COUNT][2];
	struct arena arena;
	ARRAY(struct batch_item) items;
	uint64_t bytes;
};

/* Set kind, same, name and row id of each item. */
int deliver_plan(struct store_batch *b, struct err *err);

#endif
