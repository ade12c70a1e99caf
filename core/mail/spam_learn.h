/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The three online learners of the spam filter, and what learning changes. */
#ifndef MAIL_SPAM_LEARN_H
#define MAIL_SPAM_LEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mail/spam_feature.h"
#include "mail/spam_tally.h"
#include "util/str.h"

/* One learnt message at most: slots and steps of all sets, full. */
#define SPAM_CHANGE_MAX ((size_t)384 * 1024)

/* A tag that stands for counts, be they 0. */
#define SPAM_ODDS_KNOWN ((uint32_t)1 << 24)

/* What features of N are worth, as long as the tally stays as it is. */
struct spam_odds {
	uint64_t sparse[2]; /* the tally's */

	struct {
		uint32_t tag; /* counts and distance; 0: none */
		float odds;
	} entry[4096];
};

/* Borrowed from the model. */
struct spam_weights {
	float *weight[SPAM_TABLES];
	float *square[SPAM_TABLES]; /* sums of squared gradients */
	unsigned char *sparse;      /* ham and spam count of each slot */
	struct spam_tally *tally;
	struct spam_odds *odds; /* NULL: each is worked out */
};

/* Log-odds: above 0 speaks for spam. */
struct spam_sums {
	double part[SPAM_SETS]; /* as each learner would have it */
	float heard[SPAM_SETS]; /* clipped: what the sum is made of */
	double sum;             /* each times its share */
};

/* Have the weights of f's features at hand when they are known; for as long as
 * the weights stay where they are. */
void spam_weights_near(const struct spam_weights *w, struct spam_features *f);
void spam_weigh(const struct spam_weights *w, const struct spam_features *f,
                struct spam_sums *sums_r);
/* What slot number i of a set adds to the sum, for explanations. */
double spam_weigh_one(const struct spam_weights *w,
                      const struct spam_features *f, enum spam_set set,
                      size_t i);
/*
 * Append to change what learning f as ham or spam does to the weights.  The
 * text is the whole truth: applied forwards it learns (now, or when the journal
 * is read again), applied backwards it takes the same steps out.  right: the
 * filter said so already.
 */
void spam_learn_plan(const struct spam_weights *w, struct spam_features *f,
                     const struct spam_sums *sums, bool is_spam, bool right,
                     struct str *change);
/* Was it learnt as spam? */
bool spam_change_is_spam(struct slice change);
/* direction 1 or -1; tag names the message.  0, or -1 when change is no change
 * (then nothing was applied). */
int spam_change_apply(const struct spam_weights *w, struct slice change,
                      int direction, uint32_t tag);

#endif
