/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The features of a mail: hashed into slots of the three learners. */
#ifndef MAIL_SPAM_FEATURE_H
#define MAIL_SPAM_FEATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mail/spam_view.h"

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
	unsigned char *seen;             /* one bit a slot */
	uint32_t limit;                  /* slots of its table */
	uint32_t salt; /* keeps sets that share a table apart */
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
/* Add a feature to a set unless it is there or the set is full.  Returns where
 * its name goes, or NULL: nothing to name. */
struct spam_feature_name *spam_features_add(struct spam_features *f,
                                            enum spam_set set, uint64_t hash,
                                            unsigned distance);
/* Of bytes, letters as lower case. */
uint64_t spam_hash(struct slice s, uint64_t seed);
uint64_t spam_hash_mix(uint64_t h);
/* Was it put there by a filter or mail program on this side? */
bool spam_is_local_field(struct slice name);
/* Replace the content by the features of v; v must outlive the names. */
void spam_features_of(struct spam_features *f, const struct spam_view *v);

#endif
