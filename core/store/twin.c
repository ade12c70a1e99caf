/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The same mail through two accounts is shown once.
 *
 * 1. Twins have the same Message-ID, the same hash (facts.c) and stand in the
 *    same folder of different accounts.
 * 2. The one with the smallest id is shown; twin of the others is its id.  All
 *    have copies set to the number of accounts.
 * 3. A folder apart keeps a mail sent to oneself in Sent and in Inbox.
 *    Two copies in one account both show: nobody knows which one to leave out.
 */
#include "store/store_impl.h"

#include "util/banned.h"

#define GROUP "folder = ? AND message_id = ? AND hash = ?"

int
twin_key(struct store *s, int64_t id, struct arena *a, struct twin_key *key_r,
         struct err *err)
{
	struct db_stmt *st =
		db_query(s->db, err,
	                 "SELECT folder, message_id, hash FROM message"
	                 " WHERE id = ?",
	                 "i", id);
	int rc = st != NULL ? db_step(st, err) : -1;

	*key_r = (struct twin_key){ .folder = FOLDER_ANY };
	if (rc == 1) {
		key_r->folder = db_small(st, 0);
		key_r->message_id = arena_slice(a, db_text(st, 1));
		key_r->hash = arena_slice(a, db_text(st, 2));
	}
	db_done(st);
	return rc < 0 ? -1 : 0;
}

/* Are all in one account, as is nearly all mail, and marked so?  1, 0, -1. */
static int
has_none(struct store *s, const struct twin_key *key, struct err *err)
{
	int64_t alone = 0;
	int rc = db_get_int(s->db, err, &alone,
	                    "SELECT min(account) = max(account)"
	                    " AND sum(copies != 1 OR twin != 0) = 0"
	                    " FROM message WHERE " GROUP,
	                    "itb", (int64_t)key->folder, key->message_id,
	                    key->hash);

	return rc < 0 ? -1 : alone == 1;
}

int
twin_settle(struct store *s, const struct twin_key *key, struct err *err)
{
	int64_t first = 0;
	int64_t account = 0;
	int64_t accounts = 0;
	struct db_stmt *st;
	int rc;

	if (key->message_id.n == 0)
		return 0;
	rc = has_none(s, key, err);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	/* A bare column is of the row of the only min() or max(): no second. */
	st = db_query(s->db, err,
	              "SELECT min(id), account, count(DISTINCT account)"
	              " FROM message WHERE " GROUP,
	              "itb", (int64_t)key->folder, key->message_id, key->hash);
	rc = st != NULL ? db_step(st, err) : -1;
	if (rc == 1) {
		first = db_int(st, 0);
		account = db_int(st, 1);
		accounts = db_int(st, 2);
	}
	db_done(st);
	if (rc < 0)
		return -1;
	return db_run(s->db, err,
	              "UPDATE message SET copies = ?4,"
	              " twin = CASE WHEN account = ?6 THEN 0 ELSE ?5 END"
	              " WHERE folder = ?1 AND message_id = ?2 AND hash = ?3"
	              " AND (copies != ?4 OR twin !="
	              " CASE WHEN account = ?6 THEN 0 ELSE ?5 END)",
	              "itbiii", (int64_t)key->folder, key->message_id,
	              key->hash, accounts, first, account);
}

int
twin_settle_id(struct store *s, int64_t id, enum folder folder, struct err *err)
{
	struct arena a = { 0 };
	struct twin_key key;
	int rc = twin_key(s, id, &a, &key, err);

	if (folder != FOLDER_ANY)
		key.folder = folder;
	if (rc == 0)
		rc = twin_settle(s, &key, err);
	arena_release(&a);
	return rc;
}
