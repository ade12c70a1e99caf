/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail queued because of mail that came; changes taken back together. */
#include "lib/store_test.h"

#include <dirent.h>
#include <stdlib.h>

#include "store/many.h"
#include "store/outbox_rows.h"
#include "store/schema.h"
#include "store/senders.h"
#include "store/store_impl.h"
#include "util/clock.h"
#include "util/xalloc.h"

static int
set_up(void **state)
{
	struct store_test *t = xcalloc(1, sizeof *t);

	clock_freeze(1795000000);
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

/* A message that queues one under key goes into the batch. */
static void
add(struct store_test *t, struct store_batch *b, const char *uidl,
    const char *tag, const char *key, int64_t again)
{
	char *text = store_test_message(tag, "x", "", "y");
	struct store_new info = { .uidl = uidl, .match_content = true };
	char from[] = "me@example.net";
	char to[] = "you@example.org";
	char subject[] = "x";
	struct outbox_rcpt rcpt = { .spec = to };
	struct outbox_row row = { .account = t->a,
		                  .state = OUTBOX_QUEUED,
		                  .from = from,
		                  .rcpts = &rcpt,
		                  .rcpt_count = 1,
		                  .subject = subject,
		                  .reply_flag = STORE_FORWARDED,
		                  .automatic = true };
	struct message m = { 0 };
	int fd;

	assert_ok(t, store_batch_file(b, &fd, &t->err));
	assert_ok(t, fsx_write_all(fd, text, strlen(text), &t->err));
	message_parse(&m, slice_of(text));
	assert_ok(t, store_batch_add(b, &m, &info, &t->err));
	assert_ok(t, store_batch_outgoing(b, &row, key, again,
	                                  SLICE_LIT("out\r\n"), &t->err));
	message_release(&m);
	free(text);
}

/* Deliver such a message. */
static void
deliver(struct store_test *t, const char *uidl, const char *tag,
        const char *key, int64_t again)
{
	struct store_batch *b = store_batch_begin(t->s, t->a, &t->err);

	assert_non_null(b);
	add(t, b, uidl, tag, key, again);
	assert_ok(t, store_batch_commit(&b, NULL, NULL, &t->err));
}

static size_t
queued(struct store_test *t)
{
	struct outbox_row *v = NULL;
	size_t n;

	assert_ok(t, outbox_list(t->s, &v, &n, &t->err));
	for (size_t i = 0; i < n; i++) {
		struct store_rows rows = { 0 };

		assert_true(v[i].automatic);
		assert_int_equal(v[i].account, t->a);
		assert_ok(t, store_row(t->s, v[i].reply_to, &rows, &t->err));
		store_rows_release(&rows);
	}
	outbox_rows_free(&v, n);
	return n;
}

static void
test_queued_once_for_each_message(void **state)
{
	struct store_test *t = *state;
	char *folder = fsx_join(t->data, "outbox");
	int64_t n;

	deliver(t, "1", "a", "k1", 0);
	assert_int_equal(queued(t), 1);
	/* The same once more, under its UIDL and under another. */
	deliver(t, "1", "a", "k1", 0);
	deliver(t, "9", "a", "k9", 0);
	assert_int_equal(queued(t), 1);
	/* Another one, but of a key that was used. */
	deliver(t, "2", "b", "k1", 0);
	assert_int_equal(queued(t), 1);
	deliver(t, "3", "c", "k3", 0);
	assert_int_equal(queued(t), 2);
	assert_ok(t,
	          outbox_automatic_since(t->s, t->a, 1794999999, &n, &t->err));
	assert_int_equal(n, 2);
	assert_ok(t, outbox_automatic_since(t->s, t->b, 0, &n, &t->err));
	assert_int_equal(n, 0);
	assert_ok(t,
	          outbox_automatic_since(t->s, t->a, 1795000000, &n, &t->err));
	assert_int_equal(n, 0);
	free(folder);
}

static void
test_a_key_may_come_free_again(void **state)
{
	struct store_test *t = *state;

	deliver(t, "1", "a", "k", 100);
	clock_advance_ms(99 * 1000);
	deliver(t, "2", "b", "k", 100);
	assert_int_equal(queued(t), 1);
	clock_advance_ms(1000);
	deliver(t, "3", "c", "k", 100);
	assert_int_equal(queued(t), 2);
}

static size_t
letters(struct store_test *t)
{
	char *folder = fsx_join(t->data, "outbox");
	size_t n = 0;
	DIR *dir = opendir(folder);
	const struct dirent *e;

	free(folder);
	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL)
		n += *e->d_name != '.';
	closedir(dir);
	return n;
}

static void
test_what_is_taken_back_comes_again(void **state)
{
	struct store_test *t = *state;
	struct store_batch *b = store_batch_begin(t->s, t->a, &t->err);
	uint64_t bytes;

	assert_non_null(b);
	store_batch_take_back(b); /* there is nothing */
	add(t, b, "1", "a", "k1", 0);
	bytes = store_batch_bytes(b);
	add(t, b, "2", "b", "k2", 0);
	assert_int_equal(letters(t), 2);
	assert_int_equal(store_test_files(t, true), 2);
	store_batch_take_back(b);
	assert_int_equal(store_batch_count(b), 1);
	assert_int_equal(store_batch_bytes(b), bytes);
	assert_int_equal(letters(t), 1);
	assert_int_equal(store_test_files(t, true), 1);
	assert_ok(t, store_batch_commit(&b, NULL, NULL, &t->err));
	assert_int_equal(queued(t), 1);
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 1);
	deliver(t, "2", "b", "k2", 0);
	assert_int_equal(queued(t), 2);
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 2);
}

static void
test_an_aborted_batch_queues_nothing(void **state)
{
	struct store_test *t = *state;
	struct store_batch *b = store_batch_begin(t->s, t->a, &t->err);
	struct outbox_row row = { .account = t->a };

	assert_int_equal(store_batch_outgoing(b, &row, "k", 0, SLICE_LIT("x"),
	                                      &t->err),
	                 -1);
	store_batch_abort(&b);
	assert_int_equal(queued(t), 0);
}

static void
test_changes_are_taken_back_together(void **state)
{
	struct store_test *t = *state;
	char *one = store_test_message("a", "x", "", "y");
	char *two = store_test_message("b", "x", "", "y");
	struct store_many many = { 0 };
	int64_t ids[2], undo;
	struct store_rows rows = { 0 };

	ids[0] = store_test_add(t, t->a, "1", FOLDER_INBOX, 0, one);
	ids[1] = store_test_add(t, t->a, "2", FOLDER_INBOX, 0, two);
	assert_ok(t, store_many_change(t->s, &many,
	                               &(struct store_wish){ FOLDER_ANY, 0,
	                                                     "일", 0 },
	                               ids, 2, &t->err));
	assert_ok(t, store_many_change(t->s, &many,
	                               &(struct store_wish){ FOLDER_ANY,
	                                                     STORE_FLAGGED,
	                                                     NULL, 0 },
	                               ids, 1, &t->err));
	for (int i = 0; i < 2; i++)
		assert_ok(t, store_many_change(
				     t->s, &many,
				     &(struct store_wish){ FOLDER_ARCHIVE, 0,
		                                           NULL, 0 },
				     &ids[i], 1, &t->err));
	assert_int_equal(many.undo, 1);
	assert_int_equal(many.moves, 4);
	undo = many.undo;
	/* Many other changes do not push a part of it out. */
	for (int i = 0; i < 199; i++)
		assert_ok(t, store_flags(t->s, &ids[1], 1,
		                         i % 2 == 0 ? STORE_SEEN : 0,
		                         i % 2 == 0 ? 0 : STORE_SEEN, NULL,
		                         &t->err));
	assert_ok(t, store_undo(t->s, undo, &t->err));
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 2);
	assert_ok(t, store_row(t->s, ids[0], &rows, &t->err));
	assert_int_equal(rows.v[0].flags, 0);
	assert_true(rows.v[0].labels == NULL || rows.v[0].labels[0] == '\0');
	store_rows_release(&rows);
	assert_int_equal(store_undo(t->s, undo, &t->err), -1);
	assert_int_equal(t->err.code, ERR_NOTFOUND);
	assert_int_equal(store_undo(t->s, many.moves, &t->err), -1);
	store_many_release(&many);
	store_test_sane(t);
	free(one);
	free(two);
}

static void
test_senders_are_counted(void **state)
{
	struct store_test *t = *state;
	char *one = store_test_message("a", "x", "", "y");
	char *two = store_test_message("b", "x", "", "y");
	char *gone = store_test_message("c", "x", "", "y");
	static const char other[] = "From: A@b.example\r\n\r\nx\r\n";
	struct store_sender *v = NULL;
	int64_t last;
	size_t n = 0;

	store_test_add(t, t->a, "1", FOLDER_INBOX, 0, one);
	store_test_add(t, t->b, "1", FOLDER_INBOX, 0, one);
	last = store_test_add(t, t->a, "2", FOLDER_ARCHIVE, STORE_SEEN, two);
	store_test_add(t, t->a, "3", FOLDER_TRASH, STORE_SEEN, gone);
	store_test_add(t, t->a, "4", FOLDER_INBOX, 0, other);
	assert_ok(t, store_senders(t->s, STORE_BY_BOTH, 10, &v, &n, &t->err));
	assert_int_equal(n, 2);
	assert_string_equal(v[0].address, "kim@example.org");
	assert_string_equal(v[0].name, "김하늘");
	assert_int_equal(v[0].total, 2);
	assert_int_equal(v[0].unread, 1);
	assert_true(v[0].last_opened > 0);
	assert_int_equal(v[0].newest, last);
	assert_string_equal(v[1].address, "a@b.example");
	assert_int_equal(v[1].last_opened, 0);
	store_senders_free(&v, n);
	assert_ok(t, store_senders(t->s, STORE_BY_BOTH, 1, &v, &n, &t->err));
	assert_int_equal(n, 1);
	store_senders_free(&v, n);
	free(one);
	free(two);
	free(gone);
}

static void
test_a_mailbox_of_the_second_version_is_migrated(void **state)
{
	struct store_test *t = *state;
	char *one = store_test_message("a", "x", "", "y");
	int64_t id = store_test_add(t, t->a, "1", FOLDER_INBOX, 0, one);
	int64_t undo = 0;

	assert_ok(t, store_move(t->s, &id, 1, FOLDER_TRASH, &undo, &t->err));
	store_test_back_to(t, 2);
	store_test_reopen(t);
	assert_ok(t, store_undo(t->s, undo, &t->err));
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 1);
	deliver(t, "2", "b", "k", 0);
	assert_int_equal(queued(t), 1);
	free(one);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_queued_once_for_each_message),
		T(test_a_key_may_come_free_again),
		T(test_what_is_taken_back_comes_again),
		T(test_an_aborted_batch_queues_nothing),
		T(test_changes_are_taken_back_together),
		T(test_senders_are_counted),
		T(test_a_mailbox_of_the_second_version_is_migrated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
