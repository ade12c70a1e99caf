/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sets of features of one message: distinct slots of the learners. */
#ifndef MAIL_SPAM_SET_H
#define MAIL_SPAM_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/* The learners.  All but the last are logistic regressions and share tables of
 * weights: their features have slots of their own in them. */
enum spam_set {
	SPAM_GRAMS,   /* byte 4-grams of subject and text */
	SPAM_CONTENT, /* characters, words and pairs of both */
	SPAM_SUBJECT, /* words, pairs and 4-grams of the subject alone */
	SPAM_HEADER,  /* words and pairs of the header */
	SPAM_SHAPE,   /* how the mail is built, which hosts it names */
	SPAM_SPARSE,  /* N: sparse bigrams of header, subject and text */
	SPAM_SETS
};

#define SPAM_LOGISTIC ((int)SPAM_SPARSE)

/* Of the logistic learners: 0 is what was written, 1 the header and the shape.
 */
#define SPAM_TABLES 2

/* Slots of each table, two floats each, and of N, two bytes each; together
 * 15 MB, so that the model stays below 16. */
#define SPAM_CONTENT_SLOTS ((uint32_t)1 << 20)
#define SPAM_HEADER_SLOTS  ((uint32_t)1 << 19)
#define SPAM_SPARSE_SLOTS  ((uint32_t)3 << 19)
/* Features of one message in one set: 3,000 bytes give below 12,000. */
#define SPAM_FEATURES_MAX 16384
/* Features that may wait: few enough to stay in the nearest cache. */
#define SPAM_WAITING 512

/* What a feature is made of, for people; slices of the view or of constants, all
 * empty for what means nothing to people. */
struct spam_feature_name {
	struct slice head; /* header's name, or empty */
	struct slice first;
	struct slice second; /* of a pair, or empty */
};

/* Distinct slots in order of appearance. */
struct spam_feature_list {
	uint32_t *slots;
	unsigned char *distance; /* 0: a word, 1 to 4: a pair */
	size_t n;
	struct spam_feature_name *names; /* NULL unless wanted */
	uint32_t *seen;                  /* one bit a slot */
	uint32_t limit;                  /* slots of its table */
	/* Sent for early; width 0: not. */
	const char *weights;
	size_t width;  /* of a slot there */
	uint32_t salt; /* keeps sets that share a table apart */
	/* Put in, not yet looked at: high half of the hash, distance below. */
	size_t waits;
	uint64_t *waiting;                       /* SPAM_WAITING */
	struct spam_feature_name *waiting_names; /* NULL unless wanted */
};

/* Memory for the features of one message at a time. */
struct spam_features {
	struct spam_feature_list set[SPAM_SETS];
};

/* Table of a logistic learner. */
int spam_set_table(enum spam_set set);
/* Slots of its table. */
uint32_t spam_set_slots(enum spam_set set);
/* named: keep what each feature is made of (spam_explain). */
void spam_features_init(struct spam_features *f, bool named);
void spam_features_release(struct spam_features *f);
void spam_features_clear(struct spam_features *f);
/* Find the slots of what waits; those that are there, or too many, are left out.
 */
void spam_list_settle(struct spam_feature_list *l);
void spam_features_settle(struct spam_features *f);

/* How a feature waits. */
static inline uint64_t
spam_waiting(uint64_t hash, unsigned distance)
{
	return (hash & ~UINT64_C(0xff)) | distance;
}

/* Where n <= SPAM_WAITING features go; spam_list_put says where they end. */
static inline uint64_t *
spam_list_room(struct spam_feature_list *l, size_t n)
{
	if (l->waits > SPAM_WAITING - n)
		spam_list_settle(l);
	return l->waiting + l->waits;
}

static inline void
spam_list_put(struct spam_feature_list *l, const uint64_t *end)
{
	l->waits = (size_t)(end - l->waiting);
}

/* One without a name. */
static inline void
spam_list_add(struct spam_feature_list *l, uint64_t hash)
{
	uint64_t *room = spam_list_room(l, 1);

	if (l->names != NULL)
		l->waiting_names[l->waits] =
			(struct spam_feature_name){ .first = SLICE_NONE };
	*room = spam_waiting(hash, 0);
	spam_list_put(l, room + 1);
}

#endif
