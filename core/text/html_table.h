/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data table of an HTML text; shared by html_table.c and html_columns.c. */
#ifndef TEXT_HTML_TABLE_H
#define TEXT_HTML_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "text/html_render.h"

/* Larger tables are layout to us: nobody reads them in columns. */
#define HTML_COLUMNS_MAX 24U
#define HTML_ROWS_MAX    2000U

struct html_cell {
	const struct html_node *node; /* NULL: covered by a rowspan */
	char *text;                   /* owned; lines */
	size_t cells;                 /* of its widest line */
	size_t column;
	unsigned span;
};

struct html_row {
	const struct html_node *node;
	struct html_cell *cells; /* owned */
	size_t n;
	size_t columns;
	bool head; /* every cell is <th> */
};

struct html_table {
	struct html_row *rows; /* owned */
	size_t n;
	size_t cap;
	size_t columns;
	bool headed;                        /* has a <th> or a border */
	bool lines;                         /* some cell has a line end */
	unsigned covered[HTML_COLUMNS_MAX]; /* rows of rowspans left */
};

/*
 * Write a table whose cells have their text: in columns, with broken lines
 * where it is too wide, or record by record where that would not be readable.
 */
void html_write_table(struct render *r, struct html_table *t);
/* "12,900원", "-3.5%", "2개": is it right-aligned by people? */
bool html_is_number(const char *text);

#endif
