/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stored mail as it is given to other programs: which, its ids, its files. */
#include "store/served.h"

#include <stdlib.h>
#include <string.h>

#include "store/store_impl.h"
#include "util/array.h"
#include "util/digest.h"
#include "util/i18n.h"
#include "util/step.h"

#include "util/banned.h"

/* The accounts of a view, a number each. */
#define SQL_MAX 65536
/* Moved under one lock; a screen waits for less. */
#define MOVE_CHUNK 200

static void
add_numbers(struct str *sql, const struct served_view *view)
{
	for (size_t i = 0; i < view->account_count; i++)
		str_printf(sql, "%s%lld", i > 0 ? "," : "",
		           (long long)view->accounts[i]);
}

/* Of a mail that came through several of the accounts the first one shows. */
static void
add_accounts(struct str *sql, const struct served_view *view)
{
	if (view->account_count == 0) {
		str_add_z(sql, " AND m.twin = 0");
		return;
	}
	str_add_z(sql, " AND m.account IN (");
	add_numbers(sql, view);
	str_add_z(sql, ") AND (m.twin = 0 OR NOT EXISTS (SELECT 1 FROM message"
	               " t WHERE (t.id = m.twin OR (t.twin = m.twin"
	               " AND t.twin != 0 AND t.id < m.id))"
	               " AND t.account IN (");
	add_numbers(sql, view);
	str_add_z(sql, ")))");
}

static void
add_folders(struct str *sql, unsigned folders)
{
	const char *comma = "";

	str_add_z(sql, " AND m.folder IN (");
	for (int f = 0; f < FOLDER_COUNT; f++) {
		if ((folders & 1U << f) == 0)
			continue;
		str_printf(sql, "%s%d", comma, f);
		comma = ",";
	}
	str_add_c(sql, ')');
}

/* No part has a NUL: names of files and a hash of fixed length at the end. */
static void
make_uid(struct slice dir, struct slice base, struct slice hash,
         unsigned char *uid)
{
	unsigned char all[DIGEST_SHA256_SIZE];
	struct digest *d = digest_new(DIGEST_SHA256);

	digest_add(d, dir.p, dir.n);
	digest_add(d, "", 1);
	digest_add(d, base.p, base.n);
	digest_add(d, "", 1);
	digest_add(d, hash.p, hash.n);
	digest_finish(d, all);
	digest_free(&d);
	memcpy(uid, all, SERVED_UID_SIZE);
}

static void
read_row(struct db_stmt *st, struct served *v)
{
	v->id = db_int(st, 0);
	v->size = (uint64_t)db_int(st, 1);
	v->foreign = db_int(st, 2) != 0;
	make_uid(db_text(st, 3), db_text(st, 4), db_text(st, 5), v->uid);
}

int
served_list(struct store *s, const struct served_view *view,
            struct served **v_r, size_t *n_r, struct err *err)
{
	ARRAY(struct served) list = { 0 };
	struct db_stmt *st = NULL;
	struct str sql;
	int rc = -1;

	str_init(&sql, SQL_MAX);
	str_add_z(&sql, "SELECT m.id, m.size, m.found, a.dir, m.base, m.hash"
	                " FROM message m JOIN account a ON a.id = m.account"
	                " WHERE m.stub = 0 AND m.date >= ?");
	add_folders(&sql, view->folders);
	add_accounts(&sql, view);
	str_add_z(&sql, " ORDER BY m.date, m.id");
	if (sql.full)
		(void)err_set(err, ERR_LIMIT, _("too many accounts"));
	else
		st = db_query(s->db, err, sql.p, "i",
		              view->since != 0 ? view->since : INT64_MIN);
	while (st != NULL && (rc = db_step(st, err)) == 1)
		read_row(st, array_add_new(&list));
	db_done(st);
	str_release(&sql);
	*v_r = list.v;
	*n_r = list.n;
	if (rc != 0) {
		array_release(&list);
		*v_r = NULL;
		*n_r = 0;
	}
	return rc;
}

int
served_open(struct store *s, int64_t id, struct err *err)
{
	return store_read_fd(s, id, err);
}

/* Those of ids that stand in folders, to still. */
static int
choose(struct store *s, const int64_t *ids, size_t n, unsigned folders,
       int64_t *still, size_t *still_n, struct err *err)
{
	*still_n = 0;
	for (size_t i = 0; i < n; i++) {
		int64_t folder = 0;
		int rc = db_get_int(s->db, err, &folder,
		                    "SELECT folder FROM message WHERE id = ?",
		                    "i", ids[i]);

		if (rc < 0)
			return -1;
		if (rc == 1 && (folders & 1U << folder) != 0)
			still[(*still_n)++] = ids[i];
	}
	return 0;
}

static int
sync_account(struct store *s, int64_t account, unsigned folders,
             struct err *err)
{
	struct maildir *m = store_maildir(s, account, err);
	int rc = m != NULL ? 0 : -1;

	for (int f = 0; rc == 0 && f < FOLDER_COUNT; f++)
		for (int cur = 0; rc == 0 && cur < 2; cur++) {
			int fd;

			if ((folders & 1U << f) == 0)
				continue;
			fd = maildir_fd(m, (enum folder)f,
			                cur != 0 ? MAILDIR_CUR : MAILDIR_NEW,
			                err);
			rc = fd >= 0 ? fsx_fsync(fd,
			                         folder_name((enum folder)f),
			                         err)
			             : -1;
		}
	return rc;
}

/* A power cut must not bring back what a client was told is gone.  The files
 * tell it; rows follow them.  Twins may be in any account. */
static int
sync_folders(struct store *s, unsigned folders, struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st = db_query(s->db, err, "SELECT id FROM account", "");
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	for (size_t i = 0; rc == 0 && i < ids.n; i++)
		rc = sync_account(s, ids.v[i], folders, err);
	array_release(&ids);
	return rc;
}

int
served_move(struct store *s, const int64_t *ids, size_t n, unsigned folders,
            enum folder to, struct err *err)
{
	int64_t still[MOVE_CHUNK];
	size_t still_n;
	bool moved = false;

	while (n > 0) {
		size_t some = n < MOVE_CHUNK ? n : MOVE_CHUNK;

		if (choose(s, ids, some, folders, still, &still_n, err) != 0)
			return -1;
		if (still_n > 0 &&
		    store_move(s, still, still_n, to, NULL, err) != 0)
			return -1;
		step("served-moved");
		moved |= still_n > 0;
		ids += some;
		n -= some;
	}
	if (moved && sync_folders(s, folders | 1U << to, err) != 0)
		return -1;
	step("served-synced");
	return 0;
}
