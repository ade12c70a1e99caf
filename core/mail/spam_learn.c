/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The learners.
 *
 * 1. All but N are logistic regressions over binary features, each feature worth
 *    1/sqrt(n) so that long mails do not shout, with AdaGrad steps.  N is a naive
 *    Bayes over sparse bigrams whose rare or even features count little.
 * 2. The verdict's sum is that of what they say, clipped so that none alone can
 *    decide against the others, each times its share (spam_mix.c).  Less of it
 *    counts when one single ham is behind it (spam_twin.c).
 * 3. The error that a step is for is of a learner's own sum and a part of the
 *    others' (TOGETHER): it need not learn what they know.
 * 4. One message moves what a learner says of it by MOVE_MOST: its many new
 *    features would know it by heart at once, and with it a wrong label.
 * 5. They learn only while the sum is within MARGIN or wrong, N while its own
 *    score is within SPARSE_MARGIN or wrong; against a verdict that is sure (from
 *    DOUBT_FROM, well inside MARGIN) only with a part of the step, or not: a
 *    wrong label then changes little.
 * 6. A change (what one message did) is text: label (bit 0: spam, bit 1: the
 *    verdict was right before), sum, what each learner had said, and for each of
 *    the logistic ones the gradient, the slots in rising order (as differences)
 *    and a byte of step for each; for N the slots.  The step's byte is the truth
 *    also when learning, so that taking it back later is exact whatever was
 *    learnt in between.
 *
 * Rejected: learning recent messages again (nothing gained, and with wrong labels
 * a quarter lost); naive Bayes over all words as one more learner; shrinking the
 * score of mail with unknown features; an estimate of the rate of wrong labels
 * instead of rule 5 (it finds the rate, but refuses what is only rare).
 */
#include "mail/spam_learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mail/spam_mix.h"
#include "mail/spam_twin.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define MARGIN        10.0
#define SPARSE_MARGIN 30.0
#define SPARSE_SHARE  0.06
#define TOGETHER      0.25
#define MOVE_MOST     5.0
/* A label that contradicts a sure verdict is either a rare correction or a slip
 * of the finger: it moves the weights, but not as far. */
#define DOUBT        0.3
#define DOUBT_FROM   3.0
#define SPARSE_DOUBT 60.0
#define CLIP         15.0
/* What is said of the twin of one ham: one label may be wrong. */
#define TWIN 0.6
/* Keeps the first step of a feature finite and small for tiny gradients. */
#define SQUARE_START 2e-4
/* Confidence of N's features: the more even and the rarer, the less. */
#define CONFIDENCE_EVEN 0.1
#define CONFIDENCE_POW  12.0
#define CONFIDENCE_RARE 4.0

/* AdaGrad's rate of each logistic learner. */
static const double rates[SPAM_LOGISTIC] = {
	[SPAM_GRAMS] = 0.8,  [SPAM_CONTENT] = 0.8, [SPAM_SUBJECT] = 0.4,
	[SPAM_HEADER] = 0.4, [SPAM_SHAPE] = 0.4,
};

/* A step is 2^(-q/8): from 1 down to 2^-31.9. */
static const float eighths[8] = { 1.0F,         0.917004043F, 0.840896415F,
	                          0.771105413F, 0.707106781F, 0.648419777F,
	                          0.594603558F, 0.545253866F };

/* 2^(1/16), 2^(3/16) ...: where rounding to eighths changes. */
static const float between[8] = { 1.04427378F, 1.13878863F, 1.24185781F,
	                          1.35425555F, 1.47682615F, 1.61049033F,
	                          1.75625216F, 1.91520656F };

static float
step_value(unsigned char q)
{
	uint32_t bits = (127U - q / 8U) << 23;
	float power;

	memcpy(&power, &bits, sizeof power);
	return eighths[q % 8] * power;
}

/* -8 log2(step), rounded, without a logarithm for each feature. */
static unsigned char
step_code(float step)
{
	int exponent, q, i;
	uint32_t bits;
	float part;

	memcpy(&bits, &step, sizeof bits);
	exponent = (int)(bits >> 23) - 127;
	bits = (bits & 0x7fffff) | 0x3f800000;
	memcpy(&part, &bits, sizeof part);
	q = -8 * exponent;
	for (i = 0; i < 8; i++)
		q -= part >= between[i];
	return (unsigned char)(q < 0 ? 0 : q > 255 ? 255 : q);
}

static double
clip(double x)
{
	/* A model damaged on disk must not decide anything. */
	if (!isfinite(x))
		return 0;
	return x > CLIP ? CLIP : x < -CLIP ? -CLIP : x;
}

/* Sums that do not wait for each other. */
#define LANES 4

static double
weigh_logistic(const float *weight, const struct spam_feature_list *l)
{
	double sum[LANES] = { 0 };
	size_t i, k, n = l->n;

	for (i = 0; i + LANES <= n; i += LANES)
		for (k = 0; k < LANES; k++)
			sum[k] += (double)weight[l->slots[i + k]];
	for (; i < n; i++)
		sum[i % LANES] += (double)weight[l->slots[i]];
	sum[0] += sum[1] + sum[2] + sum[3];
	return n > 0 ? sum[0] / sqrt((double)n) : 0;
}

void
spam_weights_near(const struct spam_weights *w, struct spam_features *f)
{
	int set;

	for (set = 0; set < SPAM_LOGISTIC; set++) {
		int table = spam_set_table((enum spam_set)set);

		f->set[set].weights = (const char *)w->weight[table];
		f->set[set].width = sizeof *w->weight[table];
	}
	f->set[SPAM_SPARSE].weights = (const char *)w->sparse;
	f->set[SPAM_SPARSE].width = 2;
}

/* Log-odds of one feature of N, scaled by how far it can be trusted. */
static double
sparse_odds(const struct spam_weights *w, uint32_t slot, unsigned distance)
{
	static const double trust[5] = { 1, 24.0 / 27, 14.0 / 27, 7.0 / 27,
		                         4.0 / 27 };
	double hams = (double)w->tally->sparse[0] + 0.5;
	double spams = (double)w->tally->sparse[1] + 0.5;
	double ham = (double)w->sparse[(size_t)2 * slot];
	double spam = (double)w->sparse[(size_t)2 * slot + 1];
	double h, s, both, sure, p;

	if (ham + spam < 1)
		return 0;
	h = 2 * ham * spams / (hams + spams);
	s = 2 * spam * hams / (hams + spams);
	both = h + s;
	sure = ((h - s) * (h - s) + h * s - CONFIDENCE_EVEN / both) /
	       (both * both);
	if (sure <= 0)
		return 0;
	sure = pow(sure < 1 ? sure : 1, CONFIDENCE_POW) /
	       (1 + CONFIDENCE_RARE / (both * trust[distance]));
	p = 0.5 + sure * (s / both - 0.5);
	return log(p / (1 - p));
}

/* Counts repeat: most features were seen once or twice, or never. */
static inline double
odds_again(const struct spam_weights *w, uint32_t slot, unsigned distance)
{
	const unsigned char *n = w->sparse + (size_t)2 * slot;
	uint32_t tag = SPAM_ODDS_KNOWN | (uint32_t)n[0] << 16 |
	               (uint32_t)n[1] << 8 | distance;
	size_t i = (tag * 0x9e3779b1U) >> 20;

	if (w->odds->entry[i].tag != tag) {
		w->odds->entry[i].tag = tag;
		w->odds->entry[i].odds = (float)sparse_odds(w, slot, distance);
	}
	return (double)w->odds->entry[i].odds;
}

static void
forget_odds(const struct spam_weights *w)
{
	if (w->odds->sparse[0] == w->tally->sparse[0] &&
	    w->odds->sparse[1] == w->tally->sparse[1])
		return;
	memset(w->odds, 0, sizeof *w->odds);
	memcpy(w->odds->sparse, w->tally->sparse, sizeof w->odds->sparse);
}

static double
weigh_sparse(const struct spam_weights *w, const struct spam_feature_list *l)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < l->n && w->odds == NULL; i++)
		sum += sparse_odds(w, l->slots[i], l->distance[i]);
	if (w->odds == NULL)
		return sum;
	forget_odds(w);
	for (; i < l->n; i++)
		sum += odds_again(w, l->slots[i], l->distance[i]);
	return sum;
}

void
spam_weigh(const struct spam_weights *w, const struct spam_features *f,
           struct spam_sums *sums_r)
{
	int set;

	sums_r->sum = 0;
	for (set = 0; set < SPAM_SETS; set++) {
		const struct spam_feature_list *l = &f->set[set];
		double part, heard;

		if (set == SPAM_SPARSE) {
			part = weigh_sparse(w, l);
			heard = clip(part * SPARSE_SHARE);
		} else {
			part = weigh_logistic(
				w->weight[spam_set_table((enum spam_set)set)],
				l);
			heard = clip(part);
		}
		sums_r->part[set] = part;
		sums_r->heard[set] = (float)heard;
		sums_r->sum +=
			spam_mix_share(w->tally, (enum spam_set)set) * heard;
	}
	if (sums_r->sum < 0 &&
	    spam_twin_of_ham(w->sparse, &f->set[SPAM_SPARSE]))
		sums_r->sum *= TWIN;
}

double
spam_weigh_one(const struct spam_weights *w, const struct spam_features *f,
               enum spam_set set, size_t i)
{
	const struct spam_feature_list *l = &f->set[set];
	double share = spam_mix_share(w->tally, set);
	const float *weight;

	if (set == SPAM_SPARSE)
		return share * SPARSE_SHARE *
		       sparse_odds(w, l->slots[i], l->distance[i]);
	weight = w->weight[spam_set_table(set)];
	return share * (double)weight[l->slots[i]] / sqrt((double)l->n);
}

/* ---- planning a change ---- */

static void
add_varint(struct str *out, uint32_t v)
{
	while (v >= 0x80) {
		str_add_c(out, (char)(v | 0x80));
		v >>= 7;
	}
	str_add_c(out, (char)v);
}

static void
add_float(struct str *out, double v)
{
	float f = (float)v;

	str_add(out, (const char *)&f, sizeof f);
}

/* Slots have 21 bits at most: two rounds of a counting sort. */
#define SORT_BITS 11

static void
sort_round(const uint32_t *from, uint32_t *to, size_t n, unsigned shift)
{
	uint32_t start[1 << SORT_BITS] = { 0 };
	uint32_t mask = (1U << SORT_BITS) - 1, sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		start[from[i] >> shift & mask]++;
	for (i = 0; i <= mask; i++) {
		uint32_t count = start[i];

		start[i] = sum;
		sum += count;
	}
	for (i = 0; i < n; i++)
		to[start[from[i] >> shift & mask]++] = from[i];
}

static void
sort_slots(uint32_t *slots, size_t n)
{
	uint32_t *other = xcalloc(n + 1, sizeof *other);

	_Static_assert(SPAM_SPARSE_SLOTS <= 1U << 2 * SORT_BITS, "two rounds");
	sort_round(slots, other, n, 0);
	sort_round(other, slots, n, SORT_BITS);
	free(other);
}

/* The slots in rising order, as differences; none unless learn. */
static void
add_slots(struct str *out, struct spam_feature_list *l, bool learn)
{
	uint32_t last = 0;
	size_t i;

	if (learn)
		sort_slots(l->slots, l->n);
	add_varint(out, learn ? (uint32_t)l->n : 0);
	for (i = 0; learn && i < l->n; i++) {
		add_varint(out, l->slots[i] - last);
		last = l->slots[i];
	}
}

/* Rule 4: what the steps are multiplied with. */
static float
moderation(const float *squares, const struct spam_feature_list *l, float most,
           float start)
{
	double move = 0;
	size_t i;

	for (i = 0; i < l->n; i++)
		move += (double)(most / sqrtf(start + squares[l->slots[i]]));
	move /= sqrt((double)l->n);
	return move > MOVE_MOST ? (float)(MOVE_MOST / move) : 1;
}

static void
plan_logistic(const struct spam_weights *w, struct spam_feature_list *l,
              enum spam_set set, double error, double eager, struct str *change)
{
	const float *squares = w->square[spam_set_table(set)];
	double g = l->n > 0 ? error / sqrt((double)l->n) : 0;
	bool learn = eager > 0 && fabs(g) > 0;
	float most = (float)(eager * rates[set] * fabs(g));
	float start = (float)(SQUARE_START + g * g);
	size_t i;

	add_float(change, learn ? g : 0);
	add_slots(change, l, learn);
	if (learn)
		most *= moderation(squares, l, most, start);
	for (i = 0; learn && i < l->n; i++)
		str_add_c(change,
		          (char)step_code(most /
		                          sqrtf(start + squares[l->slots[i]])));
}

/* How much of its steps a learner takes: 0, DOUBT or 1. */
static double
eagerness(double score, bool is_spam, double margin, double doubt_from)
{
	if ((score > 0) == is_spam)
		return fabs(score) < margin ? 1 : 0;
	return fabs(score) < doubt_from ? 1 : DOUBT;
}

void
spam_learn_plan(const struct spam_weights *w, struct spam_features *f,
                const struct spam_sums *sums, bool is_spam, bool right,
                struct str *change)
{
	double eager = eagerness(sums->sum, is_spam, MARGIN, DOUBT_FROM);
	double sparse = sums->part[SPAM_SPARSE];
	int set;

	str_add_c(change, (char)((is_spam ? 1 : 0) | (right ? 2 : 0)));
	add_float(change, sums->sum);
	for (set = 0; set < SPAM_SETS; set++)
		add_float(change, (double)sums->heard[set]);
	for (set = 0; set < SPAM_LOGISTIC; set++) {
		double own = (double)sums->heard[set];
		double rest = TOGETHER * (sums->sum - own);
		double p = 1 / (1 + exp(-clip(own + rest)));

		plan_logistic(w, &f->set[set], (enum spam_set)set,
		              (is_spam ? 1 : 0) - p, eager, change);
	}
	/* N counts whole messages: it takes one or leaves it. */
	add_slots(change, &f->set[SPAM_SPARSE],
	          eagerness(sparse, is_spam, SPARSE_MARGIN, SPARSE_DOUBT) >
	                  0.5);
}

/* ---- reading and applying a change ---- */

/* A list of slots inside a change. */
struct slots {
	struct slice differences;
	uint32_t n;
	uint32_t slot; /* the current one */
};

static int
take_varint(struct slice *s, uint32_t *v_r)
{
	uint64_t v = 0;
	unsigned shift;

	for (shift = 0; shift < 35; shift += 7) {
		unsigned char c;

		if (s->n == 0)
			return -1;
		c = (unsigned char)s->p[0];
		*s = slice_from(*s, 1);
		v |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80) {
			*v_r = (uint32_t)v;
			return v <= UINT32_MAX ? 0 : -1;
		}
	}
	return -1;
}

static int
take_float(struct slice *s, float *v_r)
{
	if (s->n < sizeof *v_r)
		return -1;
	memcpy(v_r, s->p, sizeof *v_r);
	*s = slice_from(*s, sizeof *v_r);
	return isfinite(*v_r) ? 0 : -1;
}

static bool
next_slot(struct slots *l)
{
	uint32_t difference;

	if (l->n == 0 || take_varint(&l->differences, &difference) < 0)
		return false;
	l->slot += difference;
	l->n--;
	return true;
}

/* Take a list off *s and check every slot of it. */
static int
take_slots(struct slice *s, uint32_t limit, struct slots *l_r)
{
	uint64_t slot = 0;
	uint32_t n, i;

	if (take_varint(s, &n) < 0 || n > SPAM_FEATURES_MAX)
		return -1;
	l_r->differences = *s;
	l_r->n = n;
	l_r->slot = 0;
	for (i = 0; i < n; i++) {
		uint32_t difference;

		if (take_varint(s, &difference) < 0)
			return -1;
		slot += difference;
		if (slot >= limit)
			return -1;
	}
	return 0;
}

struct change {
	bool is_spam, right;
	float sum;
	float heard[SPAM_SETS];
	float gradient[SPAM_LOGISTIC];
	struct slots slots[SPAM_SETS];
	struct slice steps[SPAM_LOGISTIC];
};

static int
read_change(struct slice s, struct change *c)
{
	int set;

	if (s.n < 1 || (s.p[0] & ~3) != 0)
		return -1;
	c->is_spam = (s.p[0] & 1) != 0;
	c->right = (s.p[0] & 2) != 0;
	s = slice_from(s, 1);
	if (take_float(&s, &c->sum) < 0)
		return -1;
	for (set = 0; set < SPAM_SETS; set++)
		if (take_float(&s, &c->heard[set]) < 0)
			return -1;
	for (set = 0; set < SPAM_LOGISTIC; set++) {
		if (take_float(&s, &c->gradient[set]) < 0 ||
		    take_slots(&s, spam_set_slots((enum spam_set)set),
		               &c->slots[set]) < 0 ||
		    s.n < c->slots[set].n)
			return -1;
		c->steps[set] = slice_head(s, c->slots[set].n);
		s = slice_from(s, c->slots[set].n);
	}
	if (take_slots(&s, SPAM_SPARSE_SLOTS, &c->slots[SPAM_SPARSE]) < 0)
		return -1;
	return s.n == 0 ? 0 : -1;
}

static void
apply_logistic(const struct spam_weights *w, struct change *c, int set,
               int direction)
{
	float g = c->gradient[set];
	float sign = (float)direction * (g < 0 ? -1.0F : 1.0F);
	float square = (float)direction * g * g;
	int table = spam_set_table((enum spam_set)set);
	float *weights = w->weight[table], *squares = w->square[table];
	struct slots *l = &c->slots[set];
	size_t i;

	for (i = 0; next_slot(l); i++) {
		unsigned char q = (unsigned char)c->steps[set].p[i];

		weights[l->slot] += sign * step_value(q);
		squares[l->slot] += square;
		if (squares[l->slot] < 0)
			squares[l->slot] = 0;
	}
}

static void
count(uint64_t *n, int direction)
{
	if (direction > 0)
		++*n;
	else if (*n > 0)
		--*n;
}

static void
apply_sparse(const struct spam_weights *w, struct change *c, int direction)
{
	struct slots *l = &c->slots[SPAM_SPARSE];

	if (l->n > 0)
		count(&w->tally->sparse[c->is_spam], direction);
	while (next_slot(l)) {
		unsigned char *n =
			&w->sparse[(size_t)2 * l->slot + (c->is_spam ? 1 : 0)];

		if (direction > 0 && *n < 255)
			++*n;
		else if (direction < 0 && *n > 0)
			--*n;
	}
}

bool
spam_change_is_spam(struct slice change)
{
	return change.n > 0 && (change.p[0] & 1) != 0;
}

int
spam_change_apply(const struct spam_weights *w, struct slice change,
                  int direction, uint32_t tag)
{
	struct change c;
	int set;

	if (read_change(change, &c) < 0)
		return -1;
	for (set = 0; set < SPAM_LOGISTIC; set++)
		apply_logistic(w, &c, set, direction);
	apply_sparse(w, &c, direction);
	count(&w->tally->learnt[c.is_spam], direction);
	if (direction > 0)
		spam_tally_add(w->tally, c.is_spam, c.sum, c.heard, tag,
		               c.right);
	else
		spam_tally_remove(w->tally, c.is_spam, tag);
	spam_mix_update(w->tally, direction < 0);
	return 0;
}
