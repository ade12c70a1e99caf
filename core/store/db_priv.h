/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What db.c (connection, transactions) and db_stmt.c (statements) share. */
#ifndef STORE_DB_PRIV_H
#define STORE_DB_PRIV_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"
#include "util/map.h"

struct db {
	sqlite3 *sqlite;
	struct map cache; /* SQL text to struct db_stmt */
	bool durable;     /* synchronous=FULL is set */
	int64_t waiting;  /* since when, for a lock */
	uint64_t work;
	bool (*look)(void *ctx); /* shall a statement end? */
	void *look_ctx;
};

struct db_stmt {
	struct db *db;
	sqlite3_stmt *sqlite;
	bool busy;   /* between db_query and db_done */
	bool cached; /* else it goes with db_done */
};

/* SQLite's last error on db, in the user's words; returns -1. */
int db_fail(struct db *db, struct err *err);

/* Free a statement that is no longer in the cache of its db. */
void db_stmt_free(struct db_stmt *st);

#endif
