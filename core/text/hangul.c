/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hangul: initial consonants, and the keys that typed a syllable. */
#include "text/hangul.h"

#include <string.h>

#include "util/utf8.h"

#include "util/banned.h"

#define SYLLABLE_FIRST 0xac00U
#define SYLLABLE_LAST  0xd7a3U
#define VOWELS         21U
#define FINALS         28U
#define COMPAT_FIRST   0x3131U /* ㄱ */
#define COMPAT_VOWEL   0x314fU /* ㅏ */
#define COMPAT_LAST    0x3163U /* ㅣ */

/* Compatibility jamo of the 19 initials and the 28 finals, less 0x3130. */
static const unsigned char initial_compat[19] = {
	1, 2, 4, 7, 8, 9, 17, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
};
static const unsigned char final_compat[FINALS] = {
	0,  1,  2,  3,  4,  5,  6,  7,  9,  10, 11, 12, 13, 14,
	15, 16, 17, 18, 20, 21, 22, 23, 24, 26, 27, 28, 29, 30,
};
/* Keys of the compatibility jamo from ㄱ to ㅣ. */
static const char compat_keys[COMPAT_LAST - COMPAT_FIRST + 1][3] = {
	"r",  "R",  "rt", "s",  "sw", "sg", "e",  "E",  "f",  "fr", "fa",
	"fq", "ft", "fx", "fv", "fg", "a",  "q",  "Q",  "qt", "t",  "T",
	"d",  "w",  "W",  "c",  "z",  "x",  "v",  "g",  "k",  "o",  "i",
	"O",  "j",  "p",  "u",  "P",  "h",  "hk", "ho", "hl", "y",  "n",
	"nj", "np", "nl", "b",  "m",  "ml", "l",
};

static bool
is_syllable(uint32_t c)
{
	return c >= SYLLABLE_FIRST && c <= SYLLABLE_LAST;
}

static uint32_t
initial_of(uint32_t syllable)
{
	return 0x3130 +
	       initial_compat[(syllable - SYLLABLE_FIRST) / (VOWELS * FINALS)];
}

bool
hangul_is(uint32_t c)
{
	return is_syllable(c) || (c >= COMPAT_FIRST && c <= 0x318e) ||
	       (c >= 0x1100 && c <= 0x11ff) || (c >= 0xa960 && c <= 0xa97c) ||
	       (c >= 0xd7b0 && c <= 0xd7fb) || (c >= 0xffa0 && c <= 0xffdc);
}

/* The vowels of the halfwidth block stand in four groups with gaps. */
static uint32_t
halfwidth_compat(uint32_t c)
{
	if (c >= 0xffa1 && c <= 0xffbe)
		return c - 0xffa1 + COMPAT_FIRST;
	if (c >= 0xffc2 && c <= 0xffc7)
		return c - 0xffc2 + COMPAT_VOWEL;
	if (c >= 0xffca && c <= 0xffcf)
		return c - 0xffca + 0x3155;
	if (c >= 0xffd2 && c <= 0xffd7)
		return c - 0xffd2 + 0x315b;
	if (c >= 0xffda && c <= 0xffdc)
		return c - 0xffda + 0x3161;
	return 0;
}

uint32_t
hangul_compat(uint32_t c)
{
	if (c >= 0x1100 && c <= 0x1112)
		return 0x3130U + initial_compat[c - 0x1100];
	if (c >= 0x1161 && c <= 0x1175)
		return c - 0x1161 + COMPAT_VOWEL;
	if (c >= 0x11a8 && c <= 0x11c2)
		return 0x3130U + final_compat[c - 0x11a7];
	return halfwidth_compat(c);
}

void
hangul_choseong(struct slice s, struct str *out)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t c;
		size_t len = utf8_decode(s.p + i, s.n - i, &c);

		if (is_syllable(c))
			str_add_codepoint(out, initial_of(c));
		else
			str_add(out, s.p + i, len);
		i += len;
	}
}

/* Does the character of a pattern stand for the one of the text? */
static bool
char_matches(uint32_t c, uint32_t wanted)
{
	if (c == wanted)
		return true;
	if (hangul_compat(wanted) != 0)
		wanted = hangul_compat(wanted);
	if (hangul_compat(c) != 0)
		c = hangul_compat(c);
	return c == wanted || (is_syllable(c) && initial_of(c) == wanted);
}

static bool
match_here(struct slice text, struct slice pattern)
{
	size_t at = 0;

	for (size_t i = 0; i < pattern.n;) {
		uint32_t c;
		uint32_t wanted;

		if (at == text.n)
			return false;
		at += utf8_decode(text.p + at, text.n - at, &c);
		i += utf8_decode(pattern.p + i, pattern.n - i, &wanted);
		if (!char_matches(c, wanted))
			return false;
	}
	return true;
}

bool
hangul_match(struct slice text, struct slice pattern)
{
	size_t i = 0;

	if (pattern.n == 0)
		return true;
	while (i < text.n) {
		uint32_t c;

		if (match_here(slice_make(text.p + i, text.n - i), pattern))
			return true;
		i += utf8_decode(text.p + i, text.n - i, &c);
	}
	return false;
}

static size_t
add_keys(char keys[8], size_t n, uint32_t compat)
{
	const char *k = compat_keys[compat - COMPAT_FIRST];
	size_t len = strlen(k);

	memcpy(keys + n, k, len + 1);
	return n + len;
}

size_t
hangul_keys(uint32_t c, char keys[8])
{
	uint32_t index;
	size_t n;

	keys[0] = '\0';
	if (hangul_compat(c) != 0)
		c = hangul_compat(c);
	if (c >= COMPAT_FIRST && c <= COMPAT_LAST)
		return add_keys(keys, 0, c);
	if (!is_syllable(c))
		return 0;
	index = c - SYLLABLE_FIRST;
	n = add_keys(keys, 0, initial_of(c));
	n = add_keys(keys, n, COMPAT_VOWEL + index / FINALS % VOWELS);
	if (index % FINALS != 0)
		n = add_keys(keys, n, 0x3130U + final_compat[index % FINALS]);
	return n;
}

/* Letters and digits as they are read aloud in Korean. */
static bool
ascii_has_final(char c, char before)
{
	switch (byte_lower(c)) {
	case '0':
	case '1':
	case '3':
	case '6':
	case '7':
	case '8':
	case 'l':
	case 'm':
	case 'n':
		return true;
	case 'g':
		return byte_lower(before) == 'n';
	default:
		return false;
	}
}

/* The last character of s that is read aloud. */
static uint32_t
last_spoken(struct slice s, char *before_r)
{
	uint32_t last = 0;
	uint32_t before = 0;

	for (size_t i = 0; i < s.n;) {
		uint32_t c;

		i += utf8_decode(s.p + i, s.n - i, &c);
		if (c < 0x80 && !byte_is_alnum((char)c))
			continue;
		if ((c >= 0x2010 && c <= 0x205e) ||
		    (c >= 0x3008 && c <= 0x301f))
			continue;
		before = last;
		last = c;
	}
	*before_r = before < 0x80 ? (char)before : '\0';
	return last;
}

bool
hangul_has_final(struct slice word)
{
	char before;
	uint32_t c = last_spoken(word, &before);

	if (c < 0x80)
		return ascii_has_final((char)c, before);
	if (is_syllable(c))
		return (c - SYLLABLE_FIRST) % FINALS != 0;
	return c >= COMPAT_FIRST && c < COMPAT_VOWEL;
}
