/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways to spell a piece of a pattern. */
#ifndef TEXT_RE_SPELL_H
#define TEXT_RE_SPELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/* Ways of one piece, and bytes of one way. */
#define RE_SPELL_MAX   40
#define RE_SPELL_BYTES 31

struct re_spelling {
	uint8_t n;
	char p[RE_SPELL_BYTES];
};

/* One of them stands in what matches. */
struct re_spellings {
	struct re_spelling v[RE_SPELL_MAX];
	size_t n;
	size_t longest;
};

/* No way at all; begin with it, it needs no release. */
void re_spell_none(struct re_spellings *s);
/* One way: nothing. */
void re_spell_start(struct re_spellings *s);
/* One way more; there must be room for it, and text is not too long. */
void re_spell_add(struct re_spellings *s, struct slice text);
struct slice re_spell_at(const struct re_spellings *s, size_t i);
/* Is there room for each of s followed by each of next? */
bool re_spell_fits(const struct re_spellings *s,
                   const struct re_spellings *next);
/* Each of s is followed by each of next; it must fit. */
void re_spell_extend(struct re_spellings *s, const struct re_spellings *next);
/* The same with one way. */
void re_spell_extend_by(struct re_spellings *s, struct slice letter);

#endif
