/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listings in which there was nothing to do. */
#include <string.h>

#include "store/store_impl.h"

#include "util/banned.h"

/* SQLite's integers have a sign. */
static int64_t
to_row(uint64_t hash)
{
	int64_t v;

	memcpy(&v, &hash, sizeof v);
	return v;
}

static uint64_t
from_row(int64_t v)
{
	uint64_t hash;

	memcpy(&hash, &v, sizeof hash);
	return hash;
}

int
store_quiet_get(struct store *s, int64_t account, struct store_quiet *q_r,
                struct err *err)
{
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT listing, wishes, until"
	                              " FROM quiet WHERE account = ?",
	                              "i", account);
	int rc = st != NULL ? db_step(st, err) : -1;

	if (rc == 1)
		*q_r = (struct store_quiet){ .listing = from_row(db_int(st, 0)),
			                     .wishes = from_row(db_int(st, 1)),
			                     .until = db_int(st, 2) };
	db_done(st);
	return rc;
}

int
store_quiet_set(struct store *s, int64_t account, const struct store_quiet *q,
                uint64_t version, struct err *err)
{
	int rc = db_begin(s->db, false, err);

	/* From here on nobody else writes. */
	if (rc == 0 && store_version(s) == version)
		rc = db_run(s->db, err, "REPLACE INTO quiet VALUES(?, ?, ?, ?)",
		            "iiii", account, to_row(q->listing),
		            to_row(q->wishes), q->until);
	return db_end(s->db, rc, err);
}
