/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who sends how much, and whether it is ever opened. */
#include "store/senders.h"

#include <stdlib.h>

#include "mime/message.h"
#include "store/store_impl.h"

#include "util/banned.h"

/* Bytes of a message in which its List-Id is looked for. */
#define HEAD_MAX ((size_t)256 * 1024)

void
store_senders_free(struct store_sender **v, size_t n)
{
	size_t i;

	for (i = 0; *v != NULL && i < n; i++) {
		free((*v)[i].key);
		free((*v)[i].address);
		free((*v)[i].name);
	}
	free(*v);
	*v = NULL;
}

/* Folders 0 and 1: Inbox and Archive; twins are the same mail. */
#define GROUPS(key, is_list, condition)                               \
 "SELECT g.key, g.list, lower(m.from_addr), m.from_name, g.n,"        \
 " g.unread, g.opened, g.newest FROM (SELECT " key " AS key," is_list \
 " AS list, count(*) AS n, sum((flags & 1) = 0) AS unread,"           \
 " max(CASE WHEN (flags & 1) != 0 THEN date ELSE 0 END)"              \
 " AS opened, max(id) AS newest FROM message"                         \
 " WHERE folder IN (0, 1) AND twin = 0 AND " condition                \
 " GROUP BY 1, 2 ORDER BY n DESC, 1 LIMIT ?) g"                       \
 " JOIN message m ON m.id = g.newest ORDER BY g.n DESC, g.key"

static const char *
groups_sql(enum store_senders_by by)
{
	switch (by) {
	case STORE_BY_SENDER:
		return GROUPS("lower(from_addr)", "0", "from_addr != ''");
	case STORE_BY_LIST:
		return GROUPS("list", "1", "list IS NOT NULL AND list != ''");
	case STORE_BY_BOTH:
		break;
	}
	return GROUPS("coalesce(nullif(list, ''), lower(from_addr))",
	              "ifnull(list, '') != ''",
	              "(from_addr != '' OR ifnull(list, '') != '')");
}

int
store_senders(struct store *s, enum store_senders_by by, size_t limit,
              struct store_sender **v_r, size_t *n_r, struct err *err)
{
	ARRAY(struct store_sender) list = { 0 };
	struct db_stmt *st =
		db_query(s->db, err, groups_sql(by), "i", (int64_t)limit);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1) {
		struct store_sender *one = array_add_new(&list);

		one->key = slice_dup(db_text(st, 0));
		one->list = db_int(st, 1) != 0;
		one->address = slice_dup(db_text(st, 2));
		one->name = slice_dup(db_text(st, 3));
		one->total = (uint64_t)db_int(st, 4);
		one->unread = (uint64_t)db_int(st, 5);
		one->last_opened = db_int(st, 6);
		one->newest = db_int(st, 7);
	}
	db_done(st);
	if (rc != 0) {
		store_senders_free(&list.v, list.n);
		return -1;
	}
	*v_r = list.v;
	*n_r = list.n;
	return 0;
}

int
store_sender_ids(struct store *s, const char *key, bool list, int64_t **ids_r,
                 size_t *n_r, struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st = db_query(
		s->db, err,
		list ? "SELECT id FROM message WHERE list = ?1 AND"
		       " list IS NOT NULL AND list != ''"
		       " AND folder IN (0, 1) AND twin = 0"
		     : "SELECT id FROM message WHERE lower(from_addr) = ?1"
		       " AND folder IN (0, 1) AND twin = 0",
		"z", key);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	if (rc != 0) {
		array_release(&ids);
		return -1;
	}
	*ids_r = ids.v;
	*n_r = ids.n;
	return 0;
}

struct slice
store_list_id(const struct message *m, struct arena *a)
{
	return facts_list(m, a);
}

/* ---- mail that was here before lists were kept ---- */

static int
unlisted(struct store *s, size_t n, int64_t **ids_r, size_t *n_r,
         struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT id FROM message"
	                              " INDEXED BY message_unlisted"
	                              " WHERE list IS NULL LIMIT ?",
	                              "i", (int64_t)n);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	*ids_r = ids.v;
	*n_r = ids.n;
	return rc;
}

/* A file that cannot be read has no list; it will be missed elsewhere. */
static struct slice
list_of(struct store *s, int64_t id, struct arena *a)
{
	struct err ignored = { 0 };
	struct slice list = SLICE_NONE;
	struct fsx_map map;
	struct message m = { 0 };

	if (store_map(s, id, &map, &ignored) != 0)
		return SLICE_NONE;
	message_parse(&m, slice_head(map.data, HEAD_MAX));
	list = facts_list(&m, a);
	message_release(&m);
	fsx_map_close(&map);
	return list;
}

int
store_note_lists(struct store *s, size_t n, bool *left_r, struct err *err)
{
	struct arena a = { 0 };
	struct slice *lists;
	int64_t *ids = NULL;
	size_t i, count = 0;
	int rc = unlisted(s, n, &ids, &count, err);

	*left_r = rc == 0 && count == n;
	/* Files are read before the lock is taken. */
	lists = arena_calloc(&a, count + 1, sizeof *lists);
	for (i = 0; rc == 0 && i < count; i++)
		lists[i] = list_of(s, ids[i], &a);
	if (rc == 0 && count > 0) {
		rc = db_begin(s->db, false, err);
		for (i = 0; rc == 0 && i < count; i++)
			rc = db_run(s->db, err,
			            "UPDATE message SET list = ?"
			            " WHERE id = ? AND list IS NULL",
			            "ti", lists[i], ids[i]);
		rc = db_end(s->db, rc, err);
	}
	arena_release(&a);
	free(ids);
	return rc;
}
