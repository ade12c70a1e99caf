/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Encoded words of headers (RFC 2047) and raw 8-bit between them.
 *
 * 1. Adjacent words of one charset are a run: their bytes are joined before the
 *    charset is decoded, because mailers cut inside characters.
 * 2. Some cut one base64 stream into words of any length: when a word of the
 *    run has an odd length, both readings are tried and the one with fewer
 *    replacements wins.
 * 3. A word ends at "?=", at the next "=?", or at the end of the value; so each
 *    byte is looked at a fixed number of times.
 * 4. Words are found anywhere, glued to text or inside quotes: RFC 2047 forbids
 *    both, and mailers do both.
 */
#include "mime/word.h"

#include <string.h>

#include "mime/cte.h"
#include "mime/limits.h"
#include "mime/message.h"
#include "util/utf8.h"

#include "util/banned.h"

struct word {
	struct slice label;
	bool base64;
	struct slice text; /* the payload */
	size_t size;       /* of the whole word */
};

struct detect_hint
word_hint(const struct message *m)
{
	struct detect_hint h = { 0 };

	if (m == NULL)
		return h;
	h.label = m->forced;
	h.sibling = m->text_charset;
	h.fallback = m->fallback;
	return h;
}

static bool
is_encoding(struct slice s)
{
	char c = s.n == 1 ? byte_lower(s.p[0]) : '\0';

	return c == 'b' || c == 'q';
}

/* Read "=?label?B?"; returns the size of it or 0. */
static size_t
read_opening(struct slice s, struct slice *label_r, bool *base64_r)
{
	struct slice head = slice_head(slice_from(s, 2), MIME_LABEL_MAX);
	struct slice label = slice_head(head, slice_find(head, '?'));
	struct slice rest = slice_from(head, label.n + 1);
	struct slice enc = slice_head(rest, slice_find(rest, '?'));

	if (enc.n == rest.n || label.n == 0)
		return 0;
	if (!is_encoding(enc)) {
		struct slice swap = label;

		if (!is_encoding(label) ||
		    charset_lookup(enc) == CHARSET_UNKNOWN)
			return 0;
		label = enc;
		enc = swap;
	}
	for (size_t i = 0; i < label.n; i++)
		if (byte_is_blank(label.p[i]))
			return 0;
	*label_r = label;
	*base64_r = byte_lower(enc.p[0]) == 'b';
	return 2 + label.n + 1 + enc.n + 1;
}

/* Base64 without an end mark goes to its padding, when a blank follows. */
static size_t
padded_size(struct slice s)
{
	size_t n = slice_find(s, '=');

	while (n < s.n && s.p[n] == '=')
		n++;
	return n < s.n && byte_is_blank(s.p[n]) ? n : s.n;
}

/* The payload at the start of s; *size_r counts its end mark too. */
static struct slice
read_payload(struct slice s, bool base64, size_t *size_r)
{
	for (size_t i = 0; i < s.n; i++) {
		const char *q = memchr(s.p + i, '?', s.n - i);

		if (q == NULL)
			break;
		i = (size_t)(q - s.p);
		if (i + 1 < s.n && s.p[i + 1] == '=') {
			*size_r = i + 2;
			return slice_head(s, i);
		}
		if (i > 0 && s.p[i - 1] == '=' && i + 1 < s.n) {
			*size_r = i - 1;
			return slice_head(s, i - 1);
		}
		if (base64) {
			*size_r = i + 1;
			return slice_head(s, i);
		}
	}
	if (base64)
		s = slice_head(s, padded_size(s));
	*size_r = s.n;
	return s;
}

/* The word at the start of s, which begins with "=?"; its charset is not looked
 * up. */
static bool
split_word(struct slice s, struct word *w)
{
	size_t opening = read_opening(s, &w->label, &w->base64);
	size_t payload;

	if (opening == 0)
		return false;
	w->text = read_payload(slice_from(s, opening), w->base64, &payload);
	w->size = opening + payload;
	return true;
}

/* ASCII, and nothing that shifts into another charset? */
static bool
is_plain(struct slice s)
{
	return s.n == 0 ||
	       (!utf8_has_8bit(s.p, s.n) && memchr(s.p, '\033', s.n) == NULL &&
	        memchr(s.p, '\016', s.n) == NULL);
}

void
word_bytes(const struct detect_hint *hint, struct slice bytes, struct str *out)
{
	enum charset cs = hint->label;

	if (cs <= CHARSET_JOHAB && cs != CHARSET_ISO_2022_KR &&
	    is_plain(bytes)) {
		str_add_slice(out, bytes);
		return;
	}
	if (cs == CHARSET_UTF8 && utf8_valid(bytes.p, bytes.n)) {
		str_add_slice(out, bytes);
		return;
	}
	(void)detect_decode_header(bytes, hint, out);
}

static void
decode_payload(const struct word *w, struct str *bytes)
{
	if (w->base64)
		cte_decode_base64(w->text, bytes);
	else
		cte_decode_q(w->text, bytes);
}

/* The next word of a run; blanks before it are skipped. */
static bool
run_next(struct slice *run, struct word *w)
{
	size_t n = 0;

	while (n < run->n && byte_is_blank(run->p[n]))
		n++;
	*run = slice_from(*run, n);
	if (run->n < 2 || !split_word(*run, w))
		return false;
	*run = slice_from(*run, w->size);
	return true;
}

/* Append the bytes of all words of the run.  Returns whether it may be one base64
 * stream cut anywhere: all B, some word not whole. */
static bool
decode_run(struct slice run, struct str *bytes)
{
	struct word w;
	bool base64 = true;
	bool odd = false;
	size_t words = 0;

	for (; run_next(&run, &w); words++) {
		size_t n = 0;

		decode_payload(&w, bytes);
		base64 = base64 && w.base64;
		for (size_t i = 0; base64 && i < w.text.n; i++)
			n += !byte_is_blank(w.text.p[i]);
		odd = odd || n % 4 != 0;
	}
	return base64 && odd && words > 1;
}

/* The charset for a run's bytes and how many characters it cannot read. */
static size_t
count_bad(const struct detect_hint *hint, struct slice bytes)
{
	struct str text;
	size_t bad = 0;

	str_init(&text, bytes.n * 4 + 16);
	charset_decode(detect_header(bytes, hint), bytes, &text, &bad);
	str_release(&text);
	return bad;
}

/* Most words say UTF-8 and are: nothing but their transfer encoding has to be
 * undone.  false: out is as before. */
static bool
add_utf8_run(const struct detect_hint *hint, struct slice run, struct str *out)
{
	size_t before = out->n;

	if (hint->label != CHARSET_UTF8 || out->max - out->n < run.n + 8)
		return false;
	if (!decode_run(run, out) &&
	    utf8_valid(out->p + before, out->n - before))
		return true;
	str_truncate(out, before);
	return false;
}

static void
flush_run(const struct detect_hint *hint, struct slice run, enum charset cs,
          struct str *out)
{
	struct detect_hint h = *hint;
	struct slice rest = run;
	struct word w;
	struct str bytes;
	struct str joined;
	struct str text;

	if (run.n == 0)
		return;
	if (h.label == CHARSET_UNKNOWN)
		h.label = cs;
	if (add_utf8_run(&h, run, out))
		return;
	str_init(&bytes, run.n + 8);
	str_init(&joined, run.n + 8);
	str_init(&text, run.n);
	if (decode_run(run, &bytes)) {
		while (run_next(&rest, &w))
			str_add_slice(&text, w.text);
		cte_decode_base64(str_slice(&text), &joined);
	}
	if (joined.n > 0 && count_bad(&h, str_slice(&joined)) <
	                            count_bad(&h, str_slice(&bytes)))
		word_bytes(&h, str_slice(&joined), out);
	else
		word_bytes(&h, str_slice(&bytes), out);
	str_release(&text);
	str_release(&joined);
	str_release(&bytes);
}

static bool
all_blank(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!byte_is_blank(s.p[i]))
			return false;
	return true;
}

/* Text between words. */
static void
add_literal(const struct detect_hint *hint, struct slice s, struct str *out)
{
	if (is_plain(s))
		str_add_slice(out, s);
	else
		(void)detect_decode_header(s, hint, out);
}

/* Where the next word is; raw.n when there is none. */
static size_t
find_word(struct slice raw, size_t from, struct word *w)
{
	/* "?" is rarer than "=", and memchr is several times memmem. */
	for (size_t at = from + 1; at < raw.n; at++) {
		const char *p = memchr(raw.p + at, '?', raw.n - at);

		if (p == NULL)
			return raw.n;
		at = (size_t)(p - raw.p);
		if (p[-1] == '=' && split_word(slice_from(raw, at - 1), w))
			return at - 1;
	}
	return raw.n;
}

/* Words that begin in the middle of nothing: state does not go over words. */
static bool
joins(enum charset a, enum charset b)
{
	return a == b && a != CHARSET_ISO_2022_KR && a != CHARSET_HZ;
}

void
word_decode(const struct detect_hint *hint, struct slice raw, struct str *out)
{
	struct slice run = SLICE_NONE;
	enum charset run_cs = CHARSET_UNKNOWN;
	size_t done = 0; /* literal text begins here */
	struct word w;

	for (;;) {
		size_t at = find_word(raw, done, &w);
		struct slice literal = slice_make(raw.p + done, at - done);
		bool glue = run.n > 0 && at < raw.n && all_blank(literal);
		enum charset cs =
			at < raw.n ? charset_lookup(w.label) : CHARSET_UNKNOWN;

		if (glue && joins(run_cs, cs)) {
			run.n = at + w.size - (size_t)(run.p - raw.p);
			done = at + w.size;
			continue;
		}
		flush_run(hint, run, run_cs, out);
		if (!glue)
			add_literal(hint, literal, out);
		if (at >= raw.n)
			break;
		run = slice_make(raw.p + at, w.size);
		run_cs = cs;
		done = at + w.size;
	}
}

enum charset
word_first_charset(struct slice raw)
{
	struct word w;

	return find_word(raw, 0, &w) < raw.n ? charset_lookup(w.label)
	                                     : CHARSET_UNKNOWN;
}
