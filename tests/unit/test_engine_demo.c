/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine against the demo's servers: fetch, fetch again, send, answer,
 * cancel, spam and its undo; all over TLS on loopback. */
#include "lib/test.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/demo_world.h"
#include "lib/engine_child.h"
#include "mime/build.h"
#include "util/clock.h"
#include "util/watch.h"
#include "util/xalloc.h"

static int
start(void **state)
{
	struct demo_world *w = xcalloc(1, sizeof *w);

	demo_world_open(w, NULL);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct demo_world *w = *state;

	demo_world_close(w);
	free(w);
	return 0;
}

/* Run all jobs to their end; how many messages the fetches brought. */
static uint64_t
run_jobs(struct demo_world *w, enum err_code want)
{
	struct event *e;
	uint64_t done = 0;
	size_t finals = 0;

	while ((e = engine_wait(w->engine, 20000)) != NULL) {
		if (e->kind == EVENT_FETCH_DONE || e->kind == EVENT_SEND_DONE) {
			if (e->err.code != want)
				fail_msg("%s: %s %s", e->account, e->err.text,
				         e->err.server);
			finals++;
		}
		if (e->kind == EVENT_FETCH_DONE)
			done += e->done;
		event_free(&e);
	}
	assert_int_equal(engine_jobs(w->engine), 0);
	assert_true(finals > 0);
	return done;
}

static uint64_t
count(struct demo_world *w, enum folder folder)
{
	struct store_view view = { .folder = folder };
	uint64_t total;
	uint64_t unread;
	struct err err = { 0 };

	assert_int_equal(store_count(w->store, &view, &total, &unread, &err),
	                 0);
	return total;
}

static void
test_fetch_brings_each_message_once(void **state)
{
	struct demo_world *w = *state;

	assert_int_equal(engine_fetch(w->engine, NULL), 3);
	assert_int_equal(engine_fetch(w->engine, NULL), 0);
	assert_int_equal(run_jobs(w, ERR_NONE), 24);
	assert_int_equal(engine_fetch(w->engine, NULL), 3);
	assert_int_equal(run_jobs(w, ERR_NONE), 0);
	assert_int_equal(count(w, FOLDER_INBOX) + count(w, FOLDER_SPAM), 24);
}

/* The index is lost: with the copy, and with the files' names only. */
static void
lose_and_fetch(struct demo_world *w, bool copy)
{
	static const char *const files[] = { "pabal.db", "pabal.db-wal",
		                             "pabal.db-shm" };
	static const char *const copies[] = { "backup/pabal-UIDLS.db",
		                              "backup/pabal-UIDLS.1.db" };
	struct err err = { 0 };

	engine_free(&w->engine);
	store_close(&w->store);
	for (size_t i = 0; i < 3 + (copy ? 0 : 2); i++) {
		char *path = fsx_join(w->paths.data,
		                      i < 3 ? files[i] : copies[i - 3]);

		(void)unlink(path);
		free(path);
	}
	w->store = store_open(w->paths.data, w->paths.cache, &err);
	assert_non_null(w->store);
	assert_int_equal(store_rebuild(w->store, NULL, NULL, &err), 0);
	w->engine = engine_new(&w->paths, &w->conf, &err);
	assert_non_null(w->engine);
	engine_fetch(w->engine, NULL);
	assert_int_equal(run_jobs(w, ERR_NONE), 0);
}

static void
test_lost_index_fetches_nothing_twice(void **state)
{
	struct demo_world *w = *state;

	engine_fetch(w->engine, NULL);
	assert_int_equal(run_jobs(w, ERR_NONE), 24);
	lose_and_fetch(w, true);
	lose_and_fetch(w, false);
	assert_int_equal(count(w, FOLDER_INBOX) + count(w, FOLDER_SPAM), 24);
}

static void
test_only_the_asked_account(void **state)
{
	struct demo_world *w = *state;

	assert_int_equal(engine_fetch(w->engine, "work"), 1);
	assert_int_equal(run_jobs(w, ERR_NONE), 6);
}

static void
test_cancelled_fetch_ends_in_one_event(void **state)
{
	struct demo_world *w = *state;

	assert_int_equal(engine_fetch(w->engine, "naver"), 1);
	engine_cancel_fetch(w->engine, NULL);
	run_jobs(w, ERR_CANCELLED);
	assert_int_equal(engine_fetch(w->engine, "naver"), 1);
	run_jobs(w, ERR_NONE);
	assert_int_equal(count(w, FOLDER_INBOX) + count(w, FOLDER_SPAM), 11);
}

/* The first file in a folder of the Maildir, or NULL; owned. */
static char *
first_file(const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort);
	char *path = NULL;

	for (int i = 0; i < n; i++) {
		if (path == NULL && names[i]->d_name[0] != '.')
			path = fsx_join(folder, names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return path;
}

static bool
index_finds_mail(struct demo_world *w)
{
	struct event *e;
	bool found = false;

	assert_true(engine_index(w->engine));
	while ((e = engine_wait(w->engine, 20000)) != NULL) {
		assert_int_equal(e->err.code, ERR_NONE);
		found |= e->kind == EVENT_MAIL;
		event_free(&e);
	}
	return found;
}

static void
test_other_programs_changes_are_taken_in(void **state)
{
	struct demo_world *w = *state;
	char *from = fsx_join(w->paths.data, "mail/work/Inbox/new");
	char *to = fsx_join(w->paths.data, "mail/work/Trash/cur/moved:2,S");
	char *trash = fsx_join(w->paths.data, "mail/work/Trash/cur");
	struct err err = { 0 };
	uint64_t before;
	char *file;

	engine_fetch(w->engine, "work");
	run_jobs(w, ERR_NONE);
	index_finds_mail(w);
	assert_false(index_finds_mail(w));
	before = count(w, FOLDER_INBOX);
	file = first_file(from);
	assert_non_null(file);
	assert_int_equal(fsx_mkdirs(trash, &err), 0);
	assert_int_equal(rename(file, to), 0);
	assert_true(index_finds_mail(w));
	assert_int_equal(count(w, FOLDER_INBOX), before - 1);
	assert_int_equal(count(w, FOLDER_TRASH), 1);
	free(file);
	free(trash);
	free(to);
	free(from);
}

static void
come_to_rest(struct demo_world *w)
{
	struct event *e;

	while ((e = engine_wait(w->engine, 20000)) != NULL)
		event_free(&e);
	assert_int_equal(engine_jobs(w->engine), 0);
}

/* Within a second, not at the next look of its own. */
static void
test_changes_are_noticed_at_once(void **state)
{
	struct demo_world *w = *state;
	char *inbox = fsx_join(w->paths.data, "mail/work/Inbox/new");
	struct err err = { 0 };
	struct watch *watch = watch_new();
	struct store *s;
	char *file;

	if (watch == NULL) {
		free(inbox);
		skip(); /* no inotify on this system */
	}
	watch_free(&watch);
	engine_fetch(w->engine, NULL);
	run_jobs(w, ERR_NONE);
	s = store_open(w->paths.data, w->paths.cache, &err);
	assert_non_null(s);
	for (int i = 0; i < 3; i++) {
		(void)engine_tick(w->engine, s);
		come_to_rest(w);
	}
	(void)engine_tick(w->engine, s);
	assert_int_equal(engine_jobs(w->engine), 0);
	file = first_file(inbox);
	assert_non_null(file);
	assert_int_equal(unlink(file), 0);
	(void)engine_tick(w->engine, s);
	assert_int_equal(engine_jobs(w->engine), 1);
	come_to_rest(w);
	store_close(&s);
	free(file);
	free(inbox);
}

static int64_t
submit(struct demo_world *w, const char *to, int hold)
{
	const struct account *a = conf_account(&w->conf, "gmail");
	struct addr rcpt = { SLICE_NONE, slice_of(to) };
	struct build_draft draft = { .from.spec = slice_of(a->address),
		                     .to = { &rcpt, 1 },
		                     .subject = SLICE_LIT("안녕하세요"),
		                     .text = SLICE_LIT("본문\n.\n점 하나\n"),
		                     .message_id =
		                             SLICE_LIT("t1@gmail.example"),
		                     .date = clock_now() };
	struct engine_mail mail = { .account = a,
		                    .from = a->address,
		                    .rcpts = &to,
		                    .rcpt_count = 1,
		                    .subject = "안녕하세요",
		                    .hold = hold };
	struct err err = { 0 };
	struct str out;
	int64_t id = 0;

	str_init(&out, BUILD_MAX);
	assert_int_equal(build_message(&draft, &out, &err), 0);
	mail.message = str_slice(&out);
	if (engine_submit(w->engine, w->store, &mail, &id, &err) != 0)
		fail_msg("%s", err.text);
	str_release(&out);
	return id;
}

static void
test_sent_mail_is_answered(void **state)
{
	struct demo_world *w = *state;
	struct outbox_row *rows;
	struct err err = { 0 };
	size_t n;
	bool known;

	submit(w, "haneul@hoesa.example", 0);
	assert_true(engine_send_due(w->engine));
	run_jobs(w, ERR_NONE);
	assert_int_equal(demo_sent(w->demo), 1);
	assert_int_equal(count(w, FOLDER_SENT), 1);
	assert_int_equal(outbox_list(w->store, &rows, &n, &err), 0);
	assert_int_equal(n, 0);
	outbox_rows_free(&rows, n);
	assert_int_equal(contact_known(w->store, "haneul@hoesa.example", &known,
	                               &err),
	                 0);
	assert_true(known);
	/* Five of the samples and the answer. */
	assert_int_equal(engine_fetch(w->engine, "gmail"), 1);
	assert_int_equal(run_jobs(w, ERR_NONE), 8);
}

static void
test_held_mail_can_be_taken_back(void **state)
{
	struct demo_world *w = *state;
	struct err err = { 0 };
	int64_t id = submit(w, "haneul@hoesa.example", 60);

	engine_send_due(w->engine);
	while (engine_jobs(w->engine) != 0) {
		struct event *e = engine_wait(w->engine, 1000);

		event_free(&e);
	}
	assert_int_equal(demo_sent(w->demo), 0);
	assert_int_equal(outbox_cancel(w->store, id, &err), 1);
	engine_send_due(w->engine);
	while (engine_jobs(w->engine) != 0) {
		struct event *e = engine_wait(w->engine, 1000);

		event_free(&e);
	}
	assert_int_equal(demo_sent(w->demo), 0);
	assert_int_equal(count(w, FOLDER_SENT), 0);
}

static void
test_refused_recipient_is_reported(void **state)
{
	struct demo_world *w = *state;
	struct engine_mail mail = {
		.account = conf_account(&w->conf, "gmail"),
		.from = "pabal.demo@gmail.example",
		.message = SLICE_LIT("Subject: x\r\n\r\nx\r\n"),
	};
	const char *bad[] = { "-oQ/tmp@x", "a b@c", "x", "a@b\r\nRCPT TO:<c>" };
	struct err err = { 0 };

	assert_int_equal(engine_submit(w->engine, w->store, &mail, NULL, &err),
	                 -1);
	assert_int_equal(err.code, ERR_USAGE);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		mail.rcpts = &bad[i];
		mail.rcpt_count = 1;
		assert_int_equal(engine_submit(w->engine, w->store, &mail, NULL,
		                               &err),
		                 -1);
	}
}

static void
test_probe_tells_what_it_finds(void **state)
{
	struct demo_world *w = *state;
	const struct account *a = conf_account(&w->conf, "work");
	struct secret secret = { 0 };
	struct event *e;
	size_t lines = 0;

	secret_set(&secret, "wrong", 5);
	assert_true(engine_probe(w->engine, a, &secret) > 0);
	while ((e = engine_wait(w->engine, 20000)) != NULL) {
		if (e->kind == EVENT_PROBE_DONE)
			assert_int_equal(e->err.code, ERR_AUTH);
		event_free(&e);
	}
	secret_set(&secret, "pabal-demo", 10);
	assert_true(engine_probe(w->engine, a, &secret) > 0);
	while ((e = engine_wait(w->engine, 20000)) != NULL) {
		if (e->kind == EVENT_PROBE_DONE && e->err.code != ERR_NONE)
			fail_msg("%s", e->err.text);
		lines += e->kind == EVENT_PROBE_LINE;
		event_free(&e);
	}
	assert_true(lines >= 5);
	secret_release(&secret);
}

static void
test_spam_mark_and_undo(void **state)
{
	struct demo_world *w = *state;
	struct store_view view = { .folder = FOLDER_INBOX };
	struct store_rows rows = { 0 };
	struct err err = { 0 };
	int64_t undo = 0;
	uint64_t before;

	engine_fetch(w->engine, "gmail");
	run_jobs(w, ERR_NONE);
	before = count(w, FOLDER_SPAM);
	assert_int_equal(
		store_list(w->store, &view, NULL, false, 1, &rows, &err), 0);
	assert_int_equal(rows.n, 1);
	if (engine_mark_spam(w->engine, w->store, &rows.v[0].id, 1, true, &undo,
	                     &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(count(w, FOLDER_SPAM), before + 1);
	assert_int_equal(engine_undo(w->engine, w->store, undo, &err), 0);
	assert_int_equal(count(w, FOLDER_SPAM), before);
	store_rows_release(&rows);
}

/* Fetch, or send with NULL, in a child that is killed at the n-th step of the
 * program; true when it was. */
static bool
killed_at(struct demo_world *w, int n, const char *account)
{
	char number[16];

	(void)snprintf(number, sizeof number, "%d", n);
	return engine_child_killed(
		engine_child_start(w->home, account, number, 0));
}

/* The server still holds the dead session for a moment: try until it is free. */
static void
test_fetch_killed_at_each_step_loses_and_doubles_nothing(void **state)
{
	bool killed = true;
	int n;

	(void)state;
	for (n = 1; killed; n++) {
		struct demo_world *w;

		start((void **)(void *)&w);
		killed = killed_at(w, n, "work");
		demo_world_fetch_until_it_works(w, "work");
		assert_int_equal(count(w, FOLDER_INBOX) + count(w, FOLDER_SPAM),
		                 6);
		end((void **)(void *)&w);
		assert_true(n < 200);
	}
	assert_true(n > 5);
}

static void
wait_for_jobs(struct demo_world *w)
{
	struct event *e;

	while ((e = engine_wait(w->engine, 20000)) != NULL)
		event_free(&e);
}

/* RFC 1047: one more copy is the most that a crash may cost. */
static void
test_send_killed_at_each_step_goes_out_once_or_twice(void **state)
{
	bool killed = true;
	int n;

	(void)state;
	for (n = 1; killed; n++) {
		struct demo_world *w;
		struct outbox_row *rows;
		struct err err = { 0 };
		char later[32];
		size_t left;

		start((void **)(void *)&w);
		submit(w, "haneul@hoesa.example", 0);
		killed = killed_at(w, n, NULL);
		/* What is in doubt waits some minutes before its last try. */
		engine_send_due(w->engine);
		wait_for_jobs(w);
		(void)snprintf(later, sizeof later, "%lld",
		               (long long)clock_now() + 3600);
		setenv("PABAL_TEST_NOW", later, 1);
		engine_send_due(w->engine);
		wait_for_jobs(w);
		unsetenv("PABAL_TEST_NOW");
		assert_in_range(demo_sent(w->demo), 1, 2);
		assert_int_equal(count(w, FOLDER_SENT), 1);
		assert_int_equal(outbox_list(w->store, &rows, &left, &err), 0);
		assert_int_equal(left, 0);
		outbox_rows_free(&rows, left);
		end((void **)(void *)&w);
		assert_true(n < 200);
	}
	assert_true(n > 5);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_fetch_brings_each_message_once, start, end),
		cmocka_unit_test_setup_teardown(
			test_lost_index_fetches_nothing_twice, start, end),
		cmocka_unit_test_setup_teardown(test_only_the_asked_account,
		                                start, end),
		cmocka_unit_test_setup_teardown(
			test_cancelled_fetch_ends_in_one_event, start, end),
		cmocka_unit_test_setup_teardown(
			test_other_programs_changes_are_taken_in, start, end),
		cmocka_unit_test_setup_teardown(
			test_changes_are_noticed_at_once, start, end),
		cmocka_unit_test_setup_teardown(test_sent_mail_is_answered,
		                                start, end),
		cmocka_unit_test_setup_teardown(
			test_held_mail_can_be_taken_back, start, end),
		cmocka_unit_test_setup_teardown(
			test_refused_recipient_is_reported, start, end),
		cmocka_unit_test_setup_teardown(test_probe_tells_what_it_finds,
		                                start, end),
		cmocka_unit_test_setup_teardown(test_spam_mark_and_undo, start,
		                                end),
		cmocka_unit_test(
			test_fetch_killed_at_each_step_loses_and_doubles_nothing),
		cmocka_unit_test(
			test_send_killed_at_each_step_goes_out_once_or_twice),
	};

	engine_child(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
