/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much each learner counts.
 *
 * 1. A logistic regression of the last messages' labels on what the learners had
 *    said of them before they were learnt; its coefficients are the shares.
 * 2. All begin at 1 and are held there (HOLD) until many messages speak against
 *    it, and stay within LEAST and MOST: no learner is silenced, none rules.
 * 3. The shares are scaled to an average of 1.  The sum keeps its scale: what was
 *    said of early messages and of late ones can be compared.
 * 4. They are a function of the tally's rings: taking a message back takes back
 *    what it did here.
 * 5. They are fitted when a message is learnt and a part more is known than the
 *    last time, and kept in the tally: whoever reads the journal comes to the same.
 *
 * Where headers tell nothing their learner only disturbs, and where the text is
 * a line of words it is the other way round; a third less is ranked wrongly than
 * with equal shares, and half less of it with wrong labels.
 * Rejected: an online fit (no better, cannot be taken back exactly); without
 * rule 3 (early and late sums no longer fit together); learners' hit rates.
 */
#include "mail/spam_mix.h"

#include <math.h>
#include <string.h>

#include "util/banned.h"

#define N ((int)SPAM_SETS)
/* What the learners say together is about this much too sure. */
#define SCALE 2.0
/* Pull to 1. */
#define HOLD   4.0
#define LEAST  0.1
#define MOST   3.0
#define ROUNDS 8
/* A round moves all shares together this far at most. */
#define STRIDE 2.0
/* Fit again when this part more is known; up to EACH for each message, as one
 * more then moves the shares. */
#define AGAIN 0.05
#define EACH  150

/* Gradient and curvature of the loss. */
struct system {
	double g[SPAM_SETS];
	double h[SPAM_SETS][SPAM_SETS]; /* lower triangle */
};

static void
add_entry(struct system *s, const double *share, const float *part,
          double is_spam)
{
	double z = 0, p, e, v;
	int i, k;

	for (i = 0; i < N; i++)
		z += share[i] * (double)part[i];
	/* A file damaged on disk. */
	if (!isfinite(z))
		return;
	p = 1 / (1 + exp(-z / SCALE));
	e = (p - is_spam) / SCALE;
	v = p * (1 - p) / (SCALE * SCALE);
	for (i = 0; i < N; i++) {
		double x = (double)part[i];

		s->g[i] += e * x;
		for (k = 0; k <= i; k++)
			s->h[i][k] += v * x * (double)part[k];
	}
}

static void
system_init(struct system *s, const double *share, const struct spam_tally *t)
{
	int class, i;

	memset(s, 0, sizeof *s);
	for (i = 0; i < N; i++) {
		s->g[i] = HOLD * (share[i] - 1);
		s->h[i][i] = HOLD;
	}
	for (class = 0; class < 2; class ++) {
		const struct spam_ring *r = &t->ring[class];
		uint32_t n;

		for (n = 0; n < spam_ring_count(r); n++)
			if (r->entry[n].tag != 0)
				add_entry(s, share, r->entry[n].part, class);
	}
}

/* Newton's step: h x = g by Cholesky's factors; x replaces g. */
static void
system_solve(struct system *s)
{
	int i, k, n;

	for (i = 0; i < N; i++)
		for (k = 0; k <= i; k++) {
			double sum = s->h[i][k];

			for (n = 0; n < k; n++)
				sum -= s->h[i][n] * s->h[k][n];
			s->h[i][k] = i == k ? sqrt(sum) : sum / s->h[k][k];
		}
	for (i = 0; i < N; i++) {
		for (n = 0; n < i; n++)
			s->g[i] -= s->h[i][n] * s->g[n];
		s->g[i] /= s->h[i][i];
	}
	for (i = N; i-- > 0;) {
		for (n = i + 1; n < N; n++)
			s->g[i] -= s->h[n][i] * s->g[n];
		s->g[i] /= s->h[i][i];
	}
}

static void
normalise(double share[SPAM_SETS])
{
	double sum = 0;
	int i;

	for (i = 0; i < N; i++) {
		if (!(share[i] > LEAST))
			share[i] = LEAST;
		if (share[i] > MOST)
			share[i] = MOST;
		sum += share[i];
	}
	for (i = 0; i < N; i++)
		share[i] *= N / sum;
}

void
spam_mix_fit(const struct spam_tally *t, double share_r[SPAM_SETS])
{
	struct system s;
	int round, i;

	for (i = 0; i < N; i++)
		share_r[i] = 1;
	for (round = 0; round < ROUNDS; round++) {
		double length = 0, cut;

		system_init(&s, share_r, t);
		system_solve(&s);
		for (i = 0; i < N; i++)
			length += fabs(s.g[i]);
		cut = length > STRIDE ? STRIDE / length : 1;
		for (i = 0; i < N; i++)
			share_r[i] -= cut * s.g[i];
		if (length < 0.01)
			break;
	}
	normalise(share_r);
}

void
spam_mix_update(struct spam_tally *t, bool back)
{
	uint64_t known = t->learnt[0] + t->learnt[1] + 1;

	if (back || known <= EACH || known < t->fitted ||
	    (double)(known - t->fitted) >= 1 + AGAIN * (double)t->fitted) {
		spam_mix_fit(t, t->share);
		t->fitted = known;
	}
}

double
spam_mix_share(const struct spam_tally *t, enum spam_set set)
{
	double share = t->share[set];

	/* A file damaged on disk. */
	return t->fitted > 0 && share > 0 && share <= N ? share : 1;
}
