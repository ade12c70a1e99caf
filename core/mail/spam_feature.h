/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The features of a mail: hashed into slots of the three learners. */
#ifndef MAIL_SPAM_FEATURE_H
#define MAIL_SPAM_FEATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mail/spam_view.h"

/* The learners; each has its own slots. */
enum spam_set {
	SPAM_CONTENT, /* A: n-grams, words and pairs of subject and text */
	SPAM_HEADER,  /* B: words and pairs of the header */
	SPAM_SPARSE,  /* N: sparse bigrams of both */
	SPAM_SETS
};

/* Slots of each learner: A and B hold two floats, N two bytes a slot; together
 * 15 MB, so that the model stays below 16. */
#define SPAM_CONTENT_SLOTS ((uint32_t)1 << 20)
#define SPAM_HEADER_SLOTS  ((uint32_t)1 << 19)
#define SPAM_SPARSE_SLOTS  ((uint32_t)3 << 19)
/* Features of one message in one set: 3,000 bytes give below 12,000. */
#define SPAM_FEATURES_MAX 16384

/* What a feature is made of, for people; slices of the view, all empty for byte
 * 4-grams. */
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
	unsigned char *seen;             /* one bit a slot */
};

/* Memory for the features of one message at a time. */
struct spam_features {
	struct spam_feature_list set[SPAM_SETS];
};

uint32_t spam_set_slots(enum spam_set set);
/* named: keep what each feature is made of (spam_explain). */
void spam_features_init(struct spam_features *f, bool named);
void spam_features_release(struct spam_features *f);
void spam_features_clear(struct spam_features *f);
/* Replace the content by the features of v; v must outlive the names. */
void spam_features_of(struct spam_features *f, const struct spam_view *v);

#endif
