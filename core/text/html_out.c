/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of rendered HTML: blanks, blank lines, quote marks, indents. */
#include "text/html_out.h"

#include <string.h>

#include "text/unicode.h"
#include "text/wrap.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Deeper indents leave no room to read. */
#define PREFIX_MAX 80U
/* At most two blank lines in a row, whatever the sender wished. */
#define NEWLINES_MAX 3U
/* Indents by NBSP beyond this are padding. */
#define HARD_MAX 8U
/* A narrower rest of a line is not broken. */
#define WRAP_MIN 8U

#define NOT_FRESH SIZE_MAX

void
html_out_init(struct html_out *o, struct str *text)
{
	memset(o, 0, sizeof *o);
	o->text = text;
	o->fresh = NOT_FRESH;
	o->shallow = SIZE_MAX;
	str_init(&o->prefix, PREFIX_MAX);
}

void
html_out_release(struct html_out *o)
{
	str_release(&o->prefix);
}

/* A marker has been shown: the lines after it are indented. */
static void
blank_markers(struct html_out *o)
{
	for (size_t i = o->fresh; i < o->prefix.n; i++)
		if (o->prefix.p[i] != '>')
			o->prefix.p[i] = ' ';
	o->fresh = NOT_FRESH;
}

/* The line ends: blank lines that follow belong to the outermost prefix that
 * is seen before the next line begins. */
static void
note_prefix(struct html_out *o)
{
	if (o->prefix.n < o->shallow)
		o->shallow = o->prefix.n;
	if (o->fresh < o->shallow)
		o->shallow = o->fresh;
}

static void
begin_line(struct html_out *o)
{
	struct slice blank;

	note_prefix(o);
	blank = slice_rtrim(slice_head(str_slice(&o->prefix), o->shallow));
	if (o->text->n == 0)
		o->newlines = 0;
	for (; o->newlines > 0; o->newlines--) {
		str_add_c(o->text, '\n');
		if (o->newlines > 1)
			str_add_slice(o->text, blank);
	}
	str_add_slice(o->text, str_slice(&o->prefix));
	if (o->fresh != NOT_FRESH)
		blank_markers(o);
	o->shallow = SIZE_MAX;
	o->open = true;
	o->space = false;
	o->raw = false;
	o->line = o->text->n;
}

/* Break what was written of the line, which is too long, at o->wrap cells. */
static void
wrap_line(struct html_out *o, size_t width)
{
	struct str copy;
	struct slice rest;
	struct slice piece;
	size_t mark = o->mark;

	str_init(&copy, o->text->n);
	str_add(&copy, o->text->p + o->line, o->text->n - o->line);
	str_truncate(o->text, o->line);
	rest = str_slice(&copy);
	while (wrap_next(&rest, width, &piece)) {
		size_t from = o->line + (size_t)(piece.p - copy.p);

		if (piece.p != copy.p) {
			str_add_c(o->text, '\n');
			str_add_slice(o->text, str_slice(&o->prefix));
		}
		if (mark >= o->line && mark <= from + piece.n) {
			o->mark = o->text->n + (mark > from ? mark - from : 0);
			mark = SIZE_MAX;
		}
		str_add_slice(o->text, piece);
	}
	str_release(&copy);
}

static void
end_line(struct html_out *o)
{
	size_t prefix = unicode_cells(str_slice(&o->prefix));
	size_t width = o->wrap > prefix ? o->wrap - prefix : 0;
	size_t n = o->text->n - o->line;

	/* No character takes more cells than bytes. */
	if (o->raw || width < WRAP_MIN || n <= width || o->text->full)
		return;
	if (unicode_cells(slice_make(o->text->p + o->line, n)) > width)
		wrap_line(o, width);
}

/* Write what is wanted before a character. */
static void
before_char(struct html_out *o)
{
	if (!o->open) {
		begin_line(o);
	} else if (o->space) {
		str_add_c(o->text, ' ');
		o->space = false;
	}
	for (; o->hard > 0; o->hard--)
		str_add_c(o->text, ' ');
}

void
html_out_plain(struct html_out *o, struct slice s)
{
	if (s.n == 0)
		return;
	before_char(o);
	str_add_slice(o->text, s);
}

void
html_out_break(struct html_out *o)
{
	if (o->open && o->wrap > 0)
		end_line(o);
	if (o->open)
		o->newlines = 1;
	else if (o->hard > 0 && o->newlines < 2)
		o->newlines++;
	o->open = false;
	o->space = false;
	o->hard = 0;
	note_prefix(o);
}

void
html_out_gap(struct html_out *o)
{
	html_out_break(o);
	if (o->newlines < 2)
		o->newlines = 2;
}

void
html_out_newline(struct html_out *o)
{
	bool was_open = o->open;

	html_out_break(o);
	if (!was_open && o->newlines < NEWLINES_MAX)
		o->newlines++;
}

size_t
html_out_push(struct html_out *o, const char *prefix)
{
	size_t was = o->prefix.n;

	if (strlen(prefix) <= PREFIX_MAX - was)
		str_add_z(&o->prefix, prefix);
	return was;
}

size_t
html_out_push_marker(struct html_out *o, const char *marker)
{
	size_t was = html_out_push(o, marker);

	if (o->fresh == NOT_FRESH)
		o->fresh = was;
	return was;
}

void
html_out_pop(struct html_out *o, size_t was)
{
	if (was <= o->prefix.n)
		str_truncate(&o->prefix, was);
	if (o->fresh != NOT_FRESH && o->fresh >= was)
		o->fresh = NOT_FRESH;
}

/* Padding and break hints: of no use in rendered text. */
static bool
is_dropped(uint32_t c)
{
	return c == 0xad || c == 0x34f || c == 0x200b || c == 0x200c ||
	       c == 0x2060 || c == 0xfeff || c == 0x115f || c == 0x1160 ||
	       c == 0x3164 || c == 0xffa0 || (c >= 0x2000 && c <= 0x200a);
}

static bool
is_space(char c)
{
	return byte_is_blank(c) || c == '\f' || c == '\v';
}

/* The run of characters at the head of s that are neither ASCII nor handled
 * one by one. */
static size_t
wide_run(struct slice s)
{
	size_t i = 0;

	while (i < s.n && (s.p[i] & 0x80) != 0) {
		uint32_t c;
		size_t len = utf8_decode(s.p + i, s.n - i, &c);

		if (c == 0xa0 || is_dropped(c))
			break;
		i += len;
	}
	return i;
}

static void
add_wide(struct html_out *o, struct slice run)
{
	before_char(o);
	unicode_clean_body(run, o->text);
}

/* NBSP, padding or a control at the head of s.  Returns its length. */
static size_t
add_odd(struct html_out *o, struct slice s)
{
	uint32_t c;
	size_t len = utf8_decode(s.p, s.n, &c);

	if (c == 0xa0) {
		if (o->hard < HARD_MAX)
			o->hard++;
	} else if (c >= 0x2000 && c <= 0x200a) {
		o->space = true;
	} else if (c < 0x20 || c == 0x7f) {
		before_char(o);
		str_add_codepoint(o->text, UTF8_REPLACEMENT);
	}
	return len;
}

static size_t
add_blank(struct html_out *o, struct slice s, bool pre)
{
	if (!pre) {
		o->space = true;
	} else if (s.p[0] == '\n' ||
	           (s.p[0] == '\r' && (s.n == 1 || s.p[1] != '\n'))) {
		html_out_newline(o);
	} else if (s.p[0] == ' ' || s.p[0] == '\t') {
		before_char(o);
		o->raw = true;
		str_add_c(o->text, s.p[0]);
	}
	return 1;
}

void
html_out_text(struct html_out *o, struct slice s, bool pre)
{
	size_t i = 0;

	while (i < s.n && !o->text->full) {
		struct slice rest = slice_make(s.p + i, s.n - i);
		size_t n = 0;

		while (n < rest.n && rest.p[n] > 0x20 && rest.p[n] < 0x7f)
			n++;
		if (n > 0) {
			html_out_plain(o, slice_head(rest, n));
		} else if (is_space(rest.p[0])) {
			n = add_blank(o, rest, pre);
		} else {
			n = wide_run(rest);
			if (n > 0)
				add_wide(o, slice_head(rest, n));
			else
				n = add_odd(o, rest);
		}
		i += n;
	}
}
