/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any keys in the composer: nothing crashes, no text is lost, and all of it can
 * be taken back and done again. */
#include <stdlib.h>
#include <string.h>

#include "text/unicode.h"
#include "tui/key.h"
#include "tui/pane_compose.h"
#include "util/utf8.h"
#include "util/xalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct account accounts[] = {
	{ .name = (char[]){ "work" },
	  .address = (char[]){ "kim@corp.example" },
	  .signature = (char[]){ "하늘 드림" },
	  .smtp = { .host = (char[]){ "localhost" } } },
	{ .name = (char[]){ "home" },
	  .address = (char[]){ "kim@home.example" },
	  .smtp = { .host = (char[]){ "localhost" } } },
};

static const struct conf conf = { .accounts = accounts, .account_count = 2 };

struct run {
	struct slice data; /* what is left */
	struct compose *c;
	struct pane_compose pane;
	struct grid grid;
	struct str before, after; /* the text around a key */
	struct str pasted;
};

static unsigned
byte(struct run *r)
{
	unsigned b = 0;

	if (r->data.n > 0)
		b = (unsigned char)r->data.p[0];
	r->data = slice_from(r->data, 1);
	return b;
}

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
text_of(const struct run *r, struct str *out)
{
	str_clear(out);
	editor_text(r->c->editor, out);
}

/* ---- what a key did to the text ---- */

/* Nothing, or one piece of it is gone or came. */
static void
check_one_piece(const struct run *r)
{
	struct slice a = str_slice(&r->before), b = str_slice(&r->after);
	size_t n = a.n < b.n ? a.n : b.n;
	size_t head = 0, tail = 0;

	while (head < n && a.p[head] == b.p[head])
		head++;
	while (tail < n - head && a.p[a.n - 1 - tail] == b.p[b.n - 1 - tail])
		tail++;
	check(head + tail == n);
}

static void
check_text(const struct run *r, bool changes)
{
	size_t at = editor_cursor(r->c->editor);

	check(at <= r->after.n);
	check(utf8_good(r->after.p != NULL ? r->after.p : "", r->after.n) ==
	      r->after.n);
	check(at == r->after.n ||
	      ((unsigned char)r->after.p[at] & 0xc0) != 0x80);
	if (!changes)
		check(slice_eq(str_slice(&r->before), str_slice(&r->after)));
}

static uint32_t
any_key(struct run *r)
{
	static const uint32_t keys[] = {
		K_ENTER,      K_TAB,        K_BACKSPACE,  K_DELETE,
		K_UP,         K_DOWN,       K_LEFT,       K_RIGHT,
		K_HOME,       K_END,        K_ESC,        K_PGUP,
		K_CTRL_('a'), K_CTRL_('e'), K_CTRL_('u'), K_CTRL_('k'),
		K_CTRL_('w'), K_CTRL_('d'), K_CTRL_('n'), K_ALT | 'b',
		K_ALT | 'f',  0x200d,       0x1f469,      0x301,
		0x1100,       0x1161,       0x3164,       0x202e,
		0xd7a3,       0x9b,         0xfe0f,       0x10ffff,
	};
	unsigned b = byte(r);

	if (b < sizeof keys / sizeof keys[0])
		return keys[b];
	return b < 0x80 ? b : 0xac00 + b * 31 + byte(r);
}

static void
press(struct run *r)
{
	uint32_t key = any_key(r);
	bool body = r->c->focus == COMPOSE_BODY;

	if (!pane_compose_box_key(&r->pane, r->c, key))
		(void)pane_compose_key(&r->pane, r->c, key);
	text_of(r, &r->after);
	check_text(r, true);
	/* identities bring their signature */
	if (body)
		check_one_piece(r);
}

static void
paste(struct run *r)
{
	size_t n = byte(r), times = byte(r) % 16 == 0 ? 60 : 1;
	struct slice piece = slice_head(r->data, n);

	r->data = slice_from(r->data, piece.n);
	str_clear(&r->pasted);
	while (times-- > 0)
		str_add_slice(&r->pasted, piece);
	pane_compose_paste(&r->pane, r->c, str_slice(&r->pasted));
	text_of(r, &r->after);
	check_text(r, true);
	check_one_piece(r);
}

static void
edit(struct run *r)
{
	static const struct {
		enum action_id id;
		bool changes;
	} acts[] = {
		{ ACTION_ED_CUT, true },        { ACTION_ED_PASTE, true },
		{ ACTION_ED_UNDO, true },       { ACTION_ED_REDO, true },
		{ ACTION_ED_UP, false },        { ACTION_ED_DOWN, false },
		{ ACTION_ED_LEFT, false },      { ACTION_ED_RIGHT, false },
		{ ACTION_ED_WORD_LEFT, false }, { ACTION_ED_WORD_RIGHT, false },
		{ ACTION_ED_HOME, false },      { ACTION_ED_END, false },
		{ ACTION_ED_PAGE_UP, false },   { ACTION_ED_PAGE_DOWN, false },
		{ ACTION_ED_TOP, false },       { ACTION_ED_BOTTOM, false },
		{ ACTION_ED_BACKSPACE, true },  { ACTION_ED_DELETE, true },
		{ ACTION_ED_REFLOW, true },
	};

	unsigned i = byte(r) % (sizeof acts / sizeof acts[0]);

	(void)editor_act(r->c->editor, acts[i].id);
	text_of(r, &r->after);
	check_text(r, acts[i].changes);
	if (acts[i].id == ACTION_ED_CUT || acts[i].id == ACTION_ED_BACKSPACE ||
	    acts[i].id == ACTION_ED_DELETE) {
		check(r->after.n <= r->before.n);
		check_one_piece(r);
	}
}

static void
find(struct run *r)
{
	size_t n = byte(r) % 8;
	struct slice what = slice_head(r->data, n);

	r->data = slice_from(r->data, what.n);
	/* a line of input is good UTF-8 */
	if (utf8_good(what.p, what.n) == what.n)
		(void)editor_find(r->c->editor, what);
	text_of(r, &r->after);
	check_text(r, false);
}

static void
draw(struct run *r)
{
	struct rect whole;

	grid_resize(&r->grid, 1 + (int)byte(r) % 40, 1 + (int)byte(r) % 120);
	whole = grid_rect(&r->grid);
	pane_compose_draw(&r->pane, r->c, &r->grid, &whole);
	if (byte(r) % 4 == 0)
		pane_compose_click(&r->pane, r->c, (int)byte(r) % 40,
		                   (int)byte(r) % 120);
	text_of(r, &r->after);
	check_text(r, false);
}

static void
other(struct run *r)
{
	unsigned what = byte(r);

	switch (what % 8) {
	case 0:
	case 1:
		pane_compose_focus(&r->pane, r->c, what % 2 == 0 ? 1 : -1);
		break;
	case 2:
	case 3:
		r->pane.match_n = 0;
		(void)compose_undo(r->c, what % 2 == 0);
		break;
	case 4:
		(void)compose_attach(r->c, SLICE_LIT("파일.txt"), SLICE_NONE,
		                     slice_head(r->data, what), NULL);
		break;
	case 5:
		compose_detach(r->c, what / 8);
		break;
	default:
		r->c->focus = COMPOSE_BODY;
		break;
	}
	text_of(r, &r->after);
	check_text(r, false);
}

static void
act(struct run *r)
{
	text_of(r, &r->before);
	switch (byte(r) % 8) {
	case 0:
	case 1:
		press(r);
		break;
	case 2:
		paste(r);
		break;
	case 3:
	case 4:
		edit(r);
		break;
	case 5:
		find(r);
		break;
	case 6:
		draw(r);
		break;
	default:
		other(r);
		break;
	}
}

/* ---- in the end ---- */

/* All that was done to the text is undone and done again. */
static void
check_undo(struct run *r)
{
	struct edit_buf *b = editor_buf(r->c->editor);
	size_t at, n = 0;

	text_of(r, &r->before);
	while (edit_buf_undo(b, &at))
		n++;
	while (n-- > 0)
		check(edit_buf_redo(b, &at));
	text_of(r, &r->after);
	check(slice_eq(str_slice(&r->before), str_slice(&r->after)));
}

static void
add_fields(const struct compose *c, struct str *out)
{
	int f;
	size_t i;

	for (f = COMPOSE_TO; f <= COMPOSE_SUBJECT; f++) {
		str_add_slice(out, w_line_get(&c->lines[f]));
		str_add_c(out, '\n');
	}
	for (i = 0; i < c->files.n; i++)
		str_printf(out, "%s %zu\n", c->files.v[i].name,
		           c->files.v[i].size);
}

static void
check_field_undo(struct run *r)
{
	size_t n = 0;

	while (compose_undo(r->c, true))
		;
	str_clear(&r->before);
	str_clear(&r->after);
	add_fields(r->c, &r->before);
	while (compose_undo(r->c, false))
		n++;
	add_fields(r->c, &r->after);
	check(slice_eq_z(str_slice(&r->after), "\n\n\n\n"));
	str_clear(&r->after);
	while (n-- > 0)
		check(compose_undo(r->c, true));
	add_fields(r->c, &r->after);
	check(slice_eq(str_slice(&r->before), str_slice(&r->after)));
}

/* The same without what lines and their ends may lose on the way. */
static void
add_visible(struct slice s, struct str *out)
{
	struct str nfc;
	size_t i;

	str_init(&nfc, COMPOSE_TEXT_MAX);
	unicode_nfc(s, &nfc);
	for (i = 0; i < nfc.n; i++)
		if (nfc.p[i] != ' ' && nfc.p[i] != '\n' && nfc.p[i] != '\t')
			str_add_c(out, nfc.p[i]);
	str_release(&nfc);
}

/* A draft has the text, and taken up again so has the composer. */
static void
check_draft(struct run *r)
{
	struct compose *again = compose_new(&conf, NULL);
	struct str built, raw;
	enum compose_field wrong;
	struct message m;
	struct err err = { 0 };

	str_init(&built, BUILD_MAX);
	str_init(&raw, COMPOSE_TEXT_MAX);
	if (compose_build(r->c, true, &built, NULL, &wrong, &err) == 0) {
		message_parse(&m, str_slice(&built));
		compose_fill_draft(again, &m, 1);
		message_release(&m);
		editor_text(again->editor, &raw);
		str_clear(&r->before);
		str_clear(&r->after);
		add_visible(str_slice(&raw), &r->after);
		str_clear(&raw);
		editor_text(r->c->editor, &raw);
		add_visible(str_slice(&raw), &r->before);
		check(slice_eq(str_slice(&r->before), str_slice(&r->after)));
		check(again->files.n == r->c->files.n);
	}
	str_release(&raw);
	str_release(&built);
	compose_free(&again);
}

static void
know_people(struct pane_compose *p)
{
	struct contact *v = xcalloc(3, sizeof *v);
	static const char *const names[] = { "홍길동", "Kim \"K\" Min", "" };
	static const char *const specs[] = { "hong@example.org",
		                             "kim@example.org",
		                             "a.b@example.com" };
	size_t i;

	for (i = 0; i < 3; i++) {
		v[i].name = xstrdup(names[i]);
		v[i].address = xstrdup(specs[i]);
	}
	pane_compose_set_people(p, v, 3);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .data = slice_make((const char *)data, size) };

	r.c = compose_new(&conf, NULL);
	know_people(&r.pane);
	grid_init(&r.grid);
	grid_resize(&r.grid, 24, 80);
	str_init(&r.before, COMPOSE_TEXT_MAX);
	str_init(&r.after, COMPOSE_TEXT_MAX);
	str_init(&r.pasted, COMPOSE_TEXT_MAX);
	if (size > 0 && data[0] % 2 == 0)
		r.c->focus = COMPOSE_BODY;
	while (r.data.n > 0)
		act(&r);
	check_undo(&r);
	check_field_undo(&r);
	check_draft(&r);
	str_release(&r.pasted);
	str_release(&r.after);
	str_release(&r.before);
	grid_release(&r.grid);
	pane_compose_release(&r.pane);
	compose_free(&r.c);
	return 0;
}
