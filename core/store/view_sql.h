/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A view as SQL: conditions, their arguments, and the index that has its order. */
#ifndef STORE_VIEW_SQL_H
#define STORE_VIEW_SQL_H

#include "store/search_form.h"
#include "store/store_impl.h"

struct view_arg {
	bool is_text;
	int64_t number;
	struct slice text;
};

struct view_sql {
	struct str sql;   /* " FROM ... WHERE ..." */
	const char *date; /* columns of the key */
	const char *id;
	bool full_text; /* needs search.db */
	ARRAY(struct view_arg) args;
	struct arena arena;
};

/* 0, -1 ERR_USAGE.  Release in either case. */
int view_sql_init(struct view_sql *v, const struct store_view *view,
                  struct err *err);
void view_sql_release(struct view_sql *v);
void view_sql_add_int(struct view_sql *v, const char *condition, int64_t arg);
void view_sql_bind(const struct view_sql *v, struct db_stmt *st);

/* FTS5 expressions of the terms that must, and must not, occur; either may stay
 * empty (fts_query.c). */
void fts_query(const struct search_form *f, struct str *must,
               struct str *must_not);

#endif
