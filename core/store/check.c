/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the store sound: the index, its counters, a file for each row? */
#include <stdlib.h>

#include "store/store_impl.h"
#include "util/array.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Steps that a page of the index costs, by measuring: for the bar alone. */
#define STEPS_PER_PAGE 200

struct check {
	struct store *s;
	const struct store_waiter *waiter; /* or NULL */
	struct store_health *health;
	uint64_t looks; /* of SQLite, so far */
	uint64_t total; /* expected */
};

/* SQLite is at work. */
static bool
look(void *ctx)
{
	struct check *c = ctx;

	c->looks++;
	/* More than expected: nearly done, for longer. */
	return c->waiter->ask(c->waiter->ctx,
	                      c->looks < c->total ? c->looks : c->total - 1,
	                      c->total);
}

static int
look_between(struct check *c, struct err *err)
{
	if (c->waiter != NULL &&
	    c->waiter->ask(c->waiter->ctx, c->total - 1, c->total))
		return err_set(err, ERR_CANCELLED, _("cancelled"));
	return 0;
}

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
compare_folder(struct check *c, int64_t account, enum folder f, struct err *err)
{
	struct store_health *h = c->health;
	struct maildir *m = store_maildir(c->s, account, err);
	uint64_t files = 0;
	uint64_t rows;
	int64_t n = 0;

	if (look_between(c, err) != 0 || m == NULL ||
	    db_get_int(c->s->db, err, &n,
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
compare_files(struct check *c, struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st =
		db_query(c->s->db, err, "SELECT id FROM account", "");
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	for (size_t i = 0; rc == 0 && i < ids.n; i++)
		for (int f = 0; rc == 0 && f < FOLDER_COUNT; f++)
			rc = compare_folder(c, ids.v[i], (enum folder)f, err);
	array_release(&ids);
	return rc;
}

static int
check_index(struct check *c, struct err *err)
{
	struct db *db = c->s->db;
	int64_t sound = 0;
	int64_t wrong = 0;

	if (db_get_int(db, err, &sound,
	               "SELECT integrity_check = 'ok'"
	               " FROM pragma_integrity_check(1)",
	               "") < 0)
		return -1;
	if (sound == 0)
		return db_say_damaged(err);
	/* counter's last part: unread; twins count once over all accounts. */
	if (db_get_int(db, err, &wrong,
	               "SELECT count(*) FROM counter WHERE total <>"
	               " (SELECT count(*) FROM message m"
	               " WHERE m.folder = counter.folder AND"
	               " (m.account = counter.account OR"
	               " (counter.account = 0 AND m.twin = 0)))",
	               "") < 0)
		return -1;
	c->health->counted = wrong == 0;
	return 0;
}

int
store_check(struct store *s, const struct store_waiter *waiter,
            struct store_health *health_r, struct err *err)
{
	struct check c = { .s = s, .waiter = waiter, .health = health_r };
	int64_t pages = 0;
	int rc;

	*health_r = (struct store_health){ 0 };
	if (db_get_int(s->db, err, &pages, "PRAGMA page_count", "") < 0)
		return -1;
	c.total = (uint64_t)pages * STEPS_PER_PAGE / DB_LOOK_STEPS + 2;
	if (waiter != NULL)
		db_look(s->db, look, &c);
	rc = check_index(&c, err);
	db_look(s->db, NULL, NULL);
	return rc == 0 ? compare_files(&c, err) : -1;
}
