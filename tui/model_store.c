/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where panes get their mail from: the store. */
#include "tui/model.h"

#include "util/banned.h"

static int
list(void *ctx, const struct store_view *view, const struct store_key *key,
     bool before, size_t limit, struct store_rows *rows_r, struct err *err)
{
	return store_list(ctx, view, key, before, limit, rows_r, err);
}

static int
count(void *ctx, const struct store_view *view, uint64_t *total_r,
      uint64_t *unread_r, struct err *err)
{
	return store_count(ctx, view, total_r, unread_r, err);
}

static int
map(void *ctx, int64_t id, struct fsx_map *map_r, struct err *err)
{
	return store_map(ctx, id, map_r, err);
}

static char *
account_name(void *ctx, int64_t account)
{
	return store_account_name(ctx, account);
}

struct model
model_store(struct store *s)
{
	return (struct model){ s, list, count, map, account_name };
}
