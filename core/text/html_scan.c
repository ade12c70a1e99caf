/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An HTML text as a row of tags and characters. */
#include "text/html_scan.h"

#include <string.h>

#include "util/banned.h"

struct attr_name {
	unsigned char n;
	unsigned char attr;
	char name[11];
};

static const struct attr_name attr_names[] = {
	{ 2, HTML_ATTR_ID, "id" },
	{ 3, HTML_ATTR_ALT, "alt" },
	{ 4, HTML_ATTR_HREF, "href" },
	{ 4, HTML_ATTR_ROLE, "role" },
	{ 4, HTML_ATTR_TYPE, "type" },
	{ 5, HTML_ATTR_STYLE, "style" },
	{ 5, HTML_ATTR_WIDTH, "width" },
	{ 5, HTML_ATTR_CLASS, "class" },
	{ 5, HTML_ATTR_COLOR, "color" },
	{ 5, HTML_ATTR_START, "start" },
	{ 5, HTML_ATTR_VALUE, "value" },
	{ 6, HTML_ATTR_BORDER, "border" },
	{ 6, HTML_ATTR_HEIGHT, "height" },
	{ 6, HTML_ATTR_HIDDEN, "hidden" },
	{ 7, HTML_ATTR_BGCOLOR, "bgcolor" },
	{ 7, HTML_ATTR_COLSPAN, "colspan" },
	{ 7, HTML_ATTR_ROWSPAN, "rowspan" },
	{ 8, HTML_ATTR_REVERSED, "reversed" },
	{ 10, HTML_ATTR_BACKGROUND, "background" },
};

static void
skip(struct html_scan *s, size_t n)
{
	if (n > s->rest.n)
		n = s->rest.n;
	s->rest.p += n;
	s->rest.n -= n;
}

/* Skip to behind the next c, or to the end. */
static void
skip_past(struct html_scan *s, char c)
{
	skip(s, slice_find(s->rest, c) + 1);
}

static bool
is_blank(char c)
{
	return byte_is_blank(c) || c == '\f';
}

static bool
ends_name(char c)
{
	return c == '>' || c == '/' || is_blank(c);
}

/* The tag name at the head of rest. */
static struct slice
read_name(struct html_scan *s)
{
	struct slice name = s->rest;
	size_t n = 0;

	while (n < name.n && !ends_name(name.p[n]))
		n++;
	skip(s, n);
	name.n = n;
	return name;
}

static void
skip_blanks(struct html_scan *s)
{
	size_t n = 0;

	while (n < s->rest.n && is_blank(s->rest.p[n]))
		n++;
	skip(s, n);
}

/* The value after "=". */
static struct slice
read_value(struct html_scan *s)
{
	struct slice v;
	size_t n = 0;
	char quote;

	skip(s, 1);
	skip_blanks(s);
	v = s->rest;
	quote = v.n > 0 ? v.p[0] : '\0';
	if (quote == '"' || quote == '\'') {
		v = slice_from(v, 1);
		n = slice_find(v, quote);
		skip(s, n + 2);
		return slice_head(v, n);
	}
	while (n < v.n && v.p[n] != '>' && !is_blank(v.p[n]))
		n++;
	skip(s, n);
	return slice_head(v, n);
}

static void
keep_attr(struct html_token *t, struct slice name, struct slice value)
{
	for (size_t i = 0; i < sizeof attr_names / sizeof attr_names[0]; i++) {
		const struct attr_name *a = &attr_names[i];

		if (a->n < name.n)
			continue;
		if (a->n > name.n)
			return;
		if (!slice_ieq(name, slice_make(a->name, a->n)))
			continue;
		if ((t->has >> a->attr & 1U) == 0) {
			t->has |= 1U << a->attr;
			t->attr[a->attr] = value;
		}
		return;
	}
}

/* The name of an attribute; "=" may be its first character. */
static struct slice
read_attr_name(struct html_scan *s)
{
	struct slice name = s->rest;
	size_t n = 0;

	while (n < name.n && !ends_name(name.p[n]) &&
	       (n == 0 || name.p[n] != '='))
		n++;
	skip(s, n);
	name.n = n;
	return name;
}

/* Attributes up to and with ">".  false: the text ended before. */
static bool
read_attrs(struct html_scan *s, struct html_token *t)
{
	while (s->rest.n > 0) {
		struct slice name;
		struct slice value = SLICE_LIT("");

		if (s->rest.p[0] == '>') {
			skip(s, 1);
			return true;
		}
		if (ends_name(s->rest.p[0])) {
			skip(s, 1);
			continue;
		}
		name = read_attr_name(s);
		skip_blanks(s);
		if (s->rest.n > 0 && s->rest.p[0] == '=')
			value = read_value(s);
		keep_attr(t, name, value);
	}
	return false;
}

/* Behind the start tag of an element that goes with its content. */
static void
skip_raw(struct html_scan *s, struct slice name)
{
	struct slice body = s->rest;
	size_t n = s->rest.n;

	for (size_t i = 0; i < s->rest.n; i++) {
		struct slice at;

		i += slice_find(slice_from(s->rest, i), '<');
		at = slice_from(s->rest, i + 2);
		if (i + 1 < s->rest.n && s->rest.p[i + 1] == '/' &&
		    slice_ieq(slice_head(at, name.n), name) &&
		    (at.n == name.n || ends_name(at.p[name.n]))) {
			n = i;
			break;
		}
	}
	body.n = n;
	if (slice_ieq_z(name, "style")) {
		if (slice_ifind_text(body, SLICE_LIT("background")) < body.n)
			s->backgrounds = true;
		if (s->sheet != NULL)
			html_sheet_add(s->sheet, body);
	}
	skip(s, n);
	if (s->rest.n > 0)
		skip_past(s, '>');
}

static bool
read_start(struct html_scan *s, struct html_token *t)
{
	t->kind = HTML_TOKEN_START;
	t->text = read_name(s);
	t->tag = html_tag_of(t->text);
	t->has = 0;
	if (!read_attrs(s, t))
		return false;
	if (t->tag != HTML_RAW)
		return true;
	skip_raw(s, t->text);
	return false;
}

static bool
read_end(struct html_scan *s, struct html_token *t)
{
	skip(s, 1);
	if (s->rest.n == 0 || !byte_is_alpha(s->rest.p[0])) {
		skip_past(s, '>');
		return false;
	}
	t->kind = HTML_TOKEN_END;
	t->text = read_name(s);
	t->tag = html_tag_of(t->text);
	t->has = 0;
	skip_past(s, '>');
	return true;
}

/* "<!" or "<?": comments and the like. */
static void
skip_markup(struct html_scan *s)
{
	if (slice_starts(s->rest, "!--") && !s->no_comment_end) {
		struct slice body = slice_from(s->rest, 1);
		size_t end = slice_find_text(body, SLICE_LIT("-->"));

		if (end < body.n) {
			skip(s, 1 + end + 3);
			return;
		}
		s->no_comment_end = true;
	}
	skip_past(s, '>');
}

/* Behind "<".  false: nothing to tell. */
static bool
read_tag(struct html_scan *s, struct html_token *t)
{
	char c = s->rest.n > 0 ? s->rest.p[0] : ' ';

	if (byte_is_alpha(c))
		return read_start(s, t);
	if (c == '/')
		return read_end(s, t);
	if (c == '!' || c == '?') {
		skip_markup(s);
		return false;
	}
	t->kind = HTML_TOKEN_TEXT;
	t->tag = HTML_TEXT;
	t->text = SLICE_LIT("<");
	return true;
}

bool
html_scan_next(struct html_scan *s, struct html_token *t)
{
	while (s->rest.n > 0) {
		if (s->rest.p[0] != '<') {
			t->kind = HTML_TOKEN_TEXT;
			t->tag = HTML_TEXT;
			t->text = slice_head(s->rest, slice_find(s->rest, '<'));
			skip(s, t->text.n);
			return true;
		}
		skip(s, 1);
		if (read_tag(s, t))
			return true;
	}
	return false;
}
