/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements: prepared once for each text and kept, bound, stepped, read. */
#include "store/db.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>

#include "store/db_priv.h"
#include "util/map.h"
#include "util/xalloc.h"

#include "util/banned.h"

void
db_stmt_free(struct db_stmt *st)
{
	sqlite3_finalize(st->sqlite);
	free(st);
}

static struct db_stmt *
prepare(struct db *db, const char *sql, struct err *err)
{
	struct db_stmt *st = map_get(&db->cache, slice_of(sql));
	struct db_stmt *fresh;

	if (st != NULL && !st->busy) {
		st->busy = true;
		return st;
	}
	fresh = xcalloc(1, sizeof *fresh);
	fresh->db = db;
	fresh->busy = true;
	fresh->cached = st == NULL;
	if (sqlite3_prepare_v3(db->sqlite, sql, -1,
	                       fresh->cached ? SQLITE_PREPARE_PERSISTENT : 0,
	                       &fresh->sqlite, NULL) != SQLITE_OK) {
		(void)db_fail(db, err);
		free(fresh);
		return NULL;
	}
	if (fresh->cached)
		(void)map_set(&db->cache, slice_of(sql), fresh);
	return fresh;
}

static int
ask(void *ctx)
{
	struct db *db = ctx;

	return db->look(db->look_ctx);
}

void
db_look(struct db *db, bool (*look)(void *ctx), void *ctx)
{
	db->look = look;
	db->look_ctx = ctx;
	sqlite3_progress_handler(db->sqlite, DB_LOOK_STEPS,
	                         look != NULL ? ask : NULL, db);
}

/* A length that fits: the text of a row is far below 2 GiB, and str's maxima
 * see to it. */
static int
length(struct slice v)
{
	assert(v.n < INT32_MAX);
	return (int)v.n;
}

/* The place is there and the statement at rest: only memory can be missing. */
static void
must_bind(int rc)
{
	if (rc == SQLITE_NOMEM)
		xalloc_end();
	assert(rc == SQLITE_OK);
}

void
db_bind_int(struct db_stmt *st, int place, int64_t v)
{
	int rc = sqlite3_bind_int64(st->sqlite, place, v);

	must_bind(rc);
}

void
db_bind_text(struct db_stmt *st, int place, struct slice v)
{
	int rc = sqlite3_bind_text(st->sqlite, place, v.n != 0 ? v.p : "",
	                           length(v), SQLITE_TRANSIENT);

	must_bind(rc);
}

static void
bind_z(struct db_stmt *st, int place, const char *z)
{
	if (z != NULL)
		db_bind_text(st, place, slice_of(z));
}

static void
bind_blob(struct db_stmt *st, int place, struct slice v)
{
	int rc = sqlite3_bind_blob(st->sqlite, place, v.n != 0 ? v.p : "",
	                           length(v), SQLITE_TRANSIENT);

	must_bind(rc);
}

static void
bind_all(struct db_stmt *st, const char *kinds, va_list ap)
{
	int place;

	for (place = 1; *kinds != '\0'; kinds++, place++) {
		switch (*kinds) {
		case 'i':
			db_bind_int(st, place, va_arg(ap, int64_t));
			break;
		case 'f':
			sqlite3_bind_double(st->sqlite, place,
			                    va_arg(ap, double));
			break;
		case 't':
			db_bind_text(st, place, va_arg(ap, struct slice));
			break;
		case 'b':
			bind_blob(st, place, va_arg(ap, struct slice));
			break;
		case 'z':
			bind_z(st, place, va_arg(ap, const char *));
			break;
		default:
			assert(!"kind of argument");
		}
	}
}

static struct db_stmt *
query(struct db *db, struct err *err, const char *sql, const char *kinds,
      va_list ap)
{
	struct db_stmt *st = prepare(db, sql, err);

	if (st != NULL)
		bind_all(st, kinds, ap);
	return st;
}

struct db_stmt *
db_query(struct db *db, struct err *err, const char *sql, const char *kinds,
         ...)
{
	struct db_stmt *st;
	va_list ap;

	va_start(ap, kinds);
	st = query(db, err, sql, kinds, ap);
	va_end(ap);
	return st;
}

int
db_step(struct db_stmt *st, struct err *err)
{
	int rc = sqlite3_step(st->sqlite);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : db_fail(st->db, err);
}

void
db_done(struct db_stmt *st)
{
	if (st == NULL)
		return;
	st->db->work += (uint64_t)sqlite3_stmt_status(
		st->sqlite, SQLITE_STMTSTATUS_VM_STEP, 1);
	/* Its error was told by db_step already. */
	(void)sqlite3_reset(st->sqlite);
	(void)sqlite3_clear_bindings(st->sqlite);
	st->busy = false;
	if (!st->cached)
		db_stmt_free(st);
}

int64_t
db_int(struct db_stmt *st, int column)
{
	return sqlite3_column_int64(st->sqlite, column);
}

int
db_small(struct db_stmt *st, int column)
{
	return sqlite3_column_int(st->sqlite, column);
}

double
db_real(struct db_stmt *st, int column)
{
	return sqlite3_column_double(st->sqlite, column);
}

struct slice
db_text(struct db_stmt *st, int column)
{
	const void *p = sqlite3_column_blob(st->sqlite, column);
	int n = sqlite3_column_bytes(st->sqlite, column);

	return slice_make(p, p != NULL ? (size_t)n : 0);
}

char *
db_text_dup(struct db_stmt *st, int column)
{
	if (sqlite3_column_type(st->sqlite, column) == SQLITE_NULL)
		return NULL;
	return slice_dup(db_text(st, column));
}

int
db_run(struct db *db, struct err *err, const char *sql, const char *kinds, ...)
{
	struct db_stmt *st;
	va_list ap;
	int rc;

	va_start(ap, kinds);
	st = query(db, err, sql, kinds, ap);
	va_end(ap);
	if (st == NULL)
		return -1;
	do
		rc = db_step(st, err);
	while (rc == 1);
	db_done(st);
	return rc;
}

int
db_get_int(struct db *db, struct err *err, int64_t *v_r, const char *sql,
           const char *kinds, ...)
{
	struct db_stmt *st;
	va_list ap;
	int rc;

	va_start(ap, kinds);
	st = query(db, err, sql, kinds, ap);
	va_end(ap);
	if (st == NULL)
		return -1;
	rc = db_step(st, err);
	if (rc == 1)
		*v_r = db_int(st, 0);
	db_done(st);
	return rc;
}
