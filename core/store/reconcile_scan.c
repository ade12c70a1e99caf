/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look at the folders of an account: names by base. */
#include "store/reconcile_scan.h"

#include <string.h>
#include <time.h>

#include "store/maildir_name.h"

#include "util/banned.h"

/* Some file systems count whole seconds, or two. */
#define GRAIN_NS ((int64_t)2500 * 1000 * 1000)

/* Where found() puts a name. */
struct spot {
	struct scan *scan;
	enum folder folder;
	bool cur;
};

static int
found(void *context, const char *file)
{
	struct spot *spot = context;
	struct scan *scan = spot->scan;
	struct maildir_name name;
	struct scan_file *f;
	struct slice own = arena_slice(&scan->arena, slice_of(file));

	if (!maildir_name_parse(own, &name))
		return 0;
	f = arena_alloc(&scan->arena, sizeof *f);
	f->place.folder = spot->folder;
	f->place.cur = spot->cur;
	f->place.base = name.base;
	f->place.info = name.info;
	f->flags = name.flags;
	f->next = map_set(&scan->names, name.base, f);
	array_add(&scan->files, f);
	return 0;
}

/* The real clock: files have its times, whatever tests say. */
static int64_t
now_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int
list_folder(struct scan *scan, enum folder folder, struct err *err)
{
	int cur;

	scan->looked[folder] = true;
	for (cur = 0; cur < 2; cur++) {
		struct spot spot = { scan, folder, cur != 0 };

		if (maildir_scan(scan->m, folder,
		                 cur != 0 ? MAILDIR_CUR : MAILDIR_NEW, found,
		                 &spot, err) != 0)
			return -1;
	}
	return 0;
}

/* Did new or cur change since the last look? 1, 0, -1. */
static int
folder_changed(struct scan *scan, enum folder folder, struct err *err)
{
	int64_t now = now_ns();
	int changed = 0;
	int cur;

	for (cur = 0; cur < 2; cur++) {
		int64_t *mtime = &scan->mtimes[folder][cur];
		int64_t before = 0;

		if (maildir_mtime(scan->m, folder,
		                  cur != 0 ? MAILDIR_CUR : MAILDIR_NEW, mtime,
		                  err) != 0 ||
		    db_get_int(scan->s->db, err, &before,
		               "SELECT mtime FROM seen WHERE account = ?"
		               " AND folder = ? AND cur = ?",
		               "iii", scan->account, (int64_t)folder,
		               (int64_t)cur) < 0)
			return -1;
		if (before == 0 || before != *mtime)
			changed = 1;
		if (*mtime > now - GRAIN_NS)
			*mtime = 0;
	}
	return changed;
}

int
scan_account(struct scan *scan, struct store *s, int64_t account, bool all,
             struct err *err)
{
	int f;

	scan->s = s;
	scan->account = account;
	scan->m = store_maildir(s, account, err);
	if (scan->m == NULL)
		return -1;
	for (f = 0; f < FOLDER_COUNT; f++) {
		int changed = folder_changed(scan, (enum folder)f, err);

		if (changed < 0)
			return -1;
		if ((changed != 0 || all) &&
		    list_folder(scan, (enum folder)f, err) != 0)
			return -1;
	}
	return 0;
}

int
scan_again(struct scan *scan, struct err *err)
{
	int f;

	map_release(&scan->names);
	memset(&scan->names, 0, sizeof scan->names);
	array_release(&scan->files);
	for (f = 0; f < FOLDER_COUNT; f++) {
		if (list_folder(scan, (enum folder)f, err) != 0)
			return -1;
	}
	return 0;
}

int
scan_remember(struct scan *scan, struct err *err)
{
	int rc = 0;
	int f, cur;

	if (db_begin(scan->s->db, false, err) != 0)
		return -1;
	for (f = 0; f < FOLDER_COUNT; f++) {
		for (cur = 0; cur < 2 && rc == 0; cur++)
			rc = db_run(scan->s->db, err,
			            "INSERT INTO seen VALUES(?1, ?2, ?3, ?4)"
			            " ON CONFLICT DO UPDATE SET mtime = ?4"
			            " WHERE mtime != ?4",
			            "iiii", scan->account, (int64_t)f,
			            (int64_t)cur, scan->mtimes[f][cur]);
	}
	return db_end(scan->s->db, rc, err);
}

void
scan_release(struct scan *scan)
{
	map_release(&scan->names);
	array_release(&scan->files);
	array_release(&scan->missing);
	arena_release(&scan->arena);
	memset(scan, 0, sizeof *scan);
}
