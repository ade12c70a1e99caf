/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Distinct slots.
 *
 * 1. A feature is a 32-bit hash scaled to a slot; a slot counts once a message.
 * 2. Whether a slot was there is a bit of its own.  Bits are cleared one by one:
 *    a message has thousands of slots, the tables have a million.
 * 3. Features wait until there are many.  One after the other, with all that is
 *    needed in registers and no branch that cannot be foreseen, takes half as
 *    long as each at once.
 * 4. The tables are larger than the near caches: the bit of a slot and what it
 *    weighs are sent for as soon as it is known, before any of those that wait is
 *    looked at.
 */
#include "mail/spam_set.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

#include "util/banned.h"

/* Sets that share a table and see the same words need other slots for them:
 * this is what their hashes differ by. */
#define SUBJECT_SALT 0x5bd1e995U
/* Settling looks only at its end whether that was too much. */
#define ROOM ((size_t)SPAM_FEATURES_MAX + SPAM_WAITING + 1)

int
spam_set_table(enum spam_set set)
{
	return set == SPAM_HEADER || set == SPAM_SHAPE;
}

uint32_t
spam_set_slots(enum spam_set set)
{
	if (set == SPAM_SPARSE)
		return SPAM_SPARSE_SLOTS;
	return spam_set_table(set) == 0 ? SPAM_CONTENT_SLOTS
	                                : SPAM_HEADER_SLOTS;
}

void
spam_features_init(struct spam_features *f, bool named)
{
	size_t i;

	memset(f, 0, sizeof *f);
	for (i = 0; i < SPAM_SETS; i++) {
		struct spam_feature_list *l = &f->set[i];

		l->slots = xcalloc(ROOM, sizeof *l->slots);
		l->distance = xcalloc(ROOM, 1);
		l->limit = spam_set_slots((enum spam_set)i);
		l->salt = i == SPAM_SUBJECT ? SUBJECT_SALT : 0;
		l->waiting = xcalloc(SPAM_WAITING, sizeof *l->waiting);
		l->seen = xcalloc(l->limit / 32, sizeof *l->seen);
		l->weights = (const char *)l->seen;
		if (named) {
			l->names = xcalloc(ROOM, sizeof *l->names);
			l->waiting_names =
				xcalloc(SPAM_WAITING, sizeof *l->waiting_names);
		}
	}
}

void
spam_features_release(struct spam_features *f)
{
	size_t i;

	for (i = 0; i < SPAM_SETS; i++) {
		free(f->set[i].slots);
		free(f->set[i].distance);
		free(f->set[i].seen);
		free(f->set[i].waiting);
		free(f->set[i].names);
		free(f->set[i].waiting_names);
	}
	memset(f, 0, sizeof *f);
}

/* A full set takes no more: forget the last ones. */
static void
cut(struct spam_feature_list *l)
{
	size_t i;

	for (i = SPAM_FEATURES_MAX; i < l->n; i++)
		l->seen[l->slots[i] / 32] &= ~(UINT32_C(1) << l->slots[i] % 32);
	l->n = SPAM_FEATURES_MAX;
}

void
spam_features_clear(struct spam_features *f)
{
	size_t i;

	for (i = 0; i < SPAM_SETS; i++) {
		struct spam_feature_list *l = &f->set[i];
		const uint32_t *slots = l->slots, *end = slots + l->n;
		uint32_t *seen = l->seen;

		for (; slots < end; slots++)
			seen[*slots / 32] = 0;
		l->n = 0;
		l->waits = 0;
	}
}

/* Those that are new of the waiting ones, behind the n that are there. */
static void
name_them(struct spam_feature_list *l, size_t n, const uint16_t *which)
{
	for (; n < l->n; n++)
		l->names[n] = l->waiting_names[*which++];
}

void
spam_list_settle(struct spam_feature_list *l)
{
	uint32_t *slots = l->slots, *seen = l->seen;
	unsigned char *distance = l->distance;
	const uint64_t *waiting = l->waiting;
	uint32_t salt = l->salt, limit = l->limit;
	const char *weights = l->weights;
	size_t n = l->n, width = l->width, i;
	uint16_t which[SPAM_WAITING + 1];
	uint32_t found[SPAM_WAITING];

	for (i = 0; i < l->waits; i++) {
		uint32_t high = (uint32_t)(waiting[i] >> 32) ^ salt;

		found[i] = (uint32_t)((uint64_t)high * limit >> 32);
		__builtin_prefetch(&seen[found[i] / 32], 1);
		__builtin_prefetch(weights + found[i] * width);
	}
	for (i = 0; i < l->waits; i++) {
		uint32_t slot = found[i], had = seen[slot / 32];

		slots[n] = slot;
		distance[n] = (unsigned char)waiting[i];
		which[n - l->n] = (uint16_t)i;
		seen[slot / 32] = had | UINT32_C(1) << slot % 32;
		n += ~had >> slot % 32 & 1;
	}
	i = l->n;
	l->n = n;
	l->waits = 0;
	if (n > SPAM_FEATURES_MAX)
		cut(l);
	if (l->names != NULL)
		name_them(l, i, which);
}

void
spam_features_settle(struct spam_features *f)
{
	size_t i;

	for (i = 0; i < SPAM_SETS; i++)
		spam_list_settle(&f->set[i]);
}
