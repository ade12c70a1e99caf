/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking changes back: what each message was before, for the last changes. */
#include <stdlib.h>

#include "store/many.h"
#include "store/store_impl.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Nobody takes back more than that. */
#define UNDO_KEPT 200
/* Changes of one token; as many as there are. */
#define UNDO_ALL ((size_t)1 << 40)

int
undo_begin(struct store *s, enum undo_kind kind, int64_t *token_r,
           struct err *err)
{
	if (db_run(s->db, err, "INSERT INTO undo(kind) VALUES(?)", "i",
	           (int64_t)kind) != 0)
		return -1;
	*token_r = db_last_id(s->db);
	/* A group stays as long as the newest in it. */
	if (db_run(s->db, err,
	           "DELETE FROM undo WHERE max(token, head) <= ?1"
	           " AND NOT EXISTS (SELECT 1 FROM undo m WHERE m.token > ?1"
	           " AND m.head != 0 AND m.head IN (undo.token, undo.head))",
	           "i", *token_r - UNDO_KEPT) != 0)
		return -1;
	return db_run(s->db, err,
	              "DELETE FROM undo_item WHERE token <= ?"
	              " AND token NOT IN (SELECT token FROM undo)",
	              "i", *token_r - UNDO_KEPT);
}

int
undo_add(struct store *s, int64_t token, int64_t message, int64_t number,
         const char *text, struct err *err)
{
	return db_run(s->db, err,
	              "INSERT OR IGNORE INTO undo_item VALUES(?, ?, ?, ?)",
	              "iiiz", token, message, number, text);
}

struct undo_item {
	int64_t message;
	int64_t number;
	char *text;
};

static int
take_back(struct store *s, enum undo_kind kind, const struct undo_item *item,
          struct err *err)
{
	struct change c = { .kind = kind };

	switch (kind) {
	case UNDO_FLAGS:
		c.set = (unsigned)item->number;
		c.clear = ~(unsigned)item->number;
		break;
	case UNDO_MOVE:
		c.folder = (enum folder)item->number;
		break;
	case UNDO_LABEL:
		c.label = item->text;
		c.add = item->number != 0;
		break;
	case UNDO_GROUP:
		break;
	}
	return change_one(s, item->message, &c, err);
}

/* At most max; *n_r: how many. */
static int
take_some_back(struct store *s, int64_t token, enum undo_kind kind, size_t max,
               size_t *n_r, struct err *err)
{
	ARRAY(struct undo_item) items = { 0 };
	struct undo_item *item;
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT message, number, text"
	                              " FROM undo_item WHERE token = ?"
	                              " LIMIT ?",
	                              "ii", token, (int64_t)max);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1) {
		item = array_add_new(&items);
		item->message = db_int(st, 0);
		item->number = db_int(st, 1);
		item->text = db_text_dup(st, 2);
	}
	db_done(st);
	array_foreach(&items, item) {
		if (rc == 0)
			rc = take_back(s, kind, item, err);
		if (rc == 0)
			rc = db_run(s->db, err,
			            "DELETE FROM undo_item WHERE token = ?"
			            " AND message = ?",
			            "ii", token, item->message);
		free(item->text);
	}
	*n_r = items.n;
	array_release(&items);
	return rc;
}

/* One token without those it is the head of, at most max of it; in a
 * transaction. */
static int
undo_one(struct store *s, int64_t token, size_t max, size_t *n_r,
         struct err *err)
{
	int64_t kind = 0;
	int rc =
		db_get_int(s->db, err, &kind,
	                   "SELECT kind FROM undo WHERE token = ?", "i", token);

	if (rc == 0)
		rc = err_set(err, ERR_NOTFOUND,
		             _("this cannot be taken back any more"));
	else if (rc == 1)
		rc = take_some_back(s, token, (enum undo_kind)kind, max, n_r,
		                    err);
	if (rc == 0 && *n_r < max)
		rc = db_run(s->db, err, "DELETE FROM undo WHERE token = ?", "i",
		            token);
	return rc;
}

/* The changes of a head, the last one first, then itself. */
static int
undo_some(struct store *s, int64_t head, size_t max, bool *left_r,
          struct err *err)
{
	size_t left = max;
	int rc = 1;

	while (rc == 1 && left > 0) {
		int64_t token = head;
		size_t n = 0;

		rc = db_get_int(s->db, err, &token,
		                "SELECT token FROM undo WHERE head = ?"
		                " ORDER BY token DESC LIMIT 1",
		                "i", head);
		if (rc >= 0 && undo_one(s, token, left, &n, err) != 0)
			rc = -1;
		left -= n;
	}
	*left_r = left == 0;
	return rc < 0 ? -1 : 0;
}

int
store_undo_piece(struct store *s, int64_t token, size_t n, bool *left_r,
                 struct err *err)
{
	int rc = db_begin(s->db, false, err);

	if (rc != 0)
		return -1;
	rc = undo_some(s, token, n, left_r, err);
	return db_end(s->db, rc, err);
}

int
store_undo(struct store *s, int64_t token, struct err *err)
{
	bool left;

	return store_undo_piece(s, token, UNDO_ALL, &left, err);
}

int
store_undo_size(struct store *s, int64_t token, uint64_t *n_r, struct err *err)
{
	int64_t n = 0;
	int rc = db_get_int(s->db, err, &n,
	                    "SELECT count(*) FROM undo_item WHERE token = ?1"
	                    " OR token IN"
	                    " (SELECT token FROM undo WHERE head = ?1)",
	                    "i", token);

	*n_r = (uint64_t)n;
	return rc < 0 ? -1 : 0;
}
