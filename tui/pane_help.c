/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help page: all actions of a context with their keys. */
#include "tui/pane_help.h"

#include "text/wrap.h"
#include "util/i18n.h"

#include "util/banned.h"

#define KEY_CELLS  22
#define NAME_CELLS 18

void
pane_help_open(struct pane_help *p, unsigned context)
{
	*p = (struct pane_help){ .context = context };
}

void
pane_help_scroll(struct pane_help *p, int n)
{
	int last = p->count - p->rows;

	p->top += n;
	if (p->top > last)
		p->top = last;
	if (p->top < 0)
		p->top = 0;
}

struct page {
	struct pane_help *p;
	struct grid *g;
	const struct rect *r;
	const struct keymap *k;
	int line;
};

static void
text_line(struct page *pg, enum style st, const char *text)
{
	struct slice rest = slice_of(text);
	struct slice piece = SLICE_NONE;
	size_t width = pg->r->cols > 12 ? (size_t)pg->r->cols - 4 : 8;

	do {
		bool more = wrap_next(&rest, width, &piece);
		int row = pg->line++ - pg->p->top;

		if (more && row >= 0 && row < pg->r->rows)
			(void)grid_put(pg->g, pg->r, row, 2, st, piece);
	} while (rest.n > 0);
}

static void
action_line(struct page *pg, unsigned context, const struct action *a)
{
	int row = pg->line - pg->p->top;
	int col = 3;
	struct str keys;

	str_init(&keys, 256);
	keymap_all_names(pg->k, context & a->contexts, a->id, &keys);
	pg->line++;
	if (row >= 0 && row < pg->r->rows) {
		col = grid_field(pg->g, pg->r, row, col, KEY_CELLS,
		                 STYLE_SUBJECT, str_slice(&keys));
		if (pg->r->cols >= 100)
			col = grid_field(pg->g, pg->r, row, col + 1, NAME_CELLS,
			                 STYLE_DIM, slice_of(a->name));
		(void)grid_field(pg->g, pg->r, row, col + 1,
		                 pg->r->cols - col - 1, STYLE_TEXT,
		                 slice_of(_(a->help)));
	}
	str_release(&keys);
}

/* Keys of several contexts may stand in rows of their own; one is enough. */
static bool
is_told(const struct action *t, size_t i, unsigned context)
{
	for (size_t j = 0; j < i; j++)
		if (t[j].id == t[i].id && t[j].help == t[i].help &&
		    (t[j].contexts & context) == (t[i].contexts & context))
			return true;
	return false;
}

static void
section(struct page *pg, unsigned context, const char *title)
{
	size_t i, n;
	const struct action *t = action_table(&n);

	text_line(pg, STYLE_SUBJECT, title);
	for (i = 0; i < n; i++)
		if ((t[i].contexts & context) && !is_told(t, i, context))
			action_line(pg, context, &t[i]);
	text_line(pg, STYLE_TEXT, "");
}

static void
intro(struct page *pg)
{
	text_line(pg, STYLE_TEXT,
	          _("Keys work while the input method is in Hangul, too."));
	text_line(pg, STYLE_TEXT,
	          _("Nothing asks twice: z takes the last change back."));
	text_line(pg, STYLE_TEXT,
	          _("Every command can be typed behind : by its name."));
	text_line(pg, STYLE_TEXT,
	          _("Search: words, \"a phrase\", from: to: subject: "
	            "is:unread has:attachment before: after: -word"));
	text_line(pg, STYLE_TEXT,
	          _("Initial consonants find Korean: ㅎㄱㄷ finds 홍길동."));
	text_line(pg, STYLE_TEXT,
	          _("Marks: ● unread  ↩ answered  ↪ forwarded  * flagged  ? "
	            "perhaps spam  + selected"));
	text_line(pg, STYLE_TEXT, "");
}

void
pane_help_draw(struct pane_help *p, struct grid *g, const struct rect *r,
               const struct keymap *k)
{
	struct page pg = { p, g, r, k, 0 };

	p->rows = r->rows;
	grid_fill(g, r, STYLE_TEXT);
	if (p->context & CTX_EDIT) {
		section(&pg, CTX_COMPOSE, _("In the address fields"));
		section(&pg, CTX_BODY, _("In the text"));
	} else {
		intro(&pg);
		section(&pg, CTX_LIST, _("In the list"));
		section(&pg, CTX_READER, _("In a message"));
		section(&pg, CTX_FOLDERS, _("In accounts and folders"));
	}
	p->count = pg.line;
	grid_cursor(g, r, r->rows - 1, r->cols - 1);
}
