/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an open spam filter consists of; for the spam_*.c files only. */
#ifndef MAIL_SPAM_STATE_H
#define MAIL_SPAM_STATE_H

#include "mail/spam.h"
#include "mail/spam_feature.h"
#include "mail/spam_model.h"
#include "mail/spam_rule.h"

struct spam {
	struct spam_model model;
	struct spam_rules *rules;      /* NULL: not loaded yet */
	char *user_rules;              /* path, or NULL */
	struct spam_features features; /* of the message at hand */
	uint64_t featured; /* features are those of this message, else 0 */
	struct spam_calibration calibration;
	uint64_t calibrated; /* model.seq it was made at, plus 1 */
	double threshold;
	uint64_t thresholded; /* the same for the threshold */
};

/* All that went into one verdict. */
struct spam_judgement {
	struct spam_view view;
	struct spam_hits hits;
	struct spam_sums sums;
	double learnt; /* share of the learners in the score */
	double ruled;  /* share of the rules */
	double known;  /* of a sender the user wrote to */
	double score;
	double threshold;
	bool enough; /* the learners know enough to call something spam */
	enum spam_verdict verdict;
};

/* f gets the features of the message. */
void spam_judge(struct spam *s, struct spam_features *f,
                const struct spam_input *in, struct spam_judgement *j_r);
/* What is compared with the threshold: while the learners do not know enough,
 * the rules and the sender alone. */
double spam_deciding(const struct spam_judgement *j);
void spam_judgement_release(struct spam_judgement *j);
/* Append the reasons, a line each, safe, in the user's language. */
void spam_judgement_reasons(const struct spam *s,
                            const struct spam_judgement *j, struct str *out);
/* 0 to 1; of the messages given 0.9 about nine in ten are spam. */
double spam_probability_of(struct spam *s, double score);

#endif
