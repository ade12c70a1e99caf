/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text editor of the composer: cursor, cutting, finding, drawing. */
#include "tui/editor.h"

#include <stdlib.h>
#include <string.h>

#include "text/unicode.h"
#include "tui/editor_priv.h"
#include "tui/key.h"
#include "tui/reflow.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/*
 * 1. What a display line is, and what finding one costs: editor_lines.c.
 * 2. top is the start of a display line; draw moves it so that the cursor is
 *    inside, and nothing else does.
 */

/* Bytes looked through at once when something is found. */
#define FIND_PIECE 4096

struct editor *
editor_new(size_t max)
{
	struct editor *e = xcalloc(1, sizeof *e);

	e->buf = edit_buf_new(max);
	e->max = max;
	e->rows = 10;
	e->cols = 72;
	str_init(&e->cut, max);
	str_init(&e->scratch, max);
	return e;
}

void
editor_free(struct editor **e)
{
	if (e == NULL || *e == NULL)
		return;
	edit_buf_free(&(*e)->buf);
	str_release(&(*e)->cut);
	str_release(&(*e)->scratch);
	free(*e);
	*e = NULL;
}

struct edit_buf *
editor_buf(struct editor *e)
{
	return e->buf;
}

void
editor_set(struct editor *e, struct slice text)
{
	edit_buf_set(e->buf, text);
	e->cursor = e->top = 0;
}

void
editor_text(const struct editor *e, struct str *out)
{
	edit_buf_copy(e->buf, 0, edit_buf_size(e->buf), out);
}

size_t
editor_cursor(const struct editor *e)
{
	return e->cursor;
}

void
editor_set_cursor(struct editor *e, size_t at)
{
	size_t size = edit_buf_size(e->buf);

	e->cursor = at < size ? at : size;
	e->keep_goal = false;
}

size_t
editor_work(const struct editor *e)
{
	return e->work;
}

/* ---- keys ---- */

bool
editor_key(struct editor *e, uint32_t key)
{
	char utf8[8];
	size_t n = 0;
	struct str s;

	if (key == K_ENTER)
		utf8[n++] = '\n';
	else if (key == K_TAB)
		utf8[n++] = '\t';
	else if (!key_is_text(key))
		return false;
	str_init(&s, sizeof utf8);
	if (n > 0)
		str_add(&s, utf8, n);
	else
		str_add_codepoint(&s, key);
	e->cursor = edit_buf_insert(e->buf, e->cursor, str_slice(&s));
	/* a word is an undo step */
	if (s.p[0] == ' ' || s.p[0] == '\n')
		edit_buf_mark(e->buf);
	str_release(&s);
	e->keep_goal = e->cutting = false;
	return true;
}

/* Are there jamo that make up syllables, as names from macOS have them? */
static bool
has_jamo(struct slice text)
{
	uint32_t c;

	while (text.n > 0) {
		size_t n = utf8_decode(text.p, text.n, &c);

		if (c >= 0x1100 && c <= 0x11ff)
			return true;
		text = slice_from(text, n);
	}
	return false;
}

void
editor_paste(struct editor *e, struct slice text)
{
	struct str composed;

	str_init(&composed, e->max);
	if (has_jamo(text)) {
		unicode_nfc(text, &composed);
		text = str_slice(&composed);
	}
	edit_buf_mark(e->buf);
	e->cursor = edit_buf_insert(e->buf, e->cursor, text);
	edit_buf_mark(e->buf);
	e->keep_goal = e->cutting = false;
	str_release(&composed);
}

static bool
move_lines(struct editor *e, int n)
{
	struct editor_line l = editor_line_at(e, e->cursor);
	bool moved = false;

	if (!e->keep_goal)
		e->goal = editor_column_of(e, &l, e->cursor);
	for (; n > 0 && editor_line_after(e, &l, &l); n--)
		moved = true;
	for (; n < 0 && editor_line_before(e, &l, &l); n++)
		moved = true;
	if (moved)
		e->cursor = editor_position_at(e, &l, e->goal);
	e->keep_goal = true;
	return moved;
}

static void
cut_line(struct editor *e)
{
	size_t from = edit_buf_line_start(e->buf, e->cursor);
	size_t to = edit_buf_line_end(e->buf, e->cursor);

	if (to < edit_buf_size(e->buf))
		to++;
	if (!e->cutting)
		str_clear(&e->cut);
	edit_buf_mark(e->buf);
	edit_buf_copy(e->buf, from, to, &e->cut);
	edit_buf_delete(e->buf, from, to - from);
	e->cursor = from;
}

static void
delete_to(struct editor *e, size_t to)
{
	size_t from = e->cursor < to ? e->cursor : to;
	size_t end = e->cursor < to ? to : e->cursor;

	edit_buf_delete(e->buf, from, end - from);
	e->cursor = from;
}

/* The start of the display line; there already: of the paragraph. */
static size_t
home(struct editor *e)
{
	size_t from = editor_line_at(e, e->cursor).from;

	return e->cursor == from ? edit_buf_line_start(e->buf, from) : from;
}

static size_t
end(struct editor *e)
{
	struct editor_line l = editor_line_at(e, e->cursor);
	size_t to =
		l.last || l.to == l.from ? l.to : edit_buf_prev(e->buf, l.to);

	return e->cursor == to ? edit_buf_line_end(e->buf, to) : to;
}

/* Those that go somewhere; false: id is none of them. */
static bool
go(struct editor *e, enum action_id id)
{
	const struct edit_buf *b = e->buf;
	size_t at = e->cursor;

	if (id == ACTION_ED_LEFT)
		at = edit_buf_prev(b, at);
	else if (id == ACTION_ED_RIGHT)
		at = edit_buf_next(b, at);
	else if (id == ACTION_ED_WORD_LEFT)
		at = edit_buf_prev_word(b, at);
	else if (id == ACTION_ED_WORD_RIGHT)
		at = edit_buf_next_word(b, at);
	else if (id == ACTION_ED_HOME)
		at = home(e);
	else if (id == ACTION_ED_END)
		at = end(e);
	else if (id == ACTION_ED_TOP)
		at = 0;
	else if (id == ACTION_ED_BOTTOM)
		at = edit_buf_size(b);
	else
		return false;
	e->cursor = at;
	e->keep_goal = false;
	edit_buf_mark(e->buf);
	return true;
}

static void
change(struct editor *e, enum action_id id)
{
	e->keep_goal = false;
	if (id == ACTION_ED_CUT)
		cut_line(e);
	else if (id == ACTION_ED_PASTE)
		editor_paste(e, str_slice(&e->cut));
	else if (id == ACTION_ED_BACKSPACE)
		delete_to(e, edit_buf_prev(e->buf, e->cursor));
	else if (id == ACTION_ED_DELETE)
		delete_to(e, edit_buf_next(e->buf, e->cursor));
	else if (id == ACTION_ED_UNDO)
		(void)edit_buf_undo(e->buf, &e->cursor);
	else if (id == ACTION_ED_REDO)
		(void)edit_buf_redo(e->buf, &e->cursor);
	else if (id == ACTION_ED_REFLOW)
		e->cursor = reflow_paragraph(e->buf, e->cursor);
	e->cutting = id == ACTION_ED_CUT;
}

bool
editor_act(struct editor *e, enum action_id id)
{
	int page = e->rows > 3 ? e->rows - 2 : 1;

	if (id == ACTION_ED_UP || id == ACTION_ED_DOWN) {
		edit_buf_mark(e->buf);
		e->cutting = false;
		return move_lines(e, id == ACTION_ED_UP ? -1 : 1) ||
		       id == ACTION_ED_DOWN;
	}
	if (id == ACTION_ED_PAGE_UP || id == ACTION_ED_PAGE_DOWN) {
		edit_buf_mark(e->buf);
		(void)move_lines(e, id == ACTION_ED_PAGE_UP ? -page : page);
		return true;
	}
	if (go(e, id))
		e->cutting = false;
	else
		change(e, id);
	return true;
}

/* Where what begins in [from, to), piece by piece: a hit that is near costs
 * little.  false: nowhere. */
static bool
find_between(struct editor *e, size_t from, size_t to, struct slice what,
             size_t *at_r)
{
	size_t size = edit_buf_size(e->buf);

	for (; from < to; from += FIND_PIECE) {
		size_t n = to - from < FIND_PIECE ? to - from : FIND_PIECE;
		size_t end = from + n + what.n - 1;
		struct slice text =
			editor_take(e, from, end < size ? end : size);
		size_t at = slice_ifind_text(text, what);

		if (at < text.n) {
			*at_r = from + at;
			return true;
		}
	}
	return false;
}

bool
editor_find(struct editor *e, struct slice what)
{
	size_t size = edit_buf_size(e->buf);
	size_t from = edit_buf_next(e->buf, e->cursor);
	size_t at;

	if (what.n == 0 || (!find_between(e, from, size, what, &at) &&
	                    !find_between(e, 0, from, what, &at)))
		return false;
	editor_set_cursor(e, at);
	return true;
}

/* ---- drawing ---- */

/* Is the line that begins at from one of those on screen? */
static bool
is_on_screen(struct editor *e, size_t from)
{
	struct editor_line l = editor_line_at(e, e->top);
	int i;

	for (i = 1; l.from != from; i++)
		if (i == e->rows || !editor_line_after(e, &l, &l))
			return false;
	return true;
}

/* Move top so that the cursor's line is on screen. */
static void
scroll(struct editor *e)
{
	struct editor_line c = editor_line_at(e, e->cursor);

	e->top = editor_line_at(e, e->top).from;
	if (c.from <= e->top)
		e->top = c.from;
	else if (!is_on_screen(e, c.from))
		e->top = editor_lines_before(e, c, (size_t)e->rows - 1);
}

static void
draw_line(struct editor *e, struct grid *g, const struct rect *r, int row,
          const struct editor_line *l)
{
	enum style st = l->quoted ? STYLE_QUOTE1 : STYLE_TEXT;
	int col;

	col = grid_put(g, r, row, 0, st, editor_take(e, l->from, l->shown));
	grid_fill_row(g, r, row, col, STYLE_TEXT);
}

void
editor_draw(struct editor *e, struct grid *g, const struct rect *r, bool focus)
{
	struct editor_line l;
	bool more = true;
	int row;

	e->rows = r->rows > 0 ? r->rows : 1;
	e->cols = r->cols;
	scroll(e);
	l = editor_line_at(e, e->top);
	for (row = 0; row < r->rows; row++) {
		if (!more) {
			grid_fill_row(g, r, row, 0, STYLE_TEXT);
			continue;
		}
		draw_line(e, g, r, row, &l);
		if (focus && e->cursor >= l.from &&
		    (e->cursor < l.to || (l.last && e->cursor == l.to)))
			grid_cursor(g, r, row,
			            (int)editor_column_of(e, &l, e->cursor));
		more = editor_line_after(e, &l, &l);
	}
}

void
editor_click(struct editor *e, int row, int col)
{
	struct editor_line l = editor_line_at(e, e->top);

	while (row-- > 0 && editor_line_after(e, &l, &l))
		;
	e->cursor = editor_position_at(e, &l, col > 0 ? (size_t)col : 0);
	e->keep_goal = e->cutting = false;
	edit_buf_mark(e->buf);
}
