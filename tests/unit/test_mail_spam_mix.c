/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much each learner of the spam filter counts. */
#include "lib/test.h"

#include <math.h>

#include "mail/spam_mix.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* The same numbers in every run. */
static float
next_number(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return (float)(*seed >> 8) / (float)(1 << 23) - 1;
}

static double
average(const double *share)
{
	double sum = 0;
	int i;

	for (i = 0; i < SPAM_SETS; i++)
		sum += share[i];
	return sum / SPAM_SETS;
}

/* All know the class but one, which says anything. */
static void
learn_many(struct spam_tally *t, unsigned n, int deaf)
{
	uint32_t seed = 5;
	unsigned i;

	for (i = 0; i < n; i++) {
		bool is_spam = i % 2 == 1;
		float part[SPAM_SETS];
		int k;

		for (k = 0; k < SPAM_SETS; k++) {
			float truth = is_spam ? 1.0F : -1.0F;

			part[k] = 4 * next_number(&seed);
			part[k] += k == deaf ? 0 : 2 * truth;
		}
		t->learnt[is_spam]++;
		spam_tally_add(t, is_spam, 0, part, 8 + 4 * i, true);
		spam_mix_update(t, false);
	}
}

static void
test_nothing_known_all_count_the_same(void **state)
{
	struct spam_tally *t = xcalloc(1, sizeof *t);
	int i;

	(void)state;
	for (i = 0; i < SPAM_SETS; i++)
		assert_true(fabs(spam_mix_share(t, (enum spam_set)i) - 1) <
		            1e-9);
	spam_mix_update(t, false);
	for (i = 0; i < SPAM_SETS; i++)
		assert_true(fabs(t->share[i] - 1) < 1e-9);
	free(t);
}

static void
test_who_knows_nothing_counts_less(void **state)
{
	int deaf, i;

	(void)state;
	for (deaf = 0; deaf < SPAM_SETS; deaf++) {
		struct spam_tally *t = xcalloc(1, sizeof *t);

		learn_many(t, 400, deaf);
		for (i = 0; i < SPAM_SETS; i++) {
			double share = spam_mix_share(t, (enum spam_set)i);

			assert_true(i == deaf ? share < 0.5 : share > 0.8);
		}
		assert_true(fabs(average(t->share) - 1) < 1e-9);
		free(t);
	}
}

/* A few messages are no reason to turn away from anyone. */
static void
test_few_messages_move_little(void **state)
{
	struct spam_tally *t = xcalloc(1, sizeof *t);

	(void)state;
	learn_many(t, 6, 0);
	assert_true(spam_mix_share(t, SPAM_GRAMS) > 0.6);
	free(t);
}

static void
test_taking_back_is_exact(void **state)
{
	static const float liar[SPAM_SETS] = { 15, -15, 15, -15, 15, -15 };
	struct spam_tally *t = xcalloc(1, sizeof *t);
	double before[SPAM_SETS];
	int i;

	(void)state;
	learn_many(t, 30, 1);
	memcpy(before, t->share, sizeof before);
	t->learnt[1]++;
	spam_tally_add(t, true, 0, liar, 4000, false);
	spam_mix_update(t, false);
	assert_true(fabs(before[0] - t->share[0]) > 0.01);
	t->learnt[1]--;
	spam_tally_remove(t, true, 4000);
	spam_mix_update(t, true);
	for (i = 0; i < SPAM_SETS; i++)
		assert_true(fabs(before[i] - t->share[i]) < 1e-9);
	free(t);
}

/* A file damaged on disk: some number comes out, and a sane one. */
static void
test_nonsense_is_survived(void **state)
{
	struct spam_tally *t = xcalloc(1, sizeof *t);
	int i;

	(void)state;
	memset(t, 0xff, sizeof *t);
	for (i = 0; i < SPAM_SETS; i++)
		assert_true(fabs(spam_mix_share(t, (enum spam_set)i) - 1) <
		            1e-9);
	t->learnt[0] = t->learnt[1] = 4;
	spam_mix_update(t, false);
	for (i = 0; i < SPAM_SETS; i++)
		assert_true(spam_mix_share(t, (enum spam_set)i) > 0 &&
		            spam_mix_share(t, (enum spam_set)i) <= SPAM_SETS);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_known_all_count_the_same),
		cmocka_unit_test(test_who_knows_nothing_counts_less),
		cmocka_unit_test(test_few_messages_move_little),
		cmocka_unit_test(test_taking_back_is_exact),
		cmocka_unit_test(test_nonsense_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
