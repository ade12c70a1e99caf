/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who sends how much, and whether it is ever opened. */
#include "store/senders.h"

#include <stdlib.h>

#include "store/store_impl.h"

#include "util/banned.h"

void
store_senders_free(struct store_sender **v, size_t n)
{
	size_t i;

	for (i = 0; *v != NULL && i < n; i++) {
		free((*v)[i].address);
		free((*v)[i].name);
	}
	free(*v);
	*v = NULL;
}

int
store_senders(struct store *s, size_t limit, struct store_sender **v_r,
              size_t *n_r, struct err *err)
{
	ARRAY(struct store_sender) list = { 0 };
	/* Folders 0 and 1: Inbox and Archive; twins are the same mail. */
	struct db_stmt *st = db_query(
		s->db, err,
		"SELECT lower(from_addr), max(from_name), count(*),"
		" sum((flags & 1) = 0),"
		" max(CASE WHEN (flags & 1) != 0 THEN date ELSE 0 END),"
		" max(id) FROM message"
		" WHERE folder IN (0, 1) AND twin = 0 AND from_addr != ''"
		" GROUP BY lower(from_addr)"
		" ORDER BY count(*) DESC, lower(from_addr) LIMIT ?",
		"i", (int64_t)limit);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1) {
		struct store_sender *one = array_add_new(&list);

		one->address = slice_dup(db_text(st, 0));
		one->name = slice_dup(db_text(st, 1));
		one->total = (uint64_t)db_int(st, 2);
		one->unread = (uint64_t)db_int(st, 3);
		one->last_opened = db_int(st, 4);
		one->newest = db_int(st, 5);
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
