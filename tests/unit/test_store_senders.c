/* SPDX-License-Identifier: GPL-3.0-or-later */
/* senders: mail by its list and its sender, and an index without lists. */
#include "lib/store_test.h"

#include <unistd.h>

#include "store/schema.h"
#include "store/senders.h"
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

/* A message with a List-Id of its own, "" none. */
static int64_t
add(struct store_test *t, const char *uidl, unsigned flags, const char *list)
{
	char *more = *list != '\0' ? xasprintf("List-Id: %s\r\n", list)
	                           : xstrdup("");
	char *m = store_test_message(uidl, "x", more, "y");
	int64_t id = store_test_add(t, t->a, uidl, FOLDER_INBOX, flags, m);

	free(m);
	free(more);
	return id;
}

struct groups {
	struct store_sender *v;
	size_t n;
};

static struct groups
groups_of(struct store_test *t, enum store_senders_by by)
{
	struct groups g = { 0 };

	assert_ok(t, store_senders(t->s, by, 10, &g.v, &g.n, &t->err));
	return g;
}

static void
assert_list(struct store_test *t, int64_t id, const char *list)
{
	struct arena a = { 0 };
	struct db_stmt *st =
		db_query(t->s->db, &t->err,
	                 "SELECT list FROM message WHERE id = ?", "i", id);

	assert_int_equal(db_step(st, &t->err), 1);
	assert_slice(db_text(st, 0), list);
	db_done(st);
	arena_release(&a);
}

static void
test_the_list_id_is_kept(void **state)
{
	struct store_test *t = *state;

	assert_list(t, add(t, "1", 0, "Weekly <News.Shop.Example>"),
	            "news.shop.example");
	assert_list(t, add(t, "2", 0, "bare.example"), "bare.example");
	assert_list(t, add(t, "3", 0, ""), "");
	assert_list(t, add(t, "4", 0, "a <b <c.example> trailing"),
	            "c.example");
	assert_list(t, add(t, "5", 0, "<>"), "");
	assert_list(t, add(t, "6", 0, "\033]0;x\007<a\033[2Jb.example>"),
	            "a[2jb.example");
	assert_list(t, add(t, "7", 0, "=?utf-8?B?7IaM7Iud?= <so.example>"),
	            "so.example");
}

static void
test_grouped_by_list_and_sender(void **state)
{
	struct store_test *t = *state;
	struct groups g;

	add(t, "1", 0, "<l.example>");
	add(t, "2", STORE_SEEN, "other words <L.example>");
	add(t, "3", 0, "");
	g = groups_of(t, STORE_BY_BOTH);
	assert_int_equal(g.n, 2);
	assert_true(g.v[0].list);
	assert_string_equal(g.v[0].key, "l.example");
	assert_string_equal(g.v[0].address, "kim@example.org");
	assert_int_equal(g.v[0].total, 2);
	assert_int_equal(g.v[0].unread, 1);
	assert_true(g.v[0].last_opened > 0);
	assert_false(g.v[1].list);
	assert_int_equal(g.v[1].total, 1);
	store_senders_free(&g.v, g.n);
	g = groups_of(t, STORE_BY_SENDER);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.v[0].total, 3);
	assert_string_equal(g.v[0].key, "kim@example.org");
	store_senders_free(&g.v, g.n);
	g = groups_of(t, STORE_BY_LIST);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.v[0].total, 2);
	store_senders_free(&g.v, g.n);
}

static void
test_all_of_a_group(void **state)
{
	struct store_test *t = *state;
	int64_t *ids = NULL;
	int64_t one = add(t, "1", 0, "<l.example>"), undo = 0;
	int64_t gone = add(t, "2", 0, "<l.example>");
	size_t n = 0;

	add(t, "3", 0, "");
	assert_ok(t, store_move(t->s, &gone, 1, FOLDER_TRASH, &undo, &t->err));
	assert_ok(t,
	          store_sender_ids(t->s, "l.example", true, &ids, &n, &t->err));
	assert_int_equal(n, 1);
	assert_int_equal(ids[0], one);
	free(ids);
	assert_ok(t, store_sender_ids(t->s, "kim@example.org", false, &ids, &n,
	                              &t->err));
	assert_int_equal(n, 2);
	free(ids);
	/* No list is no list's name. */
	assert_ok(t, store_sender_ids(t->s, "", true, &ids, &n, &t->err));
	assert_int_equal(n, 0);
	free(ids);
}

static void
test_a_mailbox_of_the_fourth_version_learns_its_lists(void **state)
{
	struct store_test *t = *state;
	int64_t listed = add(t, "1", 0, "<l.example>");
	int64_t plain = add(t, "2", 0, "");
	int64_t gone = add(t, "3", 0, "<l.example>");
	char *path = store_path(t->s, gone, &t->err);
	struct groups g;
	bool left = false;

	store_test_back_to(t, 4);
	store_test_reopen(t);
	assert_int_equal(unlink(path), 0);
	free(path);
	/* Not known is no list yet: it is one more mail of its sender. */
	g = groups_of(t, STORE_BY_BOTH);
	assert_int_equal(g.n, 1);
	store_senders_free(&g.v, g.n);
	assert_ok(t, store_note_lists(t->s, 2, &left, &t->err));
	assert_true(left);
	assert_ok(t, store_note_lists(t->s, 2, &left, &t->err));
	assert_false(left);
	assert_ok(t, store_note_lists(t->s, 2, &left, &t->err));
	assert_false(left);
	assert_list(t, listed, "l.example");
	assert_list(t, plain, "");
	g = groups_of(t, STORE_BY_LIST);
	assert_int_equal(g.n, 1);
	store_senders_free(&g.v, g.n);
}

static void
test_an_index_made_anew_has_the_lists(void **state)
{
	struct store_test *t = *state;
	struct groups g;

	add(t, "1", 0, "<l.example>");
	assert_ok(t,
	          db_script(t->s->db, "UPDATE message SET list = ''", &t->err));
	assert_ok(t, store_rebuild(t->s, NULL, NULL, &t->err));
	g = groups_of(t, STORE_BY_LIST);
	assert_int_equal(g.n, 1);
	store_senders_free(&g.v, g.n);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_the_list_id_is_kept),
		T(test_grouped_by_list_and_sender),
		T(test_all_of_a_group),
		T(test_a_mailbox_of_the_fourth_version_learns_its_lists),
		T(test_an_index_made_anew_has_the_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
