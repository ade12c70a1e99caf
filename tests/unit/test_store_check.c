/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: the index is looked over, and whoever waits can end that. */
#include "lib/store_test.h"

#include "store/store_impl.h"
#include "util/xalloc.h"

static int
set_up(void **state)
{
	struct store_test *t = xcalloc(1, sizeof *t);

	store_test_init(t);
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	struct store_test *t = *state;

	store_test_release(t);
	free(t);
	return 0;
}

struct wait {
	unsigned asked;
	unsigned patience; /* the question that is answered with an end */
	uint64_t last;
};

static bool
ask(void *ctx, uint64_t done, uint64_t total)
{
	struct wait *w = ctx;

	assert_true(done < total);
	assert_true(done >= w->last);
	w->last = done;
	return ++w->asked == w->patience;
}

/* Enough that a check is more than a moment's work. */
static void
fill(struct store_test *t)
{
	static const char sql[] =
		"CREATE TABLE filler (a UNIQUE, b UNIQUE);"
		"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1"
		" FROM n WHERE x < 20000)"
		" INSERT INTO filler SELECT x, x FROM n;";

	assert_ok(t, db_script(t->s->db, sql, &t->err));
}

static void
test_says_how_far_it_is(void **state)
{
	struct store_test *t = *state;
	struct wait w = { 0 };
	const struct store_waiter waiter = { ask, &w };
	struct store_health health;

	fill(t);
	assert_ok(t, store_check(t->s, &waiter, &health, &t->err));
	assert_true(w.asked > 5 + FOLDER_COUNT);
	assert_true(health.counted);
	assert_ok(t, store_check(t->s, NULL, &health, &t->err));
	assert_true(health.counted);
}

/* At whatever question, and the store is as usable as before. */
static void
test_ends_when_asked_to(void **state)
{
	struct store_test *t = *state;
	struct wait all = { 0 };
	struct store_waiter waiter = { ask, &all };
	struct store_health health;
	char *text = store_test_message("x", "x", "", "x");

	fill(t);
	assert_ok(t, store_check(t->s, &waiter, &health, &t->err));
	for (unsigned i = 1; i <= all.asked; i++) {
		struct wait w = { .patience = i };

		waiter.ctx = &w;
		t->err = (struct err){ 0 };
		assert_int_equal(store_check(t->s, &waiter, &health, &t->err),
		                 -1);
		assert_int_equal(t->err.code, ERR_CANCELLED);
		assert_int_equal(w.asked, i);
	}
	(void)store_test_add(t, t->a, "x", FOLDER_INBOX, 0, text);
	assert_ok(t, store_check(t->s, NULL, &health, &t->err));
	assert_int_equal(health.rows, 1);
	free(text);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_says_how_far_it_is),
		T(test_ends_when_asked_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
