/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which charset it is when the label is missing or wrong.  The order:
 *
 * 1. a byte order mark;
 * 2. a label that decodes without error; but UTF-8 when the label is Korean
 *    and the bytes are UTF-8 with Hangul;
 * 3. label UTF-8 and most of the non-ASCII invalid: CP949 when it fits better;
 * 4. no label, or one that says nothing: UTF-8 when valid, ISO-2022-KR by its
 *    designator or by what stands between SO and SI, <meta charset>, the
 *    sibling, the Hangul test, the account's default, windows-1252;
 * 5. a label that the bytes contradict: <meta charset>, UTF-8 when valid, else
 *    the label after all.
 *
 * Texts are cut in the middle of characters and have a wrong byte here and
 * there.  Before the last resort of 4, and for a Korean label, a text that is
 * UTF-8, its sibling's charset or Hangul but for a few errors is that.
 */
#include "text/detect.h"

#include <string.h>

#include "text/cp949.h"
#include "text/html.h"
#include "util/utf8.h"

#include "util/banned.h"

/* A label is tried on so many bytes at most when that costs a conversion. */
#define TRIAL_MAX 65536U

static enum charset
by_mark(struct slice s, size_t *length_r)
{
	*length_r = 3;
	if (slice_starts(s, "\xef\xbb\xbf"))
		return CHARSET_UTF8;
	*length_r = 4;
	if (s.n >= 4 && memcmp(s.p, "\xff\xfe\0\0", 4) == 0)
		return charset_lookup(SLICE_LIT("utf-32le"));
	if (s.n >= 4 && memcmp(s.p, "\0\0\xfe\xff", 4) == 0)
		return charset_lookup(SLICE_LIT("utf-32be"));
	*length_r = 2;
	if (slice_starts(s, "\xff\xfe"))
		return CHARSET_UTF16LE;
	if (slice_starts(s, "\xfe\xff"))
		return CHARSET_UTF16BE;
	*length_r = 0;
	return CHARSET_UNKNOWN;
}

/* Syllables in s, which is UTF-8. */
static size_t
count_hangul(struct slice s)
{
	size_t hangul = 0;

	for (size_t i = 0; i < s.n;) {
		uint32_t c;

		i += utf8_decode(s.p + i, s.n - i, &c);
		hangul += c >= 0xac00 && c <= 0xd7a3;
	}
	return hangul;
}

static struct slice
designator(void)
{
	return SLICE_LIT("\033$)C");
}

/* Is there Hangul between SO and SI, and nothing that cannot be there? */
static bool
is_shifted_hangul(struct slice s)
{
	struct str text;
	size_t bad;
	size_t n = 0;

	if (memchr(s.p, '\016', s.n) == NULL ||
	    memchr(s.p, '\017', s.n) == NULL)
		return false;
	str_init(&text, 4 * TRIAL_MAX);
	charset_decode(CHARSET_ISO_2022_KR, slice_head(s, TRIAL_MAX), &text,
	               &bad);
	n = bad == 0 ? count_hangul(str_slice(&text)) : 0;
	str_release(&text);
	return n > 0;
}

/* 7-bit, but more than ASCII? */
static enum charset
by_escape(struct slice s)
{
	if (memchr(s.p, '\033', s.n) == NULL)
		return is_shifted_hangul(s) ? CHARSET_ISO_2022_KR
		                            : CHARSET_UNKNOWN;
	if (slice_find_text(s, designator()) < s.n)
		return CHARSET_ISO_2022_KR;
	if (slice_find_text(s, SLICE_LIT("\033$B")) < s.n ||
	    slice_find_text(s, SLICE_LIT("\033$@")) < s.n)
		return charset_lookup(SLICE_LIT("iso-2022-jp"));
	return CHARSET_UNKNOWN;
}

static bool
decodes(enum charset cs, struct slice s)
{
	struct cp949_count count;
	struct str scratch;
	size_t bad = 0;

	if (cs == CHARSET_UNKNOWN)
		return false;
	if (cs == CHARSET_ASCII)
		return !utf8_has_8bit(s.p, s.n);
	if (cs == CHARSET_UTF8)
		return utf8_valid(s.p, s.n);
	if (cs == CHARSET_CP949) {
		cp949_count(s, &count);
		return count.bad == 0;
	}
	if (cs == CHARSET_JOHAB || cs == CHARSET_ISO_2022_KR ||
	    cs == CHARSET_WINDOWS_1252 || cs >= CHARSET_OTHER_FIRST) {
		str_init(&scratch, 4 * TRIAL_MAX);
		charset_decode(cs, slice_head(s, TRIAL_MAX), &scratch, &bad);
		str_release(&scratch);
	}
	/* One may be a character cut by the limit. */
	return bad == 0 || (bad == 1 && s.n > TRIAL_MAX);
}

static bool
is_korean_label(enum charset cs)
{
	return cs == CHARSET_CP949 || cs == CHARSET_JOHAB ||
	       cs == CHARSET_ISO_2022_KR;
}

/* Bytes of s that are not ASCII, in characters and in none, and how often
 * they are in none. */
struct utf8_count {
	size_t good;
	size_t bad;
	size_t chars;
	size_t errors;
};

static void
count_utf8(struct slice s, struct utf8_count *n)
{
	memset(n, 0, sizeof *n);
	for (size_t i = 0; i < s.n;) {
		uint32_t c;
		size_t len;

		if ((s.p[i] & 0x80) == 0) {
			i++;
			continue;
		}
		len = utf8_decode(s.p + i, s.n - i, &c);
		if (c == UTF8_REPLACEMENT && !utf8_valid(s.p + i, len)) {
			n->bad += len;
			n->errors++;
		} else {
			n->good += len;
			n->chars++;
		}
		i += len;
	}
}

/* Is more than half of what is not ASCII ill-formed, and CP949 better? */
static bool
is_rather_cp949(struct slice s)
{
	struct cp949_count count;
	struct utf8_count n;

	count_utf8(s, &n);
	if (n.bad <= n.good)
		return false;
	cp949_count(s, &count);
	return count.hangul > 0 && count.hangul >= count.others &&
	       count.bad < n.bad / 2;
}

/* UTF-8 but for a cut or a wrong byte? */
static bool
is_mostly_utf8(struct slice s)
{
	struct utf8_count n;

	count_utf8(s, &n);
	return n.chars >= 2 * n.errors;
}

bool
detect_is_korean(struct slice bytes)
{
	struct cp949_count count;

	cp949_count(bytes, &count);
	return count.bad == 0 && count.hangul >= 2 &&
	       count.hangul >= count.others;
}

/* Hangul but for a cut or a wrong byte? */
static bool
is_mostly_korean(struct slice s)
{
	struct cp949_count count;

	/* A character that the end cut in two. */
	if (s.n > 0 && (s.p[s.n - 1] & 0x80) != 0 &&
	    detect_is_korean(slice_head(s, s.n - 1)))
		return true;
	cp949_count(s, &count);
	return count.hangul >= 2 && count.hangul >= 16 * count.bad &&
	       count.hangul >= count.others;
}

static enum charset
by_meta(struct slice s, const struct detect_hint *hint)
{
	enum charset cs;

	if (!hint->html)
		return CHARSET_UNKNOWN;
	cs = charset_lookup(html_meta_charset(s));
	/* The declaration was read as ASCII, so it cannot be one of these. */
	if (cs == CHARSET_UTF16 || cs == CHARSET_UTF16LE ||
	    cs == CHARSET_UTF16BE)
		cs = CHARSET_UTF8;
	return cs != CHARSET_ASCII && decodes(cs, s) ? cs : CHARSET_UNKNOWN;
}

/* Nothing usable was declared and s is not UTF-8. */
static enum charset
by_company(struct slice s, const struct detect_hint *hint)
{
	if (hint->sibling != CHARSET_ASCII && decodes(hint->sibling, s))
		return hint->sibling;
	if (detect_is_korean(s))
		return CHARSET_CP949;
	if (is_mostly_utf8(s))
		return CHARSET_UTF8;
	if (is_mostly_korean(s))
		return CHARSET_CP949;
	if (hint->fallback != CHARSET_UNKNOWN &&
	    hint->fallback != CHARSET_ASCII && hint->fallback != CHARSET_UTF8)
		return hint->fallback;
	return CHARSET_WINDOWS_1252;
}

static enum charset
without_label(struct slice s, const struct detect_hint *hint)
{
	enum charset cs = CHARSET_UNKNOWN;

	if (!utf8_has_8bit(s.p, s.n)) {
		if (s.n > 0)
			cs = by_escape(s);
		return cs != CHARSET_UNKNOWN ? cs : CHARSET_ASCII;
	}
	if (utf8_valid(s.p, s.n))
		return CHARSET_UTF8;
	if (slice_find_text(s, designator()) < s.n)
		return CHARSET_ISO_2022_KR;
	cs = by_meta(s, hint);
	return cs != CHARSET_UNKNOWN ? cs : by_company(s, hint);
}

static enum charset
with_label(struct slice s, const struct detect_hint *hint)
{
	enum charset cs = hint->label;
	bool utf8;

	if (!utf8_has_8bit(s.p, s.n)) {
		/* 7-bit ISO-2022-KR comes under euc-kr too. */
		if (s.n > 0 && (cs == CHARSET_CP949 || cs == CHARSET_UTF8) &&
		    by_escape(s) == CHARSET_ISO_2022_KR)
			return CHARSET_ISO_2022_KR;
		return cs;
	}
	utf8 = utf8_valid(s.p, s.n);
	if (is_korean_label(cs) && utf8 && count_hangul(s) > 0)
		return CHARSET_UTF8;
	if (cs == CHARSET_UTF7 && utf8) /* it has no 8-bit bytes */
		return CHARSET_UTF8;
	if (decodes(cs, s))
		return cs;
	if (cs == CHARSET_JOHAB && detect_is_korean(s))
		return CHARSET_CP949;
	if (cs == CHARSET_UTF8)
		return is_rather_cp949(s) ? CHARSET_CP949 : cs;
	if (by_meta(s, hint) != CHARSET_UNKNOWN)
		return by_meta(s, hint);
	if (utf8 ||
	    (is_korean_label(cs) && is_mostly_utf8(s) && count_hangul(s) > 0))
		return CHARSET_UTF8;
	return cs;
}

/* A text of UTF-16 has NULs: those of its line ends and blanks. */
static bool
is_no_utf16(enum charset cs, struct slice s)
{
	return (cs == CHARSET_UTF16 || cs == CHARSET_UTF16LE ||
	        cs == CHARSET_UTF16BE) &&
	       s.n > 0 && memchr(s.p, '\0', s.n) == NULL &&
	       utf8_valid(s.p, s.n);
}

static enum charset
detect(struct slice s, const struct detect_hint *hint)
{
	if (hint->label == CHARSET_UNKNOWN || hint->label == CHARSET_ASCII ||
	    is_no_utf16(hint->label, s))
		return without_label(s, hint);
	return with_label(s, hint);
}

enum charset
detect_body(struct slice bytes, const struct detect_hint *hint, size_t *bom_r)
{
	size_t length;
	enum charset cs = by_mark(bytes, &length);

	if (bom_r != NULL)
		*bom_r = length;
	return cs != CHARSET_UNKNOWN ? cs : detect(bytes, hint);
}

enum charset
detect_header(struct slice bytes, const struct detect_hint *hint)
{
	return detect(bytes, hint);
}

/* Is trying s as a whole what decodes() does? */
static bool
is_tried_whole(enum charset cs, struct slice s)
{
	return cs == CHARSET_CP949 ||
	       (s.n <= TRIAL_MAX &&
	        (cs == CHARSET_WINDOWS_1252 || cs >= CHARSET_OTHER_FIRST));
}

enum charset
detect_decode_header(struct slice s, const struct detect_hint *hint,
                     struct str *out)
{
	enum charset cs = hint->label;

	if (utf8_has_8bit(s.p, s.n)) {
		if (cs <= CHARSET_UTF8 && utf8_good(s.p, s.n) == s.n) {
			str_add_slice(out, s);
			return CHARSET_UTF8;
		}
		if (is_tried_whole(cs, s) &&
		    !(is_korean_label(cs) && utf8_valid(s.p, s.n) &&
		      count_hangul(s) > 0) &&
		    charset_try(cs, s, out))
			return cs;
	}
	cs = detect(s, hint);
	charset_decode(cs, s, out, NULL);
	return cs;
}

enum charset
detect_decode_body(struct slice bytes, const struct detect_hint *hint,
                   struct str *out)
{
	size_t length;
	enum charset cs = by_mark(bytes, &length);

	if (cs == CHARSET_UNKNOWN)
		return detect_decode_header(bytes, hint, out);
	charset_decode(cs, slice_from(bytes, length), out, NULL);
	return cs;
}
