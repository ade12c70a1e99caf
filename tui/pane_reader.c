/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane that shows a message. */
#include "tui/pane_reader.h"

#include <string.h>

#include "mime/limits.h"
#include "text/unicode.h"
#include "tui/reader_text.h"

#include "util/banned.h"

/* Messages inside of messages that are open at a time. */
#define LEVELS_MAX 64
/* Bytes of the title of a text. */
#define TITLE_BYTES 400

void
pane_reader_init(struct pane_reader *p, const struct model *m)
{
	memset(p, 0, sizeof *p);
	p->model = m;
	str_init(&p->text, READER_TEXT_MAX);
	str_init(&p->find, 1024);
}

/* Put the message shown below one made of bytes, which are taken. */
static bool
push(struct pane_reader *p, struct str *bytes, bool made)
{
	struct reader_level l = { p->message, p->bytes, p->top, p->made };

	if (p->id == 0 || p->outer.n == LEVELS_MAX) {
		str_release(bytes);
		return false;
	}
	array_add(&p->outer, l);
	p->bytes = *bytes;
	p->made = made;
	message_parse(&p->message, str_slice(&p->bytes));
	p->mode = READER_SHORT;
	p->cols = 0;
	p->top = p->found = 0;
	str_clear(&p->find);
	return true;
}

bool
pane_reader_open_part(struct pane_reader *p, const struct part *part)
{
	struct str bytes;

	str_init(&bytes, MIME_BODY_MAX);
	part_bytes(part, &bytes);
	return push(p, &bytes, false);
}

bool
pane_reader_open_text(struct pane_reader *p, const char *type,
                      struct slice title, struct slice text)
{
	struct str bytes;

	str_init(&bytes, MIME_BODY_MAX);
	str_printf(&bytes, "Content-Type: %s; charset=utf-8\nSubject: ", type);
	unicode_clean_line(slice_head(title, TITLE_BYTES), &bytes);
	str_add_z(&bytes, "\n\n");
	str_add_slice(&bytes, text);
	return push(p, &bytes, true);
}

bool
pane_reader_leave_part(struct pane_reader *p)
{
	struct reader_level l;

	if (p->outer.n == 0)
		return false;
	message_release(&p->message);
	str_release(&p->bytes);
	l = p->outer.v[--p->outer.n];
	p->message = l.message;
	p->bytes = l.bytes;
	p->made = l.made;
	p->top = l.top;
	p->mode = READER_SHORT;
	p->cols = 0;
	p->found = 0;
	str_clear(&p->find);
	return true;
}

bool
pane_reader_in_message(const struct pane_reader *p)
{
	return p->id != 0 && p->outer.n > 0 && !p->made;
}

void
pane_reader_close(struct pane_reader *p)
{
	if (p->id == 0)
		return;
	while (pane_reader_leave_part(p))
		;
	message_release(&p->message);
	fsx_map_close(&p->map);
	p->id = 0;
	p->lines.n = 0;
	str_clear(&p->text);
	str_clear(&p->find);
}

void
pane_reader_release(struct pane_reader *p)
{
	if (p == NULL)
		return;
	pane_reader_close(p);
	array_release(&p->lines);
	array_release(&p->outer);
	str_release(&p->text);
	str_release(&p->find);
}

int
pane_reader_open(struct pane_reader *p, const struct store_row *row,
                 struct err *err)
{
	struct fsx_map map = { 0 };

	if (p->model->map(p->model->ctx, row->id, &map, err) != 0)
		return -1;
	pane_reader_close(p);
	p->map = map;
	message_parse(&p->message, map.data);
	p->id = row->id;
	p->verdict = row->verdict;
	p->stub = row->stub;
	p->mode = READER_SHORT;
	p->cols = 0;
	p->top = p->found = 0;
	return 0;
}

void
pane_reader_set_mode(struct pane_reader *p, enum reader_mode mode)
{
	p->mode = mode;
	p->cols = 0;
	p->top = 0;
}

void
pane_reader_set_charset(struct pane_reader *p, enum charset cs)
{
	message_set_charsets(&p->message, cs, p->message.fallback);
	p->cols = 0;
}

static size_t
last_top(const struct pane_reader *p)
{
	size_t rows = p->rows > 0 ? (size_t)p->rows : 1;

	return p->lines.n > rows ? p->lines.n - rows : 0;
}

bool
pane_reader_scroll(struct pane_reader *p, int n)
{
	size_t old = p->top;
	size_t step = n < 0 ? (size_t)-n : (size_t)n;

	if (n < 0)
		p->top = p->top > step ? p->top - step : 0;
	else
		p->top += step;
	if (p->top > last_top(p))
		p->top = last_top(p);
	return p->top != old;
}

bool
pane_reader_page(struct pane_reader *p, int direction)
{
	int page = p->rows > 2 ? p->rows - 1 : 1;

	return pane_reader_scroll(p, direction < 0 ? -page : page);
}

void
pane_reader_first(struct pane_reader *p)
{
	p->top = 0;
}

void
pane_reader_last(struct pane_reader *p)
{
	p->top = last_top(p);
}

static struct slice
line_text(const struct pane_reader *p, size_t i)
{
	return slice_make(p->text.p + p->lines.v[i].from, p->lines.v[i].n);
}

bool
pane_reader_find(struct pane_reader *p, struct slice what, bool back)
{
	size_t n = p->lines.n;
	size_t i, at = p->found;

	if (what.n > 0) {
		str_clear(&p->find);
		str_add_slice(&p->find, what);
		at = back ? p->top : p->top + n - 1;
	}
	if (p->find.n == 0 || n == 0)
		return false;
	for (i = 0; i < n; i++) {
		struct slice line;

		at = (at + (back ? n - 1 : 1)) % n;
		line = line_text(p, at);
		if (slice_ifind_text(line, str_slice(&p->find)) < line.n) {
			p->found = at;
			p->top = at > 2 ? at - 2 : 0;
			if (p->top > last_top(p))
				p->top = last_top(p);
			return true;
		}
	}
	return false;
}

/* What the list of links says behind url: "(!) ...". */
static struct slice
link_warning(struct slice text, struct slice url)
{
	const struct slice mark = SLICE_LIT("  (!) ");

	for (;;) {
		size_t at = slice_find_text(text, url);
		struct slice line;

		if (at >= text.n)
			return SLICE_NONE;
		text = slice_from(text, at + url.n);
		line = slice_head(text, slice_find(text, '\n'));
		if (slice_eq(slice_head(line, mark.n), mark))
			return slice_from(line, 2);
	}
}

void
pane_reader_links(const struct pane_reader *p, pane_reader_link_fn *fn,
                  void *ctx)
{
	struct slice text = str_slice(&p->text);
	struct slice url;
	size_t from = 0;

	while (reader_text_link(text, from, &url)) {
		struct slice before =
			slice_make(text.p, (size_t)(url.p - text.p));
		size_t seen = slice_find_text(before, url);

		from = before.n + url.n;
		if (seen >= before.n)
			fn(ctx, url, link_warning(text, url));
	}
}

/* Underline links and show matches in a drawn line. */
static void
decorate(const struct pane_reader *p, struct grid *g, const struct rect *r,
         int row, int col, struct slice text)
{
	struct slice url;
	size_t at = 0;

	while (reader_text_link(text, at, &url)) {
		size_t start = (size_t)(url.p - text.p);

		grid_restyle(g, r, row,
		             col + (int)unicode_cells(slice_head(text, start)),
		             (int)unicode_cells(url), STYLE_LINK);
		at = start + url.n;
	}
	for (at = 0; p->find.n > 0 && at < text.n; at += p->find.n) {
		size_t found = slice_ifind_text(slice_from(text, at),
		                                str_slice(&p->find));

		if (found >= text.n - at)
			break;
		at += found;
		grid_restyle(
			g, r, row,
			col + (int)unicode_cells(slice_head(text, at)),
			(int)unicode_cells(slice_make(text.p + at, p->find.n)),
			STYLE_MATCH);
	}
}

static void
draw_line(const struct pane_reader *p, struct grid *g, const struct rect *r,
          int row, size_t i)
{
	const struct reader_line *l = &p->lines.v[i];
	struct slice prefix = slice_make(p->text.p + l->prefix, l->prefix_n);
	int col = 1;

	if (l->label != NULL)
		(void)grid_field(g, r, row, col, l->indent - 1,
		                 STYLE_HEADER_NAME, slice_of(l->label));
	col += l->indent;
	col = grid_put(g, r, row, col, l->style, prefix);
	(void)grid_put(g, r, row, col, l->style, line_text(p, i));
	decorate(p, g, r, row, col, line_text(p, i));
}

void
pane_reader_draw(struct pane_reader *p, struct grid *g, const struct rect *r,
                 bool focus)
{
	int row;

	if (r->rows <= 0)
		return;
	p->rows = r->rows;
	if (p->id != 0 && p->cols != r->cols) {
		p->cols = r->cols;
		reader_text_make(p);
	}
	if (p->top > last_top(p))
		p->top = last_top(p);
	grid_fill(g, r, STYLE_TEXT);
	for (row = 0; row < r->rows && p->top + (size_t)row < p->lines.n; row++)
		draw_line(p, g, r, row, p->top + (size_t)row);
	if (focus)
		grid_cursor(g, r, r->rows - 1, r->cols - 1);
}

int
pane_reader_percent(const struct pane_reader *p)
{
	size_t last = last_top(p);

	return last == 0 ? 100 : (int)(p->top * 100 / last);
}
