/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rebuild: everything in the index that the files can tell is derived again.
 * What they cannot tell (UIDLs, labels, verdicts, contacts) stays.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/copy.h"
#include "store/schema.h"
#include "store/store_impl.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Parsed and written under one lock. */
#define CHUNK 100

/* Accounts whose folders are there while the index does not know them. */
static int
find_accounts(struct store *s, struct err *err)
{
	int fd = openat(s->mail_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	int rc = 0;

	if (dir == NULL && fd >= 0)
		close(fd);
	while (rc == 0 && dir != NULL && (e = readdir(dir)) != NULL) {
		int64_t id;

		if (e->d_name[0] == '.')
			continue;
		rc = db_get_int(s->db, err, &id,
		                "SELECT id FROM account WHERE dir = ?", "z",
		                e->d_name);
		if (rc == 0)
			rc = store_account(s, e->d_name, &id, err);
		else if (rc == 1)
			rc = 0;
	}
	if (dir != NULL)
		closedir(dir);
	return rc;
}

static int
derive_one(struct store *s, int64_t id, int64_t received, struct err *err)
{
	struct err unreadable = { 0 };
	struct fsx_map map = { 0 };
	struct message m = { 0 };
	struct arena a = { 0 };
	struct facts f;
	int64_t account;
	int rc = 0;
	int fd = store_read_in_place(s, id, &account, &unreadable);

	/* reconcile has just looked: what cannot be read keeps its row. */
	if (fd >= 0)
		rc = fsx_map_fd(fd, &map, &unreadable);
	if (fd >= 0)
		close(fd); /* was only read; the mapping stays */
	if (fd < 0 || rc != 0)
		return 0;
	message_parse(&m, map.data);
	facts_of(&m, received, &a, &f);
	rc = row_set_facts(s, id, &f, err);
	if (rc == 0)
		rc = twin_settle_id(s, id, FOLDER_ANY, err);
	message_release(&m);
	arena_release(&a);
	fsx_map_close(&map);
	return rc;
}

struct todo {
	int64_t id, received;
};

/* Up to CHUNK rows above *after; *n_r of them done. */
static int
derive_chunk(struct store *s, int64_t *after, size_t *n_r, struct err *err)
{
	struct todo todo[CHUNK];
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT id, received FROM message"
	                              " WHERE id > ? ORDER BY id LIMIT ?",
	                              "ii", *after, (int64_t)CHUNK);
	size_t n = 0;
	size_t i;
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1) {
		todo[n].id = db_int(st, 0);
		todo[n++].received = db_int(st, 1);
	}
	db_done(st);
	for (i = 0; rc == 0 && i < n; i++) {
		rc = derive_one(s, todo[i].id, todo[i].received, err);
		*after = todo[i].id;
	}
	*n_r = n;
	return rc;
}

static int
derive_all(struct store *s, void (*progress)(void *, uint64_t, uint64_t),
           void *ctx, struct err *err)
{
	int64_t total = 0;
	int64_t after = 0;
	uint64_t done = 0;
	size_t n = 0;

	if (db_get_int(s->db, err, &total, "SELECT count(*) FROM message", "") <
	    0)
		return -1;
	do {
		int rc = db_begin(s->db, false, err);

		if (rc == 0)
			rc = derive_chunk(s, &after, &n, err);
		if (db_end(s->db, rc, err) != 0)
			return -1;
		done += n;
		if (progress != NULL)
			progress(ctx, done, (uint64_t)total);
	} while (n != 0);
	return 0;
}

/* Conversations begin again: their numbers are those of messages. */
static int
forget(struct store *s, struct err *err)
{
	int rc = db_begin(s->db, false, err);

	if (rc == 0)
		rc = db_script(s->db,
		               "DELETE FROM convo;"
		               "UPDATE message SET convo = 0;",
		               err);
	return db_end(s->db, rc, err);
}

static int
finish(struct store *s, struct err *err)
{
	int rc = db_begin(s->db, true, err);

	if (rc == 0)
		rc = schema_recount(s->db, err);
	rc = db_end(s->db, rc, err);
	return rc == 0 ? fts_clear(s, err) : -1;
}

/* Only what is sound can be made right. */
static int
check_sound(struct store *s, struct err *err)
{
	int64_t sound = 0;

	if (db_get_int(s->db, err, &sound,
	               "SELECT integrity_check = 'ok'"
	               " FROM pragma_integrity_check(1)",
	               "") < 0)
		return -1;
	return sound != 0 ? 0 : db_say_damaged(err);
}

int
store_rebuild(struct store *s, void (*progress)(void *, uint64_t, uint64_t),
              void *ctx, struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st;
	uint64_t changed = 0;
	size_t i;
	int rc = check_sound(s, err) == 0 && copy_restore(s, false, err) == 0 &&
	                         find_accounts(s, err) == 0
	                 ? 0
	                 : -1;

	if (rc != 0)
		return -1;
	st = db_query(s->db, err, "SELECT id FROM account", "");
	rc = -1;
	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	for (i = 0; rc == 0 && i < ids.n; i++)
		rc = reconcile_account(s, ids.v[i], true, &changed, err);
	array_release(&ids);
	if (rc == 0)
		rc = forget(s, err);
	if (rc == 0)
		rc = derive_all(s, progress, ctx, err);
	if (rc == 0)
		rc = copy_restore(s, true, err);
	if (rc == 0)
		outbox_remove_orphans(s);
	return rc == 0 ? finish(s, err) : -1;
}

bool
store_damaged(const struct err *err)
{
	return db_damaged(err);
}

int
store_set_aside(const char *data, struct err *err)
{
	static const char *const suffixes[] = { "-shm", "-wal", "" };
	int64_t now = clock_now();
	int rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < 3; i++) {
		char *from = xasprintf("%s/pabal.db%s", data, suffixes[i]);
		char *to = xasprintf("%s/pabal.db.damaged-%lld%s", data,
		                     (long long)now, suffixes[i]);

		if (rename(from, to) != 0 && errno != ENOENT)
			rc = err_sys(err, errno, _("cannot rename '%s'"), from);
		free(from);
		free(to);
	}
	return rc;
}
