/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for trees that die together. */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stddef.h>

#include "util/slice.h"

/* Zero-initialised is ready. */
struct arena {
	struct arena_block *first;
};

void arena_release(struct arena *a);
/* Zeroed, aligned for any type, valid until arena_release.  Never NULL. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_calloc(struct arena *a, size_t n, size_t size);
/* Copies, NUL added. */
char *arena_dup(struct arena *a, const char *p, size_t n);
struct slice arena_slice(struct arena *a, struct slice s);

#endif
