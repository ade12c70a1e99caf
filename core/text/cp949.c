/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CP949 (Unified Hangul Code) without iconv.
 *
 * 1. KS X 1001 (both bytes A1 to FE) is a table.
 * 2. The other pairs hold the 8822 syllables that KS X 1001 lacks, in the order
 *    of Unicode.  The n-th of them is found by bisecting the 2350 syllables of
 *    KS X 1001, which are in the order of Unicode too: no second table.
 * 3. After a bad pair the trail byte is read again when it is ASCII, so that no
 *    line end, quote or angle bracket is swallowed (WHATWG Encoding, euc-kr).
 *
 * iconv is not used even where it knows CP949: glibc's consumes A2E8 and calls
 * it an error at once, others lack the charset, and this is faster.
 */
#include "text/cp949.h"

#include <string.h>

#include "util/banned.h"

#define SYLLABLE_FIRST 0xac00U
#define SYLLABLE_LAST  0xd7a3U
/* Rows of the table that hold the syllables of KS X 1001: B0 to C8. */
#define HANGUL_ROW   (0xb0U - 0xa1U)
#define HANGUL_COUNT 2350U
/* Syllables that KS X 1001 lacks. */
#define EXTRA_COUNT 8822U

/* Place of a trail byte among 41-5A, 61-7A, 81-FE; -1: not a trail byte. */
static int
trail_place(unsigned char trail)
{
	if (trail >= 0x41 && trail <= 0x5a)
		return trail - 0x41;
	if (trail >= 0x61 && trail <= 0x7a)
		return trail - 0x61 + 26;
	if (trail >= 0x81 && trail <= 0xfe)
		return trail - 0x81 + 52;
	return -1;
}

/* The syllable number n of those that KS X 1001 lacks. */
static uint32_t
extra_syllable(uint32_t n)
{
	const uint16_t *known = cp949_ksx1001 + HANGUL_ROW * CP949_ROWS;
	uint32_t low = 0;
	uint32_t high = HANGUL_COUNT;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (known[middle] - SYLLABLE_FIRST - middle <= n)
			low = middle + 1;
		else
			high = middle;
	}
	return SYLLABLE_FIRST + n + low;
}

uint32_t
cp949_char(unsigned char lead, unsigned char trail)
{
	int place;
	uint32_t n;

	if (lead >= 0xa1 && lead <= 0xfe && trail >= 0xa1 && trail <= 0xfe)
		return cp949_ksx1001[(lead - 0xa1U) * CP949_ROWS + trail -
		                     0xa1U];
	place = trail_place(trail);
	if (place < 0 || lead < 0x81 || lead > 0xc6)
		return 0;
	if (lead <= 0xa0)
		n = (lead - 0x81U) * 178U + (uint32_t)place;
	else
		n = 32U * 178U + (lead - 0xa1U) * 84U + (uint32_t)place;
	return n < EXTRA_COUNT ? extra_syllable(n) : 0;
}

/* One pair or bad byte at p, p[0] >= 0x80.  Returns how many bytes it took. */
static size_t
decode_pair(const unsigned char *p, size_t n, uint32_t *c_r)
{
	if (n < 2) {
		*c_r = 0;
		return 1;
	}
	*c_r = cp949_char(p[0], p[1]);
	if (*c_r != 0)
		return 2;
	return p[0] >= 0x81 && p[0] <= 0xfe && p[1] >= 0x80 ? 2 : 1;
}

/* Places of the jamo A4A1 to A4BE as first and as last consonant of a syllable;
 * -1: never there. */
static const signed char first_place[] = {
	0,  1, -1, 2, -1, -1, 3,  4,  5,  -1, -1, -1, -1, -1, -1,
	-1, 6, 7,  8, -1, 9,  10, 11, 12, 13, 14, 15, 16, 17, 18,
};
static const signed char last_place[] = {
	1,  2,  3,  4,  5,  6,  7,  -1, 8,  9,  10, 11, 12, 13, 14,
	15, 16, 17, -1, 18, 19, 20, 21, 22, -1, 23, 24, 25, 26, 27,
};

/*
 * The syllable that KS X 1001 annex 3 writes in 8 bytes where it has no code:
 * the filler A4D4, then first, vowel and last (or the filler), each a pair of
 * row A4.  0: p is none.
 */
static uint32_t
eight_byte_syllable(const unsigned char *p, size_t n)
{
	int first;
	int vowel;
	int last = 0;

	if (n < 8 || p[1] != 0xd4 || p[2] != 0xa4 || p[4] != 0xa4 ||
	    p[6] != 0xa4 || p[3] < 0xa1 || p[3] > 0xbe || p[5] < 0xbf ||
	    p[5] > 0xd3)
		return 0;
	first = first_place[p[3] - 0xa1];
	vowel = p[5] - 0xbf;
	if (p[7] >= 0xa1 && p[7] <= 0xbe)
		last = last_place[p[7] - 0xa1];
	else if (p[7] != 0xd4)
		return 0;
	if (first < 0 || last < 0)
		return 0;
	return SYLLABLE_FIRST + (uint32_t)((first * 21 + vowel) * 28 + last);
}

/* The pairs at p that KS X 1001 writes with three bytes of UTF-8 and that need
 * no second look, as most of Korean text.  Returns where they end. */
static const unsigned char *
common_pairs(const unsigned char *p, const unsigned char *end, struct sink *out)
{
	char *w = out->w;

	while (end - p >= 2 && out->end - w >= 4 && p[0] > 0xa4 &&
	       p[0] < 0xff && p[1] > 0xa0 && p[1] < 0xff) {
		uint32_t c = cp949_ksx1001[(p[0] - 0xa1U) * CP949_ROWS + p[1] -
		                           0xa1U];

		if (c < 0x800)
			break;
		w[0] = (char)(0xe0 | c >> 12);
		w[1] = (char)(0x80 | (c >> 6 & 0x3f));
		w[2] = (char)(0x80 | (c & 0x3f));
		w += 3;
		p += 2;
	}
	out->w = w;
	return p;
}

void
cp949_decode(struct slice in, struct sink *out)
{
	const unsigned char *p = (const unsigned char *)in.p;
	const unsigned char *end = p + in.n;

	while (p < end) {
		const unsigned char *before = p;
		size_t left = (size_t)(end - p);
		uint32_t c;

		if (*p < 0x80) {
			p += sink_ascii(out, (const char *)p, left);
			continue;
		}
		p = common_pairs(p, end, out);
		if (p > before)
			continue;
		c = *p == 0xa4 ? eight_byte_syllable(p, left) : 0;
		p += c != 0 ? 8 : decode_pair(p, left, &c);
		if (c == 0)
			sink_bad(out);
		else
			sink_put(out, c);
	}
}

/* A syllable, or a jamo of laughter or tears, which are written alone.  Other
 * jamo are not: they are where EUC-JP has Hiragana. */
static bool
is_hangul(uint32_t c)
{
	return (c >= SYLLABLE_FIRST && c <= SYLLABLE_LAST) || c == 0x314b ||
	       c == 0x314e || c == 0x3160 || c == 0x315c;
}

/* Stars, brackets and wide letters stand in text of any kind. */
static bool
is_sign(unsigned char lead)
{
	return lead >= 0xa1 && lead <= 0xa3;
}

void
cp949_count(struct slice in, struct cp949_count *count_r)
{
	const unsigned char *p = (const unsigned char *)in.p;
	const unsigned char *end = p + in.n;

	memset(count_r, 0, sizeof *count_r);
	while (p < end) {
		unsigned char lead = *p;
		uint32_t c;

		if (lead < 0x80) {
			p += utf8_ascii((const char *)p, (size_t)(end - p));
			continue;
		}
		p += decode_pair(p, (size_t)(end - p), &c);
		if (c == 0)
			count_r->bad++;
		else if (is_hangul(c))
			count_r->hangul++;
		else if (!is_sign(lead))
			count_r->others++;
	}
}

/*
 * The line end at p came between SO and SI.  Most mailers shift anew in each
 * line and forget the SI; some let a shift reach over lines.  Returns the SI
 * when the next shift is one and Hangul leads up to it, else p.
 */
static const unsigned char *
shift_end(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *q = p;

	while (q < end && *q != 0x0f) {
		if (*q == 0x0e || *q == 0x1b || *q >= 0x7f)
			return p;
		if (*q <= 0x20)
			q++;
		else if (end - q >= 2 && cp949_char(*q | 0x80U, q[1] | 0x80U))
			q += 2;
		else
			return p;
	}
	return q < end ? q : p;
}

void
iso2022kr_decode(struct slice in, struct sink *out)
{
	const unsigned char *p = (const unsigned char *)in.p;
	const unsigned char *end = p + in.n;
	const unsigned char *until = p; /* the shift holds up to here */
	bool shifted = false;

	while (p < end) {
		size_t left = (size_t)(end - p);
		uint32_t c = *p;

		if (left >= 4 && memcmp(p, "\033$)C", 4) == 0) {
			p += 4;
		} else if (c == 0x0e || c == 0x0f) {
			shifted = c == 0x0e;
			p++;
		} else if (c >= 0x80) {
			p += decode_pair(p, left, &c);
			sink_put(out, c != 0 ? c : UTF8_REPLACEMENT);
			out->bad += c == 0;
		} else if (shifted && c > 0x20 && c < 0x7f) {
			bool pair = left >= 2 && p[1] > 0x20 && p[1] < 0x7f;

			c = pair ? cp949_char(p[0] | 0x80U, p[1] | 0x80U) : 0;
			p += pair ? 2 : 1;
			sink_put(out, c != 0 ? c : UTF8_REPLACEMENT);
			out->bad += c == 0;
		} else {
			if (shifted && (c == '\n' || c == '\r')) {
				if (until < p)
					until = shift_end(p, end);
				shifted = p < until;
			}
			sink_put(out, c);
			p++;
		}
	}
}
