/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charset chosen for a sender is used for the next mail, and forgotten. */
#include "lib/store_test.h"

#include "store/sender_charset.h"

static const char first[] = "From: A <Kim@Example.KR>\n\n\xe9";
static const char second[] = "From: kim@example.kr\nSubject: \xe9\n\n\xe9";
static const char other[] = "From: lee@example.kr\n\n\xe9";

static void
assert_reads(struct store_test *t, const char *raw, enum charset want)
{
	struct message m;

	message_parse(&m, slice_of(raw));
	assert_ok(t, sender_charset_apply(t->s, &m, &t->err));
	assert_int_equal(m.forced, want);
	message_release(&m);
}

static void
choose(struct store_test *t, const char *raw, enum charset cs)
{
	struct message m;

	message_parse(&m, slice_of(raw));
	assert_ok(t, sender_charset_choose(t->s, &m, cs, &t->err));
	assert_int_equal(m.forced, cs);
	message_release(&m);
}

static void
test_remembered(void **state)
{
	struct store_test t = { .s = NULL };

	(void)state;
	store_test_init(&t);
	assert_reads(&t, first, CHARSET_UNKNOWN);
	choose(&t, first, CHARSET_JOHAB);
	store_test_reopen(&t);
	assert_reads(&t, first, CHARSET_JOHAB);
	assert_reads(&t, second, CHARSET_JOHAB);
	assert_reads(&t, other, CHARSET_UNKNOWN);
	choose(&t, second, CHARSET_UNKNOWN);
	assert_reads(&t, first, CHARSET_UNKNOWN);
	/* Without a sender there is nothing to remember. */
	choose(&t, "Subject: x\n\n", CHARSET_CP949);
	assert_reads(&t, "Subject: x\n\n", CHARSET_UNKNOWN);
	store_test_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
