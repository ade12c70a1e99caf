/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables of an HTML text.  A table is data when its cells hold a few words each
 * and its rows are alike; html_columns.c prints it.  All others only lay out a
 * page: their cells are printed one below the other, or side by side where they
 * are words of a line.
 */
#include "text/html_table.h"

#include <stdlib.h>
#include <string.h>

#include "text/unicode.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Bytes of text in a cell that still is one short line; of one below a heading,
 * which may be longer. */
#define CELL_MAX   160U
#define HEADED_MAX 480U
/* A run of cells that is shown on one line. */
#define INLINE_MAX 100U
/* Lines of a cell and nodes in it; what has more is a page of its own. */
#define LINES_MAX 6U
#define NODES_MAX 64U
/* Longer ones are not written. */
#define NUMBER_MAX 40U

/* What a cell holds, as far as needed to judge it. */
struct scan {
	size_t max;
	size_t bytes;
	size_t nodes;
	size_t lines; /* line ends inside */
	bool image;
	bool block; /* more than words of a line */
};

size_t
html_words_in(struct slice text)
{
	text = slice_trim(text);
	while (slice_starts(text, "\u00a0"))
		text = slice_trim(slice_from(text, 2));
	return text.n;
}

static void
scan_image(const struct html_node *image, struct scan *s)
{
	s->bytes += html_node_attr(image, HTML_ATTR_ALT).n;
	s->image = true;
}

static void
scan_children(const struct html_node *node, struct scan *s)
{
	for (const struct html_node *c = node->first;
	     c != NULL && !s->block && s->bytes <= s->max; c = c->next) {
		enum html_tag tag = (enum html_tag)c->tag;

		if (++s->nodes >= NODES_MAX)
			s->block = true;
		else if (tag == HTML_TEXT)
			s->bytes += html_words_in(c->u.text);
		else if (tag == HTML_IMG)
			scan_image(c, s);
		else if (tag >= HTML_HR && tag != HTML_P)
			s->block = true;
		else
			scan_children(c, s);
		if (tag == HTML_BR || ((tag == HTML_BLOCK || tag == HTML_P) &&
		                       (c != node->first || c->next != NULL)))
			s->lines++;
	}
}

/* Is a cell a few words of at most max bytes? */
static bool
is_short(const struct html_node *cell, struct scan *s, size_t max)
{
	*s = (struct scan){ .max = max };
	scan_children(cell, s);
	return !s->block && s->bytes <= max;
}

static void
table_release(struct html_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < t->rows[i].n; k++)
			free(t->rows[i].cells[k].text);
		free(t->rows[i].cells);
	}
	free(t->rows);
}

static void
put_cell(struct html_row *row, const struct html_node *node, unsigned span)
{
	row->cells[row->n++] =
		(struct html_cell){ node, NULL, 0, row->columns, span };
	row->columns += span;
}

/* Cells that rowspans of earlier rows put here. */
static void
add_covered(struct html_table *t, struct html_row *row)
{
	while (row->columns < HTML_COLUMNS_MAX &&
	       t->covered[row->columns] > 0) {
		t->covered[row->columns]--;
		put_cell(row, NULL, 1);
	}
}

/* What is left out must not become a column. */
static bool
is_left_out(const struct html_node *node)
{
	return (node->look.flags & (HTML_LOOK_HIDDEN | HTML_LOOK_TINY)) != 0;
}

/* One cell.  false: it is not one of a data table. */
static bool
add_cell(struct html_table *t, struct html_row *row,
         const struct html_node *node)
{
	unsigned span = html_node_number(node, HTML_ATTR_COLSPAN,
	                                 HTML_COLUMNS_MAX + 1, 1);
	unsigned rows =
		html_node_number(node, HTML_ATTR_ROWSPAN, HTML_ROWS_MAX, 1);
	struct scan s;

	add_covered(t, row);
	if (span == 0)
		span = 1;
	if (span > HTML_COLUMNS_MAX - row->columns || is_left_out(node) ||
	    !is_short(node, &s, HEADED_MAX) || s.lines >= LINES_MAX)
		return false;
	if (s.lines > 0 || s.bytes > CELL_MAX)
		t->lines = true;
	for (size_t i = 0; i < span; i++)
		t->covered[row->columns + i] = rows > 0 ? rows - 1 : 0;
	put_cell(row, node, span);
	if (node->tag == HTML_TH)
		t->headed = true;
	else
		row->head = false;
	return true;
}

/* A row without a word only draws a line or makes room. */
static bool
is_spacer(const struct html_table *t, const struct html_node *tr)
{
	for (size_t i = 0; i < t->columns; i++)
		if (t->covered[i] > 0)
			return false;
	for (const struct html_node *c = tr->first; c != NULL; c = c->next) {
		struct scan s;

		if (c->tag != HTML_TD && c->tag != HTML_TH)
			continue;
		if (html_node_has(c, HTML_ATTR_ROWSPAN) ||
		    !is_short(c, &s, 0) || s.image ||
		    (c->first != NULL &&
		     (c->look.flags & HTML_LOOK_HIDDEN) != 0))
			return false;
	}
	return true;
}

static bool
add_row(struct html_table *t, const struct html_node *tr)
{
	struct html_row *row;

	if (t->n == HTML_ROWS_MAX || is_left_out(tr))
		return false;
	if (is_spacer(t, tr))
		return true;
	if (t->n == t->cap) {
		t->cap = t->cap * 2 + 8;
		t->rows = xreallocarray(t->rows, t->cap, sizeof *t->rows);
	}
	row = &t->rows[t->n++];
	*row = (struct html_row){ tr,
		                  xcalloc(HTML_COLUMNS_MAX, sizeof *row->cells),
		                  0, 0, true };
	for (const struct html_node *c = tr->first; c != NULL; c = c->next)
		if ((c->tag == HTML_TD || c->tag == HTML_TH) &&
		    !add_cell(t, row, c))
			return false;
	add_covered(t, row);
	if (row->columns > t->columns)
		t->columns = row->columns;
	return true;
}

/* The text of a cell: lines without blank ones. */
static void
render_cell(struct render *r, const struct html_row *row,
            struct html_cell *cell)
{
	struct html_out *before = r->out;
	struct seen seen = r->seen;
	struct html_out out;
	struct str raw;
	struct str text;
	struct slice rest;
	struct slice line;

	str_init(&raw, 16384);
	str_init(&text, 16384);
	html_out_init(&out, &raw);
	r->out = &out;
	html_take_look(r, row->node);
	if (cell->node != NULL) {
		html_take_look(r, cell->node);
		html_render_children(r, cell->node);
	}
	r->out = before;
	r->seen = seen;
	rest = str_slice(&raw);
	while (slice_line(&rest, &line)) {
		size_t start = text.n + (text.n > 0);
		size_t cells;

		if (slice_trim(line).n == 0)
			continue;
		if (text.n > 0)
			str_add_c(&text, '\n');
		unicode_clean_line(line, &text);
		cells = unicode_cells(slice_from(str_slice(&text), start));
		if (cells > cell->cells)
			cell->cells = cells;
	}
	cell->text = str_take(&text);
	html_out_release(&out);
	str_release(&raw);
	str_release(&text);
}

/* The first characters below node, whatever they look like. */
static void
gather(const struct html_node *node, struct str *out)
{
	for (const struct html_node *c = node->first; c != NULL && !out->full;
	     c = c->next) {
		if (c->tag == HTML_TEXT)
			str_add_slice(out, slice_trim(c->u.text));
		else
			gather(c, out);
	}
}

/* Are there prices or the like in the last column? */
static bool
has_numbers(const struct html_table *t)
{
	size_t numbers = 0;
	struct str s;

	str_init(&s, NUMBER_MAX);
	for (size_t i = 0; i < t->n; i++) {
		const struct html_row *row = &t->rows[i];
		const struct html_node *last =
			row->n > 0 ? row->cells[row->n - 1].node : NULL;

		str_clear(&s);
		if (last != NULL)
			gather(last, &s);
		numbers += html_is_number(s.p) && !s.full;
	}
	str_release(&s);
	return numbers * 2 >= t->n;
}

/* Rows that have all columns, or one cell for all of them. */
static bool
is_even(const struct html_table *t)
{
	size_t titles = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct html_row *row = &t->rows[i];
		bool title = row->n == 1 && row->columns == t->columns;

		if (row->columns != t->columns)
			return false;
		titles += title;
	}
	return t->n - titles >= 2;
}

/* Is the table one of data, although it says it only lays out a page, or has
 * cells of several lines and no headings? */
static bool
is_convincing(const struct html_table *t, const struct html_node *table)
{
	struct slice role = html_node_attr(table, HTML_ATTR_ROLE);
	bool layout = slice_ieq_z(slice_trim(role), "presentation") ||
	              slice_ieq_z(slice_trim(role), "none");

	if (!layout && t->headed)
		return true;
	return is_even(t) && (!t->lines || has_numbers(t));
}

static bool
is_data(struct html_table *t, const struct html_node *table)
{
	for (const struct html_node *c = table->first; c != NULL; c = c->next)
		if (c->tag == HTML_TR && !add_row(t, c))
			return false;
	if (t->columns < 2)
		return false;
	if (html_node_number(table, HTML_ATTR_BORDER, 99, 0) > 0)
		t->headed = true;
	if (t->headed ? t->n < 2 && t->rows[0].n < 2 : !is_even(t))
		return false;
	return is_convincing(t, table);
}

/* Give the cells their text. */
static void
render_cells(struct render *r, struct html_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < t->rows[i].n; k++)
			render_cell(r, &t->rows[i], &t->rows[i].cells[k]);
}

/* How the cells of a row of a layout table are printed. */
enum row_form {
	ROW_STACKED, /* below each other */
	ROW_LINE,    /* as words of one line */
	ROW_ABREAST, /* each has short lines: side by side */
};

static enum row_form
form_of(const struct html_node *tr, size_t *full_r)
{
	bool lines = false;
	bool one_line = true;

	*full_r = 0;
	for (const struct html_node *c = tr->first; c != NULL; c = c->next) {
		struct scan s;

		if (!is_short(c, &s, INLINE_MAX) || s.lines >= LINES_MAX)
			one_line = false;
		lines = lines || (s.lines > 0 && s.bytes > 0);
		*full_r += s.bytes > 0 || s.image || s.block;
	}
	if (!one_line)
		return ROW_STACKED;
	return lines && *full_r > 1 ? ROW_ABREAST : ROW_LINE;
}

static bool
write_abreast(struct render *r, const struct html_node *tr)
{
	struct html_table t = { 0 };
	bool done = add_row(&t, tr) && t.n > 0;

	if (done) {
		render_cells(r, &t);
		html_write_table(r, &t);
	}
	table_release(&t);
	return done;
}

static void
write_line_cell(struct render *r, const struct html_node *cell)
{
	struct seen seen = r->seen;

	if (r->out->open && r->out->hard == 0)
		r->out->hard = 2;
	r->out->space = false;
	html_take_look(r, cell);
	html_render_children(r, cell);
	r->seen = seen;
}

static void
write_layout_row(struct render *r, const struct html_node *tr)
{
	size_t full;
	enum row_form form = form_of(tr, &full);

	if (form == ROW_ABREAST && write_abreast(r, tr))
		return;
	html_out_break(r->out);
	for (const struct html_node *c = tr->first; c != NULL; c = c->next) {
		bool roomy = (c->look.flags & HTML_LOOK_ROOMY) != 0;

		if (full > 1 ? form == ROW_STACKED : roomy)
			html_out_gap(r->out);
		if (form == ROW_LINE && !is_left_out(c) && c->first != NULL)
			write_line_cell(r, c);
		else
			html_render(r, c);
		if (full <= 1 && roomy)
			html_out_gap(r->out);
	}
	html_out_break(r->out);
}

static void
write_layout(struct render *r, const struct html_node *table)
{
	for (const struct html_node *c = table->first; c != NULL; c = c->next) {
		struct seen seen = r->seen;

		if (c->tag != HTML_TR || is_left_out(c)) {
			html_render(r, c);
			continue;
		}
		html_take_look(r, c);
		write_layout_row(r, c);
		r->seen = seen;
	}
}

static void
render_caption(struct render *r, const struct html_node *table)
{
	for (const struct html_node *c = table->first; c != NULL; c = c->next)
		if (c->tag == HTML_CAPTION)
			html_render(r, c);
}

void
html_render_table(struct render *r, const struct html_node *table)
{
	struct html_table t = { 0 };
	bool data = !r->seen.tiny && !r->seen.pre && is_data(&t, table);

	html_out_break(r->out);
	if (data) {
		render_caption(r, table);
		render_cells(r, &t);
		html_write_table(r, &t);
	} else {
		write_layout(r, table);
	}
	table_release(&t);
	html_out_break(r->out);
}
