/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the store remembers for the server's copies: deleted here for good. */
#include "lib/store_test.h"

#include <stdio.h>
#include <unistd.h>

#include "mime/message.h"
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

static int64_t
add(struct store_test *t, int64_t account, const char *uidl, const char *tag)
{
	char *m = store_test_message(tag, tag, "", "body");
	int64_t id = store_test_add(t, account, uidl, FOLDER_INBOX, 0, m);

	free(m);
	return id;
}

/* 0: not known. */
static int
state_of(struct store_test *t, int64_t account, const char *uidl)
{
	struct uidl_map map;
	const struct uidl_row *row;
	int st;

	assert_ok(t, store_uidls(t->s, account, &map, &t->err));
	row = map_get(&map.map, slice_of(uidl));
	st = row != NULL ? (int)row->state : 0;
	uidl_map_release(&map);
	return st;
}

static void
to_trash(struct store_test *t, int64_t id, int64_t *undo)
{
	assert_ok(t, store_move(t->s, &id, 1, FOLDER_TRASH, undo, &t->err));
}

static void
test_only_an_emptied_trash_is_for_good(void **state)
{
	struct store_test *t = *state;
	int64_t back = add(t, t->a, "back", "back");
	int64_t gone = add(t, t->a, "gone", "gone");
	int64_t undo;
	uint64_t n;

	(void)add(t, t->a, "stays", "stays");
	to_trash(t, gone, NULL);
	to_trash(t, back, &undo);
	assert_int_equal(state_of(t, t->a, "gone"), UIDL_STORED);
	assert_ok(t, store_undo(t->s, undo, &t->err));
	assert_ok(t, store_empty_trash(t->s, 0, &n, &t->err));
	assert_int_equal(n, 1);
	store_test_reopen(t);
	assert_int_equal(state_of(t, t->a, "gone"), UIDL_DOOMED);
	assert_int_equal(state_of(t, t->a, "back"), UIDL_STORED);
	assert_int_equal(state_of(t, t->a, "stays"), UIDL_STORED);
	assert_ok(t, store_empty_trash(t->s, 0, &n, &t->err));
	assert_int_equal(n, 0);
	store_test_sane(t);
}

static void
test_the_trash_of_one_account(void **state)
{
	struct store_test *t = *state;
	int64_t a = add(t, t->a, "1", "x");
	int64_t b = add(t, t->b, "1", "y");
	uint64_t n;

	to_trash(t, a, NULL);
	to_trash(t, b, NULL);
	assert_ok(t, store_empty_trash(t->s, t->b, &n, &t->err));
	assert_int_equal(n, 1);
	assert_int_equal(state_of(t, t->a, "1"), UIDL_STORED);
	assert_int_equal(state_of(t, t->b, "1"), UIDL_DOOMED);
}

static void
test_a_mail_of_two_accounts_goes_in_both(void **state)
{
	struct store_test *t = *state;
	int64_t a = add(t, t->a, "one", "same");
	uint64_t n;

	(void)add(t, t->b, "two", "same");
	to_trash(t, a, NULL);
	assert_ok(t, store_empty_trash(t->s, t->a, &n, &t->err));
	assert_int_equal(state_of(t, t->a, "one"), UIDL_DOOMED);
	assert_int_equal(state_of(t, t->b, "two"), UIDL_DOOMED);
	store_test_sane(t);
}

static void
remove_file(struct store_test *t, enum folder folder, const char *sub)
{
	char *path = store_test_only_file(t, "naver", folder, sub);

	assert_int_equal(unlink(path), 0);
	free(path);
	assert_ok(t, reconcile_account(t->s, t->a, true, &(uint64_t){ 0 },
	                               &t->err));
}

static void
test_other_programs_empty_the_trash(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, t->a, "gone", "gone");

	to_trash(t, id, NULL);
	(void)add(t, t->a, "stays", "stays");
	remove_file(t, FOLDER_TRASH, "new");
	assert_int_equal(state_of(t, t->a, "gone"), UIDL_DOOMED);
	/* A file that is missing elsewhere is no wish. */
	id = add(t, t->a, "other", "other");
	assert_ok(t, store_move(t->s, &id, 1, FOLDER_ARCHIVE, NULL, &t->err));
	remove_file(t, FOLDER_ARCHIVE, "new");
	assert_int_equal(state_of(t, t->a, "other"), UIDL_STORED);
}

static void
test_a_missing_disk_is_no_wish(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, t->a, "gone", "gone");

	to_trash(t, id, NULL);
	remove_file(t, FOLDER_TRASH, "new");
	assert_int_equal(state_of(t, t->a, "gone"), UIDL_STORED);
}

static void
test_what_leaves_is_told(void **state)
{
	struct store_test *t = *state;
	char small[] = "small";
	char large[] = "large";
	int64_t id = add(t, t->a, "large", "x");
	struct store_leaving set[] = { { small, 0, 10 }, { large, 0, 20 } };
	struct store_leaving *v;
	size_t n;

	assert_ok(t, store_leaving_set(t->s, t->a, set, 2, &t->err));
	store_test_reopen(t);
	assert_ok(t, store_leaving(t->s, t->a, &v, &n, &t->err));
	assert_int_equal(n, 2);
	assert_string_equal(v[0].uidl, "large");
	assert_int_equal(v[0].message, id);
	assert_int_equal(v[0].size, 20);
	assert_int_equal(v[1].message, 0);
	store_leaving_free(&v, n);
	assert_ok(t, store_leaving(t->s, t->b, &v, &n, &t->err));
	assert_int_equal(n, 0);
	store_leaving_free(&v, n);
	assert_ok(t, store_leaving_set(t->s, t->a, set, 1, &t->err));
	assert_ok(t, store_leaving(t->s, t->a, &v, &n, &t->err));
	assert_int_equal(n, 1);
	store_leaving_free(&v, n);
	assert_ok(t, store_leaving_set(t->s, t->a, NULL, 0, &t->err));
	assert_ok(t, store_leaving(t->s, t->a, &v, &n, &t->err));
	assert_int_equal(n, 0);
	store_leaving_free(&v, n);
}

static void
test_a_mailbox_of_the_third_version_is_migrated(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, t->a, "1", "x");

	store_test_back_to(t, 3);
	store_test_reopen(t);
	assert_ok(t, store_delete(t->s, &id, 1, &t->err));
	assert_int_equal(state_of(t, t->a, "1"), UIDL_DOOMED);
	store_test_sane(t);
}

static int64_t
head_of(struct store_test *t, const char *uidl)
{
	struct uidl_map map;
	const struct uidl_row *row;
	int64_t head;

	assert_ok(t, store_uidls(t->s, t->a, &map, &t->err));
	row = map_get(&map.map, slice_of(uidl));
	assert_non_null(row);
	head = row->head;
	uidl_map_release(&map);
	return head;
}

static int64_t
number_of(const char *head)
{
	struct message m = { 0 };
	int64_t n;

	message_parse(&m, slice_of(head));
	n = store_head_number(&m);
	message_release(&m);
	return n;
}

/* Other fields come and go on the way, and so do line ends. */
static void
test_what_a_uidl_was_is_known_when_it_is_gone(void **state)
{
	struct store_test *t = *state;
	char *raw = store_test_message("m", "Report", "", "text");
	char *only = store_test_message("m", "Report", "X-New: 1\r\n", "");
	char *other = store_test_message("n", "Report", "", "text");
	int64_t id = store_test_add(t, t->a, "1", FOLDER_INBOX, 0, raw);
	struct uidl_alias alias = { "2", id, 10 };

	assert_ok(t, store_uidl_alias(t->s, t->a, &alias, 1, &t->err));
	assert_ok(t, store_delete(t->s, &id, 1, &t->err));
	assert_int_equal(head_of(t, "1"), number_of(only));
	assert_int_equal(head_of(t, "2"), number_of(only));
	assert_int_not_equal(number_of(only), 0);
	assert_int_not_equal(number_of(only), number_of(other));
	assert_int_equal(number_of("X-None: 1\r\n\r\n"), 0);
	free(raw);
	free(only);
	free(other);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_only_an_emptied_trash_is_for_good),
		T(test_the_trash_of_one_account),
		T(test_a_mail_of_two_accounts_goes_in_both),
		T(test_other_programs_empty_the_trash),
		T(test_a_missing_disk_is_no_wish),
		T(test_what_leaves_is_told),
		T(test_what_a_uidl_was_is_known_when_it_is_gone),
		T(test_a_mailbox_of_the_third_version_is_migrated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
