/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 (RFC 3629): decode, encode, check, and make safe to show. */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define UTF8_REPLACEMENT 0xfffdU

/*
 * Decode the character at p, n > 0 bytes left.  Returns its length, 1 to 4,
 * and *c_r.  Ill-formed input gives U+FFFD and the length of the maximal
 * subpart (Unicode 3.9, table 3-8); *c_r == U+FFFD with p[0] != 0xef tells.
 */
size_t utf8_decode(const char *p, size_t n, uint32_t *c_r);
/* Encode c (surrogates and above 10FFFF as U+FFFD).  Returns 1 to 4. */
size_t utf8_encode(uint32_t c, char out[4]);
/* Is it all well-formed?  true for n == 0. */
bool utf8_valid(const char *p, size_t n);
/* Length of the head of p that is well-formed and has no C1 control. */
size_t utf8_good(const char *p, size_t n);
/* The largest length <= n that does not cut a character of p. */
size_t utf8_cut(const char *p, size_t n);
/*
 * Must c never reach a terminal or a one-line text?  C0, DEL, C1, line and
 * paragraph separator, bidi controls, zero-width, tags, BOM (reliability rules).
 */
bool utf8_is_unsafe(uint32_t c);
/* What cannot be seen and yet makes another sign of its neighbours: in emoji, in
 * flags, in scripts that join their letters.  Unsafe alone. */
bool utf8_is_joining(uint32_t c);
/*
 * Copy p to out, at most max bytes, as one safe line: blanks and line ends
 * become one space each, unsafe characters and ill-formed bytes U+FFFD, ZW and
 * bidi controls vanish.  Returns bytes written; never cuts a character.
 */
size_t utf8_clean_line(const char *p, size_t n, char *out, size_t max);

/* The same as utf8_decode, for loops over text of which most is Hangul, Hanja or
 * ASCII. */
static inline size_t
utf8_step(const char *text, size_t n, uint32_t *c_r)
{
	const unsigned char *p = (const unsigned char *)text;

	/* E1 to EC: nothing is excluded behind them. */
	if (n >= 3 && p[0] - 0xe1U < 12 &&
	    ((p[1] ^ 0x80) | (p[2] ^ 0x80)) < 0x40) {
		*c_r = (p[0] & 0x0fU) << 12 | (p[1] & 0x3fU) << 6 |
		       (p[2] & 0x3fU);
		return 3;
	}
	return utf8_decode(text, n, c_r);
}

/* Length of the head of p that is ASCII, 8 bytes at a time. */
static inline size_t
utf8_ascii(const char *p, size_t n)
{
	size_t i = 0;
	uint64_t word;

	for (; n - i >= sizeof word; i += sizeof word) {
		memcpy(&word, p + i, sizeof word);
		word &= 0x8080808080808080ULL;
		if (word == 0)
			continue;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		return i + (size_t)__builtin_ctzll(word) / 8;
#else
		break;
#endif
	}
	while (i < n && (p[i] & 0x80) == 0)
		i++;
	return i;
}

/* Does any byte have the high bit set? */
static inline bool
utf8_has_8bit(const char *p, size_t n)
{
	return utf8_ascii(p, n) < n;
}

#endif
