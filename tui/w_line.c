/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of input: fields, prompts, passwords; measured in cells. */
#include "tui/w_line.h"

#include "text/unicode.h"
#include "tui/key.h"
#include "util/secret.h"
#include "util/utf8.h"

#include "util/banned.h"

void
w_line_init(struct w_line *w)
{
	*w = (struct w_line){ 0 };
	str_init(&w->text, W_LINE_MAX);
}

static void
wipe(struct w_line *w)
{
	if (w->hidden && w->text.cap > 0)
		secret_wipe(w->text.p, w->text.n);
}

void
w_line_release(struct w_line *w)
{
	if (w == NULL)
		return;
	wipe(w);
	str_release(&w->text);
}

/* Like the caller's text, but one safe line. */
static void
insert(struct w_line *w, struct slice text)
{
	struct str s;

	str_init(&s, W_LINE_MAX - w->text.n);
	while (text.n > 0) {
		uint32_t c;
		size_t n = utf8_decode(text.p, text.n, &c);

		text = slice_from(text, n);
		if (c == '\n' || c == '\t')
			c = ' ';
		/* What is drawn is what is there. */
		if (key_is_text(c) &&
		    (w->hidden || !utf8_is_unsafe(c) || utf8_is_joining(c)))
			str_add_codepoint(&s, c);
	}
	str_insert(&w->text, w->cursor, str_slice(&s));
	w->cursor += s.n;
	if (w->hidden)
		secret_wipe(s.p, s.n);
	str_release(&s);
}

void
w_line_set(struct w_line *w, struct slice text)
{
	wipe(w);
	str_clear(&w->text);
	w->cursor = w->left = 0;
	insert(w, text);
}

struct slice
w_line_get(const struct w_line *w)
{
	return str_slice(&w->text);
}

void
w_line_paste(struct w_line *w, struct slice text)
{
	/* a copied address or password often drags its line end along */
	text = slice_rtrim(text);
	if (text.n <= W_LINE_MAX - w->text.n)
		insert(w, text);
}

static size_t
left_of(const struct w_line *w, size_t at)
{
	return at - unicode_cluster_back(slice_make(w->text.p, at));
}

static size_t
right_of(const struct w_line *w, size_t at)
{
	return at + unicode_cluster(slice_from(str_slice(&w->text), at));
}

static size_t
word_left(const struct w_line *w)
{
	size_t at = w->cursor;

	while (at > 0 && w->text.p[at - 1] == ' ')
		at--;
	while (at > 0 && w->text.p[at - 1] != ' ')
		at--;
	return at;
}

static size_t
word_right(const struct w_line *w)
{
	size_t at = w->cursor;

	while (at < w->text.n && w->text.p[at] != ' ')
		at++;
	while (at < w->text.n && w->text.p[at] == ' ')
		at++;
	return at;
}

static void
erase(struct w_line *w, size_t from, size_t to)
{
	str_remove(&w->text, from, to - from);
	w->cursor = from;
}

static bool
edit_key(struct w_line *w, uint32_t key)
{
	if (key == K_BACKSPACE)
		erase(w, left_of(w, w->cursor), w->cursor);
	else if (key == K_DELETE || key == K_CTRL_('d'))
		erase(w, w->cursor, right_of(w, w->cursor));
	else if (key == K_CTRL_('u'))
		erase(w, 0, w->cursor);
	else if (key == K_CTRL_('k'))
		str_truncate(&w->text, w->cursor);
	else if (key == K_CTRL_('w'))
		erase(w, word_left(w), w->cursor);
	else
		return false;
	return true;
}

bool
w_line_key(struct w_line *w, uint32_t key)
{
	char utf8[4];

	if (key == K_LEFT || key == K_CTRL_('b'))
		w->cursor = left_of(w, w->cursor);
	else if (key == K_RIGHT)
		w->cursor = right_of(w, w->cursor);
	else if (key == K_HOME || key == K_CTRL_('a'))
		w->cursor = 0;
	else if (key == K_END || key == K_CTRL_('e'))
		w->cursor = w->text.n;
	else if (key == (K_ALT | 'b'))
		w->cursor = word_left(w);
	else if (key == (K_ALT | 'f'))
		w->cursor = word_right(w);
	else if (key_is_text(key))
		insert(w, slice_make(utf8, utf8_encode(key, utf8)));
	else
		return edit_key(w, key);
	return true;
}

static struct slice
dots(size_t clusters)
{
	static const char dot[] = "••••••••••••••••••••••••••••••••";
	size_t max = (sizeof dot - 1) / 3;

	return slice_make(dot, (clusters < max ? clusters : max) * 3);
}

static size_t
clusters(struct slice s)
{
	size_t n = 0;

	for (; s.n > 0; n++)
		s = slice_from(s, unicode_cluster(s));
	return n;
}

/* Move left so that the cursor is inside width cells. */
static void
scroll(struct w_line *w, size_t width)
{
	struct slice all = str_slice(&w->text);
	size_t cells;

	/* one more, which the mark of what is left of it covers */
	if (w->left >= w->cursor || w->left > all.n)
		w->left = w->cursor -
		          unicode_cluster_back(slice_head(all, w->cursor));
	/* counted once: the line may be long */
	cells = unicode_cells(slice_make(all.p + w->left, w->cursor - w->left));
	while (w->left < w->cursor && cells >= width) {
		struct slice rest = slice_from(all, w->left);
		struct slice first = slice_head(rest, unicode_cluster(rest));
		size_t less = unicode_cells(first);

		cells = cells > less ? cells - less : 0;
		w->left += first.n;
	}
}

/* There is more to the left. */
static void
draw_cut(const struct w_line *w, struct grid *g, const struct rect *r, int row,
         int col, enum style st)
{
	struct slice rest = slice_from(str_slice(&w->text), w->left);
	struct slice first = slice_head(rest, unicode_cluster(rest));

	(void)grid_put_z(g, r, row, col, st,
	                 unicode_cells(first) == 2 ? "… " : "…");
}

void
w_line_draw(struct w_line *w, struct grid *g, const struct rect *r, int row,
            int col, int width, bool focus)
{
	enum style st = focus ? STYLE_FIELD_ACTIVE : STYLE_FIELD;
	struct slice all = str_slice(&w->text);
	size_t before;

	if (width <= 0)
		return;
	if (w->hidden) {
		before = clusters(slice_head(all, w->cursor));
		(void)grid_field(g, r, row, col, width, st,
		                 dots(clusters(all)));
		before = before < 32 ? before : 32;
	} else if (!focus) {
		/* how it begins says most */
		(void)grid_field(g, r, row, col, width, st, all);
		return;
	} else {
		scroll(w, (size_t)width);
		(void)grid_field(g, r, row, col, width, st,
		                 slice_from(all, w->left));
		before = unicode_cells(
			slice_make(all.p + w->left, w->cursor - w->left));
		if (w->left > 0 && before > 0)
			draw_cut(w, g, r, row, col, st);
	}
	if (focus)
		grid_cursor(g, r, row, col + (int)before);
}
