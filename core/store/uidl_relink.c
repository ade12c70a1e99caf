/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages that were fetched and have no row: is a file of their name here? */
#include <stdlib.h>

#include "store/maildir_name.h"
#include "store/store_impl.h"

#include "util/banned.h"

static int
relink_one(struct store *s, int64_t account, struct slice dir,
           struct slice uidl, int64_t *id_r, struct err *err)
{
	struct str base;
	int rc;

	*id_r = 0;
	str_init(&base, MAILDIR_NAME_MAX);
	maildir_name_fetched(dir, uidl, SLICE_NONE, &base);
	rc = db_get_int(s->db, err, id_r,
	                "SELECT id FROM message WHERE account = ?"
	                " AND base = ?",
	                "it", account, str_slice(&base));
	str_release(&base);
	if (rc <= 0)
		return rc;
	return db_run(s->db, err,
	              "UPDATE uidl SET message = ? WHERE account = ?"
	              " AND uidl = ?",
	              "iib", *id_r, account, uidl);
}

int
store_look(struct store *s, int64_t account, struct err *err)
{
	uint64_t changed = 0;

	return reconcile_account(s, account, false, &changed, err);
}

int
store_uidls_relink(struct store *s, int64_t account, const struct slice *uidls,
                   size_t n, int64_t *ids_r, struct err *err)
{
	char *dir;
	int rc;

	if (n == 0)
		return 0;
	/* The rows of files that others put back, or of a lost index. */
	if (store_look(s, account, err) != 0)
		return -1;
	dir = store_account_dir(s, account, err);
	if (dir == NULL)
		return -1;
	rc = db_begin(s->db, false, err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = relink_one(s, account, slice_of(dir), uidls[i], &ids_r[i],
		                err);
	free(dir);
	return db_end(s->db, rc, err);
}
