/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hash map from bytes to pointers; iteration in order of insertion. */
#ifndef UTIL_MAP_H
#define UTIL_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/slice.h"

/* Zero-initialised is ready.  Keys are copied, values are borrowed. */
struct map {
	struct map_entry *entries; /* n of them, in order of insertion */
	size_t n;
	size_t cap;
	size_t *slots;
	size_t slot_count;
	struct arena keys;
};

struct map_entry {
	struct slice key; /* owned by the map */
	void *value;
	size_t hash;
};

void map_release(struct map *m);
/* NULL when absent. */
void *map_get(const struct map *m, struct slice key);
bool map_has(const struct map *m, struct slice key);
/* Add or replace; returns the former value or NULL. */
void *map_set(struct map *m, struct slice key, void *value);

#define map_foreach(m, e) \
 for ((e) = (m)->entries; (e) != NULL && (e) < (m)->entries + (m)->n; (e)++)

#endif
