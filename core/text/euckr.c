/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EUC-KR for writing: KS X 1001 as it was in 1992, which programs know that know
 * no UTF-8.  Syllables stand in the table in the order of Unicode and are found
 * by bisecting; the rest is rare and searched.
 */
#include "text/cp949.h"

#include "util/banned.h"

#define HANGUL_FIRST ((0xb0U - 0xa1U) * CP949_ROWS)
#define HANGUL_COUNT 2350U
/* Added in 1998 and 2002: the euro, the registered sign, the postal code. */
#define LATE_FIRST ((0xa2U - 0xa1U) * CP949_ROWS + (0xe6U - 0xa1U))
#define LATE_COUNT 3U

#define NOWHERE (CP949_ROWS * CP949_ROWS)

static unsigned
find_syllable(uint32_t c)
{
	unsigned low = HANGUL_FIRST;
	unsigned high = HANGUL_FIRST + HANGUL_COUNT;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (cp949_ksx1001[middle] < c)
			low = middle + 1;
		else
			high = middle;
	}
	return low < HANGUL_FIRST + HANGUL_COUNT && cp949_ksx1001[low] == c
	               ? low
	               : NOWHERE;
}

static unsigned
find_place(uint32_t c)
{
	unsigned i = 0;

	if (c >= 0xac00 && c <= 0xd7a3)
		return find_syllable(c);
	while (i < NOWHERE && cp949_ksx1001[i] != c)
		i++;
	return i - LATE_FIRST < LATE_COUNT ? NOWHERE : i;
}

bool
euckr_encode(struct slice s, struct str *out)
{
	size_t start = out->n;

	for (size_t i = 0; i < s.n;) {
		uint32_t c;
		unsigned at;

		i += utf8_decode(s.p + i, s.n - i, &c);
		if (c < 0x80) {
			str_add_c(out, (char)c);
			continue;
		}
		at = find_place(c);
		if (at == NOWHERE) {
			str_truncate(out, start);
			return false;
		}
		str_add_c(out, (char)(0xa1U + at / CP949_ROWS));
		str_add_c(out, (char)(0xa1U + at % CP949_ROWS));
	}
	return !out->full;
}
