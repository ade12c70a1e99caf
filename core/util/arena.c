/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for trees that die together. */
#include "util/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

#include "util/banned.h"

struct arena_block {
	struct arena_block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char data[];
};

/* One block serves the tree of an ordinary message. */
#define ARENA_BLOCK 4000

void
arena_release(struct arena *a)
{
	struct arena_block *b;

	if (a == NULL)
		return;
	while ((b = a->first) != NULL) {
		a->first = b->next;
		free(b);
	}
}

static struct arena_block *
add_block(struct arena *a, size_t size)
{
	size_t want = size > ARENA_BLOCK ? size : ARENA_BLOCK;
	struct arena_block *b = xmalloc(sizeof *b + want);

	b->size = want;
	b->used = 0;
	if (want > ARENA_BLOCK && a->first != NULL) {
		/* A giant does not make the block in use unreachable. */
		b->next = a->first->next;
		a->first->next = b;
	} else {
		b->next = a->first;
		a->first = b;
	}
	return b;
}

/* Not zeroed. */
static char *
take(struct arena *a, size_t size, size_t align)
{
	struct arena_block *b = a->first;
	size_t at = b != NULL ? (b->used + align - 1) / align * align : 0;

	assert(size < SIZE_MAX / 2);
	if (b == NULL || at > b->size || size > b->size - at) {
		b = add_block(a, size);
		at = 0;
	}
	b->used = at + size;
	return b->data + at;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size, alignof(max_align_t)), 0, size);
}

void *
arena_calloc(struct arena *a, size_t n, size_t size)
{
	assert(size == 0 || n < SIZE_MAX / 2 / size);
	return arena_alloc(a, n * size);
}

char *
arena_dup(struct arena *a, const char *p, size_t n)
{
	char *s = take(a, n + 1, 1);

	if (n != 0)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

struct slice
arena_slice(struct arena *a, struct slice s)
{
	return slice_make(arena_dup(a, s.p, s.n), s.n);
}
