/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the style sheets of an HTML text hide.
 *
 * 1. Rules for one element name, class, id or name with a class or id may hide:
 *    display, visibility, opacity, a font size of nothing, a place off screen.
 * 2. Any other selector is not understood and may only show: the names in its
 *    last part, or all elements when it has none, stay what they are without a
 *    sheet.  In doubt words are shown, as in html_style.
 * 3. Rules for narrow screens and for paper are passed over; those for others may
 *    only show.
 * 4. Among rules for the same thing the last one counts; elsewhere, and against
 *    what the attribute style says, showing wins.
 * 5. No more than CSS_MAX bytes and RULES_MAX names; one pass.
 */
#include "text/html_sheet.h"

#include <stdint.h>

#include "text/html_style.h"

#include "util/banned.h"

/* Large newsletters bring some 100 KB. */
#define CSS_MAX   ((size_t)512 << 10)
#define RULES_MAX 4096
/* A longer name, or more classes of an element, are not looked up. */
#define NAME_MAX_BYTES 64
#define CLASSES_MAX    16

enum {
	HIDES = 1,
	SHOWS = 2,
	TINY = 4,
	SIZED = 8,
	DOUBT = 16, /* shown by a rule that we cannot place */
};

struct key {
	char text[2 * NAME_MAX_BYTES];
	size_t n;
};

static bool
is_name(char c)
{
	return byte_is_alnum(c) || c == '-' || c == '_' || (c & 0x80) != 0;
}

/* false: too long. */
static bool
key_add(struct key *k, struct slice name, bool lower)
{
	if (name.n >= NAME_MAX_BYTES || k->n + name.n > sizeof k->text)
		return false;
	for (size_t i = 0; i < name.n; i++)
		k->text[k->n++] = lower ? byte_lower(name.p[i]) : name.p[i];
	return true;
}

static unsigned
bits_of(const struct html_sheet *s, struct slice key)
{
	const void *bits = map_get(&s->rules, key);

	return (unsigned)(uintptr_t)bits;
}

static void
set_bits(struct html_sheet *s, struct slice key, unsigned bits)
{
	if (s->rules.n < RULES_MAX || map_has(&s->rules, key))
		(void)map_set(&s->rules, key, (void *)(uintptr_t)bits);
}

/* A rule that we understand. */
static void
add_rule(struct html_sheet *s, struct slice key, unsigned bits)
{
	unsigned old = bits_of(s, key);

	if ((bits & (HIDES | SHOWS)) != 0)
		old &= ~(unsigned)(HIDES | SHOWS);
	if ((bits & (TINY | SIZED)) != 0)
		old &= ~(unsigned)(TINY | SIZED);
	set_bits(s, key, old | bits);
	s->hides = s->hides || (bits & (HIDES | TINY)) != 0;
	s->tiny = s->tiny || (bits & TINY) != 0;
}

/* One that we do not: whom might it show?  part: its last part. */
static void
add_doubt(struct html_sheet *s, struct slice part, unsigned bits)
{
	bool named = false;
	size_t i = 0;

	bits = ((bits & SHOWS) != 0 ? DOUBT : 0) | (bits & SIZED);
	if (bits == 0)
		return;
	while (i < part.n) {
		struct key key = { .n = 0 };
		bool mark = part.p[i] == '.' || part.p[i] == '#';
		size_t n = mark ? 1 : 0;

		while (i + n < part.n && is_name(part.p[i + n]))
			n++;
		if ((!mark && i > 0) || n <= (mark ? 1U : 0U))
			break;
		if (key_add(&key, slice_make(part.p + i, n), !mark)) {
			struct slice k = slice_make(key.text, key.n);

			set_bits(s, k, bits_of(s, k) | bits);
		}
		named = true;
		i += n;
	}
	if (!named)
		s->doubts |= bits;
}

/* Is it "p", ".class", "p.class", "#id" or "p#id"?  Then with its key. */
static bool
is_simple(struct slice selector, struct key *key)
{
	size_t n = 0;
	size_t name;

	while (n < selector.n && is_name(selector.p[n]))
		n++;
	if (!key_add(key, slice_head(selector, n), true))
		return false;
	if (n == selector.n)
		return n > 0;
	if (selector.p[n] != '.' && selector.p[n] != '#')
		return false;
	name = n + 1;
	while (name < selector.n && is_name(selector.p[name]))
		name++;
	return name == selector.n && name > n + 1 &&
	       key_add(key, slice_from(selector, n), false);
}

static struct slice
last_part(struct slice selector)
{
	size_t i = selector.n;

	while (i > 0 && is_name(selector.p[i - 1]))
		i--;
	while (i > 0 && (is_name(selector.p[i - 1]) ||
	                 selector.p[i - 1] == '.' || selector.p[i - 1] == '#'))
		i--;
	return slice_from(selector, i);
}

static void
read_rule(struct html_sheet *s, struct slice selectors, struct slice body,
          bool doubtful)
{
	struct html_look look = { 0, 0, 0 };
	struct slice one;
	unsigned bits;

	html_look_declared(body, &look);
	bits = ((look.flags & HTML_LOOK_HIDDEN) != 0 ? HIDES : 0) |
	       ((look.flags & HTML_LOOK_SHOWN) != 0 ? SHOWS : 0) |
	       ((look.flags & HTML_LOOK_TINY) != 0 ? TINY : 0) |
	       ((look.flags & HTML_LOOK_SIZED) != 0 ? SIZED : 0);
	if ((bits & HIDES) != 0)
		bits &= ~(unsigned)SHOWS;
	while (bits != 0 && slice_split(&selectors, ',', &one)) {
		struct key key = { .n = 0 };

		one = slice_trim(one);
		if (!doubtful && is_simple(one, &key))
			add_rule(s, slice_make(key.text, key.n), bits);
		else
			add_doubt(s, last_part(one), bits);
	}
}

/* css behind the "{" of a block; to behind its "}". */
static struct slice
skip_block(struct slice css)
{
	size_t depth = 1;
	size_t i;

	for (i = 0; i < css.n && depth > 0; i++)
		if (css.p[i] == '{')
			depth++;
		else if (css.p[i] == '}')
			depth--;
	return slice_from(css, i);
}

/* "@media ..." and the like, css at its "@"; *inside_r: what follows counts. */
static struct slice
read_at(struct slice css, bool *inside_r)
{
	struct slice head = css;
	bool block;

	head.n = 0;
	while (head.n < css.n && head.p[head.n] != '{' && head.p[head.n] != ';')
		head.n++;
	block = head.n < css.n && head.p[head.n] == '{';
	css = slice_from(css, head.n + 1);
	if (!block)
		return css;
	if (!slice_istarts(head, "@media") ||
	    slice_ifind_text(head, SLICE_LIT("max-")) < head.n ||
	    slice_ifind_text(head, SLICE_LIT("print")) < head.n)
		return skip_block(css);
	*inside_r = true;
	return css;
}

/* Blanks, comments and what hides a sheet from programs of old. */
static struct slice
skip_space(struct slice css)
{
	for (;;) {
		size_t end;

		css = slice_trim(css);
		if (slice_starts(css, "/*")) {
			end = slice_find_text(css, SLICE_LIT("*/"));
			css = slice_from(css, end + 2);
		} else if (slice_starts(css, "<!--")) {
			css = slice_from(css, 4);
		} else if (slice_starts(css, "-->")) {
			css = slice_from(css, 3);
		} else {
			return css;
		}
	}
}

void
html_sheet_add(struct html_sheet *s, struct slice css)
{
	bool inside = false; /* of a block that may only show */

	css = slice_head(css, CSS_MAX - s->bytes);
	s->bytes += css.n;
	for (css = skip_space(css); css.n > 0; css = skip_space(css)) {
		size_t open, close;
		struct slice body;

		if (css.p[0] == '@') {
			css = read_at(css, &inside);
			continue;
		}
		if (css.p[0] == '}') {
			inside = false;
			css = slice_from(css, 1);
			continue;
		}
		open = slice_find(css, '{');
		body = slice_from(css, open + 1);
		close = slice_find(body, '}');
		read_rule(s, slice_head(css, open), slice_head(body, close),
		          inside);
		css = slice_from(body, close + 1);
	}
}

/* The bits of mark and name, of any element and of one called tag. */
static unsigned
named_bits(const struct html_sheet *s, struct slice tag, char mark,
           struct slice name)
{
	struct key key = { .n = 0 };
	unsigned bits = 0;
	size_t start;

	if (!key_add(&key, tag, true))
		return 0;
	start = key.n;
	if (!key_add(&key, slice_make(&mark, 1), false) ||
	    !key_add(&key, name, false))
		return 0;
	bits = bits_of(s, slice_make(key.text + start, key.n - start));
	return bits | bits_of(s, slice_make(key.text, key.n));
}

static unsigned
element_bits(const struct html_sheet *s, const struct html_token *t)
{
	struct key tag = { .n = 0 };
	unsigned bits = s->doubts;
	struct slice rest;
	size_t n = 0;

	/* A class or an id outweighs the name. */
	if (key_add(&tag, t->text, true))
		bits |= bits_of(s, slice_make(tag.text, tag.n)) &
		        ~(unsigned)SHOWS;
	if (html_token_has(t, HTML_ATTR_ID))
		bits |= named_bits(s, t->text, '#',
		                   slice_trim(t->attr[HTML_ATTR_ID]));
	if (!html_token_has(t, HTML_ATTR_CLASS))
		return bits;
	rest = slice_trim(t->attr[HTML_ATTR_CLASS]);
	while (rest.n > 0 && n++ < CLASSES_MAX) {
		size_t end = 0;

		while (end < rest.n && !byte_is_blank(rest.p[end]))
			end++;
		bits |= named_bits(s, t->text, '.', slice_head(rest, end));
		rest = slice_trim(slice_from(rest, end));
	}
	return bits;
}

void
html_sheet_look(const struct html_sheet *s, const struct html_token *t,
                struct html_look *look)
{
	unsigned bits;

	if (!s->hides)
		return;
	bits = element_bits(s, t);
	if ((bits & (HIDES | SHOWS | DOUBT)) == HIDES &&
	    (look->flags & HTML_LOOK_SHOWN) == 0)
		look->flags |= HTML_LOOK_HIDDEN;
	if (!s->tiny || (look->flags & (HTML_LOOK_TINY | HTML_LOOK_SIZED)) != 0)
		return;
	if ((bits & SIZED) != 0)
		look->flags |= HTML_LOOK_SIZED;
	else if ((bits & TINY) != 0)
		look->flags |= HTML_LOOK_TINY;
}

void
html_sheet_release(struct html_sheet *s)
{
	map_release(&s->rules);
}
