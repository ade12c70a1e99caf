/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite, as little of it as the store needs. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"
#include "util/slice.h"

/*
 * A connection and its prepared statements.  For one thread.
 *
 * Arguments of statements are named by a string of kinds, one letter each:
 *   i int64_t   f double   t struct slice (text)   b struct slice (blob)
 *   z const char * (text, NULL: null)
 * Errors: ERR_RETRY when another program holds the database too long, else
 * ERR_IO.
 */
struct db;
struct db_stmt;

/* Create or open.  words: register our tokenizer (search.db). */
int db_open(const char *path, bool words, struct db **db_r, struct err *err);
/* Open what is there without writing a byte: the same file on a file system
 * that is read-only or full.  Whatever would write fails with ERR_IO. */
int db_open_reading(const char *path, bool words, struct db **db_r,
                    struct err *err);
/* A database of this process alone, gone when it is closed. */
int db_open_memory(bool words, struct db **db_r, struct err *err);
void db_close(struct db **db);
/* Attach the database of path as name; reading: as db_open_reading does. */
int db_attach(struct db *db, const char *path, const char *name, bool reading,
              struct err *err);
/* Did this error say that the file is no sound database? */
bool db_damaged(const struct err *err);
/* Say so.  Always returns -1. */
int db_say_damaged(struct err *err);

/* Prepare (from the cache), bind; step with db_step and end with db_done. */
struct db_stmt *db_query(struct db *db, struct err *err, const char *sql,
                         const char *kinds, ...);
/* Bind one more, at places counted from 1. */
void db_bind_int(struct db_stmt *st, int place, int64_t v);
void db_bind_text(struct db_stmt *st, int place, struct slice v);
/* 1 a row, 0 no more, -1. */
int db_step(struct db_stmt *st, struct err *err);
/* Give the statement back; NULL is accepted. */
void db_done(struct db_stmt *st);
/* Columns of the current row, counted from 0; slices valid until db_step. */
int64_t db_int(struct db_stmt *st, int column);
int db_small(struct db_stmt *st, int column); /* for enums */
double db_real(struct db_stmt *st, int column);
struct slice db_text(struct db_stmt *st, int column);
char *db_text_dup(struct db_stmt *st, int column); /* owned; NULL for null */

/*
 * Have long statements ask, each DB_LOOK_STEPS of their work, whether they shall
 * end: then they fail with ERR_CANCELLED.  look NULL: no longer.  ctx is borrowed
 * until then.
 */
#define DB_LOOK_STEPS 20000
void db_look(struct db *db, bool (*look)(void *ctx), void *ctx);
/* A statement without rows. */
int db_run(struct db *db, struct err *err, const char *sql, const char *kinds,
           ...);
/* The first column of the first row: 1 there, 0 none, -1. */
int db_get_int(struct db *db, struct err *err, int64_t *v_r, const char *sql,
               const char *kinds, ...);
/* Several statements without arguments. */
int db_script(struct db *db, const char *sql, struct err *err);

/* Take the write lock.  durable: the commit has reached the disk when it
 * returns. */
int db_begin(struct db *db, bool durable, struct err *err);
/* Read a consistent state; the write lock comes with the first write. */
int db_begin_read(struct db *db, struct err *err);
bool db_in_transaction(const struct db *db);
int db_commit(struct db *db, struct err *err);
/* Does nothing outside a transaction. */
void db_rollback(struct db *db);
/* Commit when rc is 0, else roll back; returns the final rc. */
int db_end(struct db *db, int rc, struct err *err);
int64_t db_last_id(const struct db *db);
int64_t db_changed(const struct db *db); /* rows, by the last statement */
/* Changes whenever the content does, by any connection. */
uint64_t db_version(struct db *db);
/* Work of the virtual machine in all statements given back: for tests. */
uint64_t db_work(const struct db *db);

#endif
