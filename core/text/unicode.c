/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Normal forms, search keys and grapheme clusters; the owner of libunistring.
 *
 * 1. ASCII, Hangul syllables and Hanja are copied without asking anybody.  Only
 *    stretches with other characters, and the character before each, go
 *    through libunistring: a character of the fast kind never changes or
 *    joins with what stands before it.
 * 2. Clusters follow UAX #29 with our own states (libunistring's stepping
 *    splits flags and joined emoji), and end after CLUSTER_MAX characters, so
 *    that a text of nothing but accents costs linear time and stays drawable.
 */
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>

#include "text/hangul.h"
#include "util/utf8.h"

#include "util/banned.h"

/* More than any real cluster; Unicode's stream-safe form stops at 30. */
#define CLUSTER_MAX 32U

/* A character that is its own NFC whatever stands before it. */
static inline bool
is_nfc_fast(uint32_t c)
{
	return c < 0x300 || (c >= 0xac00 && c <= 0xd7a3) ||
	       (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3130 && c <= 0x318f) ||
	       (c >= 0x2010 && c <= 0x205e) || (c >= 0x3000 && c <= 0x3029) ||
	       (c >= 0x30a1 && c <= 0x30fa) || (c >= 0x3041 && c <= 0x3096) ||
	       (c >= 0x2500 && c <= 0x27bf) || (c >= 0xff01 && c <= 0xffee) ||
	       (c >= 0x1f300 && c <= 0x1faff);
}

static inline bool
is_jamo_letter(uint32_t c)
{
	return c >= 0x3131 && c <= 0x3163;
}

/* The same for the search key; ASCII is lowered on the way.  Signs that mail is
 * full of are among them. */
static inline bool
is_fold_fast(uint32_t c)
{
	return c < 0x80 || (c >= 0xac00 && c <= 0xd7a3) ||
	       (c >= 0x4e00 && c <= 0x9fff) || is_jamo_letter(c) ||
	       (c >= 0x30a1 && c <= 0x30fa) || (c >= 0x3041 && c <= 0x3096) ||
	       c == 0xb7 || (c >= 0x2018 && c <= 0x2022) || c == 0x203b ||
	       (c >= 0x2190 && c <= 0x21ff) || (c >= 0x2500 && c <= 0x27bf) ||
	       (c >= 0x3001 && c <= 0x3029) || (c >= 0x1f300 && c <= 0x1f64f);
}

static bool
is_bad(struct slice s, size_t at, size_t len, uint32_t c)
{
	return c == UTF8_REPLACEMENT && !utf8_valid(s.p + at, len);
}

typedef void add_fn(struct slice s, struct str *out);

static void
add_nfc(struct slice s, struct str *out)
{
	size_t n = 0;
	uint8_t *r =
		u8_normalize(UNINORM_NFC, (const uint8_t *)s.p, s.n, NULL, &n);

	if (r != NULL)
		str_add(out, (const char *)r, n);
	free(r);
}

static void
add_plain(struct slice s, struct str *out)
{
	str_add_slice(out, s);
}

static void
add_lower(struct slice s, struct str *out)
{
	char *w;
	size_t room = str_reserve(out, s.n);

	w = out->p + out->n;
	if (room < s.n)
		out->full = true;
	bytes_lower(w, s.p, room);
	str_added(out, room);
}

/* Characters that a search must not stumble over. */
static bool
is_ignorable(uint32_t c)
{
	return c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f ||
	       c == 0x1160 || c == 0x3164 || c == 0xffa0 || c == 0xfeff ||
	       (c >= 0x180b && c <= 0x180f) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0000 && c <= 0xe0fff);
}

/*
 * What NFKC would spoil or leave for the search key: halfwidth jamo become
 * compatibility jamo, and these stay (NFKC turns them into conjoining ones,
 * which then join to syllables that nobody wrote).  They are fast, so one can
 * only stand before the rest, which joins with nothing like it.  Ignorable ones
 * vanish.
 */
static void
add_fold(struct slice s, struct str *out)
{
	uint32_t first;
	size_t n = utf8_decode(s.p, s.n, &first);
	struct str run;
	uint8_t *r;

	if (is_jamo_letter(first)) {
		str_add(out, s.p, n);
		s = slice_from(s, n);
	}
	n = 0;
	str_init(&run, s.n);
	for (size_t i = 0; i < s.n;) {
		uint32_t c;
		size_t len = utf8_decode(s.p + i, s.n - i, &c);

		if (!is_ignorable(c))
			str_add(&run, s.p + i, len);
		i += len;
	}
	r = u8_casefold((const uint8_t *)run.p, run.n, NULL, UNINORM_NFKC, NULL,
	                &n);
	if (r != NULL)
		str_add(out, (const char *)r, n);
	free(r);
	str_release(&run);
}

/* Length of the head of s in which all are syllables or Hanja by their first byte:
 * E5 to E9, EB and EC stand before nothing else. */
static inline size_t
wide_head(struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i;

	for (i = 0; s.n - i >= 3; i += 3) {
		unsigned lead = p[i] - 0xe5U;

		if (lead > 7 || (0xdfU >> lead & 1) == 0 ||
		    ((p[i + 1] ^ 0x80) | (p[i + 2] ^ 0x80)) >= 0x40)
			break;
	}
	return i;
}

/* Length of the head of s whose characters are all fast.  U+FFFD is not, nor what
 * is ill-formed. */
static inline size_t
fast_head(struct slice s, bool (*is_fast)(uint32_t c))
{
	size_t i = 0, wide, len;

	while (i < s.n) {
		uint32_t c;

		if ((s.p[i] & 0x80) == 0) {
			i += utf8_ascii(s.p + i, s.n - i);
			continue;
		}
		wide = wide_head(slice_make(s.p + i, s.n - i));
		i += wide;
		if (wide != 0)
			continue;
		len = utf8_step(s.p + i, s.n - i, &c);
		if (!is_fast(c))
			break;
		i += len;
	}
	return i;
}

static size_t
nfc_head(struct slice s)
{
	return fast_head(s, is_nfc_fast);
}

static size_t
fold_head(struct slice s)
{
	return fast_head(s, is_fold_fast);
}

bool
unicode_is_nfc(struct slice s)
{
	return nfc_head(s) == s.n;
}

bool
unicode_folds_simply(struct slice s)
{
	return fold_head(s) == s.n;
}

/* How a text is walked: which characters are fast, and who does which. */
struct walk {
	size_t (*head)(struct slice s);
	bool (*is_fast)(uint32_t c);
	add_fn *add_fast;
	add_fn *add_slow;
};

/* Where the character before end begins. */
static size_t
last_start(struct slice s, size_t end)
{
	while (end > 0 && ((unsigned char)s.p[--end] & 0xc0) == 0x80)
		continue;
	return end;
}

static void
walk(struct slice s, const struct walk *w, struct str *out)
{
	size_t start = 0;  /* what is not yet written */
	size_t before = 0; /* the character before i */
	bool slow = false;
	size_t i = 0;

	while (i < s.n) {
		size_t head = slow ? 0 : w->head(slice_from(s, i)), len;
		uint32_t c;
		bool bad, fast;

		i += head;
		before = head > 0 ? last_start(s, i) : before;
		if (i == s.n)
			break;
		len = utf8_step(s.p + i, s.n - i, &c);
		bad = is_bad(s, i, len, c);
		fast = bad || w->is_fast(c);
		if (slow && fast) {
			w->add_slow(slice_make(s.p + start, i - start), out);
			start = i;
		} else if (!slow && !fast) {
			w->add_fast(slice_make(s.p + start, before - start),
			            out);
			start = before;
		}
		slow = !fast;
		before = i;
		i += len;
		if (bad) {
			w->add_fast(slice_make(s.p + start, before - start),
			            out);
			str_add_codepoint(out, UTF8_REPLACEMENT);
			start = before = i;
		}
	}
	(slow ? w->add_slow : w->add_fast)(slice_make(s.p + start, i - start),
	                                   out);
}

/* When the maximum cut what was added, cut at a character. */
static void
cut_cleanly(struct str *out)
{
	if (out->full)
		str_truncate(out, utf8_cut(out->p, out->n));
}

void
unicode_nfc(struct slice s, struct str *out)
{
	static const struct walk w = { nfc_head, is_nfc_fast, add_plain,
		                       add_nfc };

	if (s.n == 0)
		return;
	if (unicode_is_nfc(s))
		str_add_slice(out, s);
	else
		walk(s, &w, out);
	cut_cleanly(out);
}

void
unicode_nfkc(struct slice s, struct str *out)
{
	size_t n = 0;
	uint8_t *r;

	if (s.n == 0 || !utf8_has_8bit(s.p, s.n)) {
		str_add_slice(out, s);
		return;
	}
	r = u8_normalize(UNINORM_NFKC, (const uint8_t *)s.p, s.n, NULL, &n);
	if (r != NULL)
		str_add(out, (const char *)r, n);
	free(r);
}

int
unicode_direction(uint32_t c)
{
	switch (uc_bidi_category(c)) {
	case UC_BIDI_L:
		return 1;
	case UC_BIDI_R:
	case UC_BIDI_AL:
		return -1;
	default:
		return 0;
	}
}

void
unicode_fold(struct slice s, struct str *out)
{
	static const struct walk w = { fold_head, is_fold_fast, add_lower,
		                       add_fold };
	struct str wide;

	if (s.n == 0)
		return;
	if (unicode_folds_simply(s)) {
		add_lower(s, out);
		cut_cleanly(out);
		return;
	}
	if (slice_find_text(s, SLICE_LIT("\xef\xbe")) == s.n &&
	    slice_find_text(s, SLICE_LIT("\xef\xbf")) == s.n) {
		walk(s, &w, out);
		cut_cleanly(out);
		return;
	}
	str_init(&wide, s.n);
	for (size_t i = 0; i < s.n;) {
		uint32_t c;
		size_t len = utf8_decode(s.p + i, s.n - i, &c);

		if (c >= 0xff00 && hangul_compat(c) != 0)
			str_add_codepoint(&wide, hangul_compat(c));
		else
			str_add(&wide, s.p + i, len);
		i += len;
	}
	walk(str_slice(&wide), &w, out);
	str_release(&wide);
	cut_cleanly(out);
}

/* Where the cluster stands: enough to decide whether c goes on with it. */
struct cluster {
	int last;        /* GBP_* of the last character */
	bool odd_flags;  /* an odd number of regional indicators so far */
	bool pictograph; /* pictograph Extend*, so ZWJ may join another */
	bool joined;     /* the last one was that ZWJ */
};

static bool
is_pictograph(uint32_t c)
{
	return c >= 0xa9 &&
	       uc_is_property(c, UC_PROPERTY_EXTENDED_PICTOGRAPHIC);
}

static void
cluster_add(struct cluster *k, uint32_t c, int property)
{
	bool zwj = property == GBP_ZWJ;

	k->odd_flags = property == GBP_RI && !k->odd_flags;
	k->joined = zwj && k->pictograph;
	if (!zwj && property != GBP_EXTEND)
		k->pictograph = is_pictograph(c);
	k->last = property;
}

static bool
is_hangul_joint(int a, int b)
{
	return (a == GBP_L &&
	        (b == GBP_L || b == GBP_V || b == GBP_LV || b == GBP_LVT)) ||
	       ((a == GBP_LV || a == GBP_V) && (b == GBP_V || b == GBP_T)) ||
	       ((a == GBP_LVT || a == GBP_T) && b == GBP_T);
}

static bool
cluster_goes_on(const struct cluster *k, uint32_t c, int property)
{
	if (k->last == GBP_CR)
		return property == GBP_LF;
	if (k->last == GBP_CONTROL || k->last == GBP_LF ||
	    property == GBP_CONTROL || property == GBP_CR || property == GBP_LF)
		return false;
	if (property == GBP_EXTEND || property == GBP_ZWJ ||
	    property == GBP_SPACINGMARK || k->last == GBP_PREPEND)
		return true;
	if (property == GBP_RI)
		return k->last == GBP_RI && k->odd_flags;
	return is_hangul_joint(k->last, property) ||
	       (k->joined && is_pictograph(c));
}

/* Neither at p nor before it can a cluster go on: printable ASCII. */
static bool
is_simple(char c)
{
	return c >= 0x20 && c < 0x7f;
}

/* Does s begin with a Hangul syllable? */
static bool
is_syllable(struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	if (s.n < 3 || p[0] < 0xea || p[0] > 0xed)
		return false;
	return (p[0] != 0xea || p[1] >= 0xb0) &&
	       (p[0] != 0xed || p[1] < 0x9e) && (p[1] & 0xc0) == 0x80 &&
	       (p[2] & 0xc0) == 0x80;
}

/* A syllable that nothing joins, judged by what follows. */
static bool
is_lone_syllable(struct slice s)
{
	return is_syllable(s) && (s.n == 3 || (s.p[3] & 0x80) == 0 ||
	                          is_syllable(slice_make(s.p + 3, s.n - 3)));
}

size_t
unicode_cluster(struct slice s)
{
	struct cluster k = { 0 };
	uint32_t c;
	size_t n;

	if (s.n == 0)
		return 0;
	if (is_simple(s.p[0]) && (s.n == 1 || (s.p[1] & 0x80) == 0))
		return 1;
	if (is_lone_syllable(s))
		return 3;
	n = utf8_decode(s.p, s.n, &c);
	cluster_add(&k, c, uc_graphemeclusterbreak_property(c));
	for (size_t count = 1; n < s.n && count < CLUSTER_MAX; count++) {
		size_t len = utf8_decode(s.p + n, s.n - n, &c);
		int property = uc_graphemeclusterbreak_property(c);

		if (!cluster_goes_on(&k, c, property))
			break;
		cluster_add(&k, c, property);
		n += len;
	}
	return n;
}

/* How far back a cluster's start is looked for: clusters are counted from the
 * last ASCII character, or from there. */
#define BACK_MAX 1024U

size_t
unicode_cluster_back(struct slice s)
{
	size_t at = s.n;
	size_t last = 0;

	if (s.n == 0)
		return 0;
	do
		at--;
	while (at > 0 && s.n - at < BACK_MAX &&
	       ((s.p[at] & 0x80) != 0 || s.p[at] == '\n'));
	while (at > 0 && ((unsigned char)s.p[at] & 0xc0) == 0x80 &&
	       s.n - at < BACK_MAX + 4)
		at--;
	while (at < s.n) {
		last = unicode_cluster(slice_from(s, at));
		at += last;
	}
	return last;
}

int
unicode_cluster_cells(struct slice cluster)
{
	int cells = 0;

	for (size_t i = 0; i < cluster.n && cells < 2;) {
		uint32_t c;

		i += utf8_decode(cluster.p + i, cluster.n - i, &c);
		cells += unicode_char_cells(c);
	}
	return cells < 2 ? cells : 2;
}

size_t
unicode_next(struct slice s, int *cells_r)
{
	size_t n = unicode_cluster(s);

	if (n <= 1)
		*cells_r = (int)n;
	else if (n == 3 && is_lone_syllable(s))
		*cells_r = 2;
	else
		*cells_r = unicode_cluster_cells(slice_head(s, n));
	return n;
}

size_t
unicode_cells(struct slice s)
{
	size_t cells = 0;

	for (size_t i = 0; i < s.n;) {
		int w;

		i += unicode_next(slice_make(s.p + i, s.n - i), &w);
		cells += (size_t)w;
	}
	return cells;
}

struct slice
unicode_fit(struct slice s, size_t max, size_t *cells_r)
{
	size_t cells = 0;
	size_t i = 0;

	while (i < s.n) {
		int w;
		size_t n = unicode_next(slice_make(s.p + i, s.n - i), &w);

		if (cells + (size_t)w > max)
			break;
		cells += (size_t)w;
		i += n;
	}
	if (cells_r != NULL)
		*cells_r = cells;
	return slice_make(s.p, i);
}
