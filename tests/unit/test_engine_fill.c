/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headers first, against the demo's servers: the whole later, once. */
#include "lib/test.h"

#include "lib/demo_world.h"
#include "store/outbox_rows.h"
#include "util/fsx.h"
#include "util/xalloc.h"

static void
keep_headers_only(struct conf *conf)
{
	for (size_t i = 0; i < conf->account_count; i++)
		conf->accounts[i].headers_above = 1;
}

static int
start(void **state)
{
	struct demo_world *w = xcalloc(1, sizeof *w);

	demo_world_open(w, keep_headers_only);
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

/* Wait for the final event of a kind; owned. */
static struct event *
wait_for(struct demo_world *w, enum event_kind kind)
{
	struct event *e;

	while ((e = engine_wait(w->engine, 30000)) != NULL) {
		if (e->kind == kind)
			return e;
		event_free(&e);
	}
	fail_msg("no event");
	return NULL;
}

static void
fetch_all(struct demo_world *w, uint64_t want)
{
	uint64_t fresh = 0;

	assert_int_equal(engine_fetch(w->engine, NULL), 3);
	for (int i = 0; i < 3; i++) {
		struct event *e = wait_for(w, EVENT_FETCH_DONE);

		assert_int_equal(e->err.code, ERR_NONE);
		fresh += e->done;
		event_free(&e);
	}
	assert_int_equal(fresh, want);
}

static struct store_rows
rows_in(struct demo_world *w, enum folder folder)
{
	struct store_view view = { .folder = folder };
	struct store_rows rows;
	struct err err = { 0 };

	assert_int_equal(
		store_list(w->store, &view, NULL, false, 100, &rows, &err), 0);
	assert_true(rows.n > 0);
	return rows;
}

static struct store_rows
rows_of(struct demo_world *w)
{
	return rows_in(w, FOLDER_ANY);
}

static void
test_the_whole_comes_when_it_is_wanted(void **state)
{
	struct demo_world *w = *state;
	struct store_rows rows;
	struct store_rows now;
	struct event *e;
	struct err err = { 0 };
	int64_t id;

	fetch_all(w, 24);
	rows = rows_of(w);
	for (size_t i = 0; i < rows.n; i++)
		assert_true(rows.v[i].stub > 1);
	id = rows.v[0].id;
	assert_true(engine_fill(w->engine, w->store, id, &err) > 0);
	e = wait_for(w, EVENT_FILL_DONE);
	if (e->err.code != ERR_NONE)
		fail_msg("%s", e->err.text);
	assert_int_equal(e->id, id);
	assert_int_not_equal(e->now, id);
	assert_int_equal(e->bytes, rows.v[0].stub);
	assert_int_equal(store_row(w->store, e->now, &now, &err), 0);
	assert_int_equal(now.v[0].stub, 0);
	assert_int_equal(now.v[0].size, rows.v[0].stub);
	assert_string_equal(now.v[0].subject, rows.v[0].subject);
	store_rows_release(&now);
	/* Once more: it is here, and no server is asked. */
	id = e->now;
	event_free(&e);
	demo_stop(&w->demo);
	assert_true(engine_fill(w->engine, w->store, id, &err) > 0);
	e = wait_for(w, EVENT_FILL_DONE);
	assert_int_equal(e->err.code, ERR_NONE);
	assert_int_equal(e->now, id);
	assert_int_equal(e->bytes, 0);
	event_free(&e);
	store_rows_release(&rows);
}

static void
test_nothing_comes_twice(void **state)
{
	struct demo_world *w = *state;
	struct store_rows rows;
	struct err err = { 0 };
	size_t n;

	fetch_all(w, 24);
	rows = rows_of(w);
	n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		struct event *e;

		assert_true(engine_fill(w->engine, w->store, rows.v[i].id,
		                        &err) > 0);
		e = wait_for(w, EVENT_FILL_DONE);
		assert_int_equal(e->err.code, ERR_NONE);
		event_free(&e);
	}
	store_rows_release(&rows);
	fetch_all(w, 0);
	rows = rows_of(w);
	assert_int_equal(rows.n, n);
	for (size_t i = 0; i < rows.n; i++)
		assert_int_equal(rows.v[i].stub, 0);
	store_rows_release(&rows);
}

static void
test_cancelled_and_unreachable(void **state)
{
	struct demo_world *w = *state;
	struct store_rows rows;
	struct event *e;
	struct err err = { 0 };
	int64_t job;

	fetch_all(w, 24);
	rows = rows_of(w);
	demo_stop(&w->demo);
	assert_true(engine_fill(w->engine, w->store, rows.v[0].id, &err) > 0);
	e = wait_for(w, EVENT_FILL_DONE);
	assert_int_not_equal(e->err.code, ERR_NONE);
	assert_int_equal(e->now, rows.v[0].id);
	event_free(&e);
	job = engine_fill(w->engine, w->store, rows.v[0].id, &err);
	engine_cancel_job(w->engine, job);
	e = wait_for(w, EVENT_FILL_DONE);
	assert_int_equal(e->err.code, ERR_CANCELLED);
	event_free(&e);
	store_rows_release(&rows);
	rows = rows_of(w);
	assert_true(rows.v[0].stub > 1);
	assert_int_equal(engine_fill(w->engine, w->store, 99999, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	store_rows_release(&rows);
}

static void
write_rules(struct demo_world *w, const char *text)
{
	char *path = fsx_join(w->paths.config, "rules");
	struct err err = { 0 };

	if (fsx_write_atomic(path, slice_of(text), &err) != 0)
		fail_msg("%s", err.text);
	free(path);
}

/* Fill the header of that subject; its row then, owned. */
static struct store_rows
fill_subject(struct demo_world *w, enum folder folder, const char *subject)
{
	struct store_rows rows = rows_in(w, folder);
	struct store_rows now = { 0 };
	struct err err = { 0 };

	for (size_t i = 0; i < rows.n; i++) {
		struct event *e;

		if (strcmp(rows.v[i].subject, subject) != 0)
			continue;
		assert_true(engine_fill(w->engine, w->store, rows.v[i].id,
		                        &err) > 0);
		e = wait_for(w, EVENT_FILL_DONE);
		if (e->err.code != ERR_NONE)
			fail_msg("%s", e->err.text);
		assert_int_equal(store_row(w->store, e->now, &now, &err), 0);
		event_free(&e);
	}
	store_rows_release(&rows);
	assert_int_equal(now.n, 1);
	return now;
}

static size_t
queued(struct demo_world *w)
{
	struct outbox_row *v = NULL;
	struct err err = { 0 };
	size_t n = 0;

	assert_int_equal(outbox_list(w->store, &v, &n, &err), 0);
	outbox_rows_free(&v, n);
	return n;
}

/* The header alone says nothing of the text. */
static void
test_the_whole_is_judged_anew(void **state)
{
	struct demo_world *w = *state;
	struct store_rows now;
	struct err err = { 0 };
	int64_t id;

	write_rules(w, "if body 첨부합니다 then label text, star, archive,"
	               " redirect park@elsewhere.example\n"
	               "if body \"order now\" then spam\n"
	               "if body 회의 then archive\n");
	fetch_all(w, 24);
	assert_int_equal(queued(w), 0);
	now = fill_subject(w, FOLDER_INBOX, "3분기 보고서 초안");
	assert_int_equal(now.v[0].folder, FOLDER_ARCHIVE);
	assert_string_equal(now.v[0].labels, "text");
	assert_true((now.v[0].flags & STORE_FLAGGED) != 0);
	assert_int_equal(queued(w), 1);
	store_rows_release(&now);

	/* Where the user put it, it stays. */
	now = rows_of(w);
	for (size_t i = 0; i < now.n; i++) {
		if (strcmp(now.v[i].subject, "초대: 3분기 보고 회의") != 0)
			continue;
		id = now.v[i].id;
		assert_int_equal(store_move(w->store, &id, 1, FOLDER_TRASH,
		                            NULL, &err),
		                 0);
	}
	store_rows_release(&now);
	now = fill_subject(w, FOLDER_TRASH, "초대: 3분기 보고 회의");
	assert_int_equal(now.v[0].folder, FOLDER_TRASH);
	store_rows_release(&now);
}

/* What the user said is not said otherwise by the filter. */
static void
test_the_user_has_the_last_word(void **state)
{
	struct demo_world *w = *state;
	struct store_rows rows;
	struct store_rows now;
	struct str reasons;
	struct err err = { 0 };
	int64_t id = 0;

	fetch_all(w, 24);
	rows = rows_of(w);
	for (size_t i = 0; i < rows.n; i++)
		if (strcmp(rows.v[i].subject, "3분기 보고서 초안") == 0)
			id = rows.v[i].id;
	assert_int_equal(engine_mark_spam(w->engine, w->store, &id, 1, true,
	                                  NULL, &err),
	                 0);
	now = fill_subject(w, FOLDER_SPAM, "3분기 보고서 초안");
	assert_int_equal(now.v[0].verdict, SPAM_SPAM);
	assert_int_equal(now.v[0].folder, FOLDER_SPAM);
	str_init(&reasons, 1024);
	assert_int_equal(
		store_spam_reasons(w->store, now.v[0].id, &reasons, &err), 0);
	assert_non_null(strstr(reasons.p, "you marked it"));
	str_release(&reasons);
	store_rows_release(&now);
	store_rows_release(&rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_the_whole_comes_when_it_is_wanted, start, end),
		cmocka_unit_test_setup_teardown(test_nothing_comes_twice, start,
		                                end),
		cmocka_unit_test_setup_teardown(test_the_whole_is_judged_anew,
		                                start, end),
		cmocka_unit_test_setup_teardown(test_the_user_has_the_last_word,
		                                start, end),
		cmocka_unit_test_setup_teardown(test_cancelled_and_unreachable,
		                                start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
