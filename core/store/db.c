/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite, as little of it as the store needs. */
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db_priv.h"
#include "store/db_words.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/str.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Write transactions are short: whoever holds the lock longer is stuck. */
#define BUSY_MS 10000
/* Most hold it for less; then it is no use to look a thousand times a second. */
#define BUSY_SOON_MS 500
/* A path with every byte escaped. */
#define NAME_MAX_READING ((size_t)16 * 1024)

int
db_say_damaged(struct err *err)
{
	return err_set(err, ERR_IO,
	               _("the index of the mailbox is damaged: 'pabal index' "
	                 "makes it anew"));
}

int
db_fail(struct db *db, struct err *err)
{
	const char *words = sqlite3_errmsg(db->sqlite);
	int errnum = sqlite3_system_errno(db->sqlite);

	switch (sqlite3_errcode(db->sqlite) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_RETRY,
		               _("the mailbox is in use by another program"));
	case SQLITE_INTERRUPT:
		return err_set(err, ERR_CANCELLED, _("cancelled"));
	case SQLITE_FULL:
		return err_set(err, ERR_IO, _("the disk is full: make room"));
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return db_say_damaged(err);
	case SQLITE_READONLY:
		return err_set(err, ERR_IO, _("the mailbox cannot be written"));
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		if (errnum == ENOSPC || errnum == EDQUOT)
			return err_set(err, ERR_IO,
			               _("the disk is full: make room"));
		if (errnum != 0)
			return err_sys(err, errnum,
			               _("the index of the mailbox"));
		return err_set(err, ERR_IO, _("the index of the mailbox: %s"),
		               words);
	default:
		return err_set(err, ERR_IO, _("the index of the mailbox: %s"),
		               words);
	}
}

bool
db_damaged(const struct err *err)
{
	return err->code == ERR_IO &&
	       strstr(err->text, _("the index of the mailbox is damaged: "
	                           "'pabal index' makes it anew")) != NULL;
}

int
db_script(struct db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, err);
	return 0;
}

/* Going over to WAL does not wait for another that does the same on a new
 * database: SQLite's own waiting is left out there. */
static int
go_wal(struct db *db, struct err *err)
{
	int left = BUSY_MS;
	int rc;

	while (rc = sqlite3_exec(db->sqlite, "PRAGMA journal_mode=WAL;", NULL,
	                         NULL, NULL),
	       (rc & 0xff) == SQLITE_BUSY && left > 0)
		left -= sqlite3_sleep(10);
	return rc == SQLITE_OK ? 0 : db_fail(db, err);
}

/*
 * Another holds the lock.  SQLite's own waiting sleeps longer and longer, up to a
 * tenth of a second each time: of twenty accounts that write a few rows at once
 * the last would come seconds after its turn.
 */
static int
wait_for_lock(void *ctx, int tries)
{
	struct db *db = ctx;
	int64_t now = clock_mono_ms();

	if (tries == 0)
		db->waiting = now;
	if (now - db->waiting >= BUSY_MS)
		return 0;
	(void)sqlite3_sleep(now - db->waiting < BUSY_SOON_MS ? 1 : 10);
	return 1;
}

static int
set_up(struct db *db, bool reading, bool words, struct err *err)
{
	static const char both[] = "PRAGMA trusted_schema=OFF;"
				   "PRAGMA temp_store=MEMORY;";
	static const char writing[] = "PRAGMA synchronous=NORMAL;";

	(void)sqlite3_busy_handler(db->sqlite, wait_for_lock, db);
	sqlite3_extended_result_codes(db->sqlite, 1);
	if (db_script(db, both, err) != 0 ||
	    (!reading &&
	     (go_wal(db, err) != 0 || db_script(db, writing, err) != 0)))
		return -1;
	if (words)
		return db_words_register(db->sqlite, err);
	return 0;
}

static int
create_private(const char *path, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	              0600);

	if (fd >= 0) {
		close(fd); /* nothing was written */
		return 0;
	}
	if (errno == EEXIST && lstat(path, &st) == 0) {
		if (!S_ISLNK(st.st_mode))
			return 0;
		errno = ELOOP;
	}
	return err_sys(err, errno, _("cannot open '%s'"), path);
}

/*
 * SQLite makes files by the umask, and its companions with the mode of the
 * database: make it first.  Its own SQLITE_OPEN_NOFOLLOW would refuse links in
 * the folders above, such as a home elsewhere.
 *
 * A file that is there is not opened: its locks are fcntl's, and closing any
 * descriptor of it lets go of those that other connections of this process hold;
 * another process that closes the database then takes the journal away from
 * them.  For the same reason nobody opens it while it is being made.
 */
static int
make_private(const char *path, struct err *err)
{
	static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
	int rc;

	(void)pthread_mutex_lock(&making); /* cannot fail */
	rc = create_private(path, err);
	(void)pthread_mutex_unlock(&making);
	return rc;
}

/* Each allocation of SQLite's would be counted under one lock for all threads. */
static void
count_nothing(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* else only slower */
}

static int
open_as(const char *name, int how, bool words, struct db **db_r,
        struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct db *db = xcalloc(1, sizeof *db);
	bool reading = (how & SQLITE_OPEN_READONLY) != 0;
	int rc;

	(void)pthread_once(&once, count_nothing); /* cannot fail */
	rc = sqlite3_open_v2(name, &db->sqlite,
	                     how | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);

	if (rc != SQLITE_OK)
		(void)db_fail(db, err);
	else
		rc = set_up(db, reading, words, err);
	if (rc != 0) {
		db_close(&db);
		return -1;
	}
	*db_r = db;
	return 0;
}

int
db_open(const char *path, bool words, struct db **db_r, struct err *err)
{
	if (make_private(path, err) != 0)
		return -1;
	if (open_as(path, SQLITE_OPEN_READWRITE, words, db_r, err) != 0)
		return err_wrap(err, "%s", path);
	return 0;
}

int
db_open_memory(bool words, struct db **db_r, struct err *err)
{
	return open_as(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
	               words, db_r, err);
}

/* The path as SQLite reads it without writing; owned. */
static char *
name_reading(const char *path, bool journal)
{
	struct str name;

	str_init(&name, NAME_MAX_READING);
	str_add_z(&name, "file:");
	for (; *path != '\0'; path++) {
		if (*path == '%' || *path == '?' || *path == '#')
			str_printf(&name, "%%%02X", (unsigned)*path);
		else
			str_add_c(&name, *path);
	}
	str_add_z(&name, journal ? "?mode=ro" : "?mode=ro&immutable=1");
	return str_take(&name);
}

/* With its empty journal; not where no index of that can be made. */
static bool
can_be_read(const char *path)
{
	char *name = name_reading(path, true);
	struct err ignored = { 0 };
	struct db *db = NULL;
	int64_t v = 0;
	bool can =
		open_as(name, SQLITE_OPEN_READONLY, false, &db, &ignored) ==
			0 &&
		db_get_int(db, &ignored, &v, "PRAGMA schema_version", "") == 1;

	db_close(&db);
	free(name);
	return can;
}

/*
 * Is there more than the file itself?  Transactions that wait in the journal:
 * their index has to be made, which takes a file that is there or that can be
 * made.  Or somebody who has the database open, and so a journal and its index:
 * what is called immutable then would change while it is read.
 */
static bool
has_journal(const char *path)
{
	char *wal = xasprintf("%s-wal", path);
	char *index = xasprintf("%s-shm", path);
	struct stat st;
	bool there = stat(wal, &st) == 0;

	if (there && st.st_size == 0)
		there = stat(index, &st) == 0 && can_be_read(path);
	free(index);
	free(wal);
	return there;
}

/*
 * Where nothing but the file is there nothing but the file is looked at.
 *
 * Either way SQLite knows the file by its inode: when it is closed its descriptor
 * stays open as long as another connection of this process has locks on it.
 */
static char *
reading_name(const char *path)
{
	return name_reading(path, has_journal(path));
}

int
db_open_reading(const char *path, bool words, struct db **db_r, struct err *err)
{
	char *name = reading_name(path);
	int rc = open_as(name, SQLITE_OPEN_READONLY, words, db_r, err);

	free(name);
	return rc == 0 ? 0 : err_wrap(err, "%s", path);
}

int
db_attach(struct db *db, const char *path, const char *name, bool reading,
          struct err *err)
{
	char *from = reading ? reading_name(path) : xstrdup(path);
	int rc = db_run(db, err, "ATTACH ? AS ?", "zz", from, name);

	free(from);
	return rc;
}

void
db_close(struct db **db)
{
	struct map_entry *e;

	if (db == NULL || *db == NULL)
		return;
	map_foreach(&(*db)->cache, e) {
		db_stmt_free(e->value);
	}
	map_release(&(*db)->cache);
	/* Nothing is left to do about a close that fails: all is committed. */
	(void)sqlite3_close_v2((*db)->sqlite);
	free(*db);
	*db = NULL;
}

int
db_begin(struct db *db, bool durable, struct err *err)
{
	if (durable != db->durable &&
	    db_script(db,
	              durable ? "PRAGMA synchronous=FULL"
	                      : "PRAGMA synchronous=NORMAL",
	              err) != 0)
		return -1;
	db->durable = durable;
	return db_run(db, err, "BEGIN IMMEDIATE", "");
}

int
db_begin_read(struct db *db, struct err *err)
{
	return db_run(db, err, "BEGIN", "");
}

bool
db_in_transaction(const struct db *db)
{
	return sqlite3_get_autocommit(db->sqlite) == 0;
}

int
db_commit(struct db *db, struct err *err)
{
	return db_run(db, err, "COMMIT", "");
}

void
db_rollback(struct db *db)
{
	struct err ignored = { 0 };

	if (!sqlite3_get_autocommit(db->sqlite))
		(void)db_run(db, &ignored, "ROLLBACK", "");
}

int
db_end(struct db *db, int rc, struct err *err)
{
	if (rc == 0)
		rc = db_commit(db, err);
	if (rc != 0)
		db_rollback(db);
	return rc;
}

int64_t
db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->sqlite);
}

int64_t
db_changed(const struct db *db)
{
	return sqlite3_changes64(db->sqlite);
}

uint64_t
db_version(struct db *db)
{
	struct err ignored = { 0 };
	int64_t others = 0;

	(void)db_get_int(db, &ignored, &others, "PRAGMA data_version", "");
	return ((uint64_t)others << 40) +
	       (uint64_t)sqlite3_total_changes64(db->sqlite);
}

uint64_t
db_work(const struct db *db)
{
	return db->work;
}
