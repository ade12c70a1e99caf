/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of each message of a batch: new, or known under its name or by
 * its bytes (deliver.c, 2 and 3). */
#include "store/deliver_plan.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "store/maildir_name.h"
#include "util/map.h"

#include "util/banned.h"

static bool
same_hash(const struct facts *a, const struct facts *b)
{
	return a->size == b->size &&
	       memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

int
batch_item_read(const struct store_batch *b, const struct batch_item *item)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC;

	return item->outbox != NULL ? open(item->outbox, flags)
	                            : openat(b->tmp_fd, item->tmp, flags);
}

/* Is the file of fd that of item, byte for byte?  Closes fd. */
static bool
same_bytes(struct store_batch *b, const struct batch_item *item, int fd)
{
	struct err ignored = { 0 }; /* unreadable: not known to be the same */
	struct fsx_map there = { 0 };
	struct fsx_map ours = { 0 };
	int own = batch_item_read(b, item);
	bool same = false;

	if (fd >= 0 && own >= 0 && fsx_map_fd(fd, &there, &ignored) == 0 &&
	    fsx_map_fd(own, &ours, &ignored) == 0)
		same = slice_eq(there.data, ours.data);
	fsx_map_close(&there);
	fsx_map_close(&ours);
	if (fd >= 0)
		close(fd); /* was only read */
	if (own >= 0)
		close(own);
	return same;
}

static bool
same_as_row(struct store_batch *b, const struct batch_item *item,
            const struct row *row)
{
	struct err ignored = { 0 };

	return same_bytes(b, item,
	                  maildir_read(&b->maildir, &row->place, &ignored));
}

static bool
same_as_item(struct store_batch *b, const struct batch_item *item, size_t i)
{
	return same_hash(&item->facts, &b->items.v[i].facts) &&
	       same_bytes(b, item, batch_item_read(b, &b->items.v[i]));
}

static void
mark_known(struct batch_item *item, int64_t id)
{
	item->kind = ITEM_KNOWN;
	item->row.id = id;
}

/*
 * Is the name of item taken by other content?  Marks item when it is taken by
 * the same.  names: name to index of item + 1.
 */
static int
look_at_name(struct store_batch *b, struct batch_item *item,
             const struct map *names, bool *taken_r, struct err *err)
{
	void *value = map_get(names, item->row.place.base);
	uintptr_t at = (uintptr_t)value;
	struct row row;
	int64_t id;
	int rc;

	*taken_r = false;
	if (at != 0) {
		if (same_as_item(b, item, at - 1)) {
			item->kind = ITEM_KNOWN;
			item->same = at - 1;
		} else {
			*taken_r = true;
		}
		return 0;
	}
	rc = row_by_base(b->s, b->account, item->row.place.base, &b->arena,
	                 &row, err);
	if (rc != 1 || !maildir_has(&b->maildir, &row.place))
		return rc < 0 ? -1 : 0;
	/* Some servers stamp a header at each fetch: the hash decides here. */
	rc = db_get_int(b->s->db, err, &id,
	                "SELECT id FROM message WHERE id = ? AND hash = ?",
	                "ib", row.id, facts_hash(&item->facts));
	if (rc == 1)
		mark_known(item, row.id);
	*taken_r = rc == 0;
	return rc < 0 ? -1 : 0;
}

/* A UIDL used twice: the content tells the messages apart. */
static void
other_name(struct store_batch *b, struct batch_item *item, unsigned round)
{
	struct str name, more;

	str_init(&name, MAILDIR_NAME_MAX);
	str_init(&more, MAILDIR_NAME_MAX);
	str_add_slice(&more, facts_hash(&item->facts));
	str_add_u64(&more, round);
	maildir_name_fetched(b->dir, slice_of(item->info.uidl),
	                     str_slice(&more), &name);
	item->row.place.base = arena_slice(&b->arena, str_slice(&name));
	str_release(&more);
	str_release(&name);
}

static int
look_at_content(struct store_batch *b, struct batch_item *item, struct err *err)
{
	struct row *rows;
	size_t n, i;

	for (i = 0; &b->items.v[i] < item; i++) {
		if (same_as_item(b, item, i)) {
			item->kind = ITEM_KNOWN;
			item->same = i;
			return 0;
		}
	}
	if (row_by_hash(b->s, b->account, &item->facts, &b->arena, &rows, &n,
	                err) != 0)
		return -1;
	for (i = 0; i < n && item->kind == ITEM_NEW; i++) {
		if (same_as_row(b, item, &rows[i]))
			mark_known(item, rows[i].id);
	}
	return 0;
}

static int
plan_item(struct store_batch *b, struct batch_item *item, struct map *names,
          struct err *err)
{
	bool taken = true;
	unsigned round;

	if (item->info.uidl == NULL)
		return 0;
	for (round = 0; taken && item->kind == ITEM_NEW; round++) {
		if (round != 0)
			other_name(b, item, round);
		if (look_at_name(b, item, names, &taken, err) != 0)
			return -1;
	}
	if (item->kind == ITEM_NEW && item->info.match_content &&
	    look_at_content(b, item, err) != 0)
		return -1;
	if (item->kind == ITEM_NEW)
		(void)map_set(names, item->row.place.base,
		              (void *)(uintptr_t)(item - b->items.v + 1));
	return 0;
}

int
deliver_plan(struct store_batch *b, struct err *err)
{
	struct map names = { 0 };
	struct batch_item *item;
	/* One reading lock for all of them, not one for each. */
	int rc = db_begin_read(b->s->db, err);

	array_foreach(&b->items, item) {
		if (rc == 0)
			rc = plan_item(b, item, &names, err);
	}
	map_release(&names);
	return db_end(b->s->db, rc, err);
}
