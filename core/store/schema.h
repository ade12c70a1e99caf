/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of pabal.db, and the way from each earlier version. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/db.h"

/* Bring the database to the newest version, step by step, in one transaction.
 * A newer program's database: ERR_CONFIG. */
int schema_migrate(struct db *db, struct err *err);
/* The version that schema_migrate makes. */
int schema_newest(void);
/* Count again what the triggers keep. */
int schema_recount(struct db *db, struct err *err);

#endif
