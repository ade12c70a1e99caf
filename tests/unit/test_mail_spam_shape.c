/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The features of how a mail is built. */
#include "lib/test.h"

#include "mail/spam_feature.h"

#include "util/banned.h"

#define MAIL(id, date, text)                            \
 "From: a@example.com\nMessage-ID: " id "\nDate: " date \
 "\nSubject: hi\n\n" text "\n"

/* The slots of one set of a mail. */
struct slots {
	struct spam_features f;
	size_t n;
};

static void
look(struct slots *s, const char *raw)
{
	struct spam_view v;
	struct message m;

	spam_features_init(&s->f, false);
	message_parse(&m, slice_of(raw));
	spam_view_init(&v, &m);
	spam_features_of(&s->f, &v);
	s->n = s->f.set[SPAM_SHAPE].n;
	spam_view_release(&v);
	message_release(&m);
}

/* How many features of the shape are only in one of the two. */
static size_t
differences(const char *a, const char *b)
{
	struct slots x, y;
	size_t i, k, same = 0;

	look(&x, a);
	look(&y, b);
	assert_true(x.n > 0 && y.n > 0);
	for (i = 0; i < x.n; i++)
		for (k = 0; k < y.n; k++)
			same += x.f.set[SPAM_SHAPE].slots[i] ==
			        y.f.set[SPAM_SHAPE].slots[k];
	spam_features_release(&x.f);
	spam_features_release(&y.f);
	return x.n + y.n - 2 * same;
}

#define DATE "Mon, 6 Jan 2025 10:00:00 +0900"

static void
test_other_words_have_the_same_shape(void **state)
{
	(void)state;
	assert_int_equal(
		differences(MAIL("<12.ab@x.org>", DATE, "some words here"),
	                    MAIL("<34.cd@y.net>", DATE, "more texts then")),
		0);
}

static void
test_another_form_is_seen(void **state)
{
	static const char plain[] =
		MAIL("<12.ab@x.org>", DATE, "some words here");

	(void)state;
	assert_int_equal(differences(plain, MAIL("<AB-12@x.org>", DATE,
	                                         "some words here")),
	                 2);
	assert_int_equal(differences(plain,
	                             MAIL("<12.ab@x.org>",
	                                  "Mon, 6 Jan 2025 10.00.00 +0900",
	                                  "some words here")),
	                 2);
	assert_true(differences(plain, MAIL("<12.ab@x.org>", DATE,
	                                    "SOME WORDS HERE")) > 0);
	assert_true(differences(plain, MAIL("<12.ab@x.org>", DATE,
	                                    "some!!!! $100 99")) > 0);
}

/* What a filter here put there says nothing of the mail. */
static void
test_local_fields_do_not_count(void **state)
{
	(void)state;
	assert_int_equal(differences("Subject: hi\nX-Spam-Score: 1\n\nx\n",
	                             "Subject: hi\nX-Spam-Score: 99\n\nx\n"),
	                 0);
}

/* Any bytes: nothing is read that is not there. */
static void
test_odd_mail_has_a_shape(void **state)
{
	static const char *const odd[] = {
		"",
		"From: @\nTo: @@@@@@@@@@@@\nMessage-ID: @\n\n",
		"Received: from \nReceived: from\nDate: \n\nhttp://",
		"Subject: \xff\xfe\n\n\xff <a href=\"://\">x</a>",
	};
	struct slots s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof odd / sizeof *odd; i++) {
		look(&s, odd[i]);
		assert_true(s.n > 5);
		spam_features_release(&s.f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_words_have_the_same_shape),
		cmocka_unit_test(test_another_form_is_seen),
		cmocka_unit_test(test_local_fields_do_not_count),
		cmocka_unit_test(test_odd_mail_has_a_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
