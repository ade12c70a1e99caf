/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Johab (KS X 1001 annex 3): a syllable is one bit and three groups of five,
 * for the initial, the vowel and the final; the rest is KS X 1001 moved.
 */
#include "text/cp949.h"

#include "text/hangul.h"

#include "util/banned.h"

#define NONE 0xffU /* no such code */
#define FILL 0xfeU /* this place of the syllable is empty */

static const unsigned char initials[32] = {
	NONE, FILL, 0,    1,    2,    3,    4,    5,    6,    7,    8,
	9,    10,   11,   12,   13,   14,   15,   16,   17,   18,   NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
};
static const unsigned char vowels[32] = {
	NONE, NONE, FILL, 0,    1,  2,    3,    4,  NONE, NONE, 5,
	6,    7,    8,    9,    10, NONE, NONE, 11, 12,   13,   14,
	15,   16,   NONE, NONE, 17, 18,   19,   20, NONE, NONE,
};
static const unsigned char finals[32] = {
	NONE, FILL, 1,  2,  3,  4,  5,  6,    7,    8,    9,
	10,   11,   12, 13, 14, 15, 16, NONE, 17,   18,   19,
	20,   21,   22, 23, 24, 25, 26, 27,   NONE, NONE,
};

static uint32_t
syllable(unsigned char lead, unsigned char trail)
{
	unsigned code = (unsigned)lead << 8 | trail;
	unsigned char l = initials[code >> 10 & 31];
	unsigned char v = vowels[code >> 5 & 31];
	unsigned char t = finals[code & 31];

	if (l == NONE || v == NONE || t == NONE)
		return 0;
	if (l != FILL && v != FILL)
		return 0xac00U + (l * 21U + v) * 28U + (t == FILL ? 0 : t);
	if (l != FILL && v == FILL && t == FILL)
		return hangul_compat(0x1100U + l);
	if (l == FILL && v != FILL && t == FILL)
		return hangul_compat(0x1161U + v);
	if (l == FILL && v == FILL && t != FILL)
		return hangul_compat(0x11a7U + t);
	return l == FILL && v == FILL ? 0x3000 : 0; /* a blank */
}

/* Symbols (D9 to DE) and Hanja (E0 to F9): two rows of KS X 1001 a lead byte. */
static uint32_t
symbol(unsigned char lead, unsigned char trail)
{
	unsigned row = lead <= 0xde ? (lead - 0xd9U) * 2U
	                            : (lead - 0xe0U) * 2U + 0xcaU - 0xa1U;
	unsigned cell;

	if (trail >= 0x31 && trail <= 0x7e)
		cell = trail - 0x31U;
	else if (trail >= 0x91 && trail <= 0xfe)
		cell = trail - 0x91U + 78U;
	else
		return 0;
	return cp949_ksx1001[row * CP949_ROWS + cell];
}

static uint32_t
johab_char(unsigned char lead, unsigned char trail)
{
	if (lead >= 0x84 && lead <= 0xd3)
		return syllable(lead, trail);
	if ((lead >= 0xd9 && lead <= 0xde) || (lead >= 0xe0 && lead <= 0xf9))
		return symbol(lead, trail);
	return 0;
}

void
johab_decode(struct slice in, struct sink *out)
{
	const unsigned char *p = (const unsigned char *)in.p;
	const unsigned char *end = p + in.n;

	while (p < end) {
		uint32_t c = 0;

		if (*p < 0x80) {
			sink_put(out, *p++);
			continue;
		}
		if (end - p >= 2)
			c = johab_char(p[0], p[1]);
		if (c != 0) {
			sink_put(out, c);
			p += 2;
			continue;
		}
		sink_bad(out);
		p += end - p >= 2 && p[0] >= 0x84 && p[1] >= 0x80 ? 2 : 1;
	}
}
