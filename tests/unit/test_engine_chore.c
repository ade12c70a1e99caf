/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chore: many messages at once, beside the main thread, taken back as one. */
#include "lib/test.h"

#include "engine/chore.h"
#include "lib/temp.h"
#include "mail/spam.h"
#include "store/many.h"
#include "store/senders.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define MANY (STORE_PIECE * 2 + 10)
#define MS   60000

struct world {
	char *home;
	struct paths paths;
	struct conf conf;
	struct engine *engine;
	struct store *store;
	int64_t account;
	struct err err;
};

static int
start(void **state)
{
	struct world *w = xcalloc(1, sizeof *w);

	w->home = temp_make();
	assert_non_null(w->home);
	assert_int_equal(paths_init(&w->paths, w->home, &w->err), 0);
	assert_int_equal(paths_make(&w->paths, &w->err), 0);
	w->engine = engine_new(&w->paths, &w->conf, &w->err);
	w->store = store_open(w->paths.data, w->paths.cache, &w->err);
	assert_non_null(w->store);
	assert_int_equal(store_account(w->store, "a", &w->account, &w->err), 0);
	for (int i = 0; i < MANY; i++) {
		char *text = xasprintf("From: kim%d@x.example\r\n"
		                       "List-Id: <l.example>\r\n"
		                       "Message-ID: <%d@x>\r\nSubject: sale %d"
		                       "\r\n\r\nwords of %d\r\n",
		                       i % 3, i, i, i);
		struct store_new info = { .folder = FOLDER_INBOX,
			                  .verdict = SPAM_UNSURE,
			                  .spam_reasons = SLICE_LIT("why") };

		assert_int_equal(store_deliver(w->store, w->account,
		                               slice_of(text), &info, NULL,
		                               &w->err),
		                 0);
		free(text);
	}
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	store_close(&w->store);
	engine_free(&w->engine);
	paths_release(&w->paths);
	temp_remove(w->home);
	free(w);
	return 0;
}

static uint64_t
count(struct world *w, enum folder folder)
{
	struct store_view view = { .folder = folder };
	uint64_t total, unread;

	assert_int_equal(store_count(w->store, &view, &total, &unread, &w->err),
	                 0);
	return total;
}

static char *
rules(struct world *w)
{
	char *path = fsx_join(w->paths.config, "rules");
	struct str text;

	str_init(&text, 10000);
	(void)fsx_read(path, 10000, &text, &w->err); /* absent: empty */
	free(path);
	return str_take(&text);
}

/* Wait for its end; *looks_r: how often it was said how far it is. */
static struct event *
finish(struct world *w, int64_t job, size_t *looks_r)
{
	uint64_t last = 0;

	*looks_r = 0;
	for (;;) {
		struct event *e = engine_wait(w->engine, MS);

		assert_non_null(e);
		if (e->kind == EVENT_CHORE_DONE) {
			assert_int_equal(e->job, job);
			return e;
		}
		assert_int_equal(e->kind, EVENT_CHORE);
		assert_true(e->done >= last);
		last = e->done;
		++*looks_r;
		event_free(&e);
	}
}

static struct event *
play(struct world *w, const struct chore *c, size_t *looks_r)
{
	int64_t job = engine_chore(w->engine, c, &w->err);

	if (job <= 0)
		fail_msg("%s", w->err.text);
	return finish(w, job, looks_r);
}

static void
undo(struct world *w, int64_t token)
{
	struct chore c = { .kind = CHORE_UNDO, .token = token };
	size_t looks;
	struct event *e = play(w, &c, &looks);

	assert_string_equal(e->err.text, "");
	assert_int_equal(e->id, 0);
	assert_true(looks >= 3);
	event_free(&e);
}

static void
test_all_of_a_list(void **state)
{
	struct world *w = *state;
	struct chore c = { .kind = CHORE_BULK,
		           .bulk = { .key = "l.example",
		                     .list = true,
		                     .act = BULK_ARCHIVE } };
	size_t looks;
	struct event *e = play(w, &c, &looks);
	char *text = rules(w);

	assert_int_equal(e->err.code, ERR_NONE);
	assert_int_equal(e->done, MANY);
	assert_int_equal(looks, 3);
	assert_int_equal(count(w, FOLDER_ARCHIVE), MANY);
	assert_string_equal(text, "if list = \"l.example\" then archive\n");
	assert_string_equal(e->text, "if list = \"l.example\" then archive");
	free(text);
	undo(w, e->id);
	assert_int_equal(count(w, FOLDER_INBOX), MANY);
	event_free(&e);
}

static void
test_a_rule_is_tried_then_done(void **state)
{
	struct world *w = *state;
	struct chore c = { .kind = CHORE_TRY,
		           .rule = "if from kim1@x.example then delete",
		           .last = 300 };
	size_t looks;
	struct event *e = play(w, &c, &looks);
	char *text;

	assert_int_equal(e->err.code, ERR_NONE);
	assert_int_equal(e->total, 300);
	assert_int_equal(e->done, 100);
	assert_int_equal(e->id, 0);
	assert_int_equal(count(w, FOLDER_TRASH), 0);
	event_free(&e);
	c.kind = CHORE_RULE;
	e = play(w, &c, &looks);
	assert_int_equal(e->done, 100);
	assert_int_equal(count(w, FOLDER_TRASH), 100);
	assert_string_equal(e->text, c.rule);
	text = rules(w);
	assert_string_equal(text, "if from kim1@x.example then delete\n");
	free(text);
	assert_int_equal(engine_undo(w->engine, w->store, e->id, &w->err), 0);
	assert_int_equal(count(w, FOLDER_INBOX), MANY);
	event_free(&e);
	c.rule = "if from kim then nonsense";
	e = play(w, &c, &looks);
	assert_int_equal(e->err.code, ERR_CONFIG);
	assert_non_null(strstr(e->err.text, ":1: "));
	assert_int_equal(e->id, 0);
	event_free(&e);
}

/* Whenever it is stopped: what was done is what id takes back. */
static void
test_stopped(void **state)
{
	struct world *w = *state;
	struct chore c = {
		.kind = CHORE_BULK,
		.bulk = { .key = "l.example", .list = true, .act = BULK_DELETE }
	};
	int64_t job = engine_chore(w->engine, &c, &w->err);
	struct event *e;
	char *text;
	size_t looks;

	assert_true(job > 0);
	engine_cancel_job(w->engine, job);
	e = finish(w, job, &looks);
	text = rules(w);
	assert_int_equal(count(w, FOLDER_TRASH), e->done);
	if (e->err.code == ERR_CANCELLED) {
		assert_string_equal(text, "");
		assert_null(e->text);
	}
	if (e->id != 0)
		assert_int_equal(
			engine_undo(w->engine, w->store, e->id, &w->err), 0);
	assert_int_equal(count(w, FOLDER_INBOX), MANY);
	free(text);
	event_free(&e);
}

static uint64_t
learnt(struct world *w)
{
	struct spam *s = spam_open(w->paths.data, &w->err);
	uint64_t ham, spam;

	assert_non_null(s);
	spam_counts(s, &ham, &spam);
	spam_close(&s);
	assert_int_equal(ham, 0);
	return spam;
}

static void
test_marked_and_learned_and_taken_back(void **state)
{
	struct world *w = *state;
	struct chore c = { .kind = CHORE_MARK, .spam = true };
	struct store_rows rows = { 0 };
	struct str reasons;
	int64_t *ids = NULL;
	size_t looks;
	struct event *e;

	assert_int_equal(store_sender_ids(w->store, "l.example", true, &ids,
	                                  &c.n, &w->err),
	                 0);
	assert_int_equal(c.n, MANY);
	c.ids = ids;
	e = play(w, &c, &looks);
	assert_string_equal(e->err.text, "");
	assert_int_equal(e->done, MANY);
	assert_int_equal(looks, 3);
	assert_int_equal(count(w, FOLDER_SPAM), MANY);
	assert_int_equal(learnt(w), MANY);
	undo(w, e->id);
	assert_int_equal(count(w, FOLDER_INBOX), MANY);
	assert_int_equal(learnt(w), 0);
	assert_int_equal(store_row(w->store, ids[MANY / 2], &rows, &w->err), 0);
	assert_int_equal(rows.v[0].verdict, SPAM_UNSURE);
	store_rows_release(&rows);
	str_init(&reasons, 1000);
	assert_int_equal(store_spam_reasons(w->store, ids[MANY / 2], &reasons,
	                                    &w->err),
	                 0);
	assert_string_equal(reasons.p, "why");
	str_release(&reasons);
	event_free(&e);
	free(ids);
}

/* What was marked as good mail is good mail again when the next mark is taken
 * back. */
static void
test_a_mark_over_a_mark_is_taken_back(void **state)
{
	struct world *w = *state;
	struct chore c = { .kind = CHORE_MARK, .spam = false };
	uint64_t ham, spam;
	struct spam *s;
	int64_t *ids = NULL, second;
	size_t looks;
	struct event *e;

	assert_int_equal(store_sender_ids(w->store, "l.example", true, &ids,
	                                  &c.n, &w->err),
	                 0);
	c.ids = ids;
	e = play(w, &c, &looks);
	assert_string_equal(e->err.text, "");
	event_free(&e);
	c.spam = true;
	e = play(w, &c, &looks);
	second = e->id;
	assert_int_equal(count(w, FOLDER_SPAM), MANY);
	event_free(&e);
	undo(w, second);
	assert_int_equal(count(w, FOLDER_INBOX), MANY);
	s = spam_open(w->paths.data, &w->err);
	spam_counts(s, &ham, &spam);
	spam_close(&s);
	assert_int_equal(ham, MANY);
	assert_int_equal(spam, 0);
	free(ids);
}

static void
test_all_that_a_view_shows(void **state)
{
	struct world *w = *state;
	struct store_view inbox = { .folder = FOLDER_INBOX };
	struct store_view some = { .folder = FOLDER_INBOX,
		                   .flagged_only = true };
	struct chore c = { .kind = CHORE_CHANGE,
		           .wish = { .folder = FOLDER_ANY,
		                     .flags = STORE_FLAGGED } };
	int64_t *ids = NULL, first;
	struct event *e;
	size_t looks, n;

	assert_int_equal(store_view_ids(w->store, &some, &ids, &n, &w->err), 0);
	assert_int_equal(n, 0);
	assert_null(ids);
	assert_int_equal(store_view_ids(w->store, &inbox, &ids, &c.n, &w->err),
	                 0);
	assert_int_equal(c.n, MANY);
	c.ids = ids;
	e = play(w, &c, &looks);
	assert_int_equal(e->done, MANY);
	assert_int_equal(looks, 3);
	first = e->id;
	event_free(&e);
	free(ids);
	assert_int_equal(store_view_ids(w->store, &some, &ids, &c.n, &w->err),
	                 0);
	assert_int_equal(c.n, MANY);
	c.ids = ids;
	c.wish = (struct store_wish){ .folder = FOLDER_ANY,
		                      .clear = STORE_FLAGGED };
	e = play(w, &c, &looks);
	assert_int_equal(e->done, MANY);
	undo(w, e->id);
	event_free(&e);
	free(ids);
	assert_int_equal(store_view_ids(w->store, &some, &ids, &n, &w->err), 0);
	assert_int_equal(n, MANY);
	free(ids);
	undo(w, first);
	assert_int_equal(store_view_ids(w->store, &some, &ids, &n, &w->err), 0);
	assert_int_equal(n, 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, end)
	const struct CMUnitTest tests[] = {
		T(test_all_of_a_list),
		T(test_a_rule_is_tried_then_done),
		T(test_stopped),
		T(test_marked_and_learned_and_taken_back),
		T(test_a_mark_over_a_mark_is_taken_back),
		T(test_all_that_a_view_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
