/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hash map from bytes to pointers; iteration in order of insertion. */
#include "util/map.h"

#include <stdlib.h>

#include "util/digest.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* slots[] holds 1 + index into entries[], 0 is free; linear probing, at most
 * half full.  Nothing is ever removed. */

static size_t
probe(const struct map *m, struct slice key, size_t hash)
{
	size_t mask = m->slot_count - 1;
	size_t i = hash & mask;

	while (m->slots[i] != 0) {
		const struct map_entry *e = &m->entries[m->slots[i] - 1];

		if (e->hash == hash && slice_eq(e->key, key))
			break;
		i = (i + 1) & mask;
	}
	return i;
}

static void
rehash(struct map *m)
{
	size_t count = m->slot_count != 0 ? m->slot_count * 2 : 16;

	free(m->slots);
	m->slots = xcalloc(count, sizeof *m->slots);
	m->slot_count = count;
	for (size_t k = 0; k < m->n; k++) {
		size_t i = m->entries[k].hash & (count - 1);

		while (m->slots[i] != 0)
			i = (i + 1) & (count - 1);
		m->slots[i] = k + 1;
	}
}

void
map_release(struct map *m)
{
	if (m == NULL)
		return;
	arena_release(&m->keys);
	free(m->entries);
	free(m->slots);
	*m = (struct map){ 0 };
}

static struct map_entry *
find(const struct map *m, struct slice key)
{
	size_t i;

	if (m->n == 0)
		return NULL;
	i = probe(m, key, (size_t)digest_hash64(key, 0));
	return m->slots[i] != 0 ? &m->entries[m->slots[i] - 1] : NULL;
}

void *
map_get(const struct map *m, struct slice key)
{
	const struct map_entry *e = find(m, key);

	return e != NULL ? e->value : NULL;
}

bool
map_has(const struct map *m, struct slice key)
{
	return find(m, key) != NULL;
}

void *
map_set(struct map *m, struct slice key, void *value)
{
	struct map_entry *e = find(m, key);
	void *former = NULL;

	if (e != NULL) {
		former = e->value;
		e->value = value;
		return former;
	}
	if ((m->n + 1) * 2 > m->slot_count)
		rehash(m);
	if (m->n == m->cap) {
		m->cap = m->cap != 0 ? m->cap * 2 : 8;
		m->entries =
			xreallocarray(m->entries, m->cap, sizeof *m->entries);
	}
	e = &m->entries[m->n];
	e->hash = (size_t)digest_hash64(key, 0);
	m->slots[probe(m, key, e->hash)] = ++m->n;
	e->key = arena_slice(&m->keys, key);
	e->value = value;
	return NULL;
}
