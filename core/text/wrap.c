/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Breaking text into lines as Korean is read.
 *
 * 1. Lines break at blanks and after hyphens between words, not between Hangul
 *    syllables; beside Hanja or Kana they break anywhere.
 * 2. What is longer than a line is cut between clusters, but not before closing
 *    or after opening punctuation while another place is left.
 * 3. A URL is one word; one that is too long is cut at any cluster.
 * 4. One pass: while clusters are added, the last place of each kind is kept,
 *    and the best kind is used when the line is full.  What was looked at in
 *    vain is at most a line, so all lines together take linear time.
 */
#include "text/wrap.h"

#include "text/unicode.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Where a line may end and the next one begin; next == 0: nowhere. */
struct place {
	size_t end;
	size_t next;
};

struct wrap {
	struct place good;  /* a break that reads well */
	struct place blank; /* a blank beside the wrong punctuation */
	struct place cut;   /* between two clusters of a word */
	uint32_t before;    /* first character of the last cluster; 0: none */
	uint32_t before2;   /* and of the one before */
	bool url;           /* inside a URL */
};

static bool
is_blank(uint32_t c)
{
	return c == ' ' || c == '\t';
}

static bool
is_closing(uint32_t c)
{
	switch (c) {
	case ')':
	case ']':
	case '}':
	case ',':
	case '.':
	case '!':
	case '?':
	case ':':
	case ';':
	case '%':
	case 0x2019:
	case 0x201d:
	case 0x2026:
	case 0x00bb:
	case 0x3001:
	case 0x3002:
	case 0x3009:
	case 0x300b:
	case 0x300d:
	case 0x300f:
	case 0x3011:
	case 0x3015:
	case 0x3017:
	case 0xff01:
	case 0xff05:
	case 0xff09:
	case 0xff0c:
	case 0xff0e:
	case 0xff1a:
	case 0xff1b:
	case 0xff1f:
	case 0xff3d:
	case 0xff5d:
		return true;
	default:
		return false;
	}
}

static bool
is_opening(uint32_t c)
{
	switch (c) {
	case '(':
	case '[':
	case '{':
	case '$':
	case '#':
	case 0x2018:
	case 0x201c:
	case 0x00ab:
	case 0x20a9:
	case 0x3008:
	case 0x300a:
	case 0x300c:
	case 0x300e:
	case 0x3010:
	case 0x3014:
	case 0x3016:
	case 0xff03:
	case 0xff04:
	case 0xff08:
	case 0xff3b:
	case 0xff5b:
	case 0xffe6:
		return true;
	default:
		return false;
	}
}

static bool
is_glue(uint32_t c)
{
	return c == 0xa0 || c == 0x202f || c == 0x2060 || c == 0xfeff ||
	       c == 0x2011;
}

static bool
is_hanja_or_kana(uint32_t c)
{
	return (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
	       (c >= 0x3041 && c <= 0x30ff) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0x20000 && c <= 0x3fffd);
}

static bool
is_word(uint32_t c)
{
	return c >= 0x80 || byte_is_alnum((char)c);
}

/* May a line break before c, with no blank there? */
static bool
breaks_before(const struct wrap *w, uint32_t c)
{
	uint32_t b = w->before;

	if (b == 0 || w->url || is_glue(b) || is_glue(c))
		return false;
	if (b == 0x200b)
		return true;
	if (is_closing(c) || is_opening(b))
		return false;
	if (b == '-' || b == 0x2010)
		return is_word(w->before2) && is_word(c) &&
		       !(c < 0x80 && byte_is_digit((char)c));
	return is_hanja_or_kana(b) || is_hanja_or_kana(c);
}

static bool
starts_url(struct slice s)
{
	return slice_istarts(s, "http://") || slice_istarts(s, "https://") ||
	       slice_istarts(s, "ftp://") || slice_istarts(s, "www.") ||
	       slice_istarts(s, "mailto:");
}

static void
note_url(struct wrap *w, struct slice s, uint32_t c)
{
	if (w->url)
		w->url =
			c > ' ' && c < 0x7f && c != '<' && c != '>' && c != '"';
	else if ((c | 0x20) == 'h' || (c | 0x20) == 'f' || (c | 0x20) == 'w' ||
	         (c | 0x20) == 'm')
		w->url =
			!(w->before < 0x80 && byte_is_alnum((char)w->before)) &&
			starts_url(s);
}

/* The run of blanks at s.p + i: a place to break, unless nothing but blanks
 * stands before.  Returns the end of the run. */
static size_t
pass_blanks(struct wrap *w, struct slice s, size_t i)
{
	size_t end = i;
	uint32_t c = 0;
	struct place place;

	while (end < s.n && is_blank((unsigned char)s.p[end]))
		end++;
	place.end = i;
	place.next = end;
	if (w->before != 0 && end < s.n) {
		(void)utf8_decode(s.p + end, s.n - end, &c);
		if (is_closing(c) || is_opening(w->before))
			w->blank = place;
		else
			w->good = place;
	}
	w->url = false;
	return end;
}

/* The line is full before i. */
static struct place
choose(const struct wrap *w, size_t i)
{
	if (w->good.next != 0)
		return w->good;
	if (w->cut.next != 0)
		return w->cut;
	if (w->blank.next != 0)
		return w->blank;
	return (struct place){ i, i };
}

/* Note what may break before the cluster of c at i. */
static void
note_places(struct wrap *w, struct slice s, size_t i, uint32_t c)
{
	struct place here = { i, i };
	bool was_url = w->url;

	note_url(w, slice_make(s.p + i, s.n - i), c);
	if (w->before == 0)
		return;
	if (breaks_before(w, c))
		w->good = here;
	if ((was_url && w->url) || (!is_closing(c) && !is_opening(w->before) &&
	                            !is_glue(c) && !is_glue(w->before)))
		w->cut = here;
}

bool
wrap_next(struct slice *rest, size_t width, struct slice *line_r)
{
	struct slice s = *rest;
	struct wrap w = { 0 };
	struct place place = { s.n, s.n };
	size_t cells = 0;
	size_t i = 0;

	if (s.n == 0)
		return false;
	while (i < s.n) {
		uint32_t c;
		int wide;
		size_t len;

		(void)utf8_decode(s.p + i, s.n - i, &c);
		if (is_blank(c)) {
			len = pass_blanks(&w, s, i) - i;
			wide = (int)len;
		} else {
			len = unicode_next(slice_make(s.p + i, s.n - i), &wide);
			note_places(&w, s, i, c);
			if (cells + (size_t)wide > width && i > 0) {
				place = choose(&w, i);
				break;
			}
			w.before2 = w.before;
		}
		w.before = is_blank(c) && w.before == 0 ? 0 : c;
		cells += (size_t)wide;
		i += len;
	}
	*line_r = slice_make(s.p, place.end);
	while (line_r->n > 0 &&
	       is_blank((unsigned char)line_r->p[line_r->n - 1]))
		line_r->n--;
	*rest = slice_from(s, place.next);
	return true;
}
