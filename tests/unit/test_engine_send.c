/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending against the demo's server: killed at each step, two at once, and what
 * the next start makes up for. */
#include "lib/test.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/demo.h"
#include "engine/engine.h"
#include "lib/engine_child.h"
#include "lib/temp.h"
#include "store/outbox_rows.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define FROM "pabal.demo@gmail.example"
#define TO   "haneul@hoesa.example"
#define KEPT 2592000 /* seconds that a cancelled mail stays */

struct world {
	char *home;
	struct paths paths;
	struct conf conf;
	struct demo *demo;
	struct store *store;
	int64_t account;
	int64_t frozen; /* time in children; 0: it passes */
};

static int
start(void **state)
{
	struct world *w = xcalloc(1, sizeof *w);
	struct err err = { 0 };

	w->home = temp_make();
	assert_non_null(w->home);
	assert_int_equal(paths_init(&w->paths, w->home, &err), 0);
	w->demo = demo_start(&w->paths, &err);
	if (w->demo == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(conf_load(&w->paths, &w->conf, &err), 0);
	w->store = store_open(w->paths.data, w->paths.cache, &err);
	assert_non_null(w->store);
	assert_int_equal(store_account(w->store, "gmail", &w->account, &err),
	                 0);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	store_close(&w->store);
	conf_release(&w->conf);
	demo_stop(&w->demo);
	paths_release(&w->paths);
	temp_remove(w->home);
	free(w);
	return 0;
}

/* All that is due, by an engine of its own. */
static void
send_due(struct world *w)
{
	struct err err = { 0 };
	struct engine *e = engine_new(&w->paths, &w->conf, &err);
	struct event *event;

	(void)engine_send_due(e);
	while ((event = engine_wait(e, 20000)) != NULL)
		event_free(&event);
	engine_free(&e);
}

/* In a child; step: where it is killed, NULL nowhere. */
static pid_t
send_in_child(struct world *w, const char *step)
{
	return engine_child_start(w->home, NULL, step, w->frozen);
}

/* A mail of that number into the outbox. */
static int64_t
add(struct world *w, struct outbox_row *row, int number)
{
	struct err err = { 0 };
	int64_t id = 0;
	char text[300];

	(void)snprintf(text, sizeof text,
	               "From: " FROM "\r\nTo: " TO "\r\nSubject: n%d\r\n"
	               "Message-ID: <n%d@gmail.example>\r\n"
	               "Date: Mon, 21 Sep 2026 09:00:00 +0900\r\n\r\ntext\r\n",
	               number, number);
	row->account = w->account;
	if (outbox_add(w->store, row, slice_of(text), &id, &err) != 0)
		fail_msg("%s", err.text);
	return id;
}

static int64_t
add_plain(struct world *w, int number)
{
	char from[] = FROM, to[] = TO, subject[] = "n";
	struct outbox_rcpt rcpt = { .spec = to };
	struct outbox_row row = { .state = OUTBOX_QUEUED,
		                  .from = from,
		                  .rcpts = &rcpt,
		                  .rcpt_count = 1,
		                  .subject = subject };

	return add(w, &row, number);
}

static int64_t
deliver(struct world *w, enum folder folder, unsigned flags)
{
	struct store_new info = { .folder = folder, .flags = flags };
	struct err err = { 0 };
	int64_t id = 0;

	assert_int_equal(store_deliver(w->store, w->account,
	                               SLICE_LIT("Subject: before\r\n\r\n"),
	                               &info, &id, &err),
	                 0);
	return id;
}

static uint64_t
count(struct world *w, enum folder folder)
{
	struct store_view view = { .folder = folder };
	struct err err = { 0 };
	uint64_t total = 0, unread, changed;

	assert_int_equal(store_reconcile(w->store, &changed, &err), 0);
	assert_int_equal(store_count(w->store, &view, &total, &unread, &err),
	                 0);
	return total;
}

/* The one message in Sent. */
static int64_t
the_copy(struct world *w)
{
	struct store_view view = { .folder = FOLDER_SENT };
	struct store_rows rows = { 0 };
	struct err err = { 0 };
	int64_t id;

	assert_int_equal(
		store_list(w->store, &view, NULL, false, 10, &rows, &err), 0);
	assert_int_equal(rows.n, 1);
	id = rows.v[0].id;
	store_rows_release(&rows);
	return id;
}

static size_t
rows_left(struct world *w)
{
	struct outbox_row *rows = NULL;
	struct err err = { 0 };
	size_t n = 0;

	assert_int_equal(outbox_list(w->store, &rows, &n, &err), 0);
	outbox_rows_free(&rows, n);
	return n;
}

static void
make_all_due(struct world *w)
{
	struct outbox_row *rows = NULL;
	struct err err = { 0 };
	size_t n = 0;

	assert_int_equal(outbox_list(w->store, &rows, &n, &err), 0);
	for (size_t i = 0; i < n; i++)
		assert_true(outbox_requeue(w->store, rows[i].id, clock_now(),
		                           &err) >= 0);
	outbox_rows_free(&rows, n);
}

/* ---- killed ---- */

/* An answer that was a draft, of which the file may be gone already. */
static void
kill_answer_at(struct world *w, int step, bool *killed_r)
{
	char from[] = FROM, to[] = TO, subject[] = "n";
	struct outbox_rcpt rcpt = { .spec = to };
	struct outbox_row row = { .state = OUTBOX_QUEUED,
		                  .from = from,
		                  .rcpts = &rcpt,
		                  .rcpt_count = 1,
		                  .subject = subject,
		                  .reply_flag = STORE_ANSWERED };
	struct store_rows answered = { 0 };
	struct err err = { 0 };
	size_t before = demo_sent(w->demo);
	uint64_t copies = count(w, FOLDER_SENT);
	char number[16];
	size_t came;

	row.reply_to = deliver(w, FOLDER_INBOX, STORE_SEEN);
	row.draft = deliver(w, FOLDER_DRAFTS, STORE_DRAFT);
	(void)add(w, &row, step);
	(void)snprintf(number, sizeof number, "%d", step);
	*killed_r = engine_child_killed(send_in_child(w, number));
	/* The first makes up for it, or calls it unknown; then by hand. */
	send_due(w);
	make_all_due(w);
	send_due(w);
	came = demo_sent(w->demo) - before;
	assert_in_range(came, 1, *killed_r ? 2 : 1);
	assert_int_equal(count(w, FOLDER_SENT), copies + 1);
	assert_int_equal(count(w, FOLDER_DRAFTS), 0);
	assert_int_equal(rows_left(w), 0);
	assert_int_equal(store_row(w->store, row.reply_to, &answered, &err), 0);
	assert_int_equal(answered.n, 1);
	assert_true((answered.v[0].flags & STORE_ANSWERED) != 0);
	store_rows_release(&answered);
}

static void
test_killed_at_each_step(void **state)
{
	struct world *w = *state;
	bool killed = true;
	int step;

	for (step = 1; killed; step++)
		kill_answer_at(w, step, &killed);
	/* Taken, transaction, answered, linked, renamed, folders, committed ...
	 */
	assert_in_range(step, 10, 40);
}

/* A kill between the server's last word and the index leaves the file of the outbox
 * and its second name; one mail comes of them, and what was said is known. */
static void
test_copy_is_a_file_of_its_own(void **state)
{
	struct world *w = *state;
	struct err err = { 0 };
	struct stat st;
	char *path;

	(void)add_plain(w, 1);
	assert_true(engine_child_killed(send_in_child(w, "folders")));
	send_due(w);
	make_all_due(w);
	send_due(w);
	assert_int_equal(demo_sent(w->demo), 1);
	assert_int_equal(count(w, FOLDER_SENT), 1);
	path = store_path(w->store, the_copy(w), &err);
	assert_non_null(path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(path);
}

static enum outbox_state
state_of(struct world *w, int64_t id)
{
	struct outbox_row *row = NULL;
	struct err err = { 0 };
	enum outbox_state state;

	assert_int_equal(outbox_get(w->store, id, &row, &err), 0);
	state = row->state;
	assert_non_null(row->error);
	outbox_rows_free(&row, 1);
	return state;
}

/* Nobody knows whether it was taken: it waits, goes out once more, and after a
 * second kill not by itself. */
static void
test_killed_twice(void **state)
{
	struct world *w = *state;
	struct err err = { 0 };
	int64_t id = add_plain(w, 1);

	assert_true(engine_child_killed(send_in_child(w, "send-answered")));
	send_due(w);
	assert_int_equal(state_of(w, id), OUTBOX_UNKNOWN);
	assert_int_equal(demo_sent(w->demo), 1);
	w->frozen = clock_now() + 600;
	clock_freeze(w->frozen);
	assert_true(engine_child_killed(send_in_child(w, "send-answered")));
	assert_int_equal(demo_sent(w->demo), 2);
	send_due(w);
	assert_int_equal(state_of(w, id), OUTBOX_FAILED);
	clock_freeze(clock_now() + 86400);
	send_due(w);
	clock_freeze(0);
	assert_int_equal(demo_sent(w->demo), 2);
	assert_int_equal(outbox_cancel(w->store, id, &err), 1);
}

/* ---- the copy is made up for ---- */

/* The states alone were written: what a full disk or an older kill leaves. */
static int64_t
add_settled(struct world *w, enum outbox_state state, int second)
{
	char from[] = FROM, to[] = TO, other[] = "b@hoesa.example",
	     subject[] = "n";
	struct outbox_rcpt rcpts[] = { { .spec = to, .fate = OUTBOX_FATE_SENT },
		                       { .spec = other, .fate = second } };
	struct outbox_row row = { .state = state,
		                  .from = from,
		                  .rcpts = rcpts,
		                  .rcpt_count = 2,
		                  .subject = subject,
		                  .not_before = clock_now() + 3600 };

	return add(w, &row, 1);
}

static void
test_copy_of_what_all_have(void **state)
{
	struct world *w = *state;

	(void)add_settled(w, OUTBOX_SENT, OUTBOX_FATE_SENT);
	assert_true(engine_child_killed(send_in_child(w, "committed")));
	send_due(w);
	assert_int_equal(count(w, FOLDER_SENT), 1);
	assert_int_equal(rows_left(w), 0);
	assert_int_equal(demo_sent(w->demo), 0);
}

static void
test_copy_of_what_some_have(void **state)
{
	struct world *w = *state;

	(void)add_settled(w, OUTBOX_FAILED, 3);
	send_due(w);
	assert_int_equal(count(w, FOLDER_SENT), 1);
	assert_int_equal(rows_left(w), 1);
	assert_int_equal(demo_sent(w->demo), 0);
}

static void
remove_file(struct world *w, int64_t id)
{
	struct outbox_row *row = NULL;
	struct err err = { 0 };
	char *path;

	assert_int_equal(outbox_get(w->store, id, &row, &err), 0);
	path = xasprintf("%s/outbox/%s", w->paths.data, row->file);
	assert_int_equal(unlink(path), 0);
	free(path);
	outbox_rows_free(&row, 1);
}

/* A file that is gone holds up its own mail only. */
static void
test_file_that_is_gone(void **state)
{
	struct world *w = *state;
	int64_t partly = add_settled(w, OUTBOX_RETRY, 2);
	int64_t all = add_settled(w, OUTBOX_SENT, OUTBOX_FATE_SENT);
	int64_t fresh = add_plain(w, 2);

	remove_file(w, partly);
	remove_file(w, all);
	remove_file(w, fresh);
	(void)add_plain(w, 3);
	send_due(w);
	assert_int_equal(demo_sent(w->demo), 1);
	assert_int_equal(state_of(w, fresh), OUTBOX_FAILED);
	/* Nothing is left to do of what all have. */
	assert_int_equal(rows_left(w), 2);
	make_all_due(w);
	send_due(w);
	assert_int_equal(state_of(w, partly), OUTBOX_FAILED);
}

/* One that cannot be read waits, and no other mail with it. */
static void
test_file_that_cannot_be_read(void **state)
{
	struct world *w = *state;
	int64_t id = add_settled(w, OUTBOX_SENT, OUTBOX_FATE_SENT);
	struct outbox_row *row = NULL;
	struct err err = { 0 };
	char *path, *aside;

	assert_int_equal(outbox_get(w->store, id, &row, &err), 0);
	path = xasprintf("%s/outbox/%s", w->paths.data, row->file);
	aside = xasprintf("%s/aside", w->home);
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)add_plain(w, 2);
	send_due(w);
	assert_int_equal(demo_sent(w->demo), 1);
	assert_int_equal(count(w, FOLDER_SENT), 1);
	assert_int_equal(rows_left(w), 1);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rename(aside, path), 0);
	send_due(w);
	assert_int_equal(count(w, FOLDER_SENT), 2);
	assert_int_equal(rows_left(w), 0);
	free(path);
	free(aside);
	outbox_rows_free(&row, 1);
}

/* Nothing waits for ever for an account that is not set up any more. */
static void
test_account_that_is_gone(void **state)
{
	struct world *w = *state;
	struct err err = { 0 };
	int64_t mine = w->account;
	int64_t due[2], later;

	assert_int_equal(store_account(w->store, "old", &w->account, &err), 0);
	due[0] = add_plain(w, 1);
	due[1] = add_plain(w, 2);
	later = add_settled(w, OUTBOX_HELD, 0);
	w->account = mine;
	(void)add_plain(w, 4);
	send_due(w);
	assert_int_equal(demo_sent(w->demo), 1);
	for (int i = 0; i < 2; i++) {
		struct outbox_row *row = NULL;

		assert_int_equal(outbox_get(w->store, due[i], &row, &err), 0);
		assert_int_equal(row->state, OUTBOX_FAILED);
		assert_string_equal(row->error,
		                    "account 'old' is not set up any more");
		outbox_rows_free(&row, 1);
	}
	/* What is not due may find it set up again. */
	assert_int_equal(rows_left(w), 3);
	assert_int_equal(outbox_cancel(w->store, later, &err), 1);
}

/* Who deleted the copy does not want it back, nor doubled when the rest goes. */
static void
test_copy_that_was_deleted(void **state)
{
	struct world *w = *state;
	struct err err = { 0 };
	int64_t id = add_settled(w, OUTBOX_RETRY, 2);
	int64_t copy;

	send_due(w);
	copy = the_copy(w);
	assert_int_equal(store_delete(w->store, &copy, 1, &err), 0);
	send_due(w);
	assert_int_equal(count(w, FOLDER_SENT), 0);
	assert_int_equal(outbox_requeue(w->store, id, clock_now(), &err), 1);
	send_due(w);
	assert_int_equal(demo_sent(w->demo), 1);
	assert_int_equal(rows_left(w), 0);
	assert_int_equal(count(w, FOLDER_SENT), 0);
}

/* ---- several ---- */

static void
test_two_at_once(void **state)
{
	struct world *w = *state;
	pid_t pids[3];

	for (int i = 1; i <= 40; i++)
		(void)add_plain(w, i);
	for (int i = 0; i < 3; i++)
		pids[i] = send_in_child(w, NULL);
	for (int i = 0; i < 3; i++)
		assert_false(engine_child_killed(pids[i]));
	send_due(w);
	assert_int_equal(demo_sent(w->demo), 40);
	assert_int_equal(count(w, FOLDER_SENT), 40);
	assert_int_equal(rows_left(w), 0);
}

static void
test_many_killed(void **state)
{
	struct world *w = *state;
	static const char *const steps[] = {
		"send-transaction", "send-answered",  "linked",      "folders",
		"committed",        "outbox settled", "send-settled"
	};
	uint64_t all = 0;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		size_t before = demo_sent(w->demo);

		for (int k = 1; k <= 5; k++)
			(void)add_plain(w, (int)i * 10 + k);
		all += 5;
		assert_true(engine_child_killed(send_in_child(w, steps[i])));
		send_due(w);
		make_all_due(w);
		send_due(w);
		assert_in_range(demo_sent(w->demo) - before, 5, 10);
		assert_int_equal(count(w, FOLDER_SENT), all);
		assert_int_equal(rows_left(w), 0);
	}
}

/* ---- cancelled ---- */

static void
test_cancelled_goes_some_day(void **state)
{
	struct world *w = *state;
	struct err err = { 0 };
	int64_t now = clock_now();
	int64_t id = add_plain(w, 1);
	struct outbox_row *row = NULL;
	struct fsx_map map;

	assert_int_equal(outbox_get(w->store, id, &row, &err), 0);
	assert_int_equal(outbox_cancel(w->store, id, &err), 1);
	clock_freeze(now + KEPT - 5);
	send_due(w);
	assert_int_equal(rows_left(w), 1);
	clock_freeze(now + KEPT + 60);
	send_due(w);
	assert_int_equal(rows_left(w), 0);
	assert_int_equal(demo_sent(w->demo), 0);
	clock_freeze(0);
	assert_int_equal(outbox_map(w->store, row, &map, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	outbox_rows_free(&row, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, start, end)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(test_killed_at_each_step),
		T(test_copy_is_a_file_of_its_own),
		T(test_killed_twice),
		T(test_copy_of_what_all_have),
		T(test_copy_of_what_some_have),
		T(test_copy_that_was_deleted),
		T(test_account_that_is_gone),
		T(test_file_that_is_gone),
		T(test_file_that_cannot_be_read),
		T(test_two_at_once),
		T(test_many_killed),
		T(test_cancelled_goes_some_day),
	};

	engine_child(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
