/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list: windows cost the same wherever they stand, whatever the view. */
#include "lib/store_test.h"

#include "store/store_impl.h"
#include "util/xalloc.h"

#define ROWS  100000
#define LIMIT 50

/* Made by SQL: no files, none are read.  One in a hundred is unread, one in a
 * thousand flagged; ids and dates run against each other, and two thousand have
 * one date. */
static int
set_up_many(void **state)
{
	struct store_test *t = xcalloc(1, sizeof *t);

	store_test_init(t);
	*state = t;
	assert_ok(t, db_begin(t->s->db, false, &t->err));
	assert_ok(
		t,
		db_run(t->s->db, &t->err,
	               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
	               " SELECT i + 1 FROM n WHERE i < ?1)"
	               "INSERT INTO message(account, folder, base, cur, info,"
	               " flags, date, received, size, from_name, from_addr,"
	               " to_text, subject, message_id, hash, convo,"
	               " attachment, verdict, score) SELECT 1 + (i % 2),"
	               " CASE WHEN i % 10 = 0 THEN 4 ELSE 0 END,"
	               " 'b' || i, 1, ':2,',"
	               " (i % 100 != 0) | (i % 1000 = 1) * 4,"
	               " CASE WHEN i BETWEEN 50000 AND 52000 THEN 1700000000"
	               " ELSE 1700000000 + (i * 7919) % 1000003 END, 0, 100,"
	               " 'n', 'a', 't', 's' || i, 'm' || i, 'h' || i, i, 0, 0,"
	               " 0.0 FROM n",
	               "i", (int64_t)ROWS));
	assert_ok(t, db_commit(t->s->db, &t->err));
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

static struct store_key
key_of(const struct store_row *row)
{
	struct store_key key = { row->date, row->id };

	return key;
}

static bool
in_order(const struct store_row *a, const struct store_row *b)
{
	return a->date > b->date || (a->date == b->date && a->id > b->id);
}

/* Work of one window. */
static uint64_t
window(struct store_test *t, const struct store_view *view,
       const struct store_key *key, bool before, struct store_rows *rows)
{
	uint64_t start = db_work(t->s->db);
	size_t i;

	assert_ok(t, store_list(t->s, view, key, before, LIMIT, rows, &t->err));
	for (i = 1; i < rows->n; i++)
		assert_true(in_order(&rows->v[i - 1], &rows->v[i]));
	return db_work(t->s->db) - start;
}

/* Walk the whole view down, and a piece of it up again. */
static void
walk(struct store_test *t, const struct store_view *view, uint64_t work_max)
{
	struct store_key key = { INT64_MAX, INT64_MAX };
	struct store_rows rows, back;
	uint64_t total, unread, worst = 0;
	size_t seen = 0;

	assert_ok(t, store_count(t->s, view, &total, &unread, &t->err));
	for (;;) {
		struct store_key first;
		uint64_t work = window(t, view, &key, false, &rows);

		worst = work > worst ? work : worst;
		seen += rows.n;
		if (rows.n == 0)
			break;
		first = key_of(&rows.v[0]);
		key = key_of(&rows.v[rows.n - 1]);
		if (seen > LIMIT * 3 && seen < LIMIT * 5) {
			work = window(t, view, &first, true, &back);
			worst = work > worst ? work : worst;
			assert_int_equal(back.n, LIMIT);
			assert_true(in_order(&back.v[LIMIT - 1], &rows.v[0]));
			store_rows_release(&back);
		}
		store_rows_release(&rows);
	}
	assert_int_equal(seen, total);
	if (worst > work_max)
		fail_msg("a window took %llu steps", (unsigned long long)worst);
}

/* Some thirty columns a row, and the search of the index. */
#define WINDOW_WORK (LIMIT * 100)

static void
test_every_window_is_cheap(void **state)
{
	struct store_test *t = *state;
	struct store_view views[] = {
		{ .folder = FOLDER_INBOX },
		{ .folder = FOLDER_ANY },
		{ .folder = FOLDER_SPAM, .account = 1 },
		{ .folder = FOLDER_ANY, .account = 2 },
		{ .folder = FOLDER_INBOX, .unread_only = true },
		{ .folder = FOLDER_ANY, .account = 1, .unread_only = true },
		{ .folder = FOLDER_ANY, .unread_only = true },
		{ .folder = FOLDER_ANY, .flagged_only = true },
	};
	size_t i;

	for (i = 0; i < sizeof views / sizeof views[0]; i++)
		walk(t, &views[i], WINDOW_WORK);
}

static void
test_counts_count_nothing(void **state)
{
	struct store_test *t = *state;
	struct store_view view = { .folder = FOLDER_ANY };
	uint64_t start = db_work(t->s->db);
	uint64_t total, unread;

	assert_ok(t, store_count(t->s, &view, &total, &unread, &t->err));
	assert_true(db_work(t->s->db) - start < 500);
	assert_int_equal(total, ROWS - ROWS / 10);
	assert_int_equal(unread, 0); /* every hundredth is a tenth: Spam */
	view.folder = FOLDER_SPAM;
	assert_ok(t, store_count(t->s, &view, &total, &unread, &t->err));
	assert_int_equal(unread, ROWS / 100);
}

static void
test_labels_and_conversations_are_cheap(void **state)
{
	struct store_test *t = *state;
	struct store_view view = { .folder = FOLDER_ANY, .label = "l" };
	int64_t undo;
	ARRAY(int64_t) ids = { 0 };
	int64_t id;

	for (id = 1; id < 2000; id++)
		array_add(&ids, id);
	assert_ok(t,
	          store_label(t->s, ids.v, ids.n, "l", true, &undo, &t->err));
	array_release(&ids);
	walk(t, &view, WINDOW_WORK * 2); /* a tenth are Spam and left out */
	assert_ok(t, db_script(t->s->db,
	                       "UPDATE message SET convo = 7 WHERE id < 2000",
	                       &t->err));
	view.label = NULL;
	view.convo = 7;
	walk(t, &view, WINDOW_WORK * 2);
}

static void
test_opening_does_not_depend_on_size(void **state)
{
	struct store_test *t = *state;
	struct store_view view = { .folder = FOLDER_INBOX };
	struct store_rows rows;
	uint64_t total, unread;

	store_test_reopen(t);
	assert_ok(t, store_count(t->s, &view, &total, &unread, &t->err));
	(void)window(t, &view, NULL, false, &rows);
	store_rows_release(&rows);
	assert_true(db_work(t->s->db) < WINDOW_WORK + 2000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_window_is_cheap),
		cmocka_unit_test(test_counts_count_nothing),
		cmocka_unit_test(test_labels_and_conversations_are_cheap),
		cmocka_unit_test(test_opening_does_not_depend_on_size),
	};

	return cmocka_run_group_tests(tests, set_up_many, tear_down);
}
