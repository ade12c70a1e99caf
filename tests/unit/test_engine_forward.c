/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that send, run and say, against the demo's servers: loops that end,
 * each mail queued once however often the program is killed. */
#include "lib/test.h"

#include <stdio.h>
#include <unistd.h>

#include "engine/lock.h"
#include "lib/demo_world.h"
#include "lib/engine_child.h"
#include "mime/build.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define NAVER "pabal.demo@naver.example"
#define WORK  "demo@hoesa.example"
#define GMAIL "pabal.demo@gmail.example"

struct world {
	struct demo_world d;
	char *said; /* the last notice */
};

static int
start(void **state)
{
	struct world *w = xcalloc(1, sizeof *w);

	demo_world_open(&w->d, NULL);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	demo_world_close(&w->d);
	free(w->said);
	free(w);
	return 0;
}

static void
put_file(struct world *w, const char *folder, const char *name,
         const char *text)
{
	char *dir = fsx_join(w->d.paths.config, folder);
	char *path = fsx_join(dir, name);
	struct err err = { 0 };

	assert_int_equal(fsx_mkdirs(dir, &err), 0);
	assert_int_equal(fsx_write_atomic(path, slice_of(text), &err), 0);
	free(path);
	free(dir);
}

static void
rules(struct world *w, const char *text)
{
	put_file(w, "", "rules", text);
}

/* Run all jobs, those that rules start too, to their end. */
static void
settle(struct world *w)
{
	while (engine_jobs(w->d.engine) != 0) {
		struct event *e = engine_wait(w->d.engine, 20000);

		if (e != NULL && e->kind == EVENT_FETCH_DONE &&
		    e->err.code != ERR_NONE)
			fail_msg("%s: %s", e->account, e->err.text);
		if (e != NULL && e->kind == EVENT_NOTICE) {
			free(w->said);
			w->said = xstrdup(e->text);
		}
		event_free(&e);
	}
}

static void
fetch(struct world *w, const char *account)
{
	assert_int_equal(engine_fetch(w->d.engine, account), 1);
	settle(w);
}

/* A mail from the account "gmail". */
static void
send_mail(struct world *w, const char *to, const char *subject)
{
	const struct account *a = conf_account(&w->d.conf, "gmail");
	struct addr rcpt = { SLICE_NONE, slice_of(to) };
	struct str id, out;
	struct build_draft draft = { .from.spec = slice_of(a->address),
		                     .to = { &rcpt, 1 },
		                     .subject = slice_of(subject),
		                     .text = SLICE_LIT("본문\n"),
		                     .date = clock_now() };
	struct engine_mail mail = { .account = a,
		                    .from = a->address,
		                    .rcpts = &to,
		                    .rcpt_count = 1,
		                    .subject = subject };
	struct err err = { 0 };
	int64_t outbox_id = 0;

	str_init(&id, 200);
	str_init(&out, BUILD_MAX);
	build_message_id(slice_of(GMAIL), &id);
	draft.message_id = str_slice(&id);
	assert_int_equal(build_message(&draft, &out, &err), 0);
	mail.message = str_slice(&out);
	if (engine_submit(w->d.engine, w->d.store, &mail, &outbox_id, &err) !=
	    0)
		fail_msg("%s", err.text);
	engine_send_due(w->d.engine);
	settle(w);
	str_release(&out);
	str_release(&id);
}

/* Messages of that subject in the store, but for Sent. */
static size_t
count(struct world *w, const char *account, const char *subject,
      struct store_row *row_r)
{
	struct store_view view = { .folder = FOLDER_ANY };
	struct store_rows rows = { 0 };
	struct err err = { 0 };
	size_t n = 0;

	assert_int_equal(
		store_account(w->d.store, account, &view.account, &err), 0);
	assert_int_equal(store_list(w->d.store, &view, NULL, false, 1000, &rows,
	                            &err),
	                 0);
	for (size_t i = 0; i < rows.n; i++) {
		if (strcmp(rows.v[i].subject, subject) != 0 ||
		    rows.v[i].folder == FOLDER_SENT)
			continue;
		n++;
		if (row_r != NULL) {
			*row_r = rows.v[i];
			row_r->labels = xstrdup(rows.v[i].labels != NULL
			                                ? rows.v[i].labels
			                                : "");
		}
	}
	store_rows_release(&rows);
	return n;
}

static size_t
outbox(struct world *w, enum outbox_state state)
{
	struct outbox_row *v = NULL;
	struct err err = { 0 };
	size_t n, found = 0;

	assert_int_equal(outbox_list(w->d.store, &v, &n, &err), 0);
	for (size_t i = 0; i < n; i++)
		found += v[i].state == state;
	outbox_rows_free(&v, n);
	return found;
}

/* Something stands in the outbox as failed for that reason. */
static void
assert_failed(struct world *w, const char *why)
{
	struct outbox_row *v = NULL;
	struct err err = { 0 };
	bool found = false;
	size_t n;

	assert_int_equal(outbox_list(w->d.store, &v, &n, &err), 0);
	for (size_t i = 0; i < n; i++)
		found |= v[i].state == OUTBOX_FAILED && v[i].error != NULL &&
		         strcmp(v[i].error, why) == 0;
	outbox_rows_free(&v, n);
	assert_true(found);
}

static void
test_redirected_once_and_not_kept_in_sent(void **state)
{
	struct world *w = *state;
	struct store_row row = { 0 };
	struct store_view sent = { .folder = FOLDER_SENT };
	uint64_t total, unread;
	struct err err = { 0 };
	bool known;

	rules(w, "if subject 전달 then redirect " NAVER "\n");
	send_mail(w, WORK, "전달");
	fetch(w, "work");
	assert_int_equal(demo_sent(w->d.demo), 2);
	fetch(w, "work");
	assert_int_equal(demo_sent(w->d.demo), 2);
	fetch(w, "naver");
	assert_int_equal(count(w, "naver", "전달", NULL), 1);
	assert_int_equal(count(w, "work", "전달", &row), 1);
	assert_true((row.flags & STORE_FORWARDED) != 0);
	free(row.labels);
	assert_int_equal(store_count(w->d.store, &sent, &total, &unread, &err),
	                 0);
	assert_int_equal(total, 1); /* what the user sent */
	assert_int_equal(contact_known(w->d.store, NAVER, &known, &err), 0);
	assert_false(known);
}

/* Run a fetch that fails. */
static void
fail_to_fetch(struct world *w, const char *account)
{
	bool failed = false;

	assert_int_equal(engine_fetch(w->d.engine, account), 1);
	while (engine_jobs(w->d.engine) != 0) {
		struct event *e = engine_wait(w->d.engine, 20000);

		failed |= e != NULL && e->kind == EVENT_FETCH_DONE &&
		          e->err.code == ERR_IO;
		event_free(&e);
	}
	assert_true(failed);
}

/* It must not be here without what goes out because of it: it would never come
 * again, and nobody would get it. */
static void
test_what_cannot_be_queued_comes_again(void **state)
{
	struct world *w = *state;
	char *outbox = fsx_join(w->d.paths.data, "outbox");
	char *away = fsx_join(w->d.paths.data, "away");
	struct err err = { 0 };

	rules(w, "if subject 막힘 then redirect " NAVER "\n");
	send_mail(w, WORK, "하나");
	send_mail(w, WORK, "막힘");
	assert_int_equal(rename(outbox, away), 0);
	assert_int_equal(fsx_write_atomic(outbox, SLICE_NONE, &err), 0);
	fail_to_fetch(w, "work");
	assert_int_equal(count(w, "work", "막힘", NULL), 0);
	assert_int_equal(unlink(outbox), 0);
	assert_int_equal(rename(away, outbox), 0);
	fetch(w, "work");
	assert_int_equal(count(w, "work", "하나", NULL), 1);
	assert_int_equal(count(w, "work", "막힘", NULL), 1);
	assert_int_equal(demo_sent(w->d.demo), 3);
	free(away);
	free(outbox);
}

static void
test_two_accounts_forwarding_to_each_other_stop(void **state)
{
	static const char *const actions[] = { "redirect", "forward" };
	struct world *w = *state;

	for (size_t k = 0; k < 2; k++) {
		char *text = xasprintf("if account work and subject 고리%zu"
		                       " then %s " NAVER "\n"
		                       "if account naver and subject 고리%zu"
		                       " then %s " WORK "\n",
		                       k, actions[k], k, actions[k]);
		char *subject = xasprintf("고리%zu", k);
		size_t before = demo_sent(w->d.demo);

		rules(w, text);
		send_mail(w, WORK, subject);
		for (int i = 0; i < 4; i++) {
			fetch(w, "work");
			fetch(w, "naver");
		}
		assert_int_equal(demo_sent(w->d.demo), before + 2);
		/* That it stopped is said once. */
		assert_int_equal(outbox(w, OUTBOX_FAILED), 1);
		assert_failed(w, "it was sent on from here before");
		free(subject);
		free(text);
	}
}

static void
test_spam_and_trash_are_never_forwarded(void **state)
{
	struct world *w = *state;

	rules(w, "if subject 하나 then spam, redirect " NAVER "\n"
	         "if subject 둘 then delete, redirect " NAVER "\n");
	send_mail(w, WORK, "하나");
	send_mail(w, WORK, "둘");
	fetch(w, "work");
	assert_int_equal(demo_sent(w->d.demo), 2);
	assert_int_equal(outbox(w, OUTBOX_QUEUED), 0);
}

static void
test_what_must_not_go_is_shown_and_counts_nothing(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < w->d.conf.account_count; i++)
		w->d.conf.accounts[i].forward_limit = 1;
	/* It would come back to the account it came through. */
	rules(w, "if subject 되돌이 then redirect " WORK "\n"
	         "if subject 또 then redirect " NAVER ", reply none\n");
	send_mail(w, WORK, "되돌이");
	send_mail(w, WORK, "되돌이");
	fetch(w, "work");
	assert_int_equal(outbox(w, OUTBOX_FAILED), 1);
	assert_failed(w, "it would come back");
	assert_int_equal(demo_sent(w->d.demo), 2);
	/* The day's one mail is still free. */
	send_mail(w, WORK, "또");
	fetch(w, "work");
	assert_int_equal(demo_sent(w->d.demo), 4);
	assert_int_equal(outbox(w, OUTBOX_FAILED), 1);
}

static void
test_limit_of_a_day(void **state)
{
	struct world *w = *state;
	struct store_row row = { 0 };

	for (size_t i = 0; i < w->d.conf.account_count; i++)
		w->d.conf.accounts[i].forward_limit = 2;
	rules(w, "if subject 한도 then redirect " NAVER "\n");
	for (int i = 0; i < 3; i++)
		send_mail(w, WORK, "한도");
	fetch(w, "work");
	assert_int_equal(demo_sent(w->d.demo), 5);
	assert_int_equal(outbox(w, OUTBOX_FAILED), 1);
	assert_non_null(w->said);
	send_mail(w, WORK, "한도 넷");
	fetch(w, "work");
	assert_int_equal(demo_sent(w->d.demo), 6);
	assert_int_equal(outbox(w, OUTBOX_FAILED), 1);
	assert_int_equal(count(w, "work", "한도 넷", &row), 1);
	assert_string_equal(row.labels, "not forwarded");
	free(row.labels);
}

static void
test_identity_of_no_account_shows_in_the_outbox(void **state)
{
	struct world *w = *state;

	rules(w, "if subject 누구 then redirect " NAVER
	         " as nobody@nowhere.example\n");
	send_mail(w, WORK, "누구");
	fetch(w, "work");
	assert_int_equal(outbox(w, OUTBOX_FAILED), 1);
	rules(w, "if subject 나 then redirect " NAVER " as " GMAIL "\n");
	send_mail(w, WORK, "나");
	fetch(w, "work");
	fetch(w, "naver");
	assert_int_equal(count(w, "naver", "나", NULL), 1);
}

/* What could not be made is nothing to be sent, however often it is tried. */
static void
test_what_could_not_be_made_is_never_sent(void **state)
{
	struct world *w = *state;
	struct outbox_row *v = NULL;
	struct err err = { 0 };
	size_t before, n;

	rules(w, "if from haneul then reply missing\n");
	send_mail(w, "haneul@hoesa.example", "없는");
	fetch(w, "gmail");
	before = demo_sent(w->d.demo);
	assert_int_equal(outbox(w, OUTBOX_FAILED), 1);
	assert_int_equal(outbox_list(w->d.store, &v, &n, &err), 0);
	for (size_t i = 0; i < n; i++)
		if (v[i].state == OUTBOX_FAILED)
			assert_int_equal(outbox_requeue_many(w->d.store,
			                                     &v[i].id, 1,
			                                     clock_now(), &err),
			                 0);
	outbox_rows_free(&v, n);
	engine_send_due(w->d.engine);
	settle(w);
	assert_int_equal(demo_sent(w->d.demo), before);
	assert_int_equal(outbox(w, OUTBOX_FAILED), 1);
}

static void
test_answer_once_a_week(void **state)
{
	struct world *w = *state;
	size_t before;

	put_file(w, "templates", "away.txt",
	         "Subject: 휴가\n\n부재중입니다.\n");
	rules(w, "if from haneul@hoesa.example and subject 안부"
	         " then reply away.txt\n");
	/* They answer by themselves, so each letter brings one. */
	send_mail(w, "haneul@hoesa.example", "안부");
	fetch(w, "gmail");
	before = demo_sent(w->d.demo);
	assert_int_equal(before, 2);
	send_mail(w, "haneul@hoesa.example", "안부");
	fetch(w, "gmail");
	fetch(w, "gmail");
	assert_int_equal(demo_sent(w->d.demo), before + 1);
}

static void
test_command_gets_the_message_and_notice_is_given(void **state)
{
	struct world *w = *state;
	char *path = fsx_join(w->d.home, "copy of it");
	char *text = xasprintf("if subject 명령 then notify,"
	                       " run \"dd status=none 'of=%s'\"\n"
	                       "if subject 실패 then run \"false\"\n",
	                       path);
	struct err err = { 0 };
	struct str copy;

	rules(w, text);
	send_mail(w, WORK, "명령");
	fetch(w, "work");
	assert_non_null(w->said);
	assert_non_null(strstr(w->said, "명령"));
	str_init(&copy, 100000);
	assert_int_equal(fsx_read(path, 100000, &copy, &err), 0);
	assert_non_null(strstr(copy.p, "Subject: "));
	str_release(&copy);
	send_mail(w, WORK, "실패");
	fetch(w, "work");
	assert_non_null(strstr(w->said, "false"));
	free(text);
	free(path);
}

static void
test_label_of_the_account(void **state)
{
	struct world *w = *state;
	struct store_row row = { 0 };

	for (size_t i = 0; i < w->d.conf.account_count; i++)
		w->d.conf.accounts[i].label = xstrdup("회사일");
	rules(w, "if label 회사일 and subject 표시 then label 둘째\n");
	send_mail(w, WORK, "표시");
	fetch(w, "work");
	assert_int_equal(count(w, "work", "표시", &row), 1);
	assert_non_null(strstr(row.labels, "회사일"));
	assert_non_null(strstr(row.labels, "둘째"));
	free(row.labels);
}

/* Fetch in a child that is killed at its n-th step; true when it was. */
static bool
killed_at(struct world *w, int n)
{
	char number[16];

	(void)snprintf(number, sizeof number, "%d", n);
	return engine_child_killed(
		engine_child_start(w->d.home, "work", number, 0));
}

/* The server still holds the dead session for a moment. */
static void
test_killed_at_each_step_it_is_queued_once(void **state)
{
	bool killed = true;
	int n;

	(void)state;
	for (n = 1; killed; n++) {
		struct err err = { 0 };
		struct world *w;
		int lock;

		start((void **)(void *)&w);
		rules(w, "if subject 정확 then redirect " NAVER
		         ", forward " NAVER "\n");
		send_mail(w, WORK, "정확");
		/* Nobody sends while we look at what is queued. */
		lock = lock_take(&w->d.paths, "send", "all", &err);
		assert_true(lock >= 0);
		killed = killed_at(w, n);
		demo_world_fetch_until_it_works(&w->d, "work");
		assert_int_equal(outbox(w, OUTBOX_QUEUED), 2);
		close(lock);
		engine_send_due(w->d.engine);
		settle(w);
		assert_int_equal(demo_sent(w->d.demo), 3);
		assert_int_equal(count(w, "work", "정확", NULL), 1);
		end((void **)(void *)&w);
		assert_true(n < 200);
	}
	assert_true(n > 5);
}

#define T(f) cmocka_unit_test_setup_teardown(f, start, end)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(test_redirected_once_and_not_kept_in_sent),
		T(test_what_cannot_be_queued_comes_again),
		T(test_two_accounts_forwarding_to_each_other_stop),
		T(test_spam_and_trash_are_never_forwarded),
		T(test_what_must_not_go_is_shown_and_counts_nothing),
		T(test_limit_of_a_day),
		T(test_identity_of_no_account_shows_in_the_outbox),
		T(test_what_could_not_be_made_is_never_sent),
		T(test_answer_once_a_week),
		T(test_command_gets_the_message_and_notice_is_given),
		T(test_label_of_the_account),
		cmocka_unit_test(test_killed_at_each_step_it_is_queued_once),
	};

	engine_child(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
