/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane that lists messages. */
#include "tui/pane_list.h"

#include <stdlib.h>
#include <string.h>

#include "text/unicode.h"
#include "tui/text_fmt.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Column widths in cells for a pane; 0: left out. */
struct columns {
	int from;
	int subject;
	int label;
	int date;
};

/* A subject this wide leaves room for words on what is missing. */
#define STUB_CELLS 36
#define MARKS      4 /* tag, state, flag, blank */

void
pane_list_init(struct pane_list *p, const struct model *m)
{
	memset(p, 0, sizeof *p);
	model_list_init(&p->list, m);
}

void
pane_list_forget_names(struct pane_list *p)
{
	struct map_entry *e;

	map_foreach(&p->names, e)
		free(e->value);
	map_release(&p->names);
	memset(&p->names, 0, sizeof p->names);
}

void
pane_list_release(struct pane_list *p)
{
	if (p == NULL)
		return;
	pane_list_forget_names(p);
	model_list_release(&p->list);
}

const char *
pane_list_account(struct pane_list *p, int64_t account)
{
	struct slice key = slice_make((const char *)&account, sizeof account);
	const struct model *m = p->list.model;
	char *name = map_get(&p->names, key);

	if (name == NULL) {
		name = m->account_name(m->ctx, account);
		if (name == NULL)
			name = xstrdup("");
		(void)map_set(&p->names, key, name);
	}
	return name;
}

static int
clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

static struct columns
columns(int cols)
{
	struct columns c;

	c.date = cols >= 50 ? 9 : 0;
	c.label = cols >= 64 ? clamp(cols / 10, 7, 12) : 0;
	c.from = clamp(cols / 5, 10, 26);
	c.subject = cols - MARKS - c.from - 1 - c.label - c.date -
	            (c.label > 0) - (c.date > 0);
	return c;
}

struct drawing {
	struct grid *g;
	const struct rect *r;
	int row;
	const struct store_row *m;
	bool selected;
	bool focus;
};

/* Everything of the selected row has one style. */
static enum style
style_of(const struct drawing *d, enum style st)
{
	if (!d->selected)
		return st;
	if (!d->focus)
		return STYLE_CURSOR_IDLE;
	return d->m->flags & STORE_SEEN ? STYLE_CURSOR : STYLE_CURSOR_UNREAD;
}

static int
put(const struct drawing *d, int col, int width, enum style st,
    const char *text)
{
	return grid_field(d->g, d->r, d->row, col, width, style_of(d, st),
	                  slice_of(text));
}

static const char *
state_mark(const struct store_row *m)
{
	if ((m->flags & STORE_SEEN) == 0)
		return "●";
	if (m->flags & STORE_ANSWERED)
		return "↩";
	return m->flags & STORE_FORWARDED ? "↪" : " ";
}

static int
draw_marks(const struct drawing *d, bool tagged)
{
	const char *verdict = " ";
	int col;

	if (d->m->verdict == SPAM_UNSURE)
		verdict = "?";
	else if (d->m->verdict == SPAM_SPAM && d->m->folder != FOLDER_SPAM)
		verdict = "!";
	if (d->m->flags & STORE_FLAGGED)
		verdict = "*";
	col = put(d, 0, 1, STYLE_MARK, tagged ? "+" : " ");
	col = put(d, col, 1, STYLE_MARK, state_mark(d->m));
	col = put(d, col, 1, STYLE_WARN, verdict);
	return put(d, col, 1, STYLE_TEXT, " ");
}

/* Whom the row is about: who wrote it, or to whom it goes. */
static const char *
who(const struct store_row *m)
{
	if ((m->folder == FOLDER_SENT || m->folder == FOLDER_DRAFTS) &&
	    m->to != NULL && m->to[0] != '\0')
		return m->to;
	if (m->from_name != NULL && m->from_name[0] != '\0')
		return m->from_name;
	return m->from_addr != NULL ? m->from_addr : "";
}

/* How much of it is on the server still. */
static void
add_stub(uint64_t bytes, int width, struct str *out)
{
	struct str size;

	if (bytes == 0)
		return;
	str_init(&size, 64);
	str_add_size(&size, bytes);
	str_add_c(out, ' ');
	if (width >= STUB_CELLS)
		str_printf(out, _("%s, Enter fetches"), size.p);
	else
		str_add_slice(out, str_slice(&size));
	str_release(&size);
}

static int
draw_subject(const struct drawing *d, int col, int width)
{
	enum style st = d->m->flags & STORE_SEEN ? STYLE_TEXT : STYLE_UNREAD;
	const char *subject = d->m->subject;
	int clip = d->m->has_attachment && width > 12 ? 3 : 0;
	struct str copies;
	int n;

	str_init(&copies, 128);
	if (d->m->copies > 1)
		str_printf(&copies, " ×%d", d->m->copies);
	add_stub(d->m->stub, width, &copies);
	n = (int)unicode_cells(str_slice(&copies));
	if (subject == NULL || subject[0] == '\0')
		subject = _("(no subject)");
	col = put(d, col, width - clip - n, st, subject);
	col = put(d, col, n, STYLE_LABEL, copies.p);
	if (clip > 0)
		col = put(d, col, clip, STYLE_TEXT, " 📎");
	str_release(&copies);
	return col;
}

static void
first_label(struct pane_list *p, const struct store_row *m, struct str *out)
{
	struct slice labels = slice_of(m->labels);

	labels = slice_head(labels, slice_find(labels, ','));
	if (labels.n > 0)
		str_add_slice(out, labels);
	else
		str_add_z(out, pane_list_account(p, m->account));
}

static void
draw_row(struct pane_list *p, const struct drawing *d, const struct columns *c,
         int64_t now)
{
	enum style st = d->m->flags & STORE_SEEN ? STYLE_TEXT : STYLE_UNREAD;
	struct str s;
	int col;

	col = draw_marks(d, model_list_tagged(&p->list, d->m->id));
	col = put(d, col, c->from, st, who(d->m));
	col = put(d, col, 1, st, " ");
	col = draw_subject(d, col, c->subject);
	str_init(&s, 256);
	if (c->label > 0) {
		col = put(d, col, 1, st, " ");
		first_label(p, d->m, &s);
		col = put(d, col, c->label, STYLE_LABEL, s.p);
	}
	if (c->date > 0) {
		str_clear(&s);
		fmt_date_short(d->m->date, now, &s);
		col = put(d, col, 1, st, " ");
		(void)grid_field_right(d->g, d->r, d->row, col, c->date,
		                       style_of(d, STYLE_DATE), str_slice(&s));
	}
	str_release(&s);
}

/* The window may have moved under us: find the top row again.  Who looks at the
 * first rows sees new mail come in above. */
static void
find_top(struct pane_list *p, size_t n)
{
	const struct model_list *l = &p->list;
	size_t i;

	if (p->top_first && l->at_start && l->selected < n) {
		p->top = 0;
		return;
	}
	for (i = 0; i < l->rows.n; i++) {
		if (l->rows.v[i].id == p->top_id) {
			p->top = i;
			return;
		}
	}
}

/* Keep the selected row inside, moving no more than needed. */
static void
scroll(struct pane_list *p, int rows)
{
	const struct model_list *l = &p->list;
	size_t n = rows > 0 ? (size_t)rows : 1;

	find_top(p, n);
	if (p->top > l->selected)
		p->top = l->selected;
	if (l->selected >= p->top + n)
		p->top = l->selected - n + 1;
	if (p->top + n > l->rows.n)
		p->top = l->rows.n > n ? l->rows.n - n : 0;
	p->top_id = p->top < l->rows.n ? l->rows.v[p->top].id : 0;
	p->top_first = p->top == 0 && l->at_start;
}

static void
draw_empty(const struct pane_list *p, struct grid *g, const struct rect *r)
{
	const char *text = p->empty != NULL ? p->empty : _("No mail here.");
	int col = (r->cols - (int)unicode_cells(slice_of(text))) / 2;

	(void)grid_put_z(g, r, r->rows / 3, col > 0 ? col : 0, STYLE_DIM, text);
}

void
pane_list_draw(struct pane_list *p, struct grid *g, const struct rect *r,
               bool focus, int64_t now)
{
	struct columns c = columns(r->cols);
	struct drawing d = { .g = g, .r = r, .focus = focus };

	if (r->rows <= 0)
		return;
	p->rows = r->rows;
	scroll(p, r->rows);
	grid_fill(g, r, STYLE_TEXT);
	if (p->list.rows.n == 0)
		draw_empty(p, g, r);
	for (d.row = 0; d.row < r->rows; d.row++) {
		size_t at = p->top + (size_t)d.row;

		if (at >= p->list.rows.n)
			break;
		d.m = &p->list.rows.v[at];
		d.selected = at == p->list.selected;
		draw_row(p, &d, &c, now);
	}
	if (focus && p->list.rows.n > 0)
		grid_cursor(g, r, (int)(p->list.selected - p->top), 0);
	else if (focus)
		grid_cursor(g, r, 0, 0);
}

bool
pane_list_at(const struct pane_list *p, int row, size_t *index_r)
{
	if (row < 0 || p->top + (size_t)row >= p->list.rows.n)
		return false;
	*index_r = p->top + (size_t)row;
	return true;
}
