/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTML reduced to what matters for text, balanced and bounded, so that the
 * HTML5 tree builder behind it stays linear whatever a stranger sends.
 *
 * 1. One pass over the bytes.  A search that finds nothing is not repeated.
 * 2. The stack of open elements holds at most HTML_DEPTH_MAX; each end tag that
 *    closes several elements is written for each of them.  So the builder's
 *    own stack, implied elements aside, is a part of ours.
 * 3. Formatting elements (b, font, ...) become span, or vanish when they
 *    hide nothing: the builder's work for misnested ones grows with the square
 *    of their number.
 * 4. Only named attributes of known elements are written, once each; styles
 *    shrink to flags.  Comments, scripts, styles, forms and frames go.
 */
#include "text/html_tidy.h"

#include <string.h>

#include "text/html_tag.h"

#include "util/banned.h"

struct open {
	unsigned char tag;
	bool silent; /* no tag was written */
};

struct tidy {
	struct slice rest; /* what is not yet read */
	struct str *out;
	struct open stack[HTML_DEPTH_MAX];
	size_t depth;
	size_t open[HTML_TAG_COUNT]; /* how many of each are in the stack */
	size_t elements;
	bool no_comment_end; /* no more "-->" in rest */
	bool cut;
};

/* Attributes of one tag; p == NULL: not there. */
enum attr {
	ATTR_HREF,
	ATTR_ALT,
	ATTR_COLSPAN,
	ATTR_ROWSPAN,
	ATTR_ALIGN,
	ATTR_BORDER,
	ATTR_ROLE,
	ATTR_START,
	ATTR_VALUE,
	ATTR_WRITTEN, /* those above are written as they are */
	ATTR_STYLE = ATTR_WRITTEN,
	ATTR_HIDDEN,
	ATTR_WIDTH,
	ATTR_HEIGHT,
	ATTR_COUNT
};

static const char *const attr_names[ATTR_COUNT] = {
	"href",  "alt",   "colspan", "rowspan", "align", "border", "role",
	"start", "value", "style",   "hidden",  "width", "height",
};

static void
skip(struct tidy *t, size_t n)
{
	t->rest = slice_from(t->rest, n);
}

/* Skip to behind the next c, or to the end. */
static void
skip_past(struct tidy *t, char c)
{
	size_t at = slice_find(t->rest, c);

	skip(t, at < t->rest.n ? at + 1 : at);
}

static void
write_end(struct tidy *t, enum html_tag tag)
{
	str_add_z(t->out, "</");
	str_add_z(t->out, html_tag_name(tag));
	str_add_c(t->out, '>');
}

static void
pop(struct tidy *t)
{
	struct open *top = &t->stack[--t->depth];

	t->open[top->tag]--;
	if (!top->silent)
		write_end(t, (enum html_tag)top->tag);
}

/* Elements that an end tag or an implied end does not reach through. */
static bool
is_wall(enum html_tag tag, enum html_tag wanted)
{
	if (tag == HTML_TABLE)
		return true;
	if (wanted == HTML_TR)
		return false;
	return tag == HTML_TD || tag == HTML_TH || tag == HTML_CAPTION;
}

/* Close the innermost open tag, and what is open inside it. */
static void
close_tag(struct tidy *t, enum html_tag tag)
{
	size_t i = t->depth;

	if (t->open[tag] == 0)
		return;
	while (i > 0 && t->stack[i - 1].tag != tag) {
		if (tag != HTML_TABLE &&
		    is_wall((enum html_tag)t->stack[i - 1].tag, tag))
			return;
		i--;
	}
	if (i == 0)
		return;
	while (t->depth >= i)
		pop(t);
}

/* Close tag unless one of the lists or tables it belongs to is opened inside. */
static void
close_sibling(struct tidy *t, enum html_tag tag, enum html_tag parent)
{
	if (t->open[tag] == 0)
		return;
	for (size_t i = t->depth; i > 0; i--) {
		enum html_tag at = (enum html_tag)t->stack[i - 1].tag;

		if (at == tag) {
			close_tag(t, tag);
			return;
		}
		if (at == parent || at == HTML_TABLE ||
		    (parent == HTML_UL && at == HTML_OL))
			return;
	}
}

/* Whatever heading is open: "<h1>...</h2>" is common. */
static void
close_heading(struct tidy *t)
{
	for (int tag = HTML_H1; tag <= HTML_H6; tag++)
		close_tag(t, (enum html_tag)tag);
}

/* End tags that the start of tag implies. */
static void
close_implied(struct tidy *t, enum html_tag tag)
{
	if (tag >= HTML_H1 && tag <= HTML_H6) {
		close_heading(t);
	} else if (tag == HTML_LI) {
		close_sibling(t, HTML_LI, HTML_UL);
	} else if (tag == HTML_DT || tag == HTML_DD) {
		close_sibling(t, HTML_DT, HTML_DL);
		close_sibling(t, HTML_DD, HTML_DL);
	} else if (tag == HTML_TD || tag == HTML_TH) {
		close_sibling(t, HTML_TD, HTML_TABLE);
		close_sibling(t, HTML_TH, HTML_TABLE);
	} else if (tag == HTML_TR) {
		close_sibling(t, HTML_TR, HTML_TABLE);
	} else if (tag == HTML_A) {
		close_tag(t, HTML_A);
	}
	if (tag >= HTML_HR && tag != HTML_TR && tag != HTML_TD &&
	    tag != HTML_TH)
		close_tag(t, HTML_P);
	else if (tag == HTML_BLOCK)
		close_tag(t, HTML_P);
}

static void
write_attr(struct tidy *t, const char *name, struct slice value)
{
	char quote = slice_find(value, '"') == value.n ? '"' : '\'';

	if (quote == '\'' && slice_find(value, quote) < value.n)
		return;
	str_add_c(t->out, ' ');
	str_add_z(t->out, name);
	str_add_c(t->out, '=');
	str_add_c(t->out, quote);
	str_add_slice(t->out, value);
	str_add_c(t->out, quote);
}

/* Width or height of at most one pixel. */
static bool
is_pixel_size(struct slice v)
{
	v = slice_trim(v);
	return v.n > 0 && (v.p[0] == '0' || v.p[0] == '1') &&
	       (v.n == 1 || v.p[1] == 'p');
}

static unsigned
flags_of(enum html_tag tag, const struct slice attrs[ATTR_COUNT])
{
	unsigned flags = html_style_flags(attrs[ATTR_STYLE]);

	if (attrs[ATTR_HIDDEN].p != NULL)
		flags |= HTML_STYLE_HIDDEN;
	if (tag != HTML_IMG)
		return flags & ~(unsigned)HTML_STYLE_PIXEL;
	if (is_pixel_size(attrs[ATTR_WIDTH]) ||
	    is_pixel_size(attrs[ATTR_HEIGHT]))
		flags |= HTML_STYLE_PIXEL;
	return flags;
}

static void
write_start(struct tidy *t, enum html_tag tag,
            const struct slice attrs[ATTR_COUNT], unsigned flags)
{
	str_add_c(t->out, '<');
	str_add_z(t->out, html_tag_name(tag));
	for (size_t i = 0; i < ATTR_WRITTEN; i++)
		if (attrs[i].p != NULL)
			write_attr(t, attr_names[i], attrs[i]);
	if (flags != 0)
		str_printf(t->out, " style=\"%u\"", flags);
	str_add_c(t->out, '>');
}

/* Elements that are never closed must not use up the stack. */
#define SILENT_MAX (HTML_DEPTH_MAX / 2)

/* false: the stack is full. */
static bool
push(struct tidy *t, enum html_tag tag, bool silent)
{
	if (silent && t->depth >= SILENT_MAX)
		return true;
	if (t->depth == HTML_DEPTH_MAX)
		return false;
	t->stack[t->depth].tag = (unsigned char)tag;
	t->stack[t->depth].silent = silent;
	t->depth++;
	t->open[tag]++;
	return true;
}

static void
start_element(struct tidy *t, enum html_tag tag,
              const struct slice attrs[ATTR_COUNT])
{
	unsigned flags = flags_of(tag, attrs);
	bool silent =
		flags == 0 && (tag == HTML_INLINE ||
	                       (tag == HTML_A && attrs[ATTR_HREF].p == NULL));

	close_implied(t, tag);
	if (!silent && t->elements == HTML_ELEMENTS_MAX) {
		t->cut = true;
		return;
	}
	if (!html_tag_is_void(tag) && !push(t, tag, silent)) {
		t->cut = true;
		/* At least its text gets a line of its own. */
		if (tag == HTML_INLINE || tag == HTML_A)
			return;
		tag = HTML_BR;
		flags = 0;
	}
	if (!silent) {
		t->elements++;
		write_start(t, tag, attrs, flags);
	}
}

static bool
ends_name(char c)
{
	return byte_is_blank(c) || c == '\f' || c == '/' || c == '>';
}

/* The tag name at the head of rest. */
static struct slice
read_name(struct tidy *t)
{
	struct slice name = t->rest;
	size_t n = 0;

	while (n < name.n && !ends_name(name.p[n]))
		n++;
	skip(t, n);
	return slice_head(name, n);
}

static void
skip_blanks(struct tidy *t)
{
	size_t n = 0;

	while (n < t->rest.n &&
	       (byte_is_blank(t->rest.p[n]) || t->rest.p[n] == '\f'))
		n++;
	skip(t, n);
}

/* The value after "=". */
static struct slice
read_value(struct tidy *t)
{
	struct slice v;
	size_t n = 0;
	char quote;

	skip(t, 1);
	skip_blanks(t);
	v = t->rest;
	quote = v.n > 0 ? v.p[0] : '\0';
	if (quote == '"' || quote == '\'') {
		v = slice_from(v, 1);
		n = slice_find(v, quote);
		skip(t, n + 2);
		return slice_head(v, n);
	}
	while (n < v.n && !byte_is_blank(v.p[n]) && v.p[n] != '>')
		n++;
	skip(t, n);
	return slice_head(v, n);
}

static void
keep_attr(struct slice attrs[ATTR_COUNT], struct slice name, struct slice value)
{
	for (size_t i = 0; i < ATTR_COUNT; i++)
		if (attrs[i].p == NULL && slice_ieq_z(name, attr_names[i])) {
			attrs[i] = value;
			return;
		}
}

/* Attributes up to and with ">".  false: the text ended before. */
static bool
read_attrs(struct tidy *t, struct slice attrs[ATTR_COUNT])
{
	while (t->rest.n > 0) {
		struct slice name;
		struct slice value = SLICE_LIT("");
		size_t n = 0;

		if (t->rest.p[0] == '>') {
			skip(t, 1);
			return true;
		}
		if (byte_is_blank(t->rest.p[0]) || t->rest.p[0] == '/' ||
		    t->rest.p[0] == '\f') {
			skip(t, 1);
			continue;
		}
		name = t->rest;
		while (n < name.n && !ends_name(name.p[n]) &&
		       (n == 0 || name.p[n] != '='))
			n++;
		skip(t, n);
		skip_blanks(t);
		if (t->rest.n > 0 && t->rest.p[0] == '=')
			value = read_value(t);
		keep_attr(attrs, slice_head(name, n), value);
	}
	return false;
}

/* Behind the start tag of an element that goes with its content. */
static void
skip_raw(struct tidy *t, struct slice name)
{
	for (size_t i = 0; i < t->rest.n;) {
		struct slice at;

		i += slice_find(slice_from(t->rest, i), '<');
		at = slice_from(t->rest, i + 2);
		if (i + 1 < t->rest.n && t->rest.p[i + 1] == '/' &&
		    slice_ieq(slice_head(at, name.n), name) &&
		    (at.n == name.n || ends_name(at.p[name.n]))) {
			skip(t, i + 2);
			skip_past(t, '>');
			return;
		}
		i++;
	}
	skip(t, t->rest.n);
}

static void
read_start(struct tidy *t)
{
	struct slice attrs[ATTR_COUNT] = { { NULL, 0 } };
	struct slice name = read_name(t);
	enum html_tag tag = html_tag_of(name);

	if (!read_attrs(t, attrs) || tag == HTML_GONE)
		return;
	if (tag == HTML_RAW)
		skip_raw(t, name);
	else
		start_element(t, tag, attrs);
}

static void
read_end(struct tidy *t)
{
	static const struct slice none[ATTR_COUNT];
	enum html_tag tag = html_tag_of(read_name(t));

	skip_past(t, '>');
	if (tag == HTML_BR)
		start_element(t, tag, none);
	else if (tag >= HTML_H1 && tag <= HTML_H6)
		close_heading(t);
	else if (tag != HTML_GONE && tag != HTML_RAW)
		close_tag(t, tag);
}

/* "<!" or "<?": comments and the like. */
static void
read_markup(struct tidy *t)
{
	if (slice_starts(t->rest, "!--") && !t->no_comment_end) {
		struct slice body = slice_from(t->rest, 1);
		size_t end = slice_find_text(body, SLICE_LIT("-->"));

		if (end < body.n) {
			skip(t, 1 + end + 3);
			return;
		}
		t->no_comment_end = true;
	}
	skip_past(t, '>');
}

/* At "<". */
static void
read_tag(struct tidy *t)
{
	char c;

	skip(t, 1);
	c = t->rest.n > 0 ? t->rest.p[0] : ' ';
	if (byte_is_alpha(c)) {
		read_start(t);
	} else if (c == '/') {
		skip(t, 1);
		if (t->rest.n > 0 && byte_is_alpha(t->rest.p[0]))
			read_end(t);
		else
			skip_past(t, '>');
	} else if (c == '!' || c == '?') {
		read_markup(t);
	} else {
		str_add_z(t->out, "&lt;");
	}
}

bool
html_tidy(struct slice html, struct str *out)
{
	struct tidy t = { .rest = html, .out = out };

	while (t.rest.n > 0 && !out->full) {
		size_t at = slice_find(t.rest, '<');

		str_add(out, t.rest.p, at);
		skip(&t, at);
		if (t.rest.n > 0)
			read_tag(&t);
	}
	while (t.depth > 0)
		pop(&t);
	return t.cut || out->full;
}
