/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables of an HTML text.  A table is data when its cells hold one short line
 * each and its rows are alike; then it is printed in columns, or row by row
 * where columns do not fit.  All others only lay out a page: their cells are
 * printed one below the other, or side by side where they are words of a line.
 */
#include "text/html_render.h"

#include <stdlib.h>
#include <string.h>

#include "text/unicode.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Larger tables are layout to us: nobody reads them in columns. */
#define COLUMNS_MAX 24U
#define ROWS_MAX    2000U
/* Bytes of text in a cell that still is one short line. */
#define CELL_MAX 160U
/* A run of cells that is shown on one line. */
#define INLINE_MAX 100U

struct cell {
	const struct html_node *node; /* NULL: covered by a rowspan */
	unsigned span;
	char *text; /* owned; rendered */
	size_t cells;
};

struct row {
	struct cell *cells;
	size_t n;
	size_t columns;
	bool head; /* every cell is <th> */
};

struct table {
	struct row *rows;
	size_t n;
	size_t cap;
	size_t columns;
	bool headed;                   /* has a <th> or a border */
	unsigned covered[COLUMNS_MAX]; /* rows that a rowspan still covers */
};

/* What a cell holds, as far as needed to judge it. */
struct scan {
	size_t bytes;
	size_t nodes;
	bool block; /* more than words of a line */
};

static void
scan_node(const struct html_node *node, struct scan *s)
{
	enum html_tag tag = html_node_tag(node);
	size_t n = html_node_count(node);

	if (tag == HTML_TEXT)
		s->bytes += slice_trim(html_node_text(node)).n;
	if (tag >= HTML_HR && tag != HTML_P)
		s->block = true;
	if (tag == HTML_IMG)
		s->bytes += html_node_attr(node, "alt").n;
	for (size_t i = 0;
	     i < n && !s->block && s->bytes <= CELL_MAX && ++s->nodes < 64; i++)
		scan_node(html_node_child(node, i), s);
}

/* Is a cell one short line? */
static bool
is_short(const struct html_node *cell, size_t max)
{
	struct scan s = { 0, 0, false };
	size_t n = html_node_count(cell);

	for (size_t i = 0; i < n && !s.block && s.bytes <= max; i++) {
		if (++s.nodes >= 64)
			return false;
		scan_node(html_node_child(cell, i), &s);
	}
	return !s.block && s.bytes <= max && s.nodes < 64;
}

static void
table_release(struct table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < t->rows[i].n; k++)
			free(t->rows[i].cells[k].text);
		free(t->rows[i].cells);
	}
	free(t->rows);
}

/* Cells that rowspans of earlier rows put at column. */
static void
add_covered(struct table *t, struct row *row)
{
	while (row->columns < COLUMNS_MAX && t->covered[row->columns] > 0) {
		t->covered[row->columns]--;
		row->cells[row->n++] = (struct cell){ NULL, 1, NULL, 0 };
		row->columns++;
	}
}

/* One <tr>.  false: it is not one of a data table. */
static bool
add_cell(struct table *t, struct row *row, const struct html_node *node)
{
	unsigned span = html_node_number(node, "colspan", COLUMNS_MAX + 1, 1);
	unsigned rows = html_node_number(node, "rowspan", ROWS_MAX, 1);

	add_covered(t, row);
	if (span == 0)
		span = 1;
	if (span > COLUMNS_MAX - row->columns || !is_short(node, CELL_MAX) ||
	    html_node_has(node, "style"))
		return false;
	for (size_t i = 0; i < span; i++)
		t->covered[row->columns + i] = rows > 0 ? rows - 1 : 0;
	row->cells[row->n++] = (struct cell){ node, span, NULL, 0 };
	row->columns += span;
	if (html_node_tag(node) == HTML_TH)
		t->headed = true;
	else
		row->head = false;
	return true;
}

static bool
add_row(struct table *t, const struct html_node *tr)
{
	size_t n = html_node_count(tr);
	struct row *row;

	if (t->n == ROWS_MAX)
		return false;
	if (t->n == t->cap) {
		t->cap = t->cap * 2 + 8;
		t->rows = xreallocarray(t->rows, t->cap, sizeof *t->rows);
	}
	row = &t->rows[t->n++];
	*row = (struct row){ xcalloc(COLUMNS_MAX, sizeof *row->cells), 0, 0,
		             true };
	for (size_t i = 0; i < n; i++) {
		const struct html_node *node = html_node_child(tr, i);
		enum html_tag tag = html_node_tag(node);

		if ((tag == HTML_TD || tag == HTML_TH) &&
		    !add_cell(t, row, node))
			return false;
	}
	add_covered(t, row);
	if (row->n == 0) {
		free(row->cells);
		t->n--;
		return true;
	}
	if (row->columns > t->columns)
		t->columns = row->columns;
	return true;
}

/* Gather the rows below node, a table or a part of one.  false: no data. */
static bool
add_rows(struct table *t, const struct html_node *node)
{
	size_t n = html_node_count(node);

	for (size_t i = 0; i < n; i++) {
		const struct html_node *child = html_node_child(node, i);
		enum html_tag tag = html_node_tag(child);

		if (html_node_has(child, "style"))
			return false;
		if (tag == HTML_TR) {
			if (!add_row(t, child))
				return false;
		} else if (tag == HTML_INLINE && !add_rows(t, child)) {
			return false; /* tbody and the like */
		}
	}
	return true;
}

static bool
is_data(struct table *t, const struct html_node *table)
{
	size_t full = 0;

	if (slice_ieq_z(html_node_attr(table, "role"), "presentation") ||
	    !add_rows(t, table) || t->columns < 2)
		return false;
	if (html_node_number(table, "border", 99, 0) > 0)
		t->headed = true;
	for (size_t i = 0; i < t->n; i++)
		full += t->rows[i].columns == t->columns &&
		        t->rows[i].n == t->columns;
	if (t->headed)
		return t->n >= 2 || t->rows[0].n >= 2;
	return t->n >= 2 && full == t->n;
}

/* The text of a cell, on one line. */
static void
render_cell(struct render *r, struct cell *cell)
{
	struct html_out *before = r->out;
	struct html_out out;
	struct str raw;
	struct str line;

	str_init(&raw, 16384);
	str_init(&line, 16384);
	html_out_init(&out, &raw);
	r->out = &out;
	if (cell->node != NULL)
		html_render_children(r, cell->node);
	r->out = before;
	unicode_clean_line(str_slice(&raw), &line);
	cell->cells = unicode_cells(str_slice(&line));
	cell->text = str_take(&line);
	html_out_release(&out);
	str_release(&raw);
	str_release(&line);
}

static bool
is_number(const char *text)
{
	bool digit = false;

	for (struct slice s = slice_of(text); s.n > 0; s = slice_from(s, 1)) {
		digit = digit || byte_is_digit(s.p[0]);
		if (slice_starts(s, "원") || slice_starts(s, "₩")) {
			s = slice_from(s, 2);
			continue;
		}
		if (!byte_is_digit(s.p[0]) &&
		    strchr(" ,.-+%$()", s.p[0]) == NULL)
			return false;
	}
	return digit;
}

/* Width of each column, and whether it holds numbers. */
struct layout {
	size_t width[COLUMNS_MAX];
	bool numbers[COLUMNS_MAX];
	size_t total;
};

static void
measure(const struct table *t, struct layout *l)
{
	memset(l, 0, sizeof *l);
	for (size_t c = 0; c < t->columns; c++)
		l->numbers[c] = true;
	for (size_t i = 0; i < t->n; i++) {
		const struct row *row = &t->rows[i];
		size_t column = 0;

		for (size_t k = 0; k < row->n; k++) {
			const struct cell *cell = &row->cells[k];

			if (cell->span == 1 && cell->cells > l->width[column])
				l->width[column] = cell->cells;
			if (!row->head && cell->cells > 0 &&
			    !is_number(cell->text))
				l->numbers[column] = false;
			column += cell->span;
		}
	}
	for (size_t c = 0; c < t->columns; c++)
		l->total += l->width[c] + (c > 0 ? 2 : 0);
}

static void
add_spaces(struct str *s, size_t n)
{
	while (n-- > 0)
		str_add_c(s, ' ');
}

static void
write_line(struct render *r, struct str *line)
{
	html_out_break(r->out);
	html_out_plain(r->out, slice_rtrim(str_slice(line)));
	html_out_break(r->out);
	str_clear(line);
}

static void
write_columns(struct render *r, const struct table *t, const struct layout *l)
{
	struct str line;

	str_init(&line, 65536);
	for (size_t i = 0; i < t->n; i++) {
		const struct row *row = &t->rows[i];
		size_t column = 0;

		for (size_t k = 0; k < row->n; k++) {
			const struct cell *cell = &row->cells[k];
			size_t width = l->width[column];
			size_t pad;

			for (size_t c = 1; c < cell->span; c++)
				width += 2 + l->width[column + c];
			pad = width > cell->cells ? width - cell->cells : 0;
			if (l->numbers[column] && cell->span == 1)
				add_spaces(&line, pad);
			str_add_z(&line, cell->text);
			if (!l->numbers[column] || cell->span > 1)
				add_spaces(&line, pad);
			add_spaces(&line, 2);
			column += cell->span;
		}
		write_line(r, &line);
		if (row->head && i + 1 < t->n) {
			for (size_t c = 0; c < l->total; c++)
				str_add_c(&line, '-');
			write_line(r, &line);
		}
	}
	str_release(&line);
}

/* Columns do not fit: "heading: cell" below each other, or cells joined. */
static void
write_rows(struct render *r, const struct table *t)
{
	const struct row *head = t->rows[0].head && t->rows[0].n == t->columns
	                                 ? &t->rows[0]
	                                 : NULL;
	struct str line;

	str_init(&line, 65536);
	for (size_t i = head != NULL ? 1 : 0; i < t->n; i++) {
		const struct row *row = &t->rows[i];

		for (size_t k = 0; k < row->n; k++) {
			if (row->cells[k].cells == 0)
				continue;
			if (head != NULL && row->n == head->n &&
			    head->cells[k].cells > 0) {
				str_add_z(&line, head->cells[k].text);
				str_add_z(&line, ": ");
			} else if (line.n > 0) {
				str_add_z(&line, " | ");
			}
			str_add_z(&line, row->cells[k].text);
			if (head != NULL)
				write_line(r, &line);
		}
		if (line.n > 0)
			write_line(r, &line);
		if (head != NULL)
			html_out_gap(r->out);
	}
	str_release(&line);
}

static void
write_data(struct render *r, struct table *t)
{
	struct layout l;
	size_t prefix = r->out->prefix.n;

	for (size_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < t->rows[i].n; k++)
			render_cell(r, &t->rows[i].cells[k]);
	measure(t, &l);
	if (l.total == 0)
		return;
	html_out_gap(r->out);
	if (l.total + prefix <= r->cells)
		write_columns(r, t, &l);
	else
		write_rows(r, t);
	html_out_gap(r->out);
}

/* A row of a layout table: on one line when all its cells are short. */
static void
write_layout_row(struct render *r, const struct html_node *tr)
{
	size_t n = html_node_count(tr);
	bool one_line = true;

	for (size_t i = 0; i < n && one_line; i++)
		one_line = !html_node_has(html_node_child(tr, i), "style") &&
		           is_short(html_node_child(tr, i), INLINE_MAX);
	html_out_break(r->out);
	for (size_t i = 0; i < n; i++) {
		const struct html_node *cell = html_node_child(tr, i);

		if (!one_line) {
			html_render(r, cell);
		} else if (html_node_count(cell) > 0) {
			if (r->out->open && r->out->hard == 0)
				r->out->hard = 2;
			r->out->space = false;
			html_render_children(r, cell);
		}
	}
	html_out_break(r->out);
}

static void
write_layout(struct render *r, const struct html_node *node)
{
	size_t n = html_node_count(node);

	for (size_t i = 0; i < n; i++) {
		const struct html_node *child = html_node_child(node, i);

		if (html_node_has(child, "style"))
			html_render(r, child);
		else if (html_node_tag(child) == HTML_TR)
			write_layout_row(r, child);
		else if (html_node_tag(child) == HTML_INLINE)
			write_layout(r, child);
		else
			html_render(r, child);
	}
}

static void
render_caption(struct render *r, const struct html_node *table)
{
	size_t n = html_node_count(table);

	for (size_t i = 0; i < n; i++)
		if (html_node_tag(html_node_child(table, i)) == HTML_CAPTION)
			html_render(r, html_node_child(table, i));
}

void
html_render_table(struct render *r, const struct html_node *table)
{
	struct table t = { 0 };

	bool data = !r->tiny && !r->pre && is_data(&t, table);

	html_out_break(r->out);
	if (data) {
		render_caption(r, table);
		write_data(r, &t);
	}
	table_release(&t);
	if (!data)
		write_layout(r, table);
	html_out_break(r->out);
}
