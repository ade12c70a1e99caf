/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One wrong label, and the mail that is like the one it was given to. */
#include "lib/spam_test.h"

#include "mail/spam_twin.h"

#define CASE(f) \
 cmocka_unit_test_setup_teardown(f, spam_test_setup, spam_test_teardown)

#define SLOTS 1000

/* Features first to SLOTS, those below known counted as said. */
static bool
is_twin(uint32_t known, unsigned char ham, unsigned char spam)
{
	static unsigned char sparse[SLOTS * 2];
	static uint32_t slots[SLOTS];
	struct spam_feature_list l = { .slots = slots, .n = SLOTS };
	uint32_t i;

	memset(sparse, 0, sizeof sparse);
	for (i = 0; i < SLOTS; i++) {
		/* Spread evenly: 7 and 1000 share no divisor. */
		slots[i] = i * 7 % SLOTS;
		if (slots[i] >= known)
			continue;
		sparse[(size_t)2 * slots[i]] = ham;
		sparse[(size_t)2 * slots[i] + 1] = spam;
	}
	return spam_twin_of_ham(sparse, &l);
}

static void
test_counted_once_as_ham(void **state)
{
	struct spam_feature_list none = { .n = 0 };

	(void)state;
	assert_true(is_twin(600, 1, 0));
	assert_true(is_twin(1000, 1, 0));
	/* As much as other mail has in common with some message. */
	assert_false(is_twin(150, 1, 0));
	assert_false(is_twin(0, 0, 0));
	assert_false(is_twin(600, 0, 1));
	assert_false(is_twin(600, 1, 1));
	assert_false(is_twin(600, 2, 0));
	/* Counts that would be one if they were cut off. */
	assert_false(is_twin(600, 1, 255));
	assert_false(is_twin(600, 255, 2));
	assert_false(spam_twin_of_ham(NULL, &none));
}

/* An offer that goes round: the same words, other names. */
static char *
offer(unsigned n)
{
	return xasprintf("From: Star %u <star%u@shop%u.example>\n"
	                 "To: kim@home.example\n"
	                 "Date: Thu, 1 Jan 2026 09:00:%02u +0900\n"
	                 "Subject: vitamins at half the price, order %u\n"
	                 "Content-Type: text/plain; charset=utf-8\n\n"
	                 "Our warehouse closes and all supplements have to go. "
	                 "Pick any three bottles, pay for one, and a doctor "
	                 "answers your questions for free. Ships within a day "
	                 "from Rotterdam, no signature needed %u.\n",
	                 n, n, n, n, n, n);
}

static void
learn_offer(struct spam_test *t, unsigned n, bool is_spam)
{
	char *raw = offer(n);

	assert_int_equal(spam_test_learn(t->spam, raw, is_spam), 0);
	free(raw);
}

static double
score_offer(struct spam_test *t, unsigned n, enum spam_verdict *verdict_r)
{
	char *raw = offer(n);
	double score;

	*verdict_r = spam_test_score(t->spam, raw, false, &score);
	free(raw);
	return score;
}

/* What two labels say counts more than twice what one says. */
static void
test_one_label_is_half_believed(void **state)
{
	struct spam_test *t = *state;
	enum spam_verdict v;
	double none, one, two;

	spam_test_teach(t->spam, 0, 120);
	none = score_offer(t, 1, &v);
	learn_offer(t, 2, false);
	one = score_offer(t, 1, &v);
	learn_offer(t, 3, false);
	two = score_offer(t, 1, &v);
	assert_true(one < none - 1);
	assert_true(two < 1.7 * one);
}

/* Good mail in the words of spam, or the other way round: a verdict that is
 * wrong. */
static char *
disguised(bool is_spam, unsigned n)
{
	char *raw = spam_test_mail(!is_spam, n);
	char *text = strstr(raw, "\n\n"), *all;

	assert_non_null(text);
	text[1] = '\0';
	all = xasprintf("%s\n%s\n", raw,
	                is_spam ? "새 계좌를 등록하고 선물을 받아 가세요"
	                        : "어머니 생신에 다 같이 모입시다");
	free(raw);
	return all;
}

/* The user says so once, and this message lies on the other side or is asked
 * about. */
static void
test_one_correction_turns_it(void **state)
{
	struct spam_test *t = *state;
	int is_spam;

	spam_test_teach(t->spam, 0, 200);
	for (is_spam = 0; is_spam < 2; is_spam++) {
		char *raw = disguised(is_spam != 0, 901 + (unsigned)is_spam);
		enum spam_verdict wrong = is_spam ? SPAM_HAM : SPAM_SPAM;

		assert_int_equal(spam_test_score(t->spam, raw, false, NULL),
		                 wrong);
		assert_int_equal(spam_test_learn(t->spam, raw, is_spam != 0),
		                 0);
		assert_int_not_equal(spam_test_score(t->spam, raw, false, NULL),
		                     wrong);
		free(raw);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counted_once_as_ham),
		CASE(test_one_label_is_half_believed),
		CASE(test_one_correction_turns_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
