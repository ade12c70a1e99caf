/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hangul: initial consonants, and the keys that typed a syllable. */
#ifndef TEXT_HANGUL_H
#define TEXT_HANGUL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"
#include "util/str.h"

/* Is c a syllable, compatibility jamo or conjoining jamo? */
bool hangul_is(uint32_t c);
/* The compatibility jamo of a conjoining or halfwidth one; 0: c is none. */
uint32_t hangul_compat(uint32_t c);
/* Append the 초성 of each syllable as compatibility jamo; others unchanged. */
void hangul_choseong(struct slice s, struct str *out);
/* Does pattern (syllables, jamo meaning 초성, others; folded) occur in text? */
bool hangul_match(struct slice text, struct slice pattern);
/* The keys of the 두벌식 layout that typed c ("rk" for 가, "j" for ㅓ); at most
 * 7 bytes with NUL.  Returns their number, 0 when c is not Hangul. */
size_t hangul_keys(uint32_t c, char keys[8]);
/* Particle choice: does the last syllable end in a consonant? */
bool hangul_has_final(struct slice word);

#endif
