/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening the store, and its accounts. */
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/copy.h"
#include "store/schema.h"
#include "store/store_impl.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Leaves room for a number and stays below NAME_MAX. */
#define DIR_MAX 100

static bool
folder_is_empty(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *e = NULL;

	if (dir == NULL) {
		if (copy >= 0)
			close(copy); /* only a folder */
		return true;
	}
	do
		e = readdir(dir);
	while (e != NULL && e->d_name[0] == '.');
	closedir(dir);
	return e == NULL;
}

static int
open_folders(struct store *s, struct err *err)
{
	char *mail = fsx_join(s->data, "mail");
	char *lock = fsx_join(s->data, "lock");
	int rc = fsx_mkdirs(mail, err);

	if (rc == 0) {
		s->mail_fd = open(mail, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		                                O_CLOEXEC);
		if (s->mail_fd < 0)
			rc = err_sys(err, errno, _("cannot open folder '%s'"),
			             mail);
	}
	if (rc == 0) {
		s->lock_fd = open(
			lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (s->lock_fd < 0)
			rc = err_sys(err, errno, _("cannot open '%s'"), lock);
	}
	free(mail);
	free(lock);
	return rc;
}

/* A new pabal.db beside mail that is there: the former one was lost. */
static int
recover_index(struct store *s, struct err *err)
{
	return copy_restore(s, false, err) == 0 && copy_names_lost(s, err) == 0
	               ? 0
	               : -1;
}

static int
open_index(struct store *s, struct err *err)
{
	char *path = fsx_join(s->data, "pabal.db");
	int64_t version = 0;
	int rc = db_open(path, false, &s->db, err);

	free(path);
	if (rc == 0 &&
	    db_get_int(s->db, err, &version, "PRAGMA user_version", "") < 0)
		rc = -1;
	if (rc == 0)
		rc = schema_migrate(s->db, err);
	if (rc == 0 && version == 0 && !folder_is_empty(s->mail_fd))
		rc = recover_index(s, err);
	return rc;
}

/* A folder that cannot be read is its account's trouble, and said when that is
 * used: the others' mail is not behind it. */
static void
clean_account(struct store *s, int64_t account)
{
	struct err err = { 0 };
	struct maildir *m = store_maildir(s, account, &err);

	if (m == NULL || maildir_clean_tmp(m, &err) != 0)
		log_line(LOG_ERROR, "%s", err.text);
}

/* What a crash left in tmp: nobody's, when nobody delivers. */
static int
clean_up(struct store *s, struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	struct db_stmt *st;
	size_t i;
	int rc;

	if (fsx_lock(s->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return 0;
	st = db_query(s->db, err, "SELECT id FROM account", "");
	rc = -1;
	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	for (i = 0; rc == 0 && i < ids.n; i++)
		clean_account(s, ids.v[i]);
	array_release(&ids);
	(void)fsx_lock(s->lock_fd, LOCK_UN);
	return rc;
}

static struct store *
make(const char *data, const char *cache)
{
	struct store *s = xcalloc(1, sizeof *s);

	s->mail_fd = -1;
	s->lock_fd = -1;
	s->data = xstrdup(data);
	s->cache = xstrdup(cache);
	return s;
}

static void
close_all(struct store *s)
{
	maildir_close(&s->maildir);
	db_close(&s->search);
	db_close(&s->db);
	if (s->mail_fd >= 0)
		close(s->mail_fd); /* only a folder */
	if (s->lock_fd >= 0)
		close(s->lock_fd); /* nothing was written */
	s->mail_fd = -1;
	s->lock_fd = -1;
}

static int
open_all(struct store *s, struct err *err)
{
	/* Where others of this process are open it was done for them. */
	bool first = s->together == NULL || together_join(s->together);

	if (open_folders(s, err) != 0 || open_index(s, err) != 0 ||
	    (first && clean_up(s, err) != 0)) {
		close_all(s);
		return -1;
	}
	return 0;
}

struct store *
store_open_with(const char *data, const char *cache, struct together *t,
                struct err *err)
{
	struct store *s = make(data, cache);

	s->together = t;
	if (open_all(s, err) != 0)
		store_close(&s);
	return s;
}

struct store *
store_open(const char *data, const char *cache, struct err *err)
{
	return store_open_with(data, cache, NULL, err);
}

/* An older index cannot be read as it is, a newer one neither. */
static int
open_all_reading(struct store *s, struct err *err)
{
	char *mail = fsx_join(s->data, "mail");
	char *path = fsx_join(s->data, "pabal.db");
	int64_t version = 0;
	int rc = fsx_exists(path) ? db_open_reading(path, false, &s->db, err)
	                          : -1;

	if (rc == 0)
		rc = db_get_int(s->db, err, &version, "PRAGMA user_version",
		                "");
	s->mail_fd =
		open(mail, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	s->reading = true;
	free(mail);
	free(path);
	return rc >= 0 && version == schema_newest() && s->mail_fd >= 0 ? 0
	                                                                : -1;
}

struct store *
store_open_reading(const char *data, const char *cache, struct err *err)
{
	struct store *s = make(data, cache);
	struct err unreadable = { 0 };

	if (open_all(s, &s->why) == 0)
		return s;
	/* Why it cannot be written says more than why it cannot be read. */
	if (s->why.code != ERR_IO || db_damaged(&s->why) ||
	    open_all_reading(s, &unreadable) != 0) {
		*err = s->why;
		store_close(&s);
	}
	return s;
}

const char *
store_read_only(const struct store *s)
{
	return s->reading ? s->why.text : NULL;
}

/* Into another store first: what fails must leave this one as it is. */
bool
store_retry(struct store *s)
{
	struct err ignored = { 0 };
	struct store *fresh;
	struct store old = *s;

	if (!s->reading)
		return false;
	fresh = store_open(s->data, s->cache, &ignored);
	if (fresh == NULL)
		return false;
	*s = *fresh;
	*fresh = old;
	store_close(&fresh);
	return true;
}

void
store_close(struct store **s)
{
	if (s == NULL || *s == NULL)
		return;
	close_all(*s);
	if ((*s)->together != NULL)
		together_leave((*s)->together);
	free((*s)->data);
	free((*s)->cache);
	free(*s);
	*s = NULL;
}

/* A folder name: no path, not hidden, no control characters. */
static void
dir_name(const char *name, struct str *out)
{
	const char *p;

	for (p = name; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		bool bad = c < 0x21 || c == 0x7f || c == '/' || c == '\\' ||
		           c == ':' || (c == '.' && p == name);

		str_add_c(out, bad ? '_' : *p);
	}
	if (out->n == 0)
		str_add_c(out, '_');
	if (!utf8_valid(out->p, out->n)) {
		size_t i;

		for (i = 0; i < out->n; i++) {
			if ((unsigned char)out->p[i] >= 0x80)
				out->p[i] = '_';
		}
	}
	str_truncate(out,
	             utf8_cut(out->p, out->n < DIR_MAX ? out->n : DIR_MAX));
}

/* The first free name: dir, dir-2, dir-3, ... */
static int
free_dir(struct store *s, struct str *dir, struct err *err)
{
	size_t n = dir->n;
	unsigned number;

	for (number = 2;; number++) {
		int64_t id;
		int rc = db_get_int(s->db, err, &id,
		                    "SELECT id FROM account"
		                    " WHERE dir = ? COLLATE NOCASE",
		                    "t", str_slice(dir));

		if (rc <= 0)
			return rc;
		str_truncate(dir, n);
		str_printf(dir, "-%u", number);
	}
}

static int
add_account(struct store *s, const char *name, int64_t *id_r, struct err *err)
{
	struct str dir;
	int rc;

	str_init(&dir, 4096);
	dir_name(name, &dir);
	rc = free_dir(s, &dir, err);
	if (rc == 0)
		rc = db_run(s->db, err,
		            "INSERT INTO account(name, dir) VALUES(?, ?)", "zt",
		            name, str_slice(&dir));
	if (rc == 0) {
		*id_r = db_last_id(s->db);
		rc = db_run(s->db, err,
		            "INSERT INTO counter SELECT ?, folder, 0, 0"
		            " FROM counter WHERE account = 0",
		            "i", *id_r);
	}
	str_release(&dir);
	return rc;
}

int
store_find_account(struct store *s, const char *name, int64_t *id_r,
                   struct err *err)
{
	return db_get_int(s->db, err, id_r,
	                  "SELECT id FROM account WHERE name = ?", "z", name);
}

int
store_account(struct store *s, const char *name, int64_t *id_r, struct err *err)
{
	struct maildir *m;
	int rc = store_find_account(s, name, id_r, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (db_begin(s->db, true, err) != 0)
		return -1;
	rc = store_find_account(s, name, id_r, err);
	if (rc == 0)
		rc = add_account(s, name, id_r, err);
	else if (rc == 1)
		rc = 0;
	if (db_end(s->db, rc, err) != 0)
		return -1;
	m = store_maildir(s, *id_r, err);
	return m != NULL ? maildir_make(m, err) : -1;
}

static char *
account_column(struct store *s, const char *sql, int64_t id, struct err *err)
{
	struct db_stmt *st = db_query(s->db, err, sql, "i", id);
	char *text = NULL;
	int rc = st != NULL ? db_step(st, err) : -1;

	if (rc == 1)
		text = db_text_dup(st, 0);
	else if (rc == 0)
		(void)err_set(err, ERR_NOTFOUND, _("there is no such account"));
	db_done(st);
	return text;
}

char *
store_account_name(struct store *s, int64_t id)
{
	struct err ignored = { 0 };

	return account_column(s, "SELECT name FROM account WHERE id = ?", id,
	                      &ignored);
}

char *
store_account_dir(struct store *s, int64_t account, struct err *err)
{
	return account_column(s, "SELECT dir FROM account WHERE id = ?",
	                      account, err);
}

char *
store_account_path(struct store *s, const char *name, struct err *err)
{
	int64_t id;
	char *path = NULL;
	char *dir = NULL;
	int rc = store_find_account(s, name, &id, err);

	if (rc == 0)
		(void)err_set(err, ERR_NOTFOUND, _("there is no such account"));
	if (rc == 1)
		dir = store_account_dir(s, id, err);
	if (dir != NULL)
		path = xasprintf("%s/mail/%s", s->data, dir);
	free(dir);
	return path;
}

struct maildir *
store_maildir(struct store *s, int64_t account, struct err *err)
{
	char *dir;

	if (s->maildir.dir != NULL && s->maildir_account == account)
		return &s->maildir;
	dir = store_account_dir(s, account, err);
	if (dir == NULL)
		return NULL;
	maildir_close(&s->maildir);
	maildir_open(&s->maildir, s->mail_fd, dir);
	s->maildir_account = account;
	free(dir);
	return &s->maildir;
}

uint64_t
store_version(struct store *s)
{
	return db_version(s->db);
}
