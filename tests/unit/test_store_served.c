/* SPDX-License-Identifier: GPL-3.0-or-later */
/* served: which mail is given out, under which ids, and what a delete does. */
#include "lib/store_test.h"

#include <stdio.h>
#include <unistd.h>

#include "store/served.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define INBOX   (1U << FOLDER_INBOX)
#define ARCHIVE (1U << FOLDER_ARCHIVE)
#define DATE    1794787920 /* of store_test_message */

static int
set_up(void **state)
{
	struct store_test *t = calloc(1, sizeof *t);

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
add(struct store_test *t, int64_t account, const char *tag, enum folder folder)
{
	char *text = store_test_message(tag, tag, "", tag);
	int64_t id = store_test_add(t, account, tag, folder, 0, text);

	free(text);
	return id;
}

/* The list has exactly these ids, n of them, in this order. */
static void
assert_list(struct store_test *t, const struct served_view *view,
            const int64_t *ids, size_t n)
{
	struct served *v;
	size_t got;

	assert_ok(t, served_list(t->s, view, &v, &got, &t->err));
	assert_int_equal(got, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(v[i].id, ids[i]);
	free(v);
}

/* Hex of the id of the only message that view shows; owned. */
static char *
uid_of(struct store_test *t, unsigned folders, int64_t id)
{
	struct served_view view = { .folders = folders };
	char *text = NULL;
	struct served *v;
	size_t n;

	assert_ok(t, served_list(t->s, &view, &v, &n, &t->err));
	for (size_t i = 0; i < n; i++) {
		if (v[i].id != id)
			continue;
		text = xcalloc(1, 2 * SERVED_UID_SIZE + 1);
		for (size_t k = 0; k < SERVED_UID_SIZE; k++)
			(void)snprintf(text + 2 * k, 3, "%02x", v[i].uid[k]);
	}
	free(v);
	assert_non_null(text);
	return text;
}

static void
test_what_is_listed(void **state)
{
	struct store_test *t = *state;
	struct served_view view = { .folders = INBOX };
	int64_t one = add(t, t->a, "one", FOLDER_INBOX);
	int64_t two = add(t, t->b, "two", FOLDER_INBOX);
	int64_t three = add(t, t->a, "three", FOLDER_ARCHIVE);

	add(t, t->a, "spam", FOLDER_SPAM);
	add(t, t->a, "trash", FOLDER_TRASH);
	add(t, t->b, "sent", FOLDER_SENT);
	assert_list(t, &view, (int64_t[]){ one, two }, 2);
	view.folders = INBOX | ARCHIVE;
	assert_list(t, &view, (int64_t[]){ one, two, three }, 3);
	view.accounts = &t->a;
	view.account_count = 1;
	assert_list(t, &view, (int64_t[]){ one, three }, 2);
	view.since = DATE;
	assert_list(t, &view, (int64_t[]){ one, three }, 2);
	view.since = DATE + 1;
	assert_list(t, &view, NULL, 0);
}

/* Servers give the newest first at times; a client counts from the oldest. */
static void
test_oldest_first(void **state)
{
	static const char old[] =
		"Date: Sun, 15 Nov 2026 09:12:00 +0900\r\n\r\nold\r\n";
	struct store_test *t = *state;
	struct served_view view = { .folders = INBOX };
	int64_t ids[3];

	ids[1] = add(t, t->a, "one", FOLDER_INBOX);
	ids[2] = add(t, t->a, "two", FOLDER_INBOX);
	ids[0] = store_test_add(t, t->b, "old", FOLDER_INBOX, 0, old);
	assert_list(t, &view, ids, 3);
}

static void
test_sizes(void **state)
{
	struct store_test *t = *state;
	struct served_view view = { .folders = INBOX };
	char *text = store_test_message("one", "one", "", "text");
	struct served *v;
	size_t n;

	store_test_add(t, t->a, "one", FOLDER_INBOX, 0, text);
	assert_ok(t, served_list(t->s, &view, &v, &n, &t->err));
	assert_int_equal(n, 1);
	assert_int_equal(v[0].size, strlen(text));
	assert_false(v[0].foreign);
	free(v);
	free(text);
}

/* One mail through two accounts, whichever of them is asked for. */
static void
test_twins_show_once(void **state)
{
	struct store_test *t = *state;
	int64_t both[2];
	struct served_view view = { .folders = INBOX, .accounts = both };
	int64_t main_one = add(t, t->a, "same", FOLDER_INBOX);
	int64_t twin = add(t, t->b, "same", FOLDER_INBOX);

	assert_list(t, &view, &main_one, 1);
	both[0] = t->a;
	both[1] = t->b;
	view.account_count = 2;
	assert_list(t, &view, &main_one, 1);
	both[0] = t->b;
	view.account_count = 1;
	assert_list(t, &view, &twin, 1);
	/* Deleting one of them deletes the mail. */
	assert_ok(t, served_move(t->s, &twin, 1, INBOX, FOLDER_TRASH, &t->err));
	view.account_count = 0;
	assert_list(t, &view, NULL, 0);
	store_test_sane(t);
}

static void
test_headers_alone_are_not(void **state)
{
	struct store_test *t = *state;
	struct served_view view = { .folders = INBOX };
	struct store_new info = { .folder = FOLDER_INBOX,
		                  .uidl = "head",
		                  .stub = 1000 };
	struct str text;
	int64_t id;

	str_init(&text, 4096);
	store_stub_mark(1000, &text);
	str_add_z(&text, "Subject: head\r\n\r\n");
	assert_ok(t, store_deliver(t->s, t->a, str_slice(&text), &info, &id,
	                           &t->err));
	assert_int_equal(store_test_listed(t, 0, FOLDER_INBOX), 1);
	assert_list(t, &view, NULL, 0);
	str_release(&text);
}

static void
remove_index(struct store_test *t)
{
	static const char *const names[] = { "pabal.db", "pabal.db-wal",
		                             "pabal.db-shm" };

	store_close(&t->s);
	for (size_t i = 0; i < 3; i++) {
		char *path = fsx_join(t->data, names[i]);

		(void)unlink(path);
		free(path);
	}
	store_test_reopen(t);
	assert_ok(t, store_rebuild(t->s, NULL, NULL, &t->err));
}

static int64_t
id_of(struct store_test *t, const char *message_id)
{
	int64_t id;

	assert_ok(t, store_find_message_id(t->s, slice_of(message_id), &id,
	                                   &t->err));
	assert_true(id > 0);
	return id;
}

/* A lost index gives other ids; clients must not see it. */
static void
test_uids_outlive_the_index(void **state)
{
	struct store_test *t = *state;
	int64_t gone = add(t, t->a, "gone", FOLDER_INBOX);
	int64_t one = add(t, t->a, "one", FOLDER_INBOX);
	int64_t two = add(t, t->b, "two", FOLDER_INBOX);
	char *uid_gone = uid_of(t, INBOX, gone);
	char *uid_one = uid_of(t, INBOX, one);
	char *uid_two = uid_of(t, INBOX, two);
	char *again;

	assert_string_not_equal(uid_one, uid_two);
	assert_string_not_equal(uid_one, uid_gone);
	assert_ok(t, store_delete(t->s, &gone, 1, &t->err));
	remove_index(t);
	assert_int_not_equal(id_of(t, "one@example.org") +
	                             id_of(t, "two@example.org"),
	                     one + two);
	again = uid_of(t, INBOX, id_of(t, "one@example.org"));
	assert_string_equal(again, uid_one);
	free(again);
	again = uid_of(t, INBOX, id_of(t, "two@example.org"));
	assert_string_equal(again, uid_two);
	free(again);
	free(uid_gone);
	free(uid_one);
	free(uid_two);
}

static void
test_uids_stay_through_changes(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, t->a, "one", FOLDER_INBOX);
	char *uid = uid_of(t, INBOX, id);
	char *again;

	assert_ok(t, store_flags(t->s, &id, 1, STORE_SEEN | STORE_FLAGGED, 0,
	                         NULL, &t->err));
	assert_ok(t, store_move(t->s, &id, 1, FOLDER_ARCHIVE, NULL, &t->err));
	again = uid_of(t, ARCHIVE, id);
	assert_string_equal(again, uid);
	free(again);
	assert_ok(t, store_move(t->s, &id, 1, FOLDER_INBOX, NULL, &t->err));
	store_test_reopen(t);
	again = uid_of(t, INBOX, id);
	assert_string_equal(again, uid);
	free(again);
	free(uid);
}

/* A server that uses a UIDL again makes us use the file's name again. */
static void
test_uids_are_not_used_again(void **state)
{
	struct store_test *t = *state;
	char *first = store_test_message("first", "first", "", "text");
	char *second = store_test_message("second", "second", "", "text");
	int64_t id = store_test_add(t, t->a, "same", FOLDER_INBOX, 0, first);
	char *path = store_path(t->s, id, &t->err);
	char *uid = uid_of(t, INBOX, id);
	char *name = strrchr(path, '/');
	char *other_path;
	char *other;

	assert_ok(t, store_delete(t->s, &id, 1, &t->err));
	id = store_test_add(t, t->a, "same", FOLDER_INBOX, 0, second);
	other_path = store_path(t->s, id, &t->err);
	assert_string_equal(strrchr(other_path, '/'), name);
	other = uid_of(t, INBOX, id);
	assert_string_not_equal(other, uid);
	free(path);
	free(other_path);
	free(uid);
	free(other);
	free(first);
	free(second);
}

static void
test_move_takes_what_is_still_there(void **state)
{
	struct store_test *t = *state;
	int64_t ids[4] = { add(t, t->a, "one", FOLDER_INBOX),
		           add(t, t->a, "two", FOLDER_INBOX),
		           add(t, t->b, "three", FOLDER_INBOX),
		           add(t, t->b, "four", FOLDER_INBOX) };

	/* The user put one aside and one away; a third is gone. */
	assert_ok(t,
	          store_move(t->s, &ids[0], 1, FOLDER_ARCHIVE, NULL, &t->err));
	assert_ok(t, store_move(t->s, &ids[1], 1, FOLDER_SPAM, NULL, &t->err));
	assert_ok(t, store_delete(t->s, &ids[2], 1, &t->err));
	assert_ok(t, served_move(t->s, ids, 4, INBOX, FOLDER_TRASH, &t->err));
	assert_int_equal(store_test_listed(t, 0, FOLDER_ARCHIVE), 1);
	assert_int_equal(store_test_listed(t, 0, FOLDER_SPAM), 1);
	assert_int_equal(store_test_listed(t, 0, FOLDER_TRASH), 1);
	assert_int_equal(store_test_listed(t, 0, FOLDER_INBOX), 0);
	store_test_sane(t);
}

/* More than is moved under one lock. */
static void
test_move_of_many(void **state)
{
	struct store_test *t = *state;
	int64_t ids[450];

	for (size_t i = 0; i < 450; i++) {
		char tag[16];

		(void)snprintf(tag, sizeof tag, "n%zu", i);
		ids[i] = add(t, i % 2 == 0 ? t->a : t->b, tag, FOLDER_INBOX);
	}
	assert_ok(t, served_move(t->s, ids, 449, INBOX, FOLDER_TRASH, &t->err));
	assert_int_equal(store_test_listed(t, 0, FOLDER_TRASH), 449);
	assert_int_equal(store_test_listed(t, 0, FOLDER_INBOX), 1);
	assert_ok(t, served_move(t->s, ids, 0, INBOX, FOLDER_TRASH, &t->err));
	assert_int_equal(store_test_listed(t, 0, FOLDER_INBOX), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_listed, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(test_oldest_first, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(test_sizes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_twins_show_once, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(test_headers_alone_are_not,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_uids_outlive_the_index,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_uids_stay_through_changes,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_uids_are_not_used_again,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_move_takes_what_is_still_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_move_of_many, set_up,
		                                tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
