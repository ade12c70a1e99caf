/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People the user wrote to. */
#include <stdlib.h>

#include "store/outbox_rows.h"
#include "store/store_impl.h"

#include "util/banned.h"

/* Completion works on all of them in memory. */
#define CONTACTS_MAX 20000

int
contact_count(struct store *s, const char *name, const char *address,
              int64_t when, struct err *err)
{
	return db_run(s->db, err,
	              "INSERT INTO contact VALUES(?1, ?2, 1, ?3)"
	              " ON CONFLICT DO UPDATE SET uses = uses + 1,"
	              " last = max(last, ?3),"
	              " name = CASE WHEN ?2 = '' THEN name ELSE ?2 END",
	              "tti", slice_of(address), slice_of(name), when);
}

int
contact_used(struct store *s, const char *name, const char *address,
             int64_t when, struct err *err)
{
	int rc = db_begin(s->db, false, err);

	if (rc == 0)
		rc = contact_count(s, name, address, when, err);
	return db_end(s->db, rc, err);
}

int
contact_add_all(struct store *s, const struct contact *v, size_t n,
                size_t *added_r, struct err *err)
{
	int64_t before = 0, after = 0;
	int rc = db_begin(s->db, false, err);

	if (rc == 0 && db_get_int(s->db, err, &before,
	                          "SELECT count(*) FROM contact", "") < 0)
		rc = -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = db_run(s->db, err,
		            "INSERT INTO contact VALUES(?1, ?2, 0, 0)"
		            " ON CONFLICT DO UPDATE SET"
		            " name = CASE WHEN name = '' THEN ?2 ELSE name END",
		            "tt", slice_of(v[i].address), slice_of(v[i].name));
	if (rc == 0 && db_get_int(s->db, err, &after,
	                          "SELECT count(*) FROM contact", "") < 0)
		rc = -1;
	*added_r = (size_t)(after - before);
	return db_end(s->db, rc, err);
}

static void
read_contact(struct db_stmt *st, struct contact *c)
{
	c->address = slice_dup(db_text(st, 0));
	c->name = slice_dup(db_text(st, 1));
	c->uses = db_int(st, 2);
	c->last = db_int(st, 3);
}

int
contact_all(struct store *s, struct contact **v_r, size_t *n_r, struct err *err)
{
	ARRAY(struct contact) list = { 0 };
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT address, name, uses, last"
	                              " FROM contact ORDER BY uses DESC,"
	                              " last DESC, address LIMIT ?",
	                              "i", (int64_t)CONTACTS_MAX);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		read_contact(st, array_add_new(&list));
	db_done(st);
	if (rc != 0) {
		contacts_free(&list.v, list.n);
		return -1;
	}
	*v_r = list.v;
	*n_r = list.n;
	return 0;
}

void
contacts_free(struct contact **v, size_t n)
{
	size_t i;

	if (v == NULL || *v == NULL)
		return;
	for (i = 0; i < n; i++) {
		free((*v)[i].address);
		free((*v)[i].name);
	}
	free(*v);
	*v = NULL;
}

int
contact_known(struct store *s, const char *address, bool *known_r,
              struct err *err)
{
	int64_t uses;
	int rc = db_get_int(s->db, err, &uses,
	                    "SELECT uses FROM contact WHERE address = ?", "z",
	                    address);

	*known_r = rc == 1;
	return rc < 0 ? -1 : 0;
}
