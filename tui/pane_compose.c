/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The composer's screen: fields, completion of people, the text. */
#include "tui/pane_compose.h"

#include <stdlib.h>
#include <string.h>

#include "conf/dsn.h"
#include "text/hangul.h"
#include "text/unicode.h"
#include "tui/key.h"
#include "tui/text_fmt.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define LABEL_CELLS 12
/* Bytes of a person's name and address. */
#define PERSON_MAX 1024
/* Rows of text that are enough to write in. */
#define TEXT_ROWS_MIN 4

static const char *const labels[COMPOSE_FIELDS] = {
	[COMPOSE_FROM] = N_("From"),       [COMPOSE_TO] = N_("To"),
	[COMPOSE_CC] = N_("Cc"),           [COMPOSE_BCC] = N_("Bcc"),
	[COMPOSE_SUBJECT] = N_("Subject"), [COMPOSE_FILES] = N_("Files"),
};

void
pane_compose_set_people(struct pane_compose *p, struct contact *people,
                        size_t n)
{
	contacts_free(&p->people, p->people_n);
	p->people = people;
	p->people_n = n;
	p->match_n = 0;
}

void
pane_compose_release(struct pane_compose *p)
{
	if (p != NULL)
		pane_compose_set_people(p, NULL, 0);
}

static bool
is_people(enum compose_field f)
{
	return f == COMPOSE_TO || f == COMPOSE_CC || f == COMPOSE_BCC;
}

static bool
is_line(enum compose_field f)
{
	return is_people(f) || f == COMPOSE_SUBJECT;
}

/* ---- completion ---- */

/* Where the address under the cursor begins. */
static size_t
token_start(const struct w_line *w)
{
	size_t i, start = 0;
	bool quoted = false;

	for (i = 0; i < w->cursor; i++) {
		if (w->text.p[i] == '"')
			quoted = !quoted;
		else if (w->text.p[i] == ',' && !quoted)
			start = i + 1;
	}
	while (start < w->cursor && w->text.p[start] == ' ')
		start++;
	return start;
}

/* How well somebody fits what was typed, the best first. */
enum fit {
	FIT_START, /* of the name or the address */
	FIT_WORD,  /* the start of another word of them */
	FIT_INSIDE,
	FIT_NOT,
};

/* As many characters of text as pattern has: more cannot match it. */
static struct slice
as_long(struct slice text, struct slice pattern)
{
	struct slice rest = text;
	uint32_t c;

	while (pattern.n > 0 && rest.n > 0) {
		pattern = slice_from(pattern,
		                     utf8_decode(pattern.p, pattern.n, &c));
		rest = slice_from(rest, utf8_decode(rest.p, rest.n, &c));
	}
	return slice_head(text, text.n - rest.n);
}

static bool
is_word_char(char c)
{
	return byte_is_alnum(c) || (unsigned char)c >= 0x80;
}

static enum fit
fit_text(struct slice text, struct slice pattern)
{
	size_t i;

	if (!hangul_match(text, pattern))
		return FIT_NOT;
	for (i = 0; i < text.n; i++) {
		struct slice rest = slice_from(text, i);

		if (i > 0 &&
		    (is_word_char(text.p[i - 1]) || !is_word_char(text.p[i])))
			continue;
		if (hangul_match(as_long(rest, pattern), pattern))
			return i == 0 ? FIT_START : FIT_WORD;
	}
	return FIT_INSIDE;
}

static enum fit
fit_person(const struct contact *p, struct slice pattern)
{
	enum fit name, address;
	struct str text;

	str_init(&text, PERSON_MAX);
	unicode_fold(slice_of(p->name), &text);
	name = fit_text(str_slice(&text), pattern);
	str_clear(&text);
	unicode_fold(slice_of(p->address), &text);
	address = fit_text(str_slice(&text), pattern);
	str_release(&text);
	return name < address ? name : address;
}

/* The best first, those that fit alike by use. */
static void
complete(struct pane_compose *p, const struct compose *c)
{
	const struct w_line *w = &c->lines[c->focus];
	size_t found[FIT_NOT][PANE_COMPOSE_MATCHES];
	size_t n[FIT_NOT] = { 0 };
	size_t start, i;
	struct str pattern;
	int f;

	p->match_n = p->match = 0;
	if (!is_people(c->focus))
		return;
	start = token_start(w);
	str_init(&pattern, PERSON_MAX);
	unicode_fold(slice_make(w->text.p + start, w->cursor - start),
	             &pattern);
	for (i = 0; pattern.n > 0 && i < p->people_n &&
	            n[FIT_START] < PANE_COMPOSE_MATCHES;
	     i++) {
		enum fit fit = fit_person(&p->people[i], str_slice(&pattern));

		if (fit != FIT_NOT && n[fit] < PANE_COMPOSE_MATCHES)
			found[fit][n[fit]++] = i;
	}
	for (f = FIT_START; f < FIT_NOT; f++)
		for (i = 0; i < n[f] && p->match_n < PANE_COMPOSE_MATCHES; i++)
			p->matches[p->match_n++] = found[f][i];
	str_release(&pattern);
}

struct slice
pane_compose_person(const struct compose *c)
{
	const struct w_line *w = &c->lines[c->focus];
	struct slice typed;
	size_t start;

	if (!is_people(c->focus))
		return SLICE_NONE;
	start = token_start(w);
	typed = slice_trim(slice_make(w->text.p + start, w->cursor - start));
	return slice_find(typed, '@') < typed.n ? SLICE_NONE : typed;
}

bool
pane_compose_offer(struct pane_compose *p, const struct compose *c,
                   const struct contact *found, size_t n)
{
	struct contact *all = xcalloc(p->people_n + n + 1, sizeof *all);
	size_t i;

	if (n > 0)
		memcpy(all, found, n * sizeof *all);
	if (p->people_n > 0)
		memcpy(all + n, p->people, p->people_n * sizeof *all);
	free(p->people);
	p->people = all;
	p->people_n += n;
	complete(p, c);
	if (p->match_n > 0)
		return true;
	/* found by what is neither in the name nor in the address */
	for (i = 0; i < n && i < PANE_COMPOSE_MATCHES; i++)
		p->matches[p->match_n++] = i;
	return p->match_n > 0;
}

static void
person_typed(const struct contact *person, struct str *out)
{
	struct slice name = slice_of(person->name);
	size_t i;

	if (name.n > 0) {
		str_add_c(out, '"');
		for (i = 0; i < name.n; i++) {
			if (name.p[i] == '"' || name.p[i] == '\\')
				str_add_c(out, '\\');
			str_add_c(out, name.p[i]);
		}
		str_add_z(out, "\" <");
	}
	str_add_z(out, person->address);
	str_add_z(out, name.n > 0 ? ">, " : ", ");
}

static void
accept(struct pane_compose *p, struct compose *c)
{
	struct w_line *w = &c->lines[c->focus];
	size_t start = token_start(w);
	struct str s;

	str_init(&s, PERSON_MAX * 3);
	person_typed(&p->people[p->matches[p->match]], &s);
	compose_note_line(c, c->focus, w_line_get(w), w->cursor, false);
	str_remove(&w->text, start, w->cursor - start);
	str_insert(&w->text, start, str_slice(&s));
	w->cursor = start + s.n < w->text.n ? start + s.n : w->text.n;
	str_release(&s);
	p->match_n = 0;
}

bool
pane_compose_box_key(struct pane_compose *p, struct compose *c, uint32_t key)
{
	if (p->match_n == 0)
		return false;
	if (key == K_DOWN || key == K_CTRL_('n'))
		p->match = (p->match + 1) % p->match_n;
	else if (key == K_UP || key == K_CTRL_('p'))
		p->match = (p->match + p->match_n - 1) % p->match_n;
	else if (key == K_TAB || key == K_ENTER)
		accept(p, c);
	else if (key == K_ESC)
		p->match_n = 0;
	else
		return false;
	return true;
}

/* ---- keys ---- */

static bool
line_key(struct compose *c, uint32_t key)
{
	struct w_line *w = &c->lines[c->focus];
	char *before = slice_dup(w_line_get(w));
	size_t cursor = w->cursor;
	bool taken = w_line_key(w, key);

	if (taken && !slice_eq_z(w_line_get(w), before))
		compose_note_line(c, c->focus, slice_of(before), cursor,
		                  key_is_text(key));
	free(before);
	return taken;
}

bool
pane_compose_key(struct pane_compose *p, struct compose *c, uint32_t key)
{
	if (c->focus == COMPOSE_BODY)
		return editor_key(c->editor, key);
	if (c->focus == COMPOSE_FROM) {
		if (key != K_LEFT && key != K_RIGHT && key != ' ')
			return false;
		compose_next_from(c, key == K_LEFT ? -1 : 1);
		return true;
	}
	if (!is_line(c->focus) || !line_key(c, key))
		return false;
	complete(p, c);
	return true;
}

void
pane_compose_paste(struct pane_compose *p, struct compose *c, struct slice text)
{
	if (c->focus == COMPOSE_BODY) {
		editor_paste(c->editor, text);
	} else if (is_line(c->focus)) {
		compose_note_line(c, c->focus, w_line_get(&c->lines[c->focus]),
		                  c->lines[c->focus].cursor, false);
		w_line_paste(&c->lines[c->focus], text);
		complete(p, c);
	}
}

void
pane_compose_focus(struct pane_compose *p, struct compose *c, int direction)
{
	int f = (int)c->focus;

	p->match_n = 0;
	do {
		f = (f + direction + COMPOSE_FIELDS) % COMPOSE_FIELDS;
	} while (f == COMPOSE_FILES && c->files.n == 0);
	c->focus = (enum compose_field)f;
}

void
pane_compose_click(struct pane_compose *p, struct compose *c, int row, int col)
{
	int f;

	p->match_n = 0;
	if (row >= p->body.row && row < p->body.row + p->body.rows) {
		c->focus = COMPOSE_BODY;
		editor_click(c->editor, row - p->body.row, col - p->body.col);
		return;
	}
	for (f = 0; f < COMPOSE_BODY; f++)
		if (p->field_rows[f] == row)
			c->focus = (enum compose_field)f;
}

/* ---- drawing ---- */

static void
draw_from(const struct compose *c, struct grid *g, const struct rect *r,
          int row)
{
	enum style st =
		c->focus == COMPOSE_FROM ? STYLE_FIELD_ACTIVE : STYLE_FIELD;
	struct str s;

	str_init(&s, PERSON_MAX);
	if (c->from < c->froms.n) {
		const struct compose_from *f = &c->froms.v[c->from];
		struct addr a = { slice_of(f->name), slice_of(f->address) };

		addr_show(&a, &s);
		if (c->froms.n > 1)
			str_printf(&s, "   ◂ %zu/%zu ▸", c->from + 1,
			           c->froms.n);
		if ((compose_dsn(c) & DSN_SUCCESS) != 0)
			str_printf(&s, "   %s", _("delivery report"));
	}
	(void)grid_field(g, r, row, LABEL_CELLS, r->cols - LABEL_CELLS - 1, st,
	                 str_slice(&s));
	if (c->focus == COMPOSE_FROM)
		grid_cursor(g, r, row, LABEL_CELLS);
	str_release(&s);
}

static void
draw_files(const struct compose *c, struct grid *g, const struct rect *r,
           int row)
{
	struct str s;
	size_t i;

	str_init(&s, 4096);
	for (i = 0; i < c->files.n; i++) {
		str_printf(&s, "%s%s (", i > 0 ? ", " : "", c->files.v[i].name);
		str_add_size(&s, c->files.v[i].size);
		str_add_c(&s, ')');
	}
	(void)grid_field(g, r, row, LABEL_CELLS, r->cols - LABEL_CELLS - 1,
	                 c->focus == COMPOSE_FILES ? STYLE_FIELD_ACTIVE
	                                           : STYLE_FIELD,
	                 str_slice(&s));
	if (c->focus == COMPOSE_FILES)
		grid_cursor(g, r, row, LABEL_CELLS);
	str_release(&s);
}

static void
draw_field(struct compose *c, struct grid *g, const struct rect *r, int row,
           enum compose_field f)
{
	(void)grid_field_right(g, r, row, 0, LABEL_CELLS - 1,
	                       c->focus == f ? STYLE_SUBJECT
	                                     : STYLE_HEADER_NAME,
	                       slice_of(_(labels[f])));
	if (f == COMPOSE_FROM)
		draw_from(c, g, r, row);
	else if (f == COMPOSE_FILES)
		draw_files(c, g, r, row);
	else
		w_line_draw(&c->lines[f], g, r, row, LABEL_CELLS,
		            r->cols - LABEL_CELLS - 1, c->focus == f);
}

static void
draw_box(const struct pane_compose *p, const struct compose *c, struct grid *g,
         const struct rect *r)
{
	struct rect box = *r;
	size_t i;

	box.row = p->field_rows[c->focus] + 1;
	box.col = r->col + LABEL_CELLS;
	box.cols =
		r->cols - LABEL_CELLS - 1 < 60 ? r->cols - LABEL_CELLS - 1 : 60;
	box.rows = (int)p->match_n;
	if (box.row + box.rows > r->row + r->rows)
		box.rows = r->row + r->rows - box.row;
	for (i = 0; i < p->match_n; i++) {
		const struct contact *person = &p->people[p->matches[i]];
		struct addr a = { slice_of(person->name),
			          slice_of(person->address) };
		enum style st =
			i == p->match ? STYLE_POPUP_CURSOR : STYLE_POPUP;
		struct str s;

		str_init(&s, PERSON_MAX);
		str_add_c(&s, ' ');
		addr_show(&a, &s);
		(void)grid_field(g, &box, (int)i, 0, box.cols, st,
		                 str_slice(&s));
		str_release(&s);
	}
}

static bool
is_empty(const struct compose *c, enum compose_field f)
{
	return f == COMPOSE_FILES
	               ? c->files.n == 0
	               : is_line(f) && w_line_get(&c->lines[f]).n == 0;
}

/* Is there room for that field?  In a low terminal the text goes before what is
 * empty, then before all but who sends it and what it is about. */
static bool
shows(const struct compose *c, enum compose_field f, int rows)
{
	int filled = 0;

	if (f == COMPOSE_FILES && c->files.n == 0)
		return false;
	if (c->focus != COMPOSE_BODY ||
	    rows - COMPOSE_BODY - 1 >= TEXT_ROWS_MIN || f == COMPOSE_FROM)
		return true;
	for (int i = COMPOSE_FROM; i < COMPOSE_BODY; i++)
		filled += !is_empty(c, (enum compose_field)i);
	return !is_empty(c, f) &&
	       (rows - filled - 1 >= TEXT_ROWS_MIN || f == COMPOSE_SUBJECT);
}

void
pane_compose_draw(struct pane_compose *p, struct compose *c, struct grid *g,
                  const struct rect *r)
{
	struct rect body = *r;
	int row = 0;
	int f;

	grid_fill(g, r, STYLE_TEXT);
	for (f = COMPOSE_FROM; f < COMPOSE_BODY; f++) {
		p->field_rows[f] = -1;
		if (!shows(c, (enum compose_field)f, r->rows))
			continue;
		p->field_rows[f] = r->row + row;
		draw_field(c, g, r, row++, (enum compose_field)f);
	}
	grid_hline(g, r, row++);
	body.row += row;
	body.rows = body.rows > row ? body.rows - row : 0;
	body.col++;
	body.cols = body.cols > 2 ? body.cols - 2 : 1;
	p->body = body;
	if (body.rows > 0)
		editor_draw(c->editor, g, &body, c->focus == COMPOSE_BODY);
	if (p->match_n > 0)
		draw_box(p, c, g, r);
}
