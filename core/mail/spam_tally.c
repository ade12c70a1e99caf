/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the spam filter remembers of its last verdicts.
 *
 * 1. Threshold: ABOVE the second-highest of the last hams, so that about one in
 *    a thousand is lost; never below FLOOR, which is higher while few are known.
 * 2. Hams labelled by mistake lie as high as spam does.  Above the lower
 *    quarter of the spam a good filter has hardly a ham: the hams there give the
 *    rate of wrong labels.  Going down from there, hams count only as far as
 *    there are more of them than that rate explains, with its own deviation.
 * 3. Who corrects errors only never shows the spam that was found: then rule 2
 *    knows nothing, and the threshold is rule 1's with an upper bound.
 * 4. Probability: a line through the log-odds, fitted to the last messages
 *    (Platt), held near slope 1 and shift 0 until many messages speak against
 *    it.  Corrections alone are a crooked sample: of those the fit takes only
 *    what lay in the unsure zone, where both classes are corrected alike.
 * 5. All of it is a function of the two rings, so that taking a message out of
 *    its ring takes out what it did here too.
 */
#include "mail/spam_tally.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "util/banned.h"

#define FLOOR 1.5
#define FEW   65.0 /* divided by the number of hams */
#define ABOVE 2.0
#define MOST  5.0 /* while corrections are all we know */
#define COLD  8.0
/* Hams before anything but COLD is tried; spams before rule 2 is. */
#define COLD_HAMS   20
#define KNOWN_SPAMS 50
/* Hams above the threshold in a full ring. */
#define HAMS_ABOVE 1.0
/* And deviations of the number that wrong labels explain. */
#define LUCK 0.2
/* More hams than this among the spam are no wrong labels: the classes overlap. */
#define NOISE_MOST 0.2

/* Part of the spam that the filter had found, if it is shown everything. */
#define SHARE_RIGHT 6

/* Sums are counted in steps of 1/10 from BOTTOM on. */
#define STEPS  10
#define BOTTOM (-45)
#define BINS   901

/* Pull of slope 1 and shift 0: this many messages' worth of doubt. */
#define HOLD_SLOPE 20.0
#define HOLD_SHIFT 5.0
#define FIT_ROUNDS 12
/* What a calibration may say at most. */
#define SLOPE_LEAST 0.2
#define SLOPE_MOST  3.0
#define SHIFT_MOST  3.0

struct histogram {
	uint16_t n[2][BINS]; /* ham, spam */
	uint32_t total[2];
	uint32_t right[2];
};

uint32_t
spam_ring_count(const struct spam_ring *r)
{
	/* The file may be damaged. */
	return r->count < SPAM_RING ? r->count : SPAM_RING;
}

static size_t
bin_of(float sum)
{
	double place = ((double)sum - BOTTOM) * STEPS;

	if (!(place > 0))
		return 0;
	return place < BINS - 1 ? (size_t)place : BINS - 1;
}

static double
bin_value(size_t bin)
{
	return BOTTOM + (double)bin / STEPS;
}

static void
histogram_init(struct histogram *h, const struct spam_tally *t)
{
	int class;

	memset(h, 0, sizeof *h);
	for (class = 0; class < 2; class ++) {
		const struct spam_ring *r = &t->ring[class];
		uint32_t i;

		for (i = 0; i < spam_ring_count(r); i++) {
			if (r->entry[i].tag == 0)
				continue;
			h->n[class][bin_of(r->entry[i].sum)]++;
			h->total[class]++;
			h->right[class] += r->entry[i].tag & 1;
		}
	}
}

/* Is most of what was learnt a correction of what the filter said?  A careful
 * threshold makes much spam unsure that is shown to the filter anyway. */
static bool
corrections_only(const struct histogram *h)
{
	return h->right[0] * 2 < h->total[0] ||
	       h->right[1] * SHARE_RIGHT < h->total[1];
}

/* Upper end of the bin that the second-highest ham lies in. */
static double
second_highest_ham(const struct histogram *h)
{
	uint32_t above = 0;
	size_t i;

	for (i = BINS; i-- > 0;) {
		above += h->n[0][i];
		if (above > 1)
			return bin_value(i + 1);
	}
	return BOTTOM;
}

/* Rule 2: where the hams begin that wrong labels do not explain. */
static double
highest_true_hams(const struct histogram *h)
{
	double ham = 0, spam = 0, rate, start;
	size_t i;

	for (i = BINS; i-- > 0 && spam < 0.75 * h->total[1];) {
		ham += h->n[0][i];
		spam += h->n[1][i];
	}
	start = spam;
	rate = ham / spam;
	if (rate > NOISE_MOST)
		return bin_value(i + 1);
	for (ham = 0; i > 0; i--) {
		double explained;

		ham += h->n[0][i];
		spam += h->n[1][i];
		explained = rate * (spam - start);
		if (ham - explained > HAMS_ABOVE + LUCK * sqrt(explained))
			return bin_value(i + 1);
	}
	return BOTTOM;
}

double
spam_threshold(const struct spam_tally *t)
{
	struct histogram h;
	double least, found;

	if (t->learnt[0] < COLD_HAMS)
		return COLD;
	histogram_init(&h, t);
	least = FLOOR + FEW / (double)t->learnt[0];
	if (h.total[1] < KNOWN_SPAMS || corrections_only(&h)) {
		found = second_highest_ham(&h) + ABOVE;
		if (found > MOST)
			found = MOST;
		if (least > MOST)
			least = MOST;
	} else {
		found = highest_true_hams(&h) + ABOVE;
	}
	return found > least ? found : least;
}

/* ---- calibration ---- */

/* Gradient and curvature of the fit's loss. */
struct fit {
	double slope, shift;
	double g[2];
	double h[3]; /* slope-slope, slope-shift, shift-shift */
};

static void
fit_add(struct fit *f, double x, double n, bool is_spam)
{
	double p = 1 / (1 + exp(-(f->slope * x + f->shift)));
	double e = n * (p - (is_spam ? 1 : 0)), v = n * p * (1 - p);

	f->g[0] += e * x;
	f->g[1] += e;
	f->h[0] += v * x * x;
	f->h[1] += v * x;
	f->h[2] += v;
}

/* One step of Newton's method; returns its length. */
static double
fit_step(struct fit *f)
{
	double det = f->h[0] * f->h[2] - f->h[1] * f->h[1];
	double slope = (f->g[0] * f->h[2] - f->g[1] * f->h[1]) / det;
	double shift = (f->g[1] * f->h[0] - f->g[0] * f->h[1]) / det;
	double length = fabs(slope) + fabs(shift);
	double cut = length > 1 ? 1 / length : 1;

	f->slope -= slope * cut;
	f->shift -= shift * cut;
	return length;
}

static void
fit_begin(struct fit *f)
{
	f->g[0] = HOLD_SLOPE * (f->slope - 1);
	f->g[1] = HOLD_SHIFT * f->shift;
	f->h[0] = HOLD_SLOPE;
	f->h[1] = 0;
	f->h[2] = HOLD_SHIFT;
}

static double
within(double x, double least, double most)
{
	if (!(x > least))
		return least;
	return x < most ? x : most;
}

struct spam_calibration
spam_calibrate(const struct spam_tally *t)
{
	struct fit f = { .slope = 1 };
	struct histogram h;
	size_t from = 0, to = BINS, i;
	int round;

	histogram_init(&h, t);
	/* Rule 4: cut off the zones that only errors are known of. */
	if (corrections_only(&h)) {
		from = bin_of(0);
		to = bin_of((float)spam_threshold(t));
	}
	for (round = 0; round < FIT_ROUNDS; round++) {
		fit_begin(&f);
		for (i = from; i < to; i++) {
			double x = bin_value(i) + 0.5 / STEPS;

			if (h.n[0][i] > 0)
				fit_add(&f, x, h.n[0][i], false);
			if (h.n[1][i] > 0)
				fit_add(&f, x, h.n[1][i], true);
		}
		if (fit_step(&f) < 1e-3)
			break;
	}
	return (struct spam_calibration){
		.slope = within(f.slope, SLOPE_LEAST, SLOPE_MOST),
		.shift = within(f.shift, -SHIFT_MOST, SHIFT_MOST),
	};
}

double
spam_probability(const struct spam_calibration *c, double score)
{
	return 1 / (1 + exp(-(c->slope * score + c->shift)));
}

/* ---- the rings ---- */

void
spam_tally_add(struct spam_tally *t, bool is_spam, float sum, const float *part,
               uint32_t tag, bool right)
{
	struct spam_ring *r = &t->ring[is_spam];
	uint32_t i = r->next % SPAM_RING;
	size_t size = sizeof r->entry[i].part;

	r->entry[i].sum = sum;
	if (part != NULL)
		memcpy(r->entry[i].part, part, size);
	else
		memset(r->entry[i].part, 0, size);
	/* 0 means nothing. */
	r->entry[i].tag = ((tag | 2) & ~1U) | (right ? 1 : 0);
	r->next = (i + 1) % SPAM_RING;
	if (r->count < SPAM_RING)
		r->count++;
}

void
spam_tally_remove(struct spam_tally *t, bool is_spam, uint32_t tag)
{
	struct spam_ring *r = &t->ring[is_spam];
	uint32_t i;

	for (i = 0; i < spam_ring_count(r); i++)
		if ((r->entry[i].tag | 3) == (tag | 3)) {
			r->entry[i].sum = 0;
			r->entry[i].tag = 0;
			return;
		}
}
