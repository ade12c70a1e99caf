/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distinct slots of the features of a message. */
#include "lib/test.h"

#include <stdio.h>

#include "mail/spam_feature.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* The slot of set SPAM_CONTENT that this hash falls into. */
static uint64_t
hash_of(uint32_t slot)
{
	return (uint64_t)slot << 44 | 0xfff00;
}

static void
test_a_slot_counts_once_in_order(void **state)
{
	struct spam_features f;
	struct spam_feature_list *l;
	uint32_t i;

	(void)state;
	spam_features_init(&f, false);
	l = &f.set[SPAM_CONTENT];
	/* More than may wait, each three times. */
	for (i = 0; i < 9 * SPAM_WAITING; i++)
		spam_list_add(l, hash_of(i / 3 * 7));
	for (i = 0; i < 3 * SPAM_WAITING; i++)
		spam_list_add(l, hash_of(i * 7));
	spam_features_settle(&f);
	assert_int_equal(l->n, 3 * SPAM_WAITING);
	for (i = 0; i < l->n; i++)
		assert_int_equal(l->slots[i], i * 7);
	spam_features_clear(&f);
	assert_int_equal(l->n, 0);
	spam_list_add(l, hash_of(7));
	spam_features_settle(&f);
	assert_int_equal(l->n, 1);
	spam_features_release(&f);
}

static void
test_what_waits_is_forgotten_when_cleared(void **state)
{
	struct spam_features f;

	(void)state;
	spam_features_init(&f, false);
	spam_list_add(&f.set[SPAM_SHAPE], hash_of(1));
	spam_features_clear(&f);
	spam_features_settle(&f);
	assert_int_equal(f.set[SPAM_SHAPE].n, 0);
	spam_features_release(&f);
}

static void
test_a_full_set_takes_no_more(void **state)
{
	struct spam_features f;
	struct spam_feature_list *l;
	uint32_t i;

	(void)state;
	spam_features_init(&f, true);
	l = &f.set[SPAM_CONTENT];
	for (i = 0; i < SPAM_FEATURES_MAX + 2 * SPAM_WAITING + 5; i++)
		spam_list_add(l, hash_of(i));
	spam_features_settle(&f);
	assert_int_equal(l->n, SPAM_FEATURES_MAX);
	assert_int_equal(l->slots[l->n - 1], SPAM_FEATURES_MAX - 1);
	/* Those that were too many are not taken for known next time. */
	spam_features_clear(&f);
	spam_list_add(l, hash_of(SPAM_FEATURES_MAX + 1));
	spam_features_settle(&f);
	assert_int_equal(l->n, 1);
	spam_features_release(&f);
}

static void
features_of(struct spam_features *f, struct spam_view *v, const char *raw,
            bool named)
{
	struct message m;

	spam_features_init(f, named);
	message_parse(&m, slice_of(raw));
	spam_view_init(v, &m);
	spam_features_of(f, v);
	message_release(&m);
}

/* A mail with more words than may wait, some of them often. */
static char *
long_mail(void)
{
	struct str s;
	unsigned i;

	str_init(&s, 20000);
	str_add_z(&s, "From: a@example.com\nSubject: 안녕 hello\n\n");
	for (i = 0; i < 700; i++)
		str_printf(&s, "w%u 가나%u다 ", i * i % 1331, i % 17);
	return str_take(&s);
}

static void
test_names_change_no_slot(void **state)
{
	struct spam_features plain, named;
	struct spam_view v, w;
	char *raw = long_mail();
	int set;

	(void)state;
	features_of(&plain, &v, raw, false);
	features_of(&named, &w, raw, true);
	for (set = 0; set < SPAM_SETS; set++) {
		assert_int_equal(plain.set[set].n, named.set[set].n);
		assert_memory_equal(plain.set[set].slots, named.set[set].slots,
		                    plain.set[set].n * sizeof(uint32_t));
		assert_memory_equal(plain.set[set].distance,
		                    named.set[set].distance, plain.set[set].n);
	}
	assert_true(plain.set[SPAM_CONTENT].n > SPAM_WAITING);
	spam_features_release(&plain);
	spam_features_release(&named);
	spam_view_release(&v);
	spam_view_release(&w);
	free(raw);
}

/* The features of the set that are made of these. */
static size_t
count_named(const struct spam_feature_list *l, const char *first,
            const char *second)
{
	size_t i, n = 0;

	for (i = 0; i < l->n; i++)
		n += slice_eq_z(l->names[i].first, first) &&
		     slice_eq_z(l->names[i].second, second);
	return n;
}

static void
test_names_are_of_their_slots(void **state)
{
	static const char raw[] = "From: a@example.com\nSubject: one two\n\n"
				  "three, four. five six seven\n";
	struct spam_features f;
	struct spam_view v;

	(void)state;
	features_of(&f, &v, raw, true);
	assert_int_equal(count_named(&f.set[SPAM_CONTENT], "four", ""), 1);
	assert_int_equal(count_named(&f.set[SPAM_CONTENT], "three", "five"), 1);
	assert_int_equal(count_named(&f.set[SPAM_CONTENT], "three", "six"), 0);
	assert_int_equal(count_named(&f.set[SPAM_SPARSE], "three", "six"), 1);
	assert_int_equal(count_named(&f.set[SPAM_SPARSE], "two", "six"), 1);
	assert_int_equal(count_named(&f.set[SPAM_SUBJECT], "one", "two"), 1);
	assert_int_equal(count_named(&f.set[SPAM_SUBJECT], "two", "three"), 0);
	assert_int_equal(count_named(&f.set[SPAM_HEADER], "one", "two"), 1);
	spam_features_release(&f);
	spam_view_release(&v);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_slot_counts_once_in_order),
		cmocka_unit_test(test_what_waits_is_forgotten_when_cleared),
		cmocka_unit_test(test_a_full_set_takes_no_more),
		cmocka_unit_test(test_names_change_no_slot),
		cmocka_unit_test(test_names_are_of_their_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
