/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text made safe to show.  Runs of harmless characters are copied as they are;
 * each other character is looked at once.
 */
#include "text/unicode.h"

#include <string.h>

#include "text/hangul.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Words for bidi controls, 202A to 202E and 2066 to 2069. */
static const char *
bidi_name(uint32_t c)
{
	static const char *const embedding[] = { "[LRE]", "[RLE]", "[PDF]",
		                                 "[LRO]", "[RLO]" };
	static const char *const isolate[] = { "[LRI]", "[RLI]", "[FSI]",
		                               "[PDI]" };

	if (c >= 0x202a && c <= 0x202e)
		return embedding[c - 0x202a];
	if (c >= 0x2066 && c <= 0x2069)
		return isolate[c - 0x2066];
	return NULL;
}

/* Invisible: words can be hidden with them.  Joiners are not here. */
static bool
is_dropped(uint32_t c)
{
	return c == 0x200b || c == 0x200e || c == 0x200f || c == 0x2060 ||
	       c == 0x61c || c == 0xfeff || (c >= 0x206a && c <= 0x206f) ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

static bool
is_filler(uint32_t c)
{
	return c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0;
}

/* Vowels and finals take no cell of their own: alone they would vanish. */
static bool
is_conjoining(uint32_t c)
{
	return (c >= 0x1160 && c <= 0x11ff) || (c >= 0xd7b0 && c <= 0xd7fb);
}

static bool
joins(uint32_t before, uint32_t c)
{
	bool final = (c >= 0x11a8 && c <= 0x11ff) || c >= 0xd7cb;
	bool vowel_before = (before >= 0x1160 && before <= 0x11a7) ||
	                    (before >= 0xd7b0 && before <= 0xd7c6);
	bool final_before = (before >= 0x11a8 && before <= 0x11ff) ||
	                    (before >= 0xd7cb && before <= 0xd7fb);

	if (final)
		return vowel_before || final_before ||
		       (before >= 0xac00 && before <= 0xd7a3);
	return vowel_before || (before >= 0x1100 && before <= 0x115f) ||
	       (before >= 0xa960 && before <= 0xa97c) ||
	       (before >= 0xac00 && before <= 0xd7a3 &&
	        (before - 0xac00) % 28 == 0);
}

/* Harmless whatever stands around it. */
static bool
is_plain(uint32_t c)
{
	if (c < 0xa0)
		return c >= 0x20 && c < 0x7f;
	if (c < 0x1100 || (c >= 0x3000 && c < 0xd7b0))
		return c != 0x61c && c != 0x3164;
	if (c >= 0x2000 && c < 0x2070)
		return c <= 0x200a || c == 0x200c || c == 0x200d ||
		       (c >= 0x2010 && c <= 0x2027) ||
		       (c >= 0x202f && c <= 0x205f);
	return !is_conjoining(c) && !is_filler(c) && !is_dropped(c);
}

static void
add_lone_jamo(uint32_t c, struct str *out)
{
	uint32_t lone = hangul_compat(c);

	str_add_codepoint(out, lone != 0 ? lone : UTF8_REPLACEMENT);
}

static void
body_special(uint32_t c, uint32_t before, struct str *out)
{
	if (c == '\n' || c == '\t')
		str_add_c(out, (char)c);
	else if (c == 0x2028 || c == 0x2029)
		str_add_c(out, '\n');
	else if (c == '\r' || is_dropped(c))
		return;
	else if (bidi_name(c) != NULL)
		str_add_z(out, bidi_name(c));
	else if (is_conjoining(c) && !joins(before, c))
		add_lone_jamo(c, out);
	else if (c < 0xa0)
		str_add_codepoint(out, UTF8_REPLACEMENT);
	else
		str_add_codepoint(out, c);
}

/* Length of the head of s that can be copied; *last_r is its last character
 * and stays when there is none. */
static size_t
plain_run(struct slice s, bool lines, uint32_t *last_r)
{
	size_t i = 0;

	while (i < s.n) {
		unsigned char b = (unsigned char)s.p[i];
		uint32_t c = b;
		size_t len = 1;

		if (b >= 0x80) {
			len = utf8_decode(s.p + i, s.n - i, &c);
			if (!is_plain(c) || (c == UTF8_REPLACEMENT &&
			                     !utf8_valid(s.p + i, len)))
				return i;
		} else if ((b < 0x20 && !(lines && b == '\n')) || b == 0x7f) {
			return i;
		}
		*last_r = c;
		i += len;
	}
	return i;
}

void
unicode_clean_body(struct slice s, struct str *out)
{
	uint32_t before = 0;
	size_t i = 0;

	while (i < s.n) {
		struct slice rest = slice_make(s.p + i, s.n - i);
		size_t run = plain_run(rest, true, &before);
		uint32_t c;

		str_add(out, rest.p, run);
		i += run;
		if (i < s.n) {
			i += utf8_decode(s.p + i, s.n - i, &c);
			body_special(c, before, out);
			before = c;
		}
	}
	if (out->full)
		str_truncate(out, utf8_cut(out->p, out->n));
}

static bool
is_zero_width(uint32_t c)
{
	return (c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xad;
}

/* One character of a line.  Returns whether it was a blank. */
static bool
line_char(uint32_t c, uint32_t before, struct str *out)
{
	if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0x2028 ||
	    c == 0x2029)
		return true;
	if (is_zero_width(c) || is_dropped(c) || bidi_name(c) != NULL)
		return false;
	if (is_filler(c) || c < 0x20 || (c >= 0x7f && c < 0xa0))
		str_add_codepoint(out, UTF8_REPLACEMENT);
	else if (is_conjoining(c) && !joins(before, c))
		add_lone_jamo(c, out);
	else
		str_add_codepoint(out, c);
	return false;
}

/* Is s printable ASCII with single spaces inside only? */
static bool
is_clean_ascii(struct slice s)
{
	char before = ' ';

	for (size_t i = 0; i < s.n; i++) {
		if (!byte_is_print(s.p[i]) || (s.p[i] == ' ' && before == ' '))
			return false;
		before = s.p[i];
	}
	return before != ' ';
}

/* Everything of unicode_clean_line but NFC; out is empty. */
static void
clean_line_slow(struct slice s, struct str *out)
{
	uint32_t before = 0;
	bool blank = false;

	for (size_t i = 0; i < s.n;) {
		size_t at = out->n;
		uint32_t c;

		i += utf8_decode(s.p + i, s.n - i, &c);
		if (line_char(c, before, out)) {
			blank = true;
		} else if (out->n > at) {
			if (blank && at > 0)
				str_insert(out, at, SLICE_LIT(" "));
			blank = false;
		}
		before = c;
	}
}

void
unicode_clean_line(struct slice s, struct str *out)
{
	struct str line;

	s = slice_trim(s);
	if (is_clean_ascii(s)) {
		str_add_slice(out, s);
		return;
	}
	str_init(&line, 4 * s.n);
	clean_line_slow(s, &line);
	unicode_nfc(str_slice(&line), out);
	str_release(&line);
}
