/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reconcile: files are the truth about folder and flags; other programs may have
 * renamed, moved, added or removed some.
 *
 * One account at a time:
 *
 *     look      list the folders whose mtime changed        scan_account
 *     compare   rows of those folders with the names        match_rows
 *     decide    what has no partner:                        settle_files
 *                 a row elsewhere whose file is gone: moved
 *                 a row elsewhere whose file stands: a copy (drop_copy)
 *                 a missing row with the same hash: moved with a new name
 *                 else: a new message
 *     remove    rows that are still without a file          remove_rows
 *
 * 1. An mtime counts only when it is older than the clock's grain at the time
 *    of the look; a younger one is looked at again.
 * 2. A row is removed only after a second look: a rename during the first may
 *    have hidden the file under both names.
 * 3. Rows are written in transactions of at most CHUNK changes, each decided
 *    from the row as it is then: deliveries and other processes go on.
 * 4. A second file with the same name base is removed when its bytes are the
 *    same as the first one's (a fetch repeated after a crash), else it gets a
 *    name of its own.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/maildir_name.h"
#include "store/reconcile_scan.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A new message is parsed: some milliseconds of the write lock at most. */
#define CHUNK 100

/* ---- compare ---- */

static int
match_row(struct scan *scan, const struct row *row, struct err *err)
{
	struct scan_file *f = map_get(&scan->names, row->place.base);
	struct row fresh = *row;

	/* Of files with one base, the one in the row's folder is its file. */
	while (f != NULL && f->place.folder != row->place.folder)
		f = f->next;
	if (f == NULL) {
		array_add(&scan->missing, row->id);
		return 0;
	}
	f->matched = true;
	if (f->place.cur == row->place.cur &&
	    slice_eq(f->place.info, row->place.info))
		return 0;
	fresh.place = f->place;
	fresh.flags = f->flags;
	scan->changed++;
	return row_set_place(scan->s, &fresh, err);
}

/* Rows of a folder, a window of ids at a time. */
static int
match_window(struct scan *scan, enum folder folder, int64_t *after,
             struct err *err)
{
	struct arena a = { 0 };
	struct row *rows;
	size_t n, i;
	int rc = row_window(scan->s, scan->account, folder, *after, &a, &rows,
	                    &n, err);

	for (i = 0; rc == 0 && i < n; i++)
		rc = match_row(scan, &rows[i], err);
	if (rc == 0 && n != 0)
		*after = rows[n - 1].id;
	else
		*after = 0;
	arena_release(&a);
	return rc;
}

static int
match_rows(struct scan *scan, struct err *err)
{
	int f;

	for (f = 0; f < FOLDER_COUNT; f++) {
		int64_t after = -1;

		while (scan->looked[f] && after != 0) {
			int rc = db_begin(scan->s->db, false, err);

			if (rc == 0)
				rc = match_window(scan, (enum folder)f, &after,
				                  err);
			if (db_end(scan->s->db, rc, err) != 0)
				return -1;
		}
	}
	return 0;
}

/* ---- decide ---- */

static bool
same_files(struct maildir *m, const struct maildir_place *a,
           const struct maildir_place *b)
{
	struct err ignored = { 0 }; /* unreadable: not the same */
	struct fsx_map x = { 0 };
	struct fsx_map y = { 0 };
	int x_fd = maildir_read(m, a, &ignored);
	int y_fd = maildir_read(m, b, &ignored);
	bool same =
		x_fd >= 0 && y_fd >= 0 && fsx_map_fd(x_fd, &x, &ignored) == 0 &&
		fsx_map_fd(y_fd, &y, &ignored) == 0 && slice_eq(x.data, y.data);

	fsx_map_close(&x);
	fsx_map_close(&y);
	if (x_fd >= 0)
		close(x_fd); /* was only read */
	if (y_fd >= 0)
		close(y_fd);
	return same;
}

/* A message that no row knows. */
static int
add_file(struct scan *scan, struct scan_file *f, const struct facts *facts,
         struct err *err)
{
	struct row row = { .account = scan->account,
		           .flags = f->flags,
		           .found = true,
		           .place = f->place };
	struct store_new info = { .folder = f->place.folder,
		                  .stub = facts->stub,
		                  .received = f->received };
	int64_t id;

	scan->changed++;
	return row_insert(scan->s, &row, facts, &info, &id, err);
}

/* The row of a missing file with the same hash takes the new name over. */
static int
adopt_missing(struct scan *scan, const struct scan_file *f,
              const struct facts *facts, bool *adopted_r, struct err *err)
{
	struct row *rows;
	size_t n, i;

	*adopted_r = false;
	if (scan->missing.n == 0)
		return 0;
	if (row_by_hash(scan->s, scan->account, facts, &scan->arena, &rows, &n,
	                err) != 0)
		return -1;
	for (i = 0; i < n && !*adopted_r; i++) {
		struct row fresh = rows[i];

		if (maildir_has(scan->m, &rows[i].place) ||
		    map_has(&scan->names, rows[i].place.base))
			continue;
		fresh.place = f->place;
		fresh.flags = f->flags;
		*adopted_r = true;
		scan->changed++;
		if (row_set_place(scan->s, &fresh, err) != 0 ||
		    twin_settle_id(scan->s, fresh.id, rows[i].place.folder,
		                   err) != 0)
			return -1;
		if (twin_settle_id(scan->s, fresh.id, FOLDER_ANY, err) != 0)
			return -1;
	}
	return 0;
}

static int
new_file(struct scan *scan, struct scan_file *f, struct err *err)
{
	struct err unreadable = { 0 };
	struct message m = { 0 };
	struct facts facts;
	struct fsx_map map = { 0 };
	struct arena a = { 0 };
	bool adopted;
	int rc = 0;
	int fd = maildir_read(scan->m, &f->place, &unreadable);

	if (fd < 0)
		return 0; /* renamed again: the next look finds it */
	if (fsx_map_fd(fd, &map, &unreadable) == 0) {
		message_parse(&m, map.data);
		facts_of(&m, f->received, &a, &facts);
		rc = adopt_missing(scan, f, &facts, &adopted, err);
		if (rc == 0 && !adopted)
			rc = add_file(scan, f, &facts, err);
		message_release(&m);
		fsx_map_close(&map);
	}
	arena_release(&a);
	close(fd); /* was only read */
	return rc;
}

/* Two files with one base: the row's own, and f. */
static int
drop_copy(struct scan *scan, struct scan_file *f, const struct row *row,
          struct err *err)
{
	struct maildir_place to = f->place;
	struct str base;
	int rc;

	if (same_files(scan->m, &row->place, &f->place))
		return maildir_remove(scan->m, &f->place, err);
	str_init(&base, MAILDIR_NAME_MAX);
	maildir_name_unique(&base);
	to.base = arena_slice(&scan->arena, str_slice(&base));
	str_release(&base);
	rc = maildir_move(scan->m, &f->place, &to, err);
	f->place = to;
	return rc == 0 ? new_file(scan, f, err) : rc < 0 ? -1 : 0;
}

static int
settle_file(struct scan *scan, struct scan_file *f, struct err *err)
{
	struct row row, fresh;
	int rc = row_by_base(scan->s, scan->account, f->place.base,
	                     &scan->arena, &row, err);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return new_file(scan, f, err);
	if (maildir_place_same(&row.place, &f->place))
		return 0; /* delivered meanwhile */
	if (maildir_has(scan->m, &row.place))
		return drop_copy(scan, f, &row, err);
	fresh = row;
	fresh.place = f->place;
	fresh.flags = f->flags;
	scan->changed++;
	if (row_set_place(scan->s, &fresh, err) != 0 ||
	    twin_settle_id(scan->s, row.id, row.place.folder, err) != 0)
		return -1;
	return twin_settle_id(scan->s, row.id, FOLDER_ANY, err);
}

static int
settle_files(struct scan *scan, struct err *err)
{
	size_t i = 0;

	reconcile_times(scan);
	while (i < scan->files.n) {
		size_t done = 0;
		int rc = db_begin(scan->s->db, false, err);

		for (; rc == 0 && i < scan->files.n && done < CHUNK; i++) {
			if (scan->files.v[i]->matched)
				continue;
			rc = settle_file(scan, scan->files.v[i], err);
			done++;
		}
		if (db_end(scan->s->db, rc, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- remove ---- */

static int
remove_row(struct scan *scan, int64_t id, struct err *err)
{
	struct row row;
	struct scan_file *f;
	int rc = row_get(scan->s, id, &scan->arena, &row, err);

	if (rc != 1)
		return rc;
	if (maildir_has(scan->m, &row.place))
		return 0;
	/* names is of the second look. */
	f = map_get(&scan->names, row.place.base);
	if (f != NULL && f->place.folder == row.place.folder) {
		row.place = f->place;
		row.flags = f->flags;
		scan->changed++;
		return row_set_place(scan->s, &row, err);
	}
	if (f != NULL)
		return 0; /* moved meanwhile: found by the next look */
	scan->changed++;
	/* Another program emptied the trash; but where no file is left at all,
	 * a disk may be missing. */
	if (row.place.folder == FOLDER_TRASH && scan->names.n != 0 &&
	    uidl_doom(scan->s, id, err) != 0)
		return -1;
	return row_delete(scan->s, id, err);
}

static int
remove_rows(struct scan *scan, struct err *err)
{
	size_t i;
	int rc;

	if (scan->missing.n == 0)
		return 0;
	if (scan_again(scan, err) != 0)
		return -1;
	rc = db_begin(scan->s->db, false, err);
	for (i = 0; rc == 0 && i < scan->missing.n; i++)
		rc = remove_row(scan, scan->missing.v[i], err);
	return db_end(scan->s->db, rc, err);
}

int
reconcile_account(struct store *s, int64_t account, bool all, uint64_t *changed,
                  struct err *err)
{
	struct scan scan = { 0 };
	int rc = scan_account(&scan, s, account, all, err);

	if (rc == 0)
		rc = match_rows(&scan, err);
	if (rc == 0)
		rc = settle_files(&scan, err);
	if (rc == 0)
		rc = remove_rows(&scan, err);
	if (rc == 0)
		rc = scan_remember(&scan, err);
	*changed += scan.changed;
	scan_release(&scan);
	return rc;
}

int
store_reconcile(struct store *s, uint64_t *changed_r, struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st = db_query(s->db, err, "SELECT id FROM account", "");
	uint64_t changed = 0;
	size_t i;
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	for (i = 0; rc == 0 && i < ids.n; i++)
		rc = reconcile_account(s, ids.v[i], false, &changed, err);
	array_release(&ids);
	if (changed_r != NULL)
		*changed_r = changed;
	return rc;
}
