/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the spam filter remembers of its last verdicts: threshold, calibration. */
#ifndef MAIL_SPAM_TALLY_H
#define MAIL_SPAM_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/spam_feature.h"

/* Last messages of each class that threshold and calibration look at. */
#define SPAM_RING 1000

/* The last learnt messages of one class. */
struct spam_ring {
	uint32_t next;
	uint32_t count;

	struct {
		float sum;    /* before the message was learnt */
		uint32_t tag; /* of the message, to find it again; bit 0: the
		                 verdict had been right, nobody corrected it */
		float part[SPAM_SETS]; /* what each learner had said */
	} entry[SPAM_RING];
};

/* Counters beside the weights; part of the model file. */
struct spam_tally {
	uint64_t learnt[2];       /* messages: ham, spam */
	uint64_t sparse[2];       /* those that learner N took */
	struct spam_ring ring[2]; /* ham, spam */
	double share[SPAM_SETS];  /* of each learner (spam_mix.h) */
	uint64_t fitted; /* messages known when they were, plus 1; or 0 */
};

/* Score to probability: 1 / (1 + exp(-(slope * score + shift))). */
struct spam_calibration {
	double slope;
	double shift;
};

/* Remember what was said of a message about to be learnt: the sum, and each
 * learner's part (NULL: nothing).  right: the filter would have said so. */
void spam_tally_add(struct spam_tally *t, bool is_spam, float sum,
                    const float *part, uint32_t tag, bool right);
/* How many entries of the ring there are. */
uint32_t spam_ring_count(const struct spam_ring *r);
/* Forget it again. */
void spam_tally_remove(struct spam_tally *t, bool is_spam, uint32_t tag);
/* Above this sum a message is spam (the design keeps lost hams near 0.15 %). */
double spam_threshold(const struct spam_tally *t);
struct spam_calibration spam_calibrate(const struct spam_tally *t);
double spam_probability(const struct spam_calibration *c, double score);

#endif
