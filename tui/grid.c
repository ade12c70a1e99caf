/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen as cells of our own: panes draw here, term paints it, tests read it. */
#include "tui/grid.h"

#include <stdlib.h>
#include <string.h>

#include "text/unicode.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* No terminal is larger; a broken size must not cost gigabytes. */
#define GRID_MAX 1000

static void
cell_blank(struct cell *c, enum style st)
{
	c->text[0] = ' ';
	c->n = 1;
	c->cells = 1;
	c->style = (uint8_t)st;
}

void
grid_init(struct grid *g)
{
	memset(g, 0, sizeof *g);
	g->cursor_row = g->cursor_col = -1;
}

void
grid_release(struct grid *g)
{
	if (g == NULL)
		return;
	free(g->v);
	grid_init(g);
}

void
grid_resize(struct grid *g, int rows, int cols)
{
	g->rows = rows < 1 ? 1 : rows > GRID_MAX ? GRID_MAX : rows;
	g->cols = cols < 1 ? 1 : cols > GRID_MAX ? GRID_MAX : cols;
	g->v = xreallocarray(g->v, (size_t)g->rows * (size_t)g->cols,
	                     sizeof *g->v);
	grid_clear(g);
}

void
grid_clear(struct grid *g)
{
	size_t i, n = (size_t)g->rows * (size_t)g->cols;

	for (i = 0; i < n; i++)
		cell_blank(&g->v[i], STYLE_TEXT);
	g->cursor_row = g->cursor_col = -1;
}

struct rect
grid_rect(const struct grid *g)
{
	return (struct rect){ 0, 0, g->rows, g->cols };
}

static struct cell *
at(const struct grid *g, int row, int col)
{
	if (row < 0 || col < 0 || row >= g->rows || col >= g->cols)
		return NULL;
	return &g->v[(size_t)row * (size_t)g->cols + (size_t)col];
}

const struct cell *
grid_cell(const struct grid *g, int row, int col)
{
	return at(g, row, col);
}

/* Whatever half of a wide cluster stands here must go as a whole. */
static void
unhook(struct grid *g, int row, int col)
{
	struct cell *c = at(g, row, col);
	struct cell *other;

	if (c == NULL)
		return;
	if (c->cells == 0 && (other = at(g, row, col - 1)) != NULL)
		cell_blank(other, other->style);
	if (c->cells == 2 && (other = at(g, row, col + 1)) != NULL)
		cell_blank(other, other->style);
	cell_blank(c, c->style);
}

static void
put_cluster(struct grid *g, int row, int col, enum style st, struct slice text,
            int cells)
{
	struct cell *c;

	unhook(g, row, col);
	if (cells == 2)
		unhook(g, row, col + 1);
	c = at(g, row, col);
	if (c == NULL)
		return;
	c->n = (uint8_t)(text.n <= GRID_CELL_BYTES
	                         ? text.n
	                         : utf8_cut(text.p, GRID_CELL_BYTES));
	memcpy(c->text, text.p, c->n);
	c->cells = (uint8_t)cells;
	c->style = (uint8_t)st;
	c = cells == 2 ? at(g, row, col + 1) : NULL;
	if (c != NULL) {
		c->n = 0;
		c->cells = 0;
		c->style = (uint8_t)st;
	}
}

/* What of a cluster may be drawn: controls, bidi and broken bytes may not. */
static struct slice
drawable(struct slice cluster, int *cells_r)
{
	uint32_t c;
	size_t n = utf8_decode(cluster.p, cluster.n, &c);

	if (c == '\t')
		cluster = SLICE_LIT(" ");
	else if ((c == UTF8_REPLACEMENT && n != 3) || utf8_is_unsafe(c))
		cluster = SLICE_LIT("\xef\xbf\xbd");
	*cells_r = unicode_cluster_cells(cluster);
	return cluster;
}

int
grid_put(struct grid *g, const struct rect *r, int row, int col, enum style st,
         struct slice text)
{
	while (text.n > 0 && col < r->cols) {
		size_t n = unicode_cluster(text);
		int cells;
		struct slice c = drawable(slice_head(text, n), &cells);
		bool inside = row >= 0 && row < r->rows && col >= 0 &&
		              at(g, r->row + row, r->col + col) != NULL;

		text = slice_from(text, n);
		if (cells <= 0)
			continue;
		if (col + cells > r->cols || r->col + col + cells > g->cols) {
			c = SLICE_LIT(" ");
			cells = 1;
		}
		if (inside)
			put_cluster(g, r->row + row, r->col + col, st, c,
			            cells);
		col += cells;
	}
	return col;
}

int
grid_put_z(struct grid *g, const struct rect *r, int row, int col,
           enum style st, const char *text)
{
	return grid_put(g, r, row, col, st, slice_of(text));
}

static void
blanks(struct grid *g, const struct rect *r, int row, int col, int n,
       enum style st)
{
	for (; n > 0; n--, col++)
		(void)grid_put(g, r, row, col, st, SLICE_LIT(" "));
}

int
grid_field(struct grid *g, const struct rect *r, int row, int col, int width,
           enum style st, struct slice text)
{
	size_t used = 0;
	struct slice head;

	if (width <= 0)
		return col;
	head = unicode_fit(text, (size_t)width, &used);
	if (head.n < text.n) {
		head = unicode_fit(text, (size_t)width - 1, &used);
		(void)grid_put(g, r, row, col, st, head);
		(void)grid_put_z(g, r, row, col + (int)used, st, "…");
		used++;
	} else {
		(void)grid_put(g, r, row, col, st, head);
	}
	blanks(g, r, row, col + (int)used, width - (int)used, st);
	return col + width;
}

int
grid_field_right(struct grid *g, const struct rect *r, int row, int col,
                 int width, enum style st, struct slice text)
{
	int used = (int)unicode_cells(text);

	if (used >= width)
		return grid_field(g, r, row, col, width, st, text);
	blanks(g, r, row, col, width - used, st);
	return grid_field(g, r, row, col + width - used, used, st, text);
}

void
grid_fill_row(struct grid *g, const struct rect *r, int row, int col,
              enum style st)
{
	blanks(g, r, row, col, r->cols - col, st);
}

void
grid_fill(struct grid *g, const struct rect *r, enum style st)
{
	int row;

	for (row = 0; row < r->rows; row++)
		grid_fill_row(g, r, row, 0, st);
}

void
grid_restyle(struct grid *g, const struct rect *r, int row, int col, int n,
             enum style st)
{
	for (; n > 0 && col < r->cols; n--, col++) {
		struct cell *c = at(g, r->row + row, r->col + col);

		if (c != NULL && row >= 0 && row < r->rows && col >= 0)
			c->style = (uint8_t)st;
	}
}

void
grid_hline(struct grid *g, const struct rect *r, int row)
{
	int col;

	for (col = 0; col < r->cols; col++)
		(void)grid_put_z(g, r, row, col, STYLE_RULE, "─");
}

void
grid_vline(struct grid *g, const struct rect *r, int col)
{
	int row;

	for (row = 0; row < r->rows; row++)
		(void)grid_put_z(g, r, row, col, STYLE_RULE, "│");
}

void
grid_cursor(struct grid *g, const struct rect *r, int row, int col)
{
	if (row >= r->rows)
		row = r->rows - 1;
	if (col >= r->cols)
		col = r->cols - 1;
	g->cursor_row = r->row + (row < 0 ? 0 : row);
	g->cursor_col = r->col + (col < 0 ? 0 : col);
}

void
grid_row_text(const struct grid *g, int row, struct str *out)
{
	size_t start = out->n;
	int col;

	for (col = 0; col < g->cols; col++) {
		const struct cell *c = at(g, row, col);

		if (c != NULL)
			str_add(out, c->text, c->n);
	}
	while (out->n > start && out->p[out->n - 1] == ' ')
		str_truncate(out, out->n - 1);
}

void
grid_dump(const struct grid *g, struct str *out)
{
	int row;

	for (row = 0; row < g->rows; row++) {
		grid_row_text(g, row, out);
		str_add_c(out, '\n');
	}
}
