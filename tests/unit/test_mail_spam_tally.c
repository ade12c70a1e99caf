/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spam filter's threshold and probability. */
#include "lib/test.h"

#include <math.h>

#include "mail/spam_tally.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* The same numbers in every run. */
static double
next_number(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return (double)(*seed >> 8) / (double)(1 << 24);
}

/* A sum around middle, spread to both sides. */
static float
next_sum(uint32_t *seed, double middle)
{
	double x = next_number(seed) + next_number(seed) + next_number(seed);

	return (float)(middle + 6 * (x - 1.5));
}

static void
learn(struct spam_tally *t, bool is_spam, float sum)
{
	static const double unsure = -1;
	bool right = is_spam ? (double)sum >= spam_threshold(t)
	                     : (double)sum <= unsure;
	uint32_t tag = 8 + 4 * (uint32_t)(t->learnt[0] + t->learnt[1]);

	t->learnt[is_spam]++;
	spam_tally_add(t, is_spam, sum, NULL, tag, right);
}

/* Good mail around -8, spam around 8; a share of the labels is wrong. */
static void
learn_many(struct spam_tally *t, unsigned n, double wrong)
{
	uint32_t seed = 7;
	unsigned i;

	for (i = 0; i < n; i++) {
		bool is_spam = i % 2 == 1;
		float sum = next_sum(&seed, is_spam ? 8 : -8);

		learn(t, is_spam != (next_number(&seed) < wrong), sum);
	}
}

static void
test_little_known_is_careful(void **state)
{
	struct spam_tally *t = xcalloc(1, sizeof *t);

	(void)state;
	assert_true(spam_threshold(t) >= 8);
	learn_many(t, 38, 0);
	assert_true(spam_threshold(t) >= 8);
	learn_many(t, 60, 0);
	assert_true(spam_threshold(t) < 5);
	free(t);
}

static void
test_it_stays_above_good_mail(void **state)
{
	struct spam_tally *t = xcalloc(1, sizeof *t);

	(void)state;
	learn_many(t, 1600, 0);
	assert_true(spam_threshold(t) < 2.5);
	learn(t, false, 4);
	assert_true(spam_threshold(t) < 2.5);
	learn(t, false, 3);
	learn(t, false, 4);
	assert_true(spam_threshold(t) > 5);
	assert_true(spam_threshold(t) < 7);
	free(t);
}

/* A rank statistic alone would put it among the best known spam. */
static void
test_wrong_labels_do_not_raise_it(void **state)
{
	struct spam_tally *t = xcalloc(1, sizeof *t);

	(void)state;
	learn_many(t, 2400, 0.05);
	assert_true(spam_threshold(t) < 6);
	assert_true(spam_threshold(t) > 1);
	free(t);
}

/* Nobody shows the spam that was found: what is known is the border. */
static void
test_corrections_alone_do_not_lower_it(void **state)
{
	struct spam_tally *t = xcalloc(1, sizeof *t);
	uint32_t seed = 3;
	unsigned i;

	(void)state;
	for (i = 0; i < 400; i++) {
		learn(t, true, (float)(next_number(&seed) * 2 - 1));
		learn(t, false, (float)(next_number(&seed) * 3 - 0.5));
	}
	assert_true(spam_threshold(t) > 3);
	assert_true(spam_threshold(t) <= 5);
	free(t);
}

static void
test_taking_back_is_exact(void **state)
{
	struct spam_tally *t = xcalloc(1, sizeof *t);
	struct spam_calibration a, b;
	double threshold;

	(void)state;
	learn_many(t, 300, 0);
	threshold = spam_threshold(t);
	a = spam_calibrate(t);
	spam_tally_add(t, false, 4, NULL, 4000, false);
	spam_tally_add(t, false, 4, NULL, 4004, false);
	assert_true(spam_threshold(t) > threshold + 1);
	spam_tally_remove(t, false, 4000);
	spam_tally_remove(t, false, 4004);
	assert_true(fabs(spam_threshold(t) - threshold) < 1e-9);
	b = spam_calibrate(t);
	assert_true(fabs(a.slope - b.slope) < 1e-9);
	assert_true(fabs(a.shift - b.shift) < 1e-9);
	free(t);
}

/* Sums that say too much by a factor; what comes true must come out. */
static void
check_calibration(double factor, double shift)
{
	struct spam_tally *t = xcalloc(1, sizeof *t);
	struct spam_calibration c;
	uint32_t seed = 11;
	unsigned i;
	double x;

	for (i = 0; i < 2000; i++) {
		double truth = next_number(&seed) * 12 - 6;
		bool is_spam = next_number(&seed) < 1 / (1 + exp(-truth));

		learn(t, is_spam, (float)((truth - shift) * factor));
	}
	c = spam_calibrate(t);
	for (x = -4; x <= 4; x += 0.5) {
		double p = spam_probability(&c, (x - shift) * factor);

		assert_true(fabs(p - 1 / (1 + exp(-x))) < 0.06);
	}
	free(t);
}

static void
test_probabilities_come_true(void **state)
{
	(void)state;
	check_calibration(1, 0);
	check_calibration(2.5, 0);
	check_calibration(0.6, 0);
	check_calibration(1.5, 1);
}

static void
test_unknown_means_as_it_is(void **state)
{
	struct spam_tally *t = xcalloc(1, sizeof *t);
	struct spam_calibration c = spam_calibrate(t);

	(void)state;
	assert_true(fabs(spam_probability(&c, 0) - 0.5) < 1e-9);
	assert_true(spam_probability(&c, 5) > 0.99);
	assert_true(spam_probability(&c, -1000) >= 0);
	assert_true(spam_probability(&c, 1000) <= 1);
	free(t);
}

/* A file damaged on disk: some number comes out, and a sane one. */
static void
test_nonsense_is_survived(void **state)
{
	struct spam_tally *t = xcalloc(1, sizeof *t);
	struct spam_calibration c;

	(void)state;
	memset(t, 0xff, sizeof *t);
	assert_true(isfinite(spam_threshold(t)));
	c = spam_calibrate(t);
	assert_true(c.slope > 0 && c.slope < 10);
	assert_true(fabs(c.shift) < 10);
	spam_tally_add(t, true, 1, NULL, 4, true);
	spam_tally_remove(t, true, 4);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_little_known_is_careful),
		cmocka_unit_test(test_it_stays_above_good_mail),
		cmocka_unit_test(test_wrong_labels_do_not_raise_it),
		cmocka_unit_test(test_corrections_alone_do_not_lower_it),
		cmocka_unit_test(test_taking_back_is_exact),
		cmocka_unit_test(test_probabilities_come_true),
		cmocka_unit_test(test_unknown_means_as_it_is),
		cmocka_unit_test(test_nonsense_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
