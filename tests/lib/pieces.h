/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts put together at random from pieces that are told, the same each time. */
#ifndef TESTS_LIB_PIECES_H
#define TESTS_LIB_PIECES_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/slice.h"

static inline uint32_t
pieces_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*seed >> 33);
}

/* At most max bytes in memory of just that size, so that a look beyond the end
 * is noticed; the last piece is cut anywhere.  Owned by the caller. */
static inline struct slice
pieces_make(uint64_t *seed, const struct slice *pieces, size_t count,
            size_t max)
{
	size_t n = pieces_random(seed) % (max + 1);
	char *p = malloc(n > 0 ? n : 1);
	size_t used = 0;

	assert(p != NULL);
	while (used < n) {
		struct slice s = pieces[pieces_random(seed) % count];
		size_t times = pieces_random(seed) % 4 == 0
		                       ? pieces_random(seed) % 40
		                       : 1;

		for (; times > 0 && used < n; times--) {
			size_t k = s.n < n - used ? s.n : n - used;

			memcpy(p + used, s.p, k);
			used += k;
		}
	}
	return slice_make(p, n);
}

#endif
