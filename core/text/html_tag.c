/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTML elements that matter for text, and what their styles hide. */
#include "text/html_tag.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

struct tag_name {
	const char *name;
	enum html_tag tag;
};

/* Sorted by name, for bsearch; what is not here is HTML_INLINE. */
static const struct tag_name tag_names[] = {
	{ "a", HTML_A },
	{ "address", HTML_BLOCK },
	{ "article", HTML_BLOCK },
	{ "aside", HTML_BLOCK },
	{ "base", HTML_GONE },
	{ "blockquote", HTML_QUOTE },
	{ "body", HTML_GONE },
	{ "br", HTML_BR },
	{ "button", HTML_GONE },
	{ "caption", HTML_CAPTION },
	{ "center", HTML_BLOCK },
	{ "col", HTML_GONE },
	{ "colgroup", HTML_GONE },
	{ "dd", HTML_DD },
	{ "details", HTML_BLOCK },
	{ "dir", HTML_UL },
	{ "div", HTML_BLOCK },
	{ "dl", HTML_DL },
	{ "dt", HTML_DT },
	{ "embed", HTML_GONE },
	{ "fieldset", HTML_BLOCK },
	{ "figcaption", HTML_BLOCK },
	{ "figure", HTML_BLOCK },
	{ "footer", HTML_BLOCK },
	{ "form", HTML_BLOCK },
	{ "frame", HTML_GONE },
	{ "frameset", HTML_GONE },
	{ "h1", HTML_H1 },
	{ "h2", HTML_H2 },
	{ "h3", HTML_H3 },
	{ "h4", HTML_H4 },
	{ "h5", HTML_H5 },
	{ "h6", HTML_H6 },
	{ "head", HTML_GONE },
	{ "header", HTML_BLOCK },
	{ "hr", HTML_HR },
	{ "html", HTML_GONE },
	{ "iframe", HTML_RAW },
	{ "image", HTML_IMG },
	{ "img", HTML_IMG },
	{ "input", HTML_GONE },
	{ "legend", HTML_BLOCK },
	{ "li", HTML_LI },
	{ "link", HTML_GONE },
	{ "listing", HTML_PRE },
	{ "main", HTML_BLOCK },
	{ "math", HTML_RAW },
	{ "menu", HTML_UL },
	{ "meta", HTML_GONE },
	{ "nav", HTML_BLOCK },
	{ "noembed", HTML_RAW },
	{ "noframes", HTML_RAW },
	{ "ol", HTML_OL },
	{ "optgroup", HTML_GONE },
	{ "option", HTML_GONE },
	{ "p", HTML_P },
	{ "param", HTML_GONE },
	{ "pre", HTML_PRE },
	{ "script", HTML_RAW },
	{ "section", HTML_BLOCK },
	{ "select", HTML_RAW },
	{ "source", HTML_GONE },
	{ "style", HTML_RAW },
	{ "summary", HTML_BLOCK },
	{ "svg", HTML_RAW },
	{ "table", HTML_TABLE },
	{ "tbody", HTML_GONE },
	{ "td", HTML_TD },
	{ "template", HTML_RAW },
	{ "textarea", HTML_RAW },
	{ "tfoot", HTML_GONE },
	{ "th", HTML_TH },
	{ "thead", HTML_GONE },
	{ "title", HTML_RAW },
	{ "tr", HTML_TR },
	{ "ul", HTML_UL },
	{ "wbr", HTML_GONE },
	{ "xmp", HTML_PRE },
};

static int
compare_name(const void *key, const void *entry)
{
	return strcmp(key, ((const struct tag_name *)entry)->name);
}

enum html_tag
html_tag_of(struct slice name)
{
	char key[12]; /* the longest name of the table, and NUL */
	const struct tag_name *t;

	if (name.n >= sizeof key)
		return HTML_INLINE;
	for (size_t i = 0; i < name.n; i++)
		key[i] = byte_lower(name.p[i]);
	key[name.n] = '\0';
	t = bsearch(key, tag_names, sizeof tag_names / sizeof tag_names[0],
	            sizeof tag_names[0], compare_name);
	return t != NULL ? t->tag : HTML_INLINE;
}

const char *
html_tag_name(enum html_tag tag)
{
	static const char *const names[HTML_TAG_COUNT] = {
		"",   "span", "div",        "a",   "img",   "br",
		"hr", "p",    "h1",         "h2",  "h3",    "h4",
		"h5", "h6",   "ul",         "ol",  "li",    "dl",
		"dt", "dd",   "blockquote", "pre", "table", "caption",
		"tr", "td",   "th",         "",    "",
	};

	return names[tag];
}

bool
html_tag_is_void(enum html_tag tag)
{
	return tag == HTML_IMG || tag == HTML_BR || tag == HTML_HR;
}

/* The number at the start of a value in thousandths; -1: none.  "1em" and the
 * like count as 16 pixels. */
static long
length_of(struct slice v)
{
	long whole = 0;
	long part = 0;
	long scale = 1000;
	size_t i = 0;

	while (i < v.n && byte_is_digit(v.p[i]) && whole < 100000)
		whole = whole * 10 + (v.p[i++] - '0');
	if (i < v.n && v.p[i] == '.')
		for (i++; i < v.n && byte_is_digit(v.p[i]); i++)
			if (scale > 1) {
				scale /= 10;
				part += (v.p[i] - '0') * scale;
			}
	if (i == 0)
		return -1;
	whole = whole * 1000 + part;
	v = slice_from(v, i);
	if (slice_istarts(v, "em") || slice_istarts(v, "rem"))
		return whole * 16;
	return slice_istarts(v, "%") ? whole / 6 : whole;
}

/* What the declarations of a style say together. */
struct style {
	unsigned flags;
	bool clipped; /* overflow: hidden */
	bool flat;    /* height or max-height: 0 */
};

static void
size_declared(struct style *s, struct slice name, long length)
{
	if (slice_ieq_z(name, "font-size")) {
		if (length >= 0)
			s->flags |= length <= 1000 ? HTML_STYLE_TINY
			                           : HTML_STYLE_SIZED;
	} else if (slice_ieq_z(name, "opacity")) {
		if (length == 0)
			s->flags |= HTML_STYLE_HIDDEN;
	} else if (slice_ieq_z(name, "max-height") ||
	           slice_ieq_z(name, "height") || slice_ieq_z(name, "width") ||
	           slice_ieq_z(name, "max-width")) {
		if (length == 0)
			s->flat = true;
		if (length >= 0 && length <= 1000)
			s->flags |= HTML_STYLE_PIXEL;
	}
}

static void
declared(struct style *s, struct slice name, struct slice value)
{
	bool none = slice_istarts(value, "none");
	bool hidden = slice_istarts(value, "hidden");

	if (slice_ieq_z(name, "display")) {
		if (none)
			s->flags |= HTML_STYLE_HIDDEN;
	} else if (slice_ieq_z(name, "visibility")) {
		if (hidden || slice_istarts(value, "collapse"))
			s->flags |= HTML_STYLE_HIDDEN;
	} else if (slice_ieq_z(name, "mso-hide")) {
		if (slice_istarts(value, "all"))
			s->flags |= HTML_STYLE_HIDDEN;
	} else if (slice_ieq_z(name, "overflow")) {
		s->clipped = s->clipped || hidden;
	} else {
		size_declared(s, name, length_of(value));
	}
}

unsigned
html_style_flags(struct slice style)
{
	struct style s = { 0, false, false };
	struct slice piece;

	while (slice_split(&style, ';', &piece)) {
		size_t colon = slice_find(piece, ':');

		if (colon < piece.n)
			declared(&s, slice_trim(slice_head(piece, colon)),
			         slice_trim(slice_from(piece, colon + 1)));
	}
	if (s.clipped && s.flat)
		s.flags |= HTML_STYLE_HIDDEN;
	return s.flags;
}
