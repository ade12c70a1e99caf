/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking changes back: what each message was before, for the last changes. */
#include <stdlib.h>

#include "store/store_impl.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Nobody takes back more than that. */
#define UNDO_KEPT 200

int
undo_begin(struct store *s, enum undo_kind kind, int64_t *token_r,
           struct err *err)
{
	if (db_run(s->db, err, "INSERT INTO undo(kind) VALUES(?)", "i",
	           (int64_t)kind) != 0)
		return -1;
	*token_r = db_last_id(s->db);
	if (db_run(s->db, err, "DELETE FROM undo WHERE max(token, head) <= ?",
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

static int
take_all_back(struct store *s, int64_t token, enum undo_kind kind,
              struct err *err)
{
	ARRAY(struct undo_item) items = { 0 };
	struct undo_item *item;
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT message, number, text"
	                              " FROM undo_item WHERE token = ?",
	                              "i", token);
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
		free(item->text);
	}
	array_release(&items);
	return rc;
}

/* One token without those it is the head of; in a transaction. */
static int
undo_one(struct store *s, int64_t token, struct err *err)
{
	int64_t kind = 0;
	int rc =
		db_get_int(s->db, err, &kind,
	                   "SELECT kind FROM undo WHERE token = ?", "i", token);

	if (rc == 0)
		rc = err_set(err, ERR_NOTFOUND,
		             _("this cannot be taken back any more"));
	else if (rc == 1)
		rc = take_all_back(s, token, (enum undo_kind)kind, err);
	if (rc == 0)
		rc = db_run(s->db, err, "DELETE FROM undo WHERE token = ?", "i",
		            token);
	if (rc == 0)
		rc = db_run(s->db, err, "DELETE FROM undo_item WHERE token = ?",
		            "i", token);
	return rc;
}

/* The changes of a head, the last one first. */
static int
undo_group(struct store *s, int64_t head, struct err *err)
{
	int64_t token = 0;
	int rc;

	do {
		rc = db_get_int(s->db, err, &token,
		                "SELECT token FROM undo WHERE head = ?"
		                " ORDER BY token DESC LIMIT 1",
		                "i", head);
		if (rc == 1 && undo_one(s, token, err) != 0)
			rc = -1;
	} while (rc == 1);
	return rc;
}

int
store_undo(struct store *s, int64_t token, struct err *err)
{
	int rc = db_begin(s->db, false, err);

	if (rc != 0)
		return -1;
	rc = undo_group(s, token, err);
	if (rc == 0)
		rc = undo_one(s, token, err);
	return db_end(s->db, rc, err);
}

int
store_undo_join(struct store *s, const int64_t *tokens, size_t n,
                int64_t *undo_r, struct err *err)
{
	int64_t head = 0;
	size_t i;
	int rc = db_begin(s->db, false, err);

	if (rc != 0)
		return -1;
	rc = undo_begin(s, UNDO_GROUP, &head, err);
	for (i = 0; rc == 0 && i < n; i++)
		rc = db_run(s->db, err,
		            "UPDATE undo SET head = ? WHERE token = ?", "ii",
		            head, tokens[i]);
	rc = db_end(s->db, rc, err);
	if (rc == 0)
		*undo_r = head;
	return rc;
}
