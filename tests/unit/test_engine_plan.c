/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fetch_plan: what is fetched, what is removed, what is left alone. */
#include "lib/test.h"

#include "engine/fetch_plan.h"
#include "util/xalloc.h"

#define NOW ((int64_t)1790000000)
#define DAY 86400

struct world {
	struct account account;
	struct pop3_listing listing;
	struct pop3_item items[8];
	char *keys[8];
	struct uidl_row *known[8]; /* of the listing's entries */
	struct uidl_row rows[8];
	size_t row_count;
	struct fetch_plan plan;
};

static void
start(struct world *w)
{
	*w = (struct world){ 0 };
	account_init(&w->account);
	w->account.keep = ACCOUNT_KEEP;
	w->listing.v = w->items;
}

static void
lists(struct world *w, char *key, uint64_t size)
{
	size_t i = w->listing.n++;

	w->items[i].number = (uint32_t)i + 1;
	w->items[i].size = size;
	w->keys[i] = key;
}

static void
knows(struct world *w, const char *key, enum uidl_state state, int64_t when)
{
	struct uidl_row *row = &w->rows[w->row_count++];

	row->state = state;
	row->fetched = when;
	for (size_t i = 0; i < w->listing.n; i++)
		if (w->keys[i] != NULL && strcmp(w->keys[i], key) == 0)
			w->known[i] = row;
}

static void
plan(struct world *w)
{
	const struct fetch_listed listed = { &w->listing, w->keys, w->known,
		                             w->row_count == 0 };

	fetch_plan_make(&w->account, &listed, NOW, &w->plan);
}

static void
end(struct world *w)
{
	fetch_plan_release(&w->plan);
	account_release(&w->account);
}

static void
test_only_the_unknown_is_fetched(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	lists(&w, (char[]){ "a" }, 10);
	lists(&w, (char[]){ "b" }, 10);
	lists(&w, NULL, 10);
	knows(&w, "a", UIDL_STORED, NOW - DAY);
	knows(&w, "gone", UIDL_STORED, NOW - DAY);
	plan(&w);
	assert_false(w.plan.first);
	assert_int_equal(w.plan.fetch_count, 2);
	assert_int_equal(w.plan.fetch[0], 1);
	assert_int_equal(w.plan.fetch[1], 2);
	assert_int_equal(w.plan.remove_count, 0);
	end(&w);
}

static void
test_first_fetch_brings_the_newest_first(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	lists(&w, (char[]){ "a" }, 10);
	lists(&w, (char[]){ "b" }, 10);
	lists(&w, (char[]){ "c" }, 10);
	plan(&w);
	assert_true(w.plan.first);
	assert_int_equal(w.plan.fetch[0], 2);
	assert_int_equal(w.plan.fetch[2], 0);
	end(&w);
}

static void
test_removal_follows_the_account(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	lists(&w, (char[]){ "old" }, 10);
	lists(&w, (char[]){ "young" }, 10);
	lists(&w, (char[]){ "skipped" }, 10);
	knows(&w, "old", UIDL_STORED, NOW - 8 * DAY);
	knows(&w, "young", UIDL_STORED, NOW - 6 * DAY);
	knows(&w, "skipped", UIDL_SKIPPED, NOW - 90 * DAY);
	plan(&w);
	assert_int_equal(w.plan.remove_count, 0);
	fetch_plan_release(&w.plan);

	w.account.keep = ACCOUNT_DELETE_AFTER;
	w.account.keep_days = 7;
	plan(&w);
	assert_int_equal(w.plan.remove_count, 1);
	assert_int_equal(w.plan.remove[0], 0);
	fetch_plan_release(&w.plan);

	/* What is not stored here is never removed there. */
	w.account.keep = ACCOUNT_DELETE;
	plan(&w);
	assert_int_equal(w.plan.remove_count, 2);
	assert_int_equal(w.plan.remove[1], 1);
	assert_int_equal(w.plan.fetch_count, 0);
	end(&w);
}

static void
test_deleted_here_is_deleted_there(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	lists(&w, (char[]){ "here" }, 10);
	lists(&w, (char[]){ "doomed" }, 10);
	lists(&w, (char[]){ "again" }, 10);
	lists(&w, (char[]){ "lost" }, 10);
	knows(&w, "here", UIDL_STORED, NOW - 90 * DAY);
	knows(&w, "doomed", UIDL_DOOMED, NOW);
	knows(&w, "again", UIDL_DELETED, NOW);
	/* A row went, but nobody deleted the message. */
	knows(&w, "lost", UIDL_STORED, NOW);
	w.rows[0].message = 7;
	plan(&w);
	assert_int_equal(w.plan.remove_count, 0);
	fetch_plan_release(&w.plan);

	w.account.keep = ACCOUNT_AS_HERE;
	plan(&w);
	assert_int_equal(w.plan.remove_count, 2);
	assert_int_equal(w.plan.remove[0], 1);
	assert_int_equal(w.plan.remove[1], 2);
	assert_int_equal(w.plan.fetch_count, 0);
	fetch_plan_release(&w.plan);

	/* Gmail's view of the last days is looked at only. */
	w.account.user = xstrdup("recent:kim@gmail.com");
	plan(&w);
	assert_int_equal(w.plan.remove_count, 0);
	fetch_plan_release(&w.plan);
	w.account.keep = ACCOUNT_DELETE;
	plan(&w);
	assert_int_equal(w.plan.remove_count, 0);
	end(&w);
}

static void
test_a_header_is_no_safe_message(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	lists(&w, (char[]){ "header" }, 10);
	knows(&w, "header", UIDL_STORED, NOW - 90 * DAY);
	w.rows[0].stub = true;
	w.account.keep = ACCOUNT_DELETE;
	plan(&w);
	assert_int_equal(w.plan.remove_count, 0);
	assert_int_equal(w.plan.fetch_count, 0);
	end(&w);
}

static void
test_of_large_ones_the_header_will_do(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	lists(&w, (char[]){ "a" }, 1000);
	lists(&w, (char[]){ "b" }, 1001);
	lists(&w, NULL, 1001); /* could not be found again */
	lists(&w, (char[]){ "c" }, 5001);
	lists(&w, (char[]){ "d" }, 2000);
	w.account.headers_above = 1000;
	w.account.max_size = 5000;
	plan(&w);
	assert_int_equal(w.plan.fetch_count, 2);
	assert_int_equal(w.plan.fetch[1], 0);
	assert_int_equal(w.plan.too_large, 1);
	assert_int_equal(w.plan.head_count, 2);
	assert_int_equal(w.plan.heads[0], 4);
	assert_int_equal(w.plan.heads[1], 1);
	end(&w);
}

static bool
is_stored(void *ctx, const struct uidl_row *row)
{
	(void)ctx;
	return row->state == UIDL_STORED;
}

static void
test_the_largest_leave_first(void **state)
{
	const struct uidl_row safe = { .state = UIDL_STORED };
	const struct uidl_row not_here = { .state = UIDL_SKIPPED };
	struct quota_item items[] = {
		{ 0, 100, &safe }, { 1, 700, &not_here }, { 2, 300, &safe },
		{ 3, 300, &safe }, { 4, 200, &safe },
	};
	struct quota_item again[5];

	(void)state;
	memcpy(again, items, sizeof items);
	assert_int_equal(
		fetch_plan_quota(items, 5, 1600, 1600, is_stored, NULL), 0);
	assert_int_equal(
		fetch_plan_quota(items, 5, 1600, 1001, is_stored, NULL), 2);
	assert_int_equal(items[0].entry, 2);
	assert_int_equal(items[1].entry, 3);
	/* What is not here stays, whatever the limit. */
	assert_int_equal(fetch_plan_quota(again, 5, 1600, 1, is_stored, NULL),
	                 4);
	assert_int_equal(again[3].entry, 0);
	assert_int_equal(fetch_plan_quota(NULL, 0, 1600, 1, is_stored, NULL),
	                 0);
}

static void
test_too_large_is_left_and_counted(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	lists(&w, (char[]){ "a" }, 1000);
	lists(&w, (char[]){ "b" }, 1001);
	w.account.max_size = 1000;
	plan(&w);
	assert_int_equal(w.plan.fetch_count, 1);
	assert_int_equal(w.plan.fetch[0], 0);
	assert_int_equal(w.plan.too_large, 1);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_the_unknown_is_fetched),
		cmocka_unit_test(test_first_fetch_brings_the_newest_first),
		cmocka_unit_test(test_removal_follows_the_account),
		cmocka_unit_test(test_deleted_here_is_deleted_there),
		cmocka_unit_test(test_a_header_is_no_safe_message),
		cmocka_unit_test(test_of_large_ones_the_header_will_do),
		cmocka_unit_test(test_the_largest_leave_first),
		cmocka_unit_test(test_too_large_is_left_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
