/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words that many patterns need, looked for in a text at once. */
#ifndef TEXT_RE_INDEX_H
#define TEXT_RE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/re_need.h"
#include "util/slice.h"

struct re_index;

struct re_index *re_index_new(void);
void re_index_free(struct re_index **x);
/*
 * Take in what one more pattern needs; need may be NULL (any text may match), and
 * is copied.
 *
 * Returns its number: 0, 1, 2 ...
 */
size_t re_index_add(struct re_index *x, const struct re_need *need);
/* Words of an answer: a bit for each number. */
size_t re_index_size(const struct re_index *x);
/*
 * Which patterns may match a folded text (unicode_fold)?  Folded, because words
 * are looked for in small letters.
 *
 * may_r: re_index_size words.  A bit that is not set is certain; one that is set
 * is not.
 */
void re_index_look(const struct re_index *x, struct slice text,
                   uint64_t *may_r);

static inline bool
re_index_bit(const uint64_t *bits, size_t n)
{
	return (bits[n / 64] >> n % 64 & 1) != 0;
}

#endif
