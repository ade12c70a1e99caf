/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list to choose from in a box; typing narrows it, 초성 too. */
#include "tui/w_pick.h"

#include <stdlib.h>
#include <string.h>

#include "text/hangul.h"
#include "text/unicode.h"
#include "tui/key.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Bytes of an item that are shown or searched. */
#define ITEM_MAX 1024

static char *
clean(const char *text)
{
	struct str s;

	if (text == NULL)
		return NULL;
	str_init(&s, ITEM_MAX);
	unicode_clean_line(slice_of(text), &s);
	return str_take(&s);
}

void
w_pick_init(struct w_pick *p, const char *title)
{
	memset(p, 0, sizeof *p);
	p->title = xstrdup(title);
	w_line_init(&p->filter);
}

void
w_pick_clear(struct w_pick *p)
{
	struct w_pick_item *it;

	array_foreach(&p->items, it) {
		free(it->text);
		free(it->detail);
	}
	p->items.n = p->shown.n = 0;
	p->selected = p->top = 0;
}

void
w_pick_release(struct w_pick *p)
{
	if (p == NULL || p->title == NULL)
		return;
	w_pick_clear(p);
	array_release(&p->items);
	array_release(&p->shown);
	w_line_release(&p->filter);
	free(p->title);
	memset(p, 0, sizeof *p);
}

void
w_pick_add(struct w_pick *p, const char *text, const char *detail,
           int64_t value)
{
	struct w_pick_item it = { clean(text), clean(detail), value, false };

	array_add(&p->items, it);
	array_add(&p->shown, p->items.n - 1);
}

static bool
matches(const struct w_pick_item *it, struct slice pattern)
{
	struct str text;
	bool found;

	if (pattern.n == 0)
		return true;
	str_init(&text, ITEM_MAX * 4);
	unicode_fold(slice_of(it->text), &text);
	str_add_c(&text, ' ');
	unicode_fold(slice_of(it->detail), &text);
	found = hangul_match(str_slice(&text), pattern);
	str_release(&text);
	return found;
}

void
w_pick_narrow(struct w_pick *p)
{
	struct str pattern;
	size_t i;

	str_init(&pattern, ITEM_MAX);
	unicode_fold(slice_trim(w_line_get(&p->filter)), &pattern);
	p->shown.n = 0;
	for (i = 0; i < p->items.n; i++)
		if (matches(&p->items.v[i], str_slice(&pattern)))
			array_add(&p->shown, i);
	p->selected = p->top = 0;
	str_release(&pattern);
}

static void
move(struct w_pick *p, int n)
{
	size_t last = p->shown.n > 0 ? p->shown.n - 1 : 0;

	if (n < 0)
		p->selected =
			p->selected > (size_t)-n ? p->selected - (size_t)-n : 0;
	else
		p->selected = p->selected + (size_t)n < last
		                      ? p->selected + (size_t)n
		                      : last;
}

enum w_pick_result
w_pick_key(struct w_pick *p, uint32_t key)
{
	if (key == K_ESC || key == K_CTRL_('c') || key == K_CTRL_('g'))
		return W_PICK_CANCELLED;
	if (key == K_ENTER)
		return w_pick_get(p) != NULL ? W_PICK_CHOSEN : W_PICK_GO_ON;
	if (key == K_UP || key == K_CTRL_('p') || key == K_BACKTAB)
		move(p, -1);
	else if (key == K_DOWN || key == K_CTRL_('n') || key == K_TAB)
		move(p, 1);
	else if (key == K_PGUP)
		move(p, -10);
	else if (key == K_PGDN)
		move(p, 10);
	else if (w_line_key(&p->filter, key))
		w_pick_narrow(p);
	return W_PICK_GO_ON;
}

const struct w_pick_item *
w_pick_get(const struct w_pick *p)
{
	if (p->selected >= p->shown.n)
		return NULL;
	return &p->items.v[p->shown.v[p->selected]];
}

/* Row of the first item inside the box. */
#define FIRST_ROW 2
/* Rows that a box as high as fits leaves free, the title's with them. */
#define BELOW_ROWS 5
/* Lower screens have no rows to spare for what stands below. */
#define LOW_SCREEN 16

enum w_pick_result
w_pick_click(struct w_pick *p, int row, int col)
{
	int inside = row - p->box.row - FIRST_ROW;

	if (row < p->box.row || row >= p->box.row + p->box.rows ||
	    col < p->box.col || col >= p->box.col + p->box.cols)
		return W_PICK_CANCELLED;
	if (inside < 0 || p->top + (size_t)inside >= p->shown.n)
		return W_PICK_GO_ON;
	p->selected = p->top + (size_t)inside;
	return W_PICK_CHOSEN;
}

static int
max_int(int a, int b)
{
	return a > b ? a : b;
}

static struct rect
place(const struct w_pick *p, const struct grid *g)
{
	const struct w_pick_item *it;
	int width = (int)unicode_cells(slice_of(p->title)) + 4;
	int rows = (int)p->items.n + FIRST_ROW + 1, most;
	struct rect r;

	array_foreach(&p->items, it)
		width = max_int(width,
		                (int)(unicode_cells(slice_of(it->text)) +
		                      unicode_cells(slice_of(it->detail))) +
		                        6);
	width = max_int(width, 36);
	if (p->cols > 0) {
		width = p->cols;
		/* the status line and the hints stay to be seen */
		rows = g->rows - BELOW_ROWS > FIRST_ROW + 1
		               ? g->rows - BELOW_ROWS
		               : FIRST_ROW + 1;
	}
	r.cols = width < g->cols - 2 ? width : g->cols - 2;
	most = g->rows - (g->rows < LOW_SCREEN ? 2 : BELOW_ROWS);
	r.rows = rows < most ? rows : most;
	r.row = p->cols > 0 && rows < g->rows - 1 ? 1 : (g->rows - r.rows) / 2;
	r.col = (g->cols - r.cols) / 2;
	return r;
}

static void
draw_item(struct w_pick *p, struct grid *g, int row, size_t at)
{
	const struct w_pick_item *it = &p->items.v[p->shown.v[at]];
	enum style st = at == p->selected ? STYLE_POPUP_CURSOR : STYLE_POPUP;
	int detail = (int)unicode_cells(slice_of(it->detail));
	int width = p->box.cols - 4;

	int text = (int)unicode_cells(slice_of(it->text));

	/* Neither takes the other more than half of the line. */
	if (detail + 1 + text > width)
		detail = max_int(width - 1 - text,
		                 detail < width / 2 ? detail : width / 2);
	grid_fill_row(g, &p->box, row, 0, st);
	if (it->marked)
		(void)grid_put_z(g, &p->box, row, 0, st, "✓");
	(void)grid_field(g, &p->box, row, 2,
	                 width - detail - (detail > 0 ? 1 : 0), st,
	                 slice_of(it->text));
	(void)grid_field_right(g, &p->box, row, 2 + width - detail, detail, st,
	                       slice_of(it->detail));
}

void
w_pick_draw(struct w_pick *p, struct grid *g)
{
	int row, visible;

	p->box = place(p, g);
	visible = p->box.rows - FIRST_ROW - 1;
	grid_fill(g, &p->box, STYLE_POPUP);
	grid_fill_row(g, &p->box, 0, 0, STYLE_TITLE);
	(void)grid_put_z(g, &p->box, 0, 2, STYLE_TITLE, p->title);
	if (visible < 1)
		return;
	if (p->selected < p->top)
		p->top = p->selected;
	if (p->selected >= p->top + (size_t)visible)
		p->top = p->selected - (size_t)visible + 1;
	/* the box grew: no empty rows while there is more above */
	if (p->top + (size_t)visible > p->shown.n)
		p->top = p->shown.n > (size_t)visible
		                 ? p->shown.n - (size_t)visible
		                 : 0;
	for (row = 0; row < visible && p->top + (size_t)row < p->shown.n; row++)
		draw_item(p, g, FIRST_ROW + row, p->top + (size_t)row);
	(void)grid_put_z(g, &p->box, 1, 2, STYLE_POPUP, ">");
	w_line_draw(&p->filter, g, &p->box, 1, 4, p->box.cols - 6, true);
}
