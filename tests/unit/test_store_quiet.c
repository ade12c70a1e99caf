/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_quiet: noted as long as nothing changes that a fetch would look at. */
#include "lib/store_test.h"

#include <stdio.h>

#include "store/store_impl.h"
#include "util/xalloc.h"

/* A hash whose sign bit is set. */
#define HASH UINT64_C(0xfedcba9876543210)

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

static int64_t
add(struct store_test *t, int64_t account, const char *uidl)
{
	char *m = store_test_message(uidl, uidl, "", "body");
	int64_t id = store_test_add(t, account, uidl, FOLDER_INBOX, 0, m);

	free(m);
	return id;
}

static bool
is_quiet(struct store_test *t, int64_t account)
{
	struct store_quiet q = { 0 };
	int rc = store_quiet_get(t->s, account, &q, &t->err);

	assert_true(rc >= 0);
	if (rc == 0)
		return false;
	assert_true(q.listing == HASH);
	assert_int_equal(q.wishes, 7);
	assert_int_equal(q.until, INT64_MAX);
	return true;
}

static void
note(struct store_test *t, int64_t account)
{
	const struct store_quiet q = { HASH, 7, INT64_MAX };

	assert_ok(t, store_quiet_set(t->s, account, &q, store_version(t->s),
	                             &t->err));
	assert_true(is_quiet(t, account));
}

static void
test_noted_and_noted_again(void **state)
{
	struct store_test *t = *state;

	assert_false(is_quiet(t, t->a));
	note(t, t->a);
	assert_false(is_quiet(t, t->b));
	note(t, t->b);
	note(t, t->a);
	assert_true(is_quiet(t, t->b));
}

/* Whoever read the rows before another wrote must not say that they are quiet. */
static void
test_not_over_a_change(void **state)
{
	const struct store_quiet q = { HASH, 7, INT64_MAX };
	struct store_test *t = *state;
	uint64_t before = store_version(t->s);

	add(t, t->a, "u1");
	assert_ok(t, store_quiet_set(t->s, t->a, &q, before, &t->err));
	assert_false(is_quiet(t, t->a));
}

static void
test_not_over_a_change_by_another(void **state)
{
	const struct store_quiet q = { HASH, 7, INT64_MAX };
	struct store_test *t = *state;
	uint64_t before = store_version(t->s);
	struct store *other;

	other = store_open(t->s->data, t->s->cache, &t->err);
	assert_non_null(other);
	assert_ok(t, store_uidl_set(other, t->a, "u1", UIDL_SKIPPED, &t->err));
	store_close(&other);
	assert_ok(t, store_quiet_set(t->s, t->a, &q, before, &t->err));
	assert_false(is_quiet(t, t->a));
}

/* Every way in which a row of a UIDL changes, and no other account's note. */
static void
test_gone_with_each_change(void **state)
{
	struct store_test *t = *state;
	struct uidl_alias alias = { "u9", 0, 10 };
	int64_t id = add(t, t->a, "u1");

	note(t, t->a);
	note(t, t->b);
	add(t, t->a, "u2");
	assert_false(is_quiet(t, t->a));
	note(t, t->a);
	assert_ok(t, store_uidl_set(t->s, t->a, "u3", UIDL_SKIPPED, &t->err));
	assert_false(is_quiet(t, t->a));
	note(t, t->a);
	assert_ok(t, store_uidl_set(t->s, t->a, "u3", UIDL_DELETED, &t->err));
	assert_false(is_quiet(t, t->a));
	note(t, t->a);
	alias.message = id;
	assert_ok(t, store_uidl_alias(t->s, t->a, &alias, 1, &t->err));
	assert_false(is_quiet(t, t->a));
	note(t, t->a);
	assert_ok(t, store_delete(t->s, &id, 1, &t->err));
	assert_false(is_quiet(t, t->a));
	note(t, t->a);
	assert_ok(t, db_run(t->s->db, &t->err,
	                    "DELETE FROM uidl WHERE account = ?", "i", t->a));
	assert_false(is_quiet(t, t->a));
	assert_true(is_quiet(t, t->b));
}

/* A message of which the whole has come may be due to go on the server. */
static void
test_gone_when_a_message_becomes_whole(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, t->a, "u1");

	note(t, t->a);
	assert_ok(t,
	          db_run(t->s->db, &t->err,
	                 "UPDATE message SET stub = 5 WHERE id = ?", "i", id));
	assert_false(is_quiet(t, t->a));
}

/* What is read, moved or flagged here decides on nothing there. */
static void
test_stays_with_other_changes(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, t->a, "u1");
	int64_t undo = 0;

	note(t, t->a);
	assert_ok(t, store_move(t->s, &id, 1, FOLDER_ARCHIVE, &undo, &t->err));
	assert_ok(t, store_state_note(t->s, "x", SLICE_LIT("1"), &t->err));
	assert_true(is_quiet(t, t->a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_noted_and_noted_again,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_over_a_change, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(
			test_not_over_a_change_by_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gone_with_each_change,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_gone_when_a_message_becomes_whole, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_stays_with_other_changes,
		                                set_up, tear_down),
	};

	return cmocka_run_group_tests_name("store_quiet", tests, NULL, NULL);
}
