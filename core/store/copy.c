/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daily copy of what the mail files cannot tell. */
/*
 * data/backup/pabal-UIDLS.db, and the one of the day before: accounts, UIDLs
 * (with the name of each file), labels, verdicts, contacts.
 *
 * 1. Each pabal.db has an identity of its own (state "copy/id"), each copy that
 *    of its origin.  Only a copy of another one is taken back, so what the user
 *    changed since is never undone; and it is taken back before a new copy
 *    takes its place, so that UIDLs outlive any number of lost indexes.
 * 2. A copy is written beside, synced, then renamed: there is always a sound
 *    one.  It reads one snapshot and keeps nobody from writing.
 * 3. What was fetched after the copy is known by the names of its files, which
 *    are made from account and UIDL (store_uidls_by_name).
 *
 * Rejected: a copy of the whole pabal.db (a gigabyte for a million messages,
 * nearly all of which the files tell).
 */
#include "store/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/maildir_name.h"
#include "store/store_impl.h"
#include "util/clock.h"
#include "util/codec.h"
#include "util/digest.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define COPY_EVERY 86400
#define COPY_NAME  "pabal-UIDLS.db"
#define COPY_OLDER "pabal-UIDLS.1.db"
#define COPY_NEW   "pabal-UIDLS.new.db"
/* Rows looked up in one transaction. */
#define NAMES_CHUNK 1000

static const char tables[] =
	"CREATE TABLE copy.origin(id TEXT NOT NULL);"
	"CREATE TABLE copy.account(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
	" dir TEXT NOT NULL);"
	"CREATE TABLE copy.uidl(account INTEGER NOT NULL, uidl BLOB NOT NULL,"
	" state INTEGER NOT NULL, base TEXT, fetched INTEGER NOT NULL,"
	" size INTEGER NOT NULL, PRIMARY KEY(account, uidl)) WITHOUT ROWID;"
	"CREATE TABLE copy.label(account INTEGER NOT NULL, base TEXT NOT NULL,"
	" name TEXT NOT NULL);"
	"CREATE TABLE copy.verdict(account INTEGER NOT NULL,"
	" base TEXT NOT NULL, verdict INTEGER NOT NULL, score REAL NOT NULL,"
	" reason TEXT);"
	"CREATE TABLE copy.contact(address TEXT NOT NULL, name TEXT NOT NULL,"
	" uses INTEGER NOT NULL, last INTEGER NOT NULL);";

static const char fill[] =
	"INSERT INTO copy.origin SELECT value FROM main.state"
	" WHERE key = 'copy/id';"
	"INSERT INTO copy.account SELECT id, name, dir FROM main.account;"
	"INSERT INTO copy.uidl SELECT u.account, u.uidl, u.state, m.base,"
	" u.fetched, u.size FROM main.uidl u LEFT JOIN main.message m"
	" ON m.id = u.message;"
	"INSERT INTO copy.label SELECT m.account, m.base, l.name"
	" FROM main.label l JOIN main.message m ON m.id = l.message;"
	"INSERT INTO copy.verdict SELECT m.account, m.base, m.verdict, m.score,"
	" r.text FROM main.message m LEFT JOIN main.reason r"
	" ON r.message = m.id WHERE m.verdict != 0;"
	"INSERT INTO copy.contact SELECT address, name, uses, last"
	" FROM main.contact;";

static const char take_accounts[] =
	"INSERT OR IGNORE INTO main.account(name, dir)"
	" SELECT name, dir FROM copy.account ORDER BY id;"
	"INSERT OR IGNORE INTO main.counter SELECT a.id, c.folder, 0, 0"
	" FROM main.account a, main.counter c WHERE c.account = 0;";

static const char take_uidls[] =
	"INSERT INTO main.uidl SELECT a.id, u.uidl, u.state,"
	" coalesce(m.id, 0), u.fetched, u.size, 0"
	" FROM copy.uidl u JOIN copy.account c ON c.id = u.account"
	" JOIN main.account a ON a.name = c.name"
	" LEFT JOIN main.message m ON m.account = a.id AND m.base = u.base"
	" WHERE true ON CONFLICT DO UPDATE SET message = excluded.message"
	" WHERE uidl.message = 0;"
	"INSERT OR IGNORE INTO main.contact(address, name, uses, last)"
	" SELECT address, name, uses, last FROM copy.contact;";

static const char take_index[] =
	"INSERT OR IGNORE INTO main.label SELECT l.name, m.date, m.id"
	" FROM copy.label l JOIN copy.account c ON c.id = l.account"
	" JOIN main.account a ON a.name = c.name"
	" JOIN main.message m ON m.account = a.id AND m.base = l.base;"
	"UPDATE main.message SET verdict = v.verdict, score = v.score"
	" FROM copy.verdict v JOIN copy.account c ON c.id = v.account"
	" JOIN main.account a ON a.name = c.name"
	" WHERE message.account = a.id AND message.base = v.base"
	" AND message.verdict = 0;"
	"INSERT OR IGNORE INTO main.reason SELECT m.id, v.reason"
	" FROM copy.verdict v JOIN copy.account c ON c.id = v.account"
	" JOIN main.account a ON a.name = c.name"
	" JOIN main.message m ON m.account = a.id AND m.base = v.base"
	" WHERE v.reason IS NOT NULL;";

static char *
copy_path(const struct store *s, const char *name)
{
	return xasprintf("%s/backup/%s", s->data, name);
}

static void
detach(struct store *s)
{
	struct err ignored = { 0 };

	if (db_run(s->db, &ignored, "DETACH copy", "") != 0)
		log_line(LOG_ERROR, "%s", ignored.text);
}

static int
number_of(struct store *s, const char *key, int64_t *v_r, struct err *err)
{
	*v_r = 0;
	return db_get_int(s->db, err, v_r,
	                  "SELECT CAST(value AS INTEGER) FROM state"
	                  " WHERE key = ?",
	                  "z", key);
}

/* ---- taking back ---- */

/* 1 it is of another pabal.db, 0 it is of this one, -1 it cannot be read. */
static int
is_foreign(struct store *s, struct err *err)
{
	int64_t same = 0;

	if (db_get_int(s->db, err, &same,
	               "SELECT coalesce((SELECT value FROM main.state WHERE"
	               " key = 'copy/id') = (SELECT id FROM copy.origin), 0)",
	               "") < 0)
		return -1;
	return same == 0;
}

static int
take(struct store *s, bool index, struct err *err)
{
	int rc = db_begin(s->db, true, err);

	if (rc == 0)
		rc = db_script(s->db, take_accounts, err);
	if (rc == 0)
		rc = db_script(s->db, take_uidls, err);
	if (rc == 0 && index)
		rc = db_script(s->db, take_index, err);
	return db_end(s->db, rc, err);
}

/* 1 done or nothing to do, 0 no sound copy of that name. */
static int
restore_from(struct store *s, const char *name, bool index)
{
	char *path = copy_path(s, name);
	struct err err = { 0 };
	int rc = 0;

	if (fsx_exists(path)) {
		rc = db_attach(s->db, path, "copy", false, &err);
		if (rc == 0) {
			rc = is_foreign(s, &err);
			if (rc == 1)
				rc = take(s, index, &err);
			detach(s);
		}
		if (rc != 0)
			log_line(LOG_ERROR, "%s: %s", path, err.text);
		rc = rc == 0;
	}
	free(path);
	return rc;
}

int
copy_restore(struct store *s, bool index, struct err *err)
{
	(void)err;
	if (restore_from(s, COPY_NAME, index) == 0)
		(void)restore_from(s, COPY_OLDER, index);
	return 0;
}

/* ---- making ---- */

static int
give_identity(struct store *s, struct err *err)
{
	unsigned char bytes[16];
	struct str hex;
	int64_t there;
	int rc = number_of(s, "copy/id", &there, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	digest_random(bytes, sizeof bytes);
	str_init(&hex, 2 * sizeof bytes);
	codec_hex_encode(bytes, sizeof bytes, &hex);
	rc = db_begin(s->db, true, err);
	if (rc == 0)
		rc = db_run(s->db, err,
		            "INSERT OR IGNORE INTO state VALUES('copy/id', ?)",
		            "t", str_slice(&hex));
	rc = db_end(s->db, rc, err);
	str_release(&hex);
	return rc;
}

/* An empty file, ours alone. */
static int
make_file(const char *path, struct err *err)
{
	int fd;

	(void)unlink(path); /* of a crash, if any */
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	          0600);
	if (fd < 0)
		return err_sys(err, errno, _("cannot make '%s'"), path);
	close(fd); /* nothing was written */
	return 0;
}

static int
write_copy(struct store *s, const char *path, struct err *err)
{
	int rc = make_file(path, err);

	if (rc == 0)
		rc = db_attach(s->db, path, "copy", false, err);
	if (rc != 0)
		return -1;
	/* It is renamed only when whole: no journal needed. */
	rc = db_script(s->db, "PRAGMA copy.journal_mode=OFF;", err);
	if (rc == 0)
		rc = db_begin_read(s->db, err);
	if (rc == 0)
		rc = db_script(s->db, tables, err);
	if (rc == 0)
		rc = db_script(s->db, fill, err);
	rc = db_end(s->db, rc, err);
	detach(s);
	return rc;
}

static int
sync_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_sys(err, errno, _("cannot open '%s'"), path);
	rc = fsx_fsync(fd, path, err);
	close(fd); /* synced */
	return rc;
}

static int
put_in_place(struct store *s, const char *folder, struct err *err)
{
	char *fresh = copy_path(s, COPY_NEW);
	char *newest = copy_path(s, COPY_NAME);
	char *older = copy_path(s, COPY_OLDER);
	int rc = sync_file(fresh, err);

	step("copy-written");
	if (rc == 0 && rename(newest, older) != 0 && errno != ENOENT)
		rc = err_sys(err, errno, _("cannot rename '%s'"), newest);
	step("copy-rotated");
	if (rc == 0 && rename(fresh, newest) != 0)
		rc = err_sys(err, errno, _("cannot rename '%s'"), fresh);
	if (rc == 0)
		rc = fsx_fsync_folder(folder, err);
	free(fresh);
	free(newest);
	free(older);
	return rc;
}

static int
note_made(struct store *s, struct err *err)
{
	char *now = xasprintf("%lld", (long long)clock_now());
	int rc = store_state_note(s, "copy/made", slice_of(now), err);

	free(now);
	return rc;
}

static int
make(struct store *s, struct err *err)
{
	char *folder = fsx_join(s->data, "backup");
	char *lock = fsx_join(folder, "lock");
	char *fresh = copy_path(s, COPY_NEW);
	int rc = fsx_mkdirs(folder, err);
	int fd = rc == 0 ? open(lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	                        0600)
	                 : -1;

	if (rc == 0 && fd < 0)
		rc = err_sys(err, errno, _("cannot open '%s'"), lock);
	/* Another process is at it: as good. */
	if (fd >= 0 && fsx_lock(fd, LOCK_EX | LOCK_NB) == 0) {
		rc = copy_restore(s, true, err);
		if (rc == 0)
			rc = give_identity(s, err);
		if (rc == 0)
			rc = write_copy(s, fresh, err);
		if (rc == 0)
			rc = put_in_place(s, folder, err);
		if (rc == 0)
			rc = note_made(s, err);
	}
	if (fd >= 0)
		close(fd); /* nothing was written */
	free(folder);
	free(lock);
	free(fresh);
	return rc;
}

int
store_copy_daily(struct store *s, struct err *err)
{
	int64_t made;
	int64_t now = clock_now();

	if (number_of(s, "copy/made", &made, err) < 0)
		return -1;
	if (made != 0 && made <= now && now < made + COPY_EVERY)
		return 0;
	return make(s, err);
}

/* ---- names ---- */

int
copy_names_lost(struct store *s, struct err *err)
{
	return store_state_set(s, "copy/names", SLICE_LIT("1"), err);
}

bool
copy_was_lost(struct store *s)
{
	struct err ignored = { 0 }; /* not known: nothing is thrown away */
	int64_t lost;

	return number_of(s, "copy/names", &lost, &ignored) < 0 || lost != 0;
}

/* Is there a file of that UIDL?  Then its row says so again. */
static int
find_by_name(struct store *s, int64_t account, struct slice dir,
             struct slice uidl, size_t *found, struct err *err)
{
	struct str base;
	int rc;

	str_init(&base, MAILDIR_NAME_MAX);
	maildir_name_fetched(dir, uidl, SLICE_NONE, &base);
	rc = db_run(
		s->db, err,
		"INSERT OR IGNORE INTO uidl SELECT account, ?3, ?4, id,"
		" received, 0, 0 FROM message WHERE account = ?1 AND base = ?2",
		"itbi", account, str_slice(&base), uidl, (int64_t)UIDL_STORED);
	if (rc == 0)
		*found += (size_t)db_changed(s->db);
	str_release(&base);
	return rc;
}

static int
find_chunk(struct store *s, int64_t account, struct slice dir,
           const struct slice *uidls, size_t n, size_t *found, struct err *err)
{
	int rc = db_begin(s->db, true, err);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = find_by_name(s, account, dir, uidls[i], found, err);
	return db_end(s->db, rc, err);
}

int
store_uidls_by_name(struct store *s, int64_t account, const struct slice *uidls,
                    size_t n, size_t *found_r, struct err *err)
{
	int64_t lost;
	char *dir;
	int rc = 0;

	*found_r = 0;
	if (number_of(s, "copy/names", &lost, err) < 0)
		return -1;
	if (lost == 0 || n == 0)
		return 0;
	dir = store_account_dir(s, account, err);
	if (dir == NULL)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i += NAMES_CHUNK)
		rc = find_chunk(s, account, slice_of(dir), uidls + i,
		                n - i < NAMES_CHUNK ? n - i : NAMES_CHUNK,
		                found_r, err);
	free(dir);
	return rc;
}
