/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completion of people: who fits best comes first, then who is used most. */
#include "lib/test.h"

#include <stdlib.h>

#include "tui/key.h"
#include "tui/pane_compose.h"
#include "util/xalloc.h"

static const struct conf conf = { 0 };

/* By use, as the store gives them. */
static const char *const known[][2] = {
	{ "이한나", "hanna@example.org" },
	{ "Jo Ann Smith", "jas@example.org" },
	{ "한고은", "goeun@example.org" },
	{ "", "ann@example.com" },
	{ "Joanna", "x@anna.example" },
	{ "홍길동", "gildong@example.org" },
};

static struct pane_compose pane;
static struct compose *c;

static int
set_up(void **state)
{
	size_t i, n = sizeof known / sizeof known[0];
	struct contact *v = xcalloc(n, sizeof *v);

	(void)state;
	for (i = 0; i < n; i++) {
		v[i].name = xstrdup(known[i][0]);
		v[i].address = xstrdup(known[i][1]);
	}
	pane = (struct pane_compose){ 0 };
	pane_compose_set_people(&pane, v, n);
	c = compose_new(&conf, NULL);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	pane_compose_release(&pane);
	compose_free(&c);
	return 0;
}

static void
type(const char *text)
{
	struct slice s = slice_of(text);

	c->focus = COMPOSE_TO;
	w_line_set(&c->lines[COMPOSE_TO], SLICE_NONE);
	pane_compose_paste(&pane, c, s);
}

/* Indices into known, -1 at the end. */
static void
assert_offered(const char *typed, const int *want)
{
	size_t i;

	type(typed);
	for (i = 0; want[i] >= 0; i++) {
		assert_true(i < pane.match_n);
		assert_int_equal(pane.matches[i], want[i]);
	}
	assert_int_equal(pane.match_n, i);
}

static void
test_best_first(void **state)
{
	(void)state;
	/* an address, then words of a name and of a domain, then inside */
	assert_offered("ann", (const int[]){ 3, 1, 4, 0, -1 });
	assert_offered("smi", (const int[]){ 1, -1 });
	/* alike: by use */
	assert_offered("jo", (const int[]){ 1, 4, -1 });
	assert_offered("nobody", (const int[]){ -1 });
}

static void
test_korean(void **state)
{
	(void)state;
	assert_offered("한", (const int[]){ 2, 0, -1 });
	assert_offered("ㅎㄱ", (const int[]){ 2, 5, -1 });
	assert_offered("ㅎㄴ", (const int[]){ 0, -1 });
	assert_offered("ㄱㄷ", (const int[]){ 5, -1 });
}

/* What was typed is replaced, behind other addresses. */
static void
test_accepted(void **state)
{
	(void)state;
	type("a@example.org, ㅎㄱㄷ");
	assert_int_equal(pane.match_n, 1);
	assert_true(pane_compose_box_key(&pane, c, K_ENTER));
	assert_string_equal(
		c->lines[COMPOSE_TO].text.p,
		"a@example.org, \"홍길동\" <gildong@example.org>, ");
	assert_int_equal(pane.match_n, 0);
}

static void
assert_to(const char *text)
{
	assert_string_equal(c->lines[COMPOSE_TO].text.p, text);
}

static void
keys(const char *text)
{
	for (; *text != '\0'; text++)
		assert_true(pane_compose_key(&pane, c, (uint32_t)*text));
}

/* Lines come back run by run, files where they were. */
static void
test_taken_back(void **state)
{
	struct err err = { 0 };

	(void)state;
	c->focus = COMPOSE_TO;
	keys("a@x.org");
	assert_true(pane_compose_key(&pane, c, K_CTRL_('u')));
	assert_to("");
	keys("b");
	c->focus = COMPOSE_SUBJECT;
	assert_true(compose_undo(c, false));
	assert_to("");
	assert_int_equal(c->focus, COMPOSE_TO);
	assert_true(compose_undo(c, false));
	assert_to("a@x.org");
	assert_true(compose_undo(c, false));
	assert_to("");
	assert_false(compose_undo(c, false));
	assert_true(compose_undo(c, true));
	assert_to("a@x.org");
	assert_int_equal(compose_attach(c, SLICE_LIT("1.txt"), SLICE_NONE,
	                                SLICE_LIT("one"), &err),
	                 0);
	/* a new change: nothing to do again */
	assert_false(compose_undo(c, true));
	assert_int_equal(compose_attach(c, SLICE_LIT("2.txt"), SLICE_NONE,
	                                SLICE_LIT("two"), &err),
	                 0);
	compose_detach(c, 0);
	assert_string_equal(c->files.v[0].name, "2.txt");
	assert_true(compose_undo(c, false));
	assert_int_equal(c->files.n, 2);
	assert_string_equal(c->files.v[0].name, "1.txt");
	assert_memory_equal(c->files.v[0].data, "one", 3);
	assert_true(compose_undo(c, false));
	assert_true(compose_undo(c, false));
	assert_int_equal(c->files.n, 0);
	assert_true(compose_undo(c, true));
	assert_true(compose_undo(c, true));
	assert_true(compose_undo(c, true));
	assert_int_equal(c->files.n, 1);
	assert_string_equal(c->files.v[0].name, "2.txt");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_best_first, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(test_korean, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_accepted, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(test_taken_back, set_up,
		                                tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
