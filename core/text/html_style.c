/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How an HTML element looks, as far as it decides what can be read.  What hides
 * must say so: in doubt an element is shown.
 */
#include "text/html_style.h"

#include <string.h>

#include "util/banned.h"

/* A place that far left of or above the page is never seen (pixels). */
#define OFF_SCREEN 500
/* Space above or below that people see as a blank line (pixels). */
#define ROOMY 10
/* Colours are alike when no part differs by more, of 255. */
#define ALIKE_MAX 10

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

/* Is it "-999px" or the like? */
static bool
is_off_screen(struct slice v)
{
	return v.n > 1 && v.p[0] == '-' &&
	       length_of(slice_from(v, 1)) >= OFF_SCREEN * 1000L;
}

static int
hex_of(char c)
{
	if (byte_is_digit(c))
		return c - '0';
	c = byte_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "#fff" or "#ffffff"; old pages leave the "#" out. */
static uint32_t
hex_color(struct slice v)
{
	uint32_t c = 0;

	if (v.n != 3 && v.n != 6)
		return HTML_COLOR_OTHER;
	for (size_t i = 0; i < v.n; i++) {
		int digit = hex_of(v.p[i]);

		if (digit < 0)
			return HTML_COLOR_OTHER;
		c = c << 4 | (uint32_t)digit;
		if (v.n == 3)
			c = c << 4 | (uint32_t)digit;
	}
	return HTML_COLOR | c;
}

/* "255, 255, 255)" with an opacity after it perhaps. */
static uint32_t
rgb_color(struct slice v)
{
	long part[4] = { 0, 0, 0, 1000 };

	for (size_t k = 0; k < 4 && v.n > 0; k++) {
		size_t n = 0;

		part[k] = length_of(v);
		if (part[k] < 0 || part[k] > 255000)
			return HTML_COLOR_OTHER;
		while (n < v.n && (byte_is_digit(v.p[n]) || v.p[n] == '.'))
			n++;
		while (n < v.n && strchr(" ,/", v.p[n]) != NULL)
			n++;
		v = slice_from(v, n);
		if (v.n > 0 && v.p[0] == ')')
			break;
	}
	if (part[3] == 0)
		return HTML_COLOR_CLEAR;
	if (part[3] < 1000)
		return HTML_COLOR_OTHER;
	return HTML_COLOR | (uint32_t)(part[0] / 1000) << 16 |
	       (uint32_t)(part[1] / 1000) << 8 | (uint32_t)(part[2] / 1000);
}

static uint32_t
color_of(struct slice v)
{
	size_t n = 0;

	v = slice_trim(v);
	if (slice_istarts(v, "rgb(") || slice_istarts(v, "rgba("))
		return rgb_color(
			slice_trim(slice_from(v, slice_find(v, '(') + 1)));
	if (v.n > 0 && v.p[0] == '#')
		v = slice_from(v, 1);
	while (n < v.n && byte_is_alnum(v.p[n]))
		n++;
	v = slice_head(v, n);
	if (slice_ieq_z(v, "white"))
		return HTML_COLOR | 0xffffff;
	if (slice_ieq_z(v, "black"))
		return HTML_COLOR;
	if (slice_ieq_z(v, "transparent"))
		return HTML_COLOR_CLEAR;
	return hex_color(v);
}

/* The colour of "background: #fff url(...)".  Pictures are not looked at. */
static uint32_t
background_of(struct slice v)
{
	uint32_t c;

	if (slice_find(v, '(') < v.n && !slice_istarts(v, "rgb"))
		return HTML_COLOR_OTHER;
	c = color_of(v);
	if (c == HTML_COLOR_CLEAR || slice_istarts(v, "none") ||
	    slice_istarts(v, "inherit") || slice_istarts(v, "initial"))
		return 0;
	return c;
}

/* What the declarations of a style say together. */
struct style {
	struct html_look *look;
	bool clipped;  /* overflow: hidden */
	bool flat;     /* height or max-height: 0 */
	bool off;      /* left or top: -999px */
	bool unbound;  /* position: absolute */
	bool picture;  /* the background has one */
	bool bordered; /* a border may be the box behind the words */
};

static void
box_declared(struct style *s, struct slice name, struct slice value)
{
	if (slice_ieq_z(name, "left") || slice_ieq_z(name, "top") ||
	    slice_ieq_z(name, "right")) {
		s->off = s->off || is_off_screen(value);
	} else if (slice_ieq_z(name, "text-indent") ||
	           slice_ieq_z(name, "margin-left") ||
	           slice_ieq_z(name, "margin-top")) {
		if (is_off_screen(value))
			s->look->flags |= HTML_LOOK_HIDDEN;
	} else if (slice_ieq_z(name, "position")) {
		s->unbound = slice_istarts(value, "absolute") ||
		             slice_istarts(value, "fixed");
	} else if (slice_ieq_z(name, "overflow")) {
		s->clipped = s->clipped || slice_istarts(value, "hidden");
	} else if (slice_istarts(name, "border")) {
		if (length_of(value) > 1000)
			s->bordered = true;
	}
}

/* "margin: 20px 0", "padding-top: 20px": what is above or below. */
static void
room_declared(struct style *s, struct slice name, struct slice value)
{
	bool margin = slice_istarts(name, "margin");
	struct slice side = slice_from(name, slice_find(name, '-'));
	long length = length_of(value);

	if (side.n > 0 && !slice_ieq_z(side, "-top") &&
	    !slice_ieq_z(side, "-bottom"))
		return;
	if (length >= ROOMY * 1000L)
		s->look->flags |= HTML_LOOK_ROOMY;
	else if (margin && length == 0 && !slice_ieq_z(side, "-top"))
		s->look->flags |= HTML_LOOK_TIGHT;
}

static void
size_declared(struct style *s, struct slice name, struct slice value)
{
	long length = length_of(value);

	if (slice_ieq_z(name, "font-size")) {
		if (length >= 0)
			s->look->flags |= length <= 1000 ? HTML_LOOK_TINY
			                                 : HTML_LOOK_SIZED;
	} else if (slice_ieq_z(name, "opacity")) {
		if (length == 0)
			s->look->flags |= HTML_LOOK_HIDDEN;
	} else if (slice_iends(name, "height") || slice_iends(name, "width")) {
		if (slice_ieq_z(name, "line-height") ||
		    slice_istarts(name, "border") ||
		    slice_istarts(name, "min-"))
			return;
		if (length == 0)
			s->flat = true;
		if (length >= 0 && length <= 1000)
			s->look->flags |= HTML_LOOK_PIXEL;
	}
}

static void
seen_declared(struct style *s, struct slice name, struct slice value)
{
	if (slice_ieq_z(name, "display")) {
		s->look->flags |= slice_istarts(value, "none")
		                          ? HTML_LOOK_HIDDEN
		                          : HTML_LOOK_SHOWN;
	} else if (slice_ieq_z(name, "visibility")) {
		if (slice_istarts(value, "hidden") ||
		    slice_istarts(value, "collapse"))
			s->look->flags |= HTML_LOOK_HIDDEN;
		else
			s->look->flags |= HTML_LOOK_SHOWN;
	} else if (slice_ieq_z(name, "mso-hide")) {
		if (slice_istarts(value, "all"))
			s->look->flags |= HTML_LOOK_HIDDEN;
	} else if (slice_istarts(name, "text-decoration")) {
		if (slice_ifind_text(value, SLICE_LIT("line-through")) <
		    value.n)
			s->look->flags |= HTML_LOOK_STRUCK;
	} else if (slice_ieq_z(name, "white-space")) {
		bool pre = slice_istarts(value, "pre") ||
		           slice_istarts(value, "break-spaces");

		s->look->flags |= pre ? HTML_LOOK_PRE : HTML_LOOK_FLOW;
	}
}

static void
color_declared(struct style *s, struct slice name, struct slice value)
{
	if (slice_ieq_z(name, "color"))
		s->look->fore = color_of(value);
	else if (slice_ieq_z(name, "background-image"))
		s->picture = s->picture || !slice_istarts(value, "none");
	else if (slice_ieq_z(name, "background") ||
	         slice_ieq_z(name, "background-color"))
		s->look->back = background_of(value);
}

/* By the first letter, because most declarations say nothing to us. */
static void
declared(struct style *s, struct slice name, struct slice value)
{
	switch (byte_lower(name.n > 0 ? name.p[0] : ' ')) {
	case 'b':
	case 'c':
		if (slice_istarts(name, "border"))
			box_declared(s, name, value);
		else
			color_declared(s, name, value);
		break;
	case 'd':
	case 'v':
		seen_declared(s, name, value);
		break;
	case 'f':
	case 'h':
	case 'o':
	case 'w':
		if (slice_ieq_z(name, "overflow"))
			box_declared(s, name, value);
		else if (slice_ieq_z(name, "white-space"))
			seen_declared(s, name, value);
		else
			size_declared(s, name, value);
		break;
	case 'l':
	case 'p':
	case 'r':
		if (slice_istarts(name, "padding"))
			room_declared(s, name, value);
		else
			box_declared(s, name, value);
		break;
	case 'm':
		if (slice_istarts(name, "margin"))
			room_declared(s, name, value);
		size_declared(s, name, value);
		seen_declared(s, name, value);
		box_declared(s, name, value);
		break;
	case 't':
		seen_declared(s, name, value);
		box_declared(s, name, value);
		break;
	default:
		break;
	}
}

void
html_look_declared(struct slice style, struct html_look *look)
{
	struct style s = { .look = look };
	struct slice piece;

	while (slice_split(&style, ';', &piece)) {
		size_t colon = slice_find(piece, ':');

		if (colon < piece.n)
			declared(&s, slice_trim(slice_head(piece, colon)),
			         slice_trim(slice_from(piece, colon + 1)));
	}
	if ((s.clipped && s.flat) || (s.unbound && s.off))
		look->flags |= HTML_LOOK_HIDDEN;
	if (s.picture || (s.bordered && look->back == 0))
		look->back = HTML_COLOR_OTHER;
}

/* Width or height of at most one pixel. */
static bool
is_pixel_size(const struct html_token *t, enum html_attr name)
{
	struct slice v;

	if (!html_token_has(t, name))
		return false;
	v = slice_trim(t->attr[name]);
	return v.n > 0 && (v.p[0] == '0' || v.p[0] == '1') &&
	       (v.n == 1 || v.p[1] == 'p');
}

void
html_look_of(const struct html_token *t, struct html_look *look_r)
{
	*look_r = (struct html_look){ 0, 0, 0 };
	if (t->tag == HTML_STRUCK)
		look_r->flags |= HTML_LOOK_STRUCK;
	if (t->has == 0)
		return;
	if (html_token_has(t, HTML_ATTR_COLOR))
		look_r->fore = color_of(t->attr[HTML_ATTR_COLOR]);
	if (html_token_has(t, HTML_ATTR_BGCOLOR))
		look_r->back = color_of(t->attr[HTML_ATTR_BGCOLOR]);
	if (html_token_has(t, HTML_ATTR_STYLE))
		html_look_declared(t->attr[HTML_ATTR_STYLE], look_r);
	if (html_token_has(t, HTML_ATTR_BACKGROUND))
		look_r->back = HTML_COLOR_OTHER;
	/* Its style sheet leaves no space between paragraphs. */
	if (html_token_has(t, HTML_ATTR_CLASS) &&
	    slice_starts(t->attr[HTML_ATTR_CLASS], "Mso"))
		look_r->flags |= HTML_LOOK_TIGHT;
	if (html_token_has(t, HTML_ATTR_HIDDEN))
		look_r->flags |= HTML_LOOK_HIDDEN;
	if (t->tag != HTML_IMG)
		look_r->flags &= ~(unsigned)HTML_LOOK_PIXEL;
	else if (is_pixel_size(t, HTML_ATTR_WIDTH) ||
	         is_pixel_size(t, HTML_ATTR_HEIGHT))
		look_r->flags |= HTML_LOOK_PIXEL;
}

static bool
is_alike(uint32_t a, uint32_t b, unsigned shift)
{
	int d = (int)(a >> shift & 0xff) - (int)(b >> shift & 0xff);

	return d >= -ALIKE_MAX && d <= ALIKE_MAX;
}

bool
html_color_hides(uint32_t fore, uint32_t back)
{
	if (fore == HTML_COLOR_CLEAR)
		return true;
	if ((fore & ~0xffffffU) != HTML_COLOR ||
	    (back & ~0xffffffU) != HTML_COLOR)
		return false;
	return is_alike(fore, back, 0) && is_alike(fore, back, 8) &&
	       is_alike(fore, back, 16);
}
