/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sched: when an account is fetched by itself; and engine_tick over a server. */
#include "lib/test.h"

#include <poll.h>

#include "engine/demo.h"
#include "engine/engine.h"
#include "engine/sched.h"
#include "engine/tick.h"
#include "lib/temp.h"
#include "store/outbox_rows.h"
#include "util/clock.h"
#include "util/xalloc.h"

#define NOW ((int64_t)1790000000)
#define MIN 60

static const struct sched_rule every_ten = { 10 * MIN, 0, 1 };

static struct sched_state
after(enum err_code code, int times)
{
	struct sched_state s = { 0 };

	for (int i = 0; i < times; i++) {
		sched_began(&s, NOW);
		sched_ended(&s, code, 0, 1);
	}
	return s;
}

static int64_t
wait_after(enum err_code code, int times, const struct sched_rule *r)
{
	struct sched_state s = after(code, times);

	return sched_next(&s, r, NOW) - NOW;
}

static void
test_interval(void **state)
{
	const struct sched_rule off = { 0, 0, 1 };
	const struct sched_rule eager = { 1 * MIN, 15 * MIN, 1 };
	struct sched_state fresh = { 0 };
	struct sched_state s = after(ERR_NONE, 1);

	(void)state;
	assert_int_equal(sched_next(&fresh, &every_ten, NOW), NOW);
	assert_int_equal(sched_next(&fresh, &off, NOW), 0);
	assert_int_equal(wait_after(ERR_NONE, 1, &every_ten), 10 * MIN);
	assert_int_equal(wait_after(ERR_CANCELLED, 1, &every_ten), 10 * MIN);
	/* the provider's minimum and the server's delay win */
	assert_int_equal(wait_after(ERR_NONE, 1, &eager), 15 * MIN);
	sched_ended(&s, ERR_NONE, 30 * MIN, 1);
	assert_int_equal(sched_next(&s, &eager, NOW), NOW + 30 * MIN);
	/* and stay known when a login fails */
	sched_ended(&s, ERR_RETRY, 0, 1);
	assert_int_equal(sched_next(&s, &eager, NOW), NOW + 30 * MIN);
}

static void
test_back_off(void **state)
{
	const struct sched_rule careful = { 10 * MIN, 5 * MIN, 1 };
	const struct sched_rule rare = { 180 * MIN, 0, 1 };

	(void)state;
	assert_int_equal(wait_after(ERR_RETRY, 1, &every_ten), 1 * MIN);
	assert_int_equal(wait_after(ERR_RETRY, 2, &every_ten), 2 * MIN);
	assert_int_equal(wait_after(ERR_NOHOST, 5, &every_ten), 16 * MIN);
	assert_int_equal(wait_after(ERR_RETRY, 7, &every_ten), 60 * MIN);
	assert_int_equal(wait_after(ERR_RETRY, 5000, &every_ten), 60 * MIN);
	assert_int_equal(wait_after(ERR_RETRY, 1, &careful), 5 * MIN);
	assert_int_equal(wait_after(ERR_RETRY, 5000, &rare), 64 * MIN);
	assert_int_equal(wait_after(ERR_CERT, 1, &every_ten), 60 * MIN);
	assert_int_equal(wait_after(ERR_REFUSED, 1, &rare), 180 * MIN);
}

static void
test_success_ends_the_back_off(void **state)
{
	struct sched_state s = after(ERR_RETRY, 9);

	(void)state;
	sched_ended(&s, ERR_NONE, 0, 1);
	assert_int_equal(sched_next(&s, &every_ten, NOW), NOW + 10 * MIN);
	sched_ended(&s, ERR_RETRY, 0, 1);
	assert_int_equal(sched_next(&s, &every_ten, NOW), NOW + 1 * MIN);
}

static void
test_rejected_password_is_not_tried_again(void **state)
{
	struct sched_state s = after(ERR_AUTH, 1);
	struct sched_rule changed = every_ten;

	(void)state;
	assert_true(sched_paused(&s, &every_ten));
	assert_int_equal(sched_next(&s, &every_ten, NOW + 100000), 0);
	/* a broken connection afterwards says nothing about the password */
	sched_ended(&s, ERR_RETRY, 0, 1);
	assert_true(sched_paused(&s, &every_ten));
	/* another password: at once, but for the minimum */
	s = after(ERR_AUTH, 1);
	changed.changed = 2;
	assert_false(sched_paused(&s, &changed));
	assert_int_equal(sched_next(&s, &changed, NOW), NOW);
	changed.minimum = 3 * MIN;
	assert_int_equal(sched_next(&s, &changed, NOW), NOW + 3 * MIN);
	/* which was not answered: it goes on trying */
	sched_ended(&s, ERR_RETRY, 0, 2);
	assert_false(sched_paused(&s, &changed));
	sched_ended(&s, ERR_AUTH, 0, 2);
	sched_ended(&s, ERR_AUTH, 0, 2);
	assert_int_equal(s.rejected, 2);
	sched_ended(&s, ERR_NONE, 0, 2);
	assert_false(sched_paused(&s, &changed));
}

static void
test_clock_set_back_delays_nothing(void **state)
{
	struct sched_state s = after(ERR_NONE, 1);

	(void)state;
	assert_int_equal(sched_next(&s, &every_ten, NOW - 86400), NOW - 86400);
}

/* What a refusal tells counts as well, and a lock of a day ends with it. */
static void
test_a_refusal_tells_the_delay(void **state)
{
	struct sched_state s = { .attempted = NOW, .delay = 600 };

	(void)state;
	sched_ended(&s, ERR_RETRY, 900, 0);
	assert_int_equal(sched_next(&s, &every_ten, NOW), NOW + 900);
	sched_ended(&s, ERR_RETRY, 37, 0);
	assert_int_equal(sched_next(&s, &every_ten, NOW), NOW + 900);
	sched_ended(&s, ERR_NONE, 0, 0);
	assert_int_equal(sched_next(&s, &every_ten, NOW), NOW + 900);
	sched_ended(&s, ERR_RETRY, 86400, 0);
	assert_int_equal(sched_next(&s, &every_ten, NOW), NOW + 86400);
	sched_ended(&s, ERR_NONE, 0, 0);
	assert_int_equal(sched_next(&s, &every_ten, NOW), NOW + 600);
	sched_ended(&s, ERR_NONE, 700, 0);
	assert_int_equal(sched_next(&s, &every_ten, NOW), NOW + 700);
}

static void
test_written_and_read(void **state)
{
	static const char *const broken[] = {
		"",
		"1",
		"1 2 3 4 5",
		"1 2 3 4 5 x",
		"-1 0 0 0 0 0",
		"1 99 0 0 0 0",
		"1 0 99999999 0 0 0",
		"1 0 0 0 99999999 0",
		"99999999999999999999 0 0 0 0 0"
	};
	struct sched_state s = after(ERR_AUTH, 3);
	struct sched_state back;
	struct str text;

	(void)state;
	s.delay = 900;
	str_init(&text, 200);
	sched_write(&s, &text);
	sched_read(str_slice(&text), &back);
	assert_memory_equal(&s, &back, sizeof s);
	str_release(&text);
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		sched_read(slice_of(broken[i]), &back);
		assert_int_equal(back.attempted, 0);
		assert_int_equal(sched_next(&back, &every_ten, NOW), NOW);
	}
}

/* ---- engine_tick ---- */

struct world {
	char *home;
	struct paths paths;
	struct conf conf;
	struct demo *demo;
	struct engine *engine;
	struct store *store;
	struct err err;
};

static int
start(void **state)
{
	struct world *w = xcalloc(1, sizeof *w);

	w->home = temp_make();
	assert_non_null(w->home);
	assert_int_equal(paths_init(&w->paths, w->home, &w->err), 0);
	w->demo = demo_start(&w->paths, &w->err);
	if (w->demo == NULL)
		fail_msg("%s", w->err.text);
	assert_int_equal(conf_load(&w->paths, &w->conf, &w->err), 0);
	for (size_t i = 0; i < w->conf.account_count; i++)
		w->conf.accounts[i].interval_min = 10;
	w->engine = engine_new(&w->paths, &w->conf, &w->err);
	assert_non_null(w->engine);
	w->store = store_open(w->paths.data, w->paths.cache, &w->err);
	assert_non_null(w->store);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	clock_freeze(0);
	store_close(&w->store);
	engine_free(&w->engine);
	conf_release(&w->conf);
	demo_stop(&w->demo);
	paths_release(&w->paths);
	temp_remove(w->home);
	free(w);
	return 0;
}

struct seen {
	size_t fetches, failed, sent, indexed;
	uint64_t mails;
};

/* Tick and take events until nothing runs: as the screen's loop does. */
static struct seen
turn(struct world *w)
{
	struct seen seen = { 0 };

	do {
		struct event *e;
		int wait = engine_tick(w->engine, w->store);

		assert_in_range(wait, 1, 60000);
		while ((e = engine_wait(w->engine, 20000)) != NULL) {
			seen.indexed += e->kind == EVENT_INDEX;
			seen.sent += e->kind == EVENT_SEND_DONE &&
			             e->err.code == ERR_NONE;
			if (e->kind == EVENT_FETCH_DONE) {
				seen.fetches++;
				seen.failed += e->err.code != ERR_NONE;
				seen.mails += e->done;
			}
			event_free(&e);
		}
		engine_tick(w->engine, w->store);
	} while (engine_jobs(w->engine) != 0);
	return seen;
}

static void
test_tick_fetches_at_the_interval(void **state)
{
	struct world *w = *state;
	struct engine *other;
	struct seen seen;

	clock_freeze(clock_now());
	seen = turn(w);
	assert_int_equal(seen.fetches, 3);
	assert_int_equal(seen.failed, 0);
	assert_int_equal(seen.mails, 24);
	assert_true(seen.indexed >= 1);
	assert_int_equal(turn(w).fetches, 0);
	clock_advance_ms(9 * 60000);
	assert_int_equal(turn(w).fetches, 0);
	/* another process agrees */
	other = w->engine;
	w->engine = engine_new(&w->paths, &w->conf, &w->err);
	assert_int_equal(turn(w).fetches, 0);
	clock_advance_ms(1 * 60000);
	seen = turn(w);
	assert_int_equal(seen.fetches, 3);
	assert_int_equal(seen.mails, 0);
	engine_free(&w->engine);
	w->engine = other;
	assert_int_equal(turn(w).fetches, 0);
}

static void
test_tick_leaves_a_rejected_password_alone(void **state)
{
	struct world *w = *state;
	struct account *a = &w->conf.accounts[0];
	char *file = fsx_join(w->home, "password");
	struct engine_schedule plan;
	int64_t mono;

	for (size_t i = 1; i < w->conf.account_count; i++)
		w->conf.accounts[i].interval_min = 0;
	free(a->password_command);
	a->password_command = NULL;
	free(a->password_file);
	a->password_file = xstrdup(file);
	assert_int_equal(fsx_write_atomic(file, SLICE_LIT("wrong\n"), &w->err),
	                 0);
	mono = clock_now();
	clock_freeze(mono);
	assert_int_equal(turn(w).failed, 1);
	clock_advance_ms(86400000);
	assert_int_equal(turn(w).fetches, 0);
	assert_int_equal(
		engine_schedule(w->engine, w->store, a, &plan, &w->err), 0);
	assert_int_equal(plan.rejected, 1);
	assert_int_equal(plan.next, 0);
	/* the user asks: once more, and no more by itself */
	assert_int_equal(engine_fetch(w->engine, a->name), 1);
	assert_int_equal(turn(w).failed, 1);
	assert_int_equal(
		engine_schedule(w->engine, w->store, a, &plan, &w->err), 0);
	assert_int_equal(plan.rejected, 2);
	/* the right one is written */
	(void)poll(NULL, 0, 5); /* file times are that coarse */
	assert_int_equal(
		fsx_write_atomic(file, SLICE_LIT("pabal-demo\n"), &w->err), 0);
	clock_advance_ms(60000);
	assert_int_equal(turn(w).fetches, 1);
	assert_int_equal(
		engine_schedule(w->engine, w->store, a, &plan, &w->err), 0);
	assert_int_equal(plan.rejected, 0);
	assert_int_equal(plan.failures, 0);
	free(file);
}

static void
test_tick_sends_held_mail_when_it_is_due(void **state)
{
	struct world *w = *state;
	const char *to = "haneul@hoesa.example";
	struct engine_mail mail = {
		.account = conf_account(&w->conf, "gmail"),
		.from = "pabal.demo@gmail.example",
		.rcpts = &to,
		.rcpt_count = 1,
		.message = SLICE_LIT("Message-ID: <held@x>\r\n\r\nx\r\n"),
		.hold = 30,
	};
	int64_t id;
	int wait;

	for (size_t i = 0; i < w->conf.account_count; i++)
		w->conf.accounts[i].interval_min = 0;
	clock_freeze(clock_now());
	turn(w);
	assert_int_equal(
		engine_submit(w->engine, w->store, &mail, &id, &w->err), 0);
	assert_int_equal(turn(w).sent, 0);
	wait = engine_tick(w->engine, w->store);
	assert_in_range(wait, 29000, 30000);
	clock_advance_ms(wait);
	assert_int_equal(turn(w).sent, 1);
	assert_int_equal(demo_sent(w->demo), 1);
	/* What cannot be sent, its account being gone, does not spin. */
	mail.hold = 0;
	assert_int_equal(
		engine_submit(w->engine, w->store, &mail, &id, &w->err), 0);
	w->conf.account_count = 0;
	assert_int_equal(turn(w).sent, 0);
	assert_true(engine_tick(w->engine, w->store) >= 4000);
	assert_int_equal(engine_jobs(w->engine), 0);
	w->conf.account_count = 3;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_back_off),
		cmocka_unit_test(test_success_ends_the_back_off),
		cmocka_unit_test(test_rejected_password_is_not_tried_again),
		cmocka_unit_test(test_clock_set_back_delays_nothing),
		cmocka_unit_test(test_a_refusal_tells_the_delay),
		cmocka_unit_test(test_written_and_read),
		cmocka_unit_test_setup_teardown(
			test_tick_fetches_at_the_interval, start, end),
		cmocka_unit_test_setup_teardown(
			test_tick_leaves_a_rejected_password_alone, start, end),
		cmocka_unit_test_setup_teardown(
			test_tick_sends_held_mail_when_it_is_due, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
