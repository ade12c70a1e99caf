/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where panes get their mail from: the store, or what a test supplies. */
#ifndef TUI_MODEL_H
#define TUI_MODEL_H

#include "store/store.h"

/* Functions as in store/store.h, with ctx instead of the store. */
struct model {
	void *ctx;
	int (*list)(void *ctx, const struct store_view *view,
	            const struct store_key *key, bool before, size_t limit,
	            struct store_rows *rows_r, struct err *err);
	int (*count)(void *ctx, const struct store_view *view,
	             uint64_t *total_r, uint64_t *unread_r, struct err *err);
	int (*map)(void *ctx, int64_t id, struct fsx_map *map_r,
	           struct err *err);
	/* Name of an account for the label column; owned or NULL. */
	char *(*account_name)(void *ctx, int64_t account);
};

/* The model over a store; s stays the caller's. */
struct model model_store(struct store *s);

#endif
