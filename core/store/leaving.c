/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be deleted on a server next time, and was told before. */
#include <stdlib.h>

#include "store/store_impl.h"

#include "util/banned.h"

int
store_leaving(struct store *s, int64_t account, struct store_leaving **v_r,
              size_t *n_r, struct err *err)
{
	ARRAY(struct store_leaving) list = { 0 };
	struct db_stmt *st =
		db_query(s->db, err,
	                 "SELECT l.uidl, coalesce(u.message, 0), l.size"
	                 " FROM leaving l LEFT JOIN uidl u"
	                 " ON u.account = l.account AND u.uidl = l.uidl"
	                 " WHERE l.account = ? ORDER BY l.size DESC",
	                 "i", account);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1) {
		struct store_leaving *l = array_add_new(&list);

		l->uidl = slice_dup(db_text(st, 0));
		l->message = db_int(st, 1);
		l->size = (uint64_t)db_int(st, 2);
	}
	db_done(st);
	if (rc != 0)
		store_leaving_free(&list.v, list.n);
	*v_r = list.v;
	*n_r = rc == 0 ? list.n : 0;
	return rc;
}

void
store_leaving_free(struct store_leaving **v, size_t n)
{
	for (size_t i = 0; *v != NULL && i < n; i++)
		free((*v)[i].uidl);
	free(*v);
	*v = NULL;
}

int
store_leaving_set(struct store *s, int64_t account,
                  const struct store_leaving *v, size_t n, struct err *err)
{
	int64_t there = 0;
	int rc = db_get_int(s->db, err, &there,
	                    "SELECT count(*) FROM leaving WHERE account = ?",
	                    "i", account);

	if (rc < 0 || (there == 0 && n == 0))
		return rc < 0 ? -1 : 0;
	rc = db_begin(s->db, true, err);
	if (rc == 0)
		rc = db_run(s->db, err, "DELETE FROM leaving WHERE account = ?",
		            "i", account);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = db_run(s->db, err, "INSERT INTO leaving VALUES(?, ?, ?)",
		            "ibi", account, slice_of(v[i].uidl),
		            (int64_t)(v[i].size & INT64_MAX));
	return db_end(s->db, rc, err);
}
