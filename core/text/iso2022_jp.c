/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ISO-2022-JP rewritten as EUC-JP: the same sets, told by the high bit and the
 * single shifts 8E and 8F instead of by escape sequences.
 */
#include "text/iso2022_jp.h"

#include "util/banned.h"

#define SS2 '\x8e' /* one byte of JIS X 0201 Katakana follows */
#define SS3 '\x8f' /* two bytes of JIS X 0212 follow */

enum set {
	SET_ASCII,
	SET_KANA,
	SET_KANJI,
	SET_KANJI_MORE,
};

static const struct {
	const char *escape;
	enum set set;
} sets[] = {
	{ "\033(B", SET_ASCII },       { "\033(J", SET_ASCII },
	{ "\033(I", SET_KANA },        { "\033$@", SET_KANJI },
	{ "\033$B", SET_KANJI },       { "\033$(@", SET_KANJI },
	{ "\033$(B", SET_KANJI },      { "\033$(D", SET_KANJI_MORE },
	{ "\033&@\033$B", SET_KANJI },
};

/* Length of the escape sequence at the start of s; 0 when we know none. */
static size_t
read_escape(struct slice s, enum set *set)
{
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		if (slice_starts(s, sets[i].escape)) {
			*set = sets[i].set;
			return slice_of(sets[i].escape).n;
		}
	return 0;
}

/* A character of the set at the start of s.  Returns how many bytes it took. */
static size_t
add_char(struct slice s, enum set set, struct str *euc)
{
	char a = s.p[0];
	char b = s.n > 1 ? s.p[1] : '\0';

	if (set == SET_ASCII || a <= ' ' || a == 0x7f) {
		str_add_c(euc, a);
		return 1;
	}
	if (set == SET_KANA) {
		str_add_c(euc, SS2);
		str_add_c(euc, (char)(a | 0x80));
		return 1;
	}
	if (set == SET_KANJI_MORE)
		str_add_c(euc, SS3);
	str_add_c(euc, (char)(a | 0x80));
	if (b <= ' ')
		return 1; /* cut: EUC-JP calls it an error as well */
	str_add_c(euc, (char)(b | 0x80));
	return 2;
}

enum iso2022_jp
iso2022_jp_to_euc(struct slice in, struct str *euc)
{
	enum iso2022_jp found = ISO2022_JP_REGULAR;
	enum set set = SET_ASCII;

	while (in.n > 0) {
		size_t n = 0;

		if (in.p[0] == '\033') {
			n = read_escape(in, &set);
			if (n == 0)
				found = ISO2022_JP_OTHER;
		} else if (in.p[0] == '\n' && set != SET_ASCII) {
			if (found == ISO2022_JP_REGULAR)
				found = ISO2022_JP_OPEN;
			set = SET_ASCII;
		}
		if (n == 0)
			n = add_char(in, set, euc);
		in = slice_from(in, n);
	}
	return found;
}
