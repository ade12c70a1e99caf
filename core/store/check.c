/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the store sound: the index, its counters, a file for each row? */
#include <stdlib.h>

#include "store/store_impl.h"
#include "util/array.h"

#include "util/banned.h"

static int
count_file(void *context, const char *name)
{
	uint64_t *n = context;

	(void)name;
	(*n)++;
	return 0;
}

/* Rows and files of a folder: equal, or someone changed it meanwhile. */
static int
compare_folder(struct store *s, int64_t account, enum folder f,
               struct store_health *h, struct err *err)
{
	struct maildir *m = store_maildir(s, account, err);
	uint64_t files = 0;
	uint64_t rows;
	int64_t n = 0;

	if (m == NULL ||
	    db_get_int(s->db, err, &n,
	               "SELECT count(*) FROM message WHERE account = ?"
	               " AND folder = ?",
	               "ii", account, (int64_t)f) < 0 ||
	    maildir_scan(m, f, MAILDIR_NEW, count_file, &files, err) != 0 ||
	    maildir_scan(m, f, MAILDIR_CUR, count_file, &files, err) != 0)
		return -1;
	rows = (uint64_t)n;
	h->rows += rows;
	h->missing += rows > files ? rows - files : 0;
	h->unknown += files > rows ? files - rows : 0;
	return 0;
}

static int
compare_files(struct store *s, struct store_health *h, struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st = db_query(s->db, err, "SELECT id FROM account", "");
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	for (size_t i = 0; rc == 0 && i < ids.n; i++)
		for (int f = 0; rc == 0 && f < FOLDER_COUNT; f++)
			rc = compare_folder(s, ids.v[i], (enum folder)f, h,
			                    err);
	array_release(&ids);
	return rc;
}

int
store_check(struct store *s, struct store_health *health_r, struct err *err)
{
	int64_t sound = 0;
	int64_t wrong = 0;

	*health_r = (struct store_health){ 0 };
	if (db_get_int(s->db, err, &sound,
	               "SELECT integrity_check = 'ok'"
	               " FROM pragma_integrity_check(1)",
	               "") < 0)
		return -1;
	if (sound == 0)
		return db_say_damaged(err);
	/* counter's last part: unread; twins count once over all accounts. */
	if (db_get_int(s->db, err, &wrong,
	               "SELECT count(*) FROM counter WHERE total <>"
	               " (SELECT count(*) FROM message m"
	               " WHERE m.folder = counter.folder AND"
	               " (m.account = counter.account OR"
	               " (counter.account = 0 AND m.twin = 0)))",
	               "") < 0)
		return -1;
	health_r->counted = wrong == 0;
	return compare_files(s, health_r, err);
}
