/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bulk: all of a list or sender, here and to come, and taken back. */
#include "lib/store_test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mail/bulk.h"
#include "mail/rule_scan.h"
#include "store/senders.h"
#include "util/xalloc.h"

struct desk {
	struct store_test t;
	char *rules;
};

static int
set_up(void **state)
{
	struct desk *d = xcalloc(1, sizeof *d);

	store_test_init(&d->t);
	d->rules = fsx_join(d->t.dir, "rules");
	*state = d;
	return 0;
}

static int
tear_down(void **state)
{
	struct desk *d = *state;

	free(d->rules);
	store_test_release(&d->t);
	free(d);
	return 0;
}

static void
add(struct desk *d, const char *uidl, const char *list)
{
	char *more = xasprintf("List-Id: <%s>\r\n", list);
	char *m = store_test_message(uidl, "x", more, "y");

	store_test_add(&d->t, d->t.a, uidl, FOLDER_INBOX, 0, m);
	free(m);
	free(more);
}

static size_t
listed(struct desk *d, enum folder folder)
{
	return store_test_listed(&d->t, d->t.a, folder);
}

static char *
read_rules(struct desk *d)
{
	struct err err = { 0 };
	struct str text;

	str_init(&text, 100000);
	(void)fsx_read(d->rules, 100000, &text, &err); /* absent: empty */
	return str_take(&text);
}

static void
assert_rules(struct desk *d, const char *want)
{
	char *text = read_rules(d);

	assert_string_equal(text != NULL ? text : "", want);
	free(text);
}

static void
test_past_and_future_and_back(void **state)
{
	struct desk *d = *state;
	struct bulk b = { .key = "l.example",
		          .list = true,
		          .act = BULK_DELETE,
		          .rules = d->rules };
	struct bulk_done done;

	add(d, "1", "l.example");
	add(d, "2", "L.Example");
	add(d, "3", "other.example");
	assert_int_equal(fsx_write_atomic(d->rules,
	                                  SLICE_LIT("# mine\n\nif from a\n"
	                                            "  then star"),
	                                  &d->t.err),
	                 0);
	assert_ok(&d->t, bulk_all(d->t.s, &b, NULL, &done, &d->t.err));
	assert_int_equal(done.n, 2);
	assert_int_equal(listed(d, FOLDER_TRASH), 2);
	assert_int_equal(listed(d, FOLDER_INBOX), 1);
	assert_rules(d, "# mine\n\nif from a\n  then star\n"
	                "if list = \"l.example\" then delete\n");
	assert_ok(&d->t,
	          rules_remove(d->rules, slice_of(done.rule), &d->t.err));
	assert_ok(&d->t, store_undo(d->t.s, done.undo, &d->t.err));
	assert_int_equal(listed(d, FOLDER_INBOX), 3);
	assert_rules(d, "# mine\n\nif from a\n  then star\n");
	/* Once more it is not there. */
	assert_int_equal(rules_remove(d->rules, slice_of(done.rule), &d->t.err),
	                 -1);
	assert_int_equal(d->t.err.code, ERR_NOTFOUND);
	free(done.rule);
}

static void
test_the_rule_fits_them_and_nobody_else(void **state)
{
	static const char like[] =
		"From: hakim@example.org\r\nSubject: x\r\n\r\ny\r\n";
	struct desk *d = *state;
	struct bulk b = { .key = "kim@example.org",
		          .act = BULK_LABEL,
		          .label = "소식 지",
		          .rules = d->rules };
	struct bulk_done done;
	struct rule_actions a;
	struct rules *r;
	struct message m;
	struct str warnings;
	char *own = store_test_message("1", "x", "", "y");

	store_test_add(&d->t, d->t.a, "1", FOLDER_INBOX, 0, own);
	store_test_add(&d->t, d->t.a, "2", FOLDER_INBOX, 0, like);
	assert_ok(&d->t, bulk_all(d->t.s, &b, NULL, &done, &d->t.err));
	assert_int_equal(done.n, 1);
	str_init(&warnings, 1000);
	r = rules_load(d->rules, &warnings, &d->t.err);
	assert_string_equal(warnings.p, "");
	message_parse(&m, slice_of(own));
	rules_apply(r, &m, "naver", &a);
	assert_string_equal(a.labels, "소식 지");
	rule_actions_release(&a);
	message_release(&m);
	message_parse(&m, SLICE_LIT(like));
	rules_apply(r, &m, "naver", &a);
	assert_true(a.labels == NULL || a.labels[0] == '\0');
	rule_actions_release(&a);
	message_release(&m);
	rules_free(&r);
	str_release(&warnings);
	free(done.rule);
	free(own);
}

static void
test_what_fails_leaves_nothing_behind(void **state)
{
	struct desk *d = *state;
	struct bulk b = { .key = "l.example",
		          .list = true,
		          .act = BULK_ARCHIVE,
		          .rules = "/nonexistent/folder/rules" };
	struct bulk_done done;

	add(d, "1", "l.example");
	assert_int_equal(bulk_all(d->t.s, &b, NULL, &done, &d->t.err), -1);
	assert_int_equal(listed(d, FOLDER_INBOX), 1);
	b.rules = d->rules;
	b.act = BULK_LABEL;
	b.label = "a,b";
	assert_int_equal(bulk_all(d->t.s, &b, NULL, &done, &d->t.err), -1);
	b.label = "a\" then delete \"";
	assert_int_equal(bulk_all(d->t.s, &b, NULL, &done, &d->t.err), -1);
	b.label = "";
	assert_int_equal(bulk_all(d->t.s, &b, NULL, &done, &d->t.err), -1);
	b.act = BULK_DELETE;
	b.key = "";
	assert_int_equal(bulk_all(d->t.s, &b, NULL, &done, &d->t.err), -1);
	assert_int_equal(listed(d, FOLDER_INBOX), 1);
	assert_rules(d, "");
}

static void
test_rules_are_tried_on_what_is_stored(void **state)
{
	static const struct {
		const char *rule;
		uint64_t fit;
	} tries[] = {
		{ "if list = l.example then archive", 2 },
		{ "if from kim then star", 3 },
		{ "if body y then star", 3 },
		{ "if body nothing then star", 0 },
		{ "if size > 10k then star", 1 },
		{ "if size < 10k and list * then star", 2 },
		{ "if not list = l.example then read", 1 },
		{ "if from kim then move Inbox", 0 }, /* it is there */
	};
	struct desk *d = *state;
	struct str body;
	struct err err = { 0 };
	char *large;

	add(d, "1", "l.example");
	add(d, "2", "l.example");
	str_init(&body, 100000);
	while (body.n < 20000)
		str_add_z(&body, "yyyy\r\n");
	large = store_test_message("3", "x", "List-Id: <m.example>\r\n",
	                           body.p);
	store_test_add(&d->t, d->t.b, "3", FOLDER_INBOX, 0, large);
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
		struct rule_scan scan = { .folder = FOLDER_ANY, .last = 1000 };
		struct str warnings;
		struct rules *r;

		str_init(&warnings, 1000);
		r = rules_read("rules", slice_of(tries[i].rule), &warnings);
		assert_string_equal(warnings.p, "");
		scan.rules = r;
		assert_int_equal(rule_scan(&scan, d->t.s, &err), 0);
		assert_int_equal(scan.looked, 3);
		if (scan.fit != tries[i].fit)
			fail_msg("%s: %d", tries[i].rule, (int)scan.fit);
		if (i == 0) {
			struct store_many many = { 0 };

			assert_int_equal(listed(d, FOLDER_ARCHIVE), 0);
			scan.looked = scan.fit = 0;
			scan.many = &many;
			assert_ok(&d->t, rule_scan(&scan, d->t.s, &d->t.err));
			assert_int_equal(scan.fit, 2);
			assert_int_equal(listed(d, FOLDER_ARCHIVE), 2);
			assert_ok(&d->t,
			          store_undo(d->t.s, many.undo, &d->t.err));
			store_many_release(&many);
		}
		rules_free(&r);
		str_release(&warnings);
	}
	str_release(&body);
	free(large);
}

static void
test_only_the_last_are_looked_at(void **state)
{
	struct desk *d = *state;
	struct rule_scan scan = { .folder = FOLDER_ANY, .last = 2 };
	struct str warnings;
	struct rules *r;

	add(d, "1", "l.example");
	add(d, "2", "l.example");
	add(d, "3", "l.example");
	str_init(&warnings, 1000);
	r = rules_read("rules", SLICE_LIT("if list * then star"), &warnings);
	scan.rules = r;
	assert_ok(&d->t, rule_scan(&scan, d->t.s, &d->t.err));
	assert_int_equal(scan.looked, 2);
	assert_int_equal(scan.fit, 2);
	rules_free(&r);
	str_release(&warnings);
}

struct looks {
	size_t calls;
	uint64_t last, total;
	size_t stop_at; /* call that says no; 0: none */
};

static bool
look_on(void *ctx, uint64_t done, uint64_t total)
{
	struct looks *l = ctx;

	assert_true(l->calls == 0 || done > l->last);
	l->last = done;
	l->total = total;
	return ++l->calls != l->stop_at;
}

static bool
scan_on(void *ctx, uint64_t done)
{
	return look_on(ctx, done, 0) || ((struct looks *)ctx)->stop_at == 0;
}

static void
add_many(struct desk *d, int n)
{
	for (int i = 0; i < n; i++) {
		char *uidl = xasprintf("m%d", i);

		add(d, uidl, "l.example");
		free(uidl);
	}
}

#define MANY (2 * STORE_PIECE + 50)

static void
test_stopped_between_pieces_and_taken_back(void **state)
{
	struct desk *d = *state;
	struct bulk b = { .key = "l.example",
		          .list = true,
		          .act = BULK_ARCHIVE,
		          .rules = d->rules };
	struct looks looks = { .stop_at = 2 };
	struct bulk_go go = { look_on, &looks };
	struct bulk_done done;
	bool left = true;
	uint64_t n;
	size_t pieces = 0;

	add_many(d, MANY);
	assert_ok(&d->t, bulk_all(d->t.s, &b, &go, &done, &d->t.err));
	assert_true(done.stopped);
	assert_null(done.rule);
	assert_int_equal(done.n, STORE_PIECE);
	assert_int_equal(looks.total, MANY);
	assert_int_equal(listed(d, FOLDER_ARCHIVE), STORE_PIECE);
	assert_rules(d, "");
	assert_ok(&d->t, store_undo(d->t.s, done.undo, &d->t.err));
	assert_int_equal(listed(d, FOLDER_INBOX), MANY);
	/* To the end: one token for all pieces, taken back in pieces. */
	looks = (struct looks){ 0 };
	assert_ok(&d->t, bulk_all(d->t.s, &b, &go, &done, &d->t.err));
	assert_int_equal(looks.calls, 3);
	assert_int_equal(listed(d, FOLDER_ARCHIVE), MANY);
	assert_ok(&d->t, store_undo_size(d->t.s, done.undo, &n, &d->t.err));
	assert_int_equal(n, MANY);
	while (left) {
		assert_ok(&d->t,
		          store_undo_piece(d->t.s, done.undo, STORE_PIECE,
		                           &left, &d->t.err));
		pieces++;
		/* Changes of others in between push out nothing. */
		for (int i = 0; i < 3; i++)
			assert_ok(&d->t,
			          store_flags(d->t.s, NULL, 0, STORE_SEEN, 0,
			                      NULL, &d->t.err));
	}
	assert_int_equal(pieces, 3);
	assert_int_equal(listed(d, FOLDER_INBOX), MANY);
	assert_int_equal(store_undo(d->t.s, done.undo, &d->t.err), -1);
	assert_int_equal(d->t.err.code, ERR_NOTFOUND);
	free(done.rule);
}

static void
test_a_run_goes_on_where_it_was(void **state)
{
	static const char text[] =
		"if list * then label \"소식\", label b, archive, star";
	struct desk *d = *state;
	struct store_many many = { 0 };
	struct looks looks = { .stop_at = 2 };
	struct rule_scan scan = { .folder = FOLDER_ANY,
		                  .many = &many,
		                  .go_on = scan_on,
		                  .ctx = &looks };
	struct str warnings;
	struct rules *r;
	uint64_t first;
	int64_t undo;

	add_many(d, MANY);
	str_init(&warnings, 1000);
	r = rules_read("rules", SLICE_LIT(text), &warnings);
	scan.rules = r;
	assert_ok(&d->t, rule_scan(&scan, d->t.s, &d->t.err));
	assert_true(scan.stopped);
	first = scan.fit;
	assert_true(first > 0 && first < MANY);
	assert_int_equal(listed(d, FOLDER_ARCHIVE), first);
	undo = many.undo;
	store_many_release(&many);
	/* The same once more does the rest only. */
	looks = (struct looks){ 0 };
	scan = (struct rule_scan){ .folder = FOLDER_ANY,
		                   .rules = r,
		                   .many = &many,
		                   .go_on = scan_on,
		                   .ctx = &looks };
	assert_ok(&d->t, rule_scan(&scan, d->t.s, &d->t.err));
	assert_int_equal(scan.looked, MANY);
	assert_int_equal(scan.fit, MANY - first);
	assert_int_equal(listed(d, FOLDER_ARCHIVE), MANY);
	/* Each takes back its own, all that it did. */
	assert_ok(&d->t, store_undo(d->t.s, many.undo, &d->t.err));
	assert_int_equal(listed(d, FOLDER_INBOX), MANY - first);
	assert_ok(&d->t, store_undo(d->t.s, undo, &d->t.err));
	assert_int_equal(listed(d, FOLDER_INBOX), MANY);
	store_test_sane(&d->t);
	scan = (struct rule_scan){ .folder = FOLDER_ANY, .rules = r };
	assert_ok(&d->t, rule_scan(&scan, d->t.s, &d->t.err));
	assert_int_equal(scan.fit, MANY);
	store_many_release(&many);
	rules_free(&r);
	str_release(&warnings);
}

/* In a child that is killed at its n-th step; true when it was. */
static bool
killed_at(struct desk *d, int n, const struct bulk *b)
{
	char number[16];
	int status;
	pid_t pid;

	store_close(&d->t.s);
	(void)snprintf(number, sizeof number, "%d", n);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct bulk_done done;
		struct err err = { 0 };

		(void)setenv("PABAL_TEST_STEP", number, 1);
		d->t.s = store_open(d->t.data, d->t.cache, &err);
		if (d->t.s == NULL ||
		    bulk_all(d->t.s, b, NULL, &done, &err) != 0)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	d->t.s = store_open(d->t.data, d->t.cache, &d->t.err);
	assert_non_null(d->t.s);
	return WIFSIGNALED(status);
}

static void
test_killed_at_each_step_it_is_done_again(void **state)
{
	struct desk *d;
	bool killed = true;
	int n;

	(void)state;
	for (n = 1; killed; n++) {
		struct bulk b = { .key = "l.example",
			          .list = true,
			          .act = BULK_ARCHIVE };
		struct bulk_done done;
		uint64_t changed;

		set_up((void **)(void *)&d);
		b.rules = d->rules;
		add(d, "1", "l.example");
		add(d, "2", "l.example");
		killed = killed_at(d, n, &b);
		assert_ok(&d->t, store_reconcile(d->t.s, &changed, &d->t.err));
		store_test_sane(&d->t);
		assert_int_equal(store_test_files(&d->t, false), 2);
		if (killed) {
			char *text = read_rules(d);
			bool has = text != NULL && text[0] != '\0';

			/* No rule before its mail was moved. */
			if (has)
				assert_int_equal(listed(d, FOLDER_ARCHIVE), 2);
			free(text);
			assert_ok(&d->t,
			          bulk_all(d->t.s, &b, NULL, &done, &d->t.err));
			free(done.rule);
		}
		assert_int_equal(listed(d, FOLDER_ARCHIVE), 2);
		tear_down((void **)(void *)&d);
		assert_true(n < 100);
	}
	assert_true(n > 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_past_and_future_and_back),
		T(test_the_rule_fits_them_and_nobody_else),
		T(test_what_fails_leaves_nothing_behind),
		T(test_rules_are_tried_on_what_is_stored),
		T(test_only_the_last_are_looked_at),
		T(test_stopped_between_pieces_and_taken_back),
		T(test_a_run_goes_on_where_it_was),
		cmocka_unit_test(test_killed_at_each_step_it_is_done_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
