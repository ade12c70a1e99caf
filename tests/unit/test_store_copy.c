/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy: what comes back when pabal.db was lost. */
#include "lib/store_test.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/outbox_rows.h"
#include "util/clock.h"
#include "util/fsx.h"
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

	clock_freeze(0);
	store_test_release(t);
	free(t);
	return 0;
}

static int64_t
add(struct store_test *t, int64_t account, const char *uidl)
{
	char *m = store_test_message(uidl, uidl, "", "text");
	int64_t id = store_test_add(t, account, uidl, FOLDER_INBOX, 0, m);

	free(m);
	return id;
}

static void
lose_index(struct store_test *t)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };

	store_close(&t->s);
	for (size_t i = 0; i < 3; i++) {
		char *path = xasprintf("%s/pabal.db%s", t->data, suffixes[i]);

		(void)unlink(path);
		free(path);
	}
}

static size_t
known(struct store_test *t, int64_t account)
{
	struct uidl_map map;
	size_t n;

	assert_ok(t, store_uidls(t->s, account, &map, &t->err));
	n = map.map.n;
	uidl_map_release(&map);
	return n;
}

static int64_t
message_of(struct store_test *t, int64_t account, const char *uidl)
{
	struct uidl_map map;
	struct uidl_row *row;
	int64_t id = -1;

	assert_ok(t, store_uidls(t->s, account, &map, &t->err));
	row = map_get(&map.map, slice_of(uidl));
	if (row != NULL)
		id = row->message;
	uidl_map_release(&map);
	return id;
}

static bool
has_copy(struct store_test *t, const char *name)
{
	char *path = xasprintf("%s/backup/%s", t->data, name);
	bool there = fsx_exists(path);

	free(path);
	return there;
}

static void
rebuild(struct store_test *t)
{
	assert_ok(t, store_rebuild(t->s, NULL, NULL, &t->err));
	store_test_sane(t);
}

static void
test_lost_index_comes_back(void **state)
{
	struct store_test *t = *state;
	int64_t kept = add(t, t->a, "kept");
	int64_t gone = add(t, t->a, "gone");
	struct store_rows rows;
	struct str why;
	bool is_known = false;

	add(t, t->b, "other");
	assert_ok(t,
	          store_uidl_set(t->s, t->b, "skipped", UIDL_SKIPPED, &t->err));
	assert_ok(t,
	          store_label(t->s, &kept, 1, "영수증", true, NULL, &t->err));
	assert_ok(t, store_set_verdict(t->s, kept, SPAM_UNSURE, 0.5,
	                               SLICE_LIT("because"), &t->err));
	assert_ok(t, contact_used(t->s, NULL, "kim@example.org", 1, &t->err));
	assert_ok(t, store_delete(t->s, &gone, 1, &t->err));
	assert_ok(t, store_copy_daily(t->s, &t->err));
	lose_index(t);
	store_test_reopen(t);
	/* UIDLs are known from the first moment on, even of deleted mail. */
	assert_int_equal(known(t, t->a), 2);
	assert_int_equal(known(t, t->b), 2);
	rebuild(t);
	assert_int_equal(known(t, t->a), 2);
	kept = message_of(t, t->a, "kept");
	assert_true(kept > 0);
	assert_int_equal(message_of(t, t->a, "gone"), 0);
	assert_ok(t, store_row(t->s, kept, &rows, &t->err));
	assert_int_equal(rows.n, 1);
	assert_string_equal(rows.v[0].labels, "영수증");
	assert_int_equal(rows.v[0].verdict, SPAM_UNSURE);
	store_rows_release(&rows);
	str_init(&why, 100);
	assert_ok(t, store_spam_reasons(t->s, kept, &why, &t->err));
	assert_string_equal(why.p, "because");
	str_release(&why);
	assert_ok(t,
	          contact_known(t->s, "kim@example.org", &is_known, &t->err));
	assert_true(is_known);
	/* and again, from the copy of the new one */
	assert_ok(t, store_copy_daily(t->s, &t->err));
	lose_index(t);
	store_test_reopen(t);
	rebuild(t);
	assert_int_equal(known(t, t->a), 2);
	assert_int_equal(known(t, t->b), 2);
}

static void
test_uidls_outlive_an_index_that_was_never_rebuilt(void **state)
{
	struct store_test *t = *state;

	clock_freeze(1795000000);
	add(t, t->a, "one");
	assert_ok(t, store_copy_daily(t->s, &t->err));
	lose_index(t);
	store_test_reopen(t);
	add(t, t->a, "two");
	for (int day = 0; day < 4; day++) {
		assert_ok(t, store_copy_daily(t->s, &t->err));
		clock_advance_ms(90000000);
	}
	lose_index(t);
	store_test_reopen(t);
	assert_int_equal(known(t, t->a), 2);
}

static void
test_names_tell_what_came_after_the_copy(void **state)
{
	struct store_test *t = *state;
	const struct slice listed[] = { SLICE_LIT("one"), SLICE_LIT("two"),
		                        SLICE_LIT("new") };
	size_t found = 9;

	add(t, t->a, "one");
	add(t, t->a, "two");
	assert_ok(t,
	          store_uidls_by_name(t->s, t->a, listed, 3, &found, &t->err));
	assert_int_equal(found, 0); /* nothing was lost: no search */
	lose_index(t);
	store_test_reopen(t);
	rebuild(t);
	assert_int_equal(known(t, t->a), 0);
	assert_ok(t,
	          store_uidls_by_name(t->s, t->a, listed, 3, &found, &t->err));
	assert_int_equal(found, 2);
	assert_true(message_of(t, t->a, "two") > 0);
	assert_int_equal(message_of(t, t->a, "new"), -1);
	assert_ok(t,
	          store_uidls_by_name(t->s, t->b, listed, 3, &found, &t->err));
	assert_int_equal(found, 0);
}

static void
test_damaged_copy_is_passed_over(void **state)
{
	struct store_test *t = *state;
	char *path = xasprintf("%s/backup/pabal-UIDLS.db", t->data);

	clock_freeze(1795000000);
	add(t, t->a, "one");
	assert_ok(t, store_copy_daily(t->s, &t->err));
	assert_false(has_copy(t, "pabal-UIDLS.1.db"));
	assert_ok(t, store_copy_daily(t->s, &t->err));
	assert_false(has_copy(t, "pabal-UIDLS.1.db")); /* not a day old */
	clock_advance_ms(86400000);
	assert_ok(t, store_copy_daily(t->s, &t->err));
	assert_true(has_copy(t, "pabal-UIDLS.1.db"));
	assert_ok(t, fsx_write_atomic(path, SLICE_LIT("no database at all"),
	                              &t->err));
	lose_index(t);
	store_test_reopen(t);
	assert_int_equal(known(t, t->a), 1);
	free(path);
}

static void
test_own_copy_undoes_nothing(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, t->a, "one");
	struct store_rows rows;

	assert_ok(t, store_label(t->s, &id, 1, "old", true, NULL, &t->err));
	assert_ok(t, store_copy_daily(t->s, &t->err));
	assert_ok(t, store_label(t->s, &id, 1, "old", false, NULL, &t->err));
	rebuild(t);
	assert_ok(t, store_row(t->s, id, &rows, &t->err));
	assert_string_equal(rows.v[0].labels, "");
	store_rows_release(&rows);
}

/* Killed anywhere, there is a copy to come back from. */
static void
test_killed_at_each_step(void **state)
{
	struct store_test *t = *state;
	bool killed = true;

	clock_freeze(1795000000);
	add(t, t->a, "one");
	assert_ok(t, store_copy_daily(t->s, &t->err));
	for (int n = 1; killed; n++) {
		int status;
		pid_t pid;

		clock_advance_ms(90000000);
		store_close(&t->s);
		pid = fork();
		if (pid == 0) {
			char number[16];
			struct store *s;

			(void)snprintf(number, sizeof number, "%d", n);
			setenv("PABAL_TEST_STEP", number, 1);
			s = store_open(t->data, t->cache, &t->err);
			_exit(s == NULL || store_copy_daily(s, &t->err) != 0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		killed = WIFSIGNALED(status);
		if (!killed)
			assert_int_equal(WEXITSTATUS(status), 0);
		lose_index(t);
		store_test_reopen(t);
		assert_int_equal(known(t, t->a), 1);
		assert_true(n < 20);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lost_index_comes_back,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_uidls_outlive_an_index_that_was_never_rebuilt,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_names_tell_what_came_after_the_copy, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_damaged_copy_is_passed_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_own_copy_undoes_nothing,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed_at_each_step,
		                                set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
