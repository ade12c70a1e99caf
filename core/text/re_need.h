/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a text must have in it for a pattern to match. */
#ifndef TEXT_RE_NEED_H
#define TEXT_RE_NEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/* The words a pattern needs; made once with the pattern. */
struct re_need;

/*
 * Take a pattern apart; flags are those of re_new.
 *
 * Returns owned, or NULL when nothing can be said of it: then any text may match.
 */
struct re_need *re_need_new(struct slice pattern, unsigned flags);
void re_need_free(struct re_need **need);

/* All runs of three bytes of a text, as bits; some more bits are set. */
struct re_grams {
	uint64_t *bits; /* owned */
	uint32_t mask;
	struct slice text;
};

/* Made anew from text, which must outlive them; release with re_grams_release. */
void re_grams_make(struct re_grams *g, struct slice text);
void re_grams_release(struct re_grams *g);

/*
 * May the pattern match the text that g was made of?  The text must be folded
 * (unicode_fold), because words are looked for in small letters.
 *
 * false is certain; true is not.  need may be NULL.
 */
bool re_need_met(const struct re_need *need, const struct re_grams *g);

#endif
