/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queries as people type them, into the store's form. */
#include "lib/test.h"

#include "mail/search.h"
#include "store/search_form.h"
#include "util/clock.h"
#include "util/xalloc.h"

static void
assert_form(const char *query, const char *form)
{
	struct str out;
	struct err err = { 0 };

	str_init(&out, SEARCH_FORM_MAX);
	if (search_compile(slice_of(query), &out, &err) < 0)
		fail_msg("%s: %s", query, err.text);
	assert_string_equal(out.p, form);
	str_release(&out);
}

static void
assert_refused(const char *query)
{
	struct str out;
	struct err err = { 0 };

	str_init(&out, SEARCH_FORM_MAX);
	if (search_compile(slice_of(query), &out, &err) == 0)
		fail_msg("taken: %s", query);
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(out.n, 0);
	str_release(&out);
}

static void
test_words_phrases_and_negation(void **state)
{
	(void)state;
	assert_form("", "");
	assert_form("  \t ", "");
	assert_form("회의실 예약", "word=회의실\nword=예약\n");
	assert_form("ㅎㅇㅅ", "word=ㅎㅇㅅ\n");
	assert_form("\"three  words here\" x",
	            "phrase=three  words here\nword=x\n");
	assert_form("-초안 -\"not this\"", "-word=초안\n-phrase=not this\n");
	assert_form("\"never closed", "phrase=never closed\n");
	assert_form("- -- a-b", "word=-\n-word=-\nword=a-b\n");
	assert_form("\"\" x", "word=x\n");
}

static void
test_fields(void **state)
{
	(void)state;
	assert_form("from:kim TO:lee subject:x body:y",
	            "from=kim\nto=lee\nsubject=x\nbody=y\n");
	assert_form("보낸사람:김 받는사람:이 제목:예약 본문:글",
	            "from=김\nto=이\nsubject=예약\nbody=글\n");
	assert_form("-from:\"김 하늘\"", "-\"from=김 하늘\n");
	assert_form("from:", "");
	/* No key: a word. */
	assert_form("12:30 https://a.example/x nope:y",
	            "word=12:30\nword=https://a.example/x\nword=nope:y\n");
}

static void
test_states_and_folders(void **state)
{
	(void)state;
	assert_form("is:unread", "unread=1\n");
	assert_form("-is:unread", "unread=0\n");
	assert_form("is:read -is:flagged has:attachment",
	            "unread=0\nflagged=0\nattachment=1\n");
	assert_form("-has:attachment", "attachment=0\n");
	assert_form("in:spam", "folder=Spam\n");
	assert_form("is:spam", "folder=Spam\n");
	assert_form("in:all", "folder=*\n");
	assert_form("label:업무", "label=업무\n");
	assert_refused("is:nonsense");
	assert_refused("in:nowhere");
	assert_refused("-in:spam");
	assert_refused("has:teeth");
	assert_form("list:news.example", "list=news.example\n");
	assert_refused("-list:x");
	assert_refused("-label:x");
}

static void
test_dates(void **state)
{
	(void)state;
	clock_freeze(1767265200); /* 2026-01-01 11:00 */
	assert_form("after:2026-01-31", "after=1769817600\n");
	assert_form("before:2026/02", "before=1769904000\n");
	assert_form("after:2026", "after=1767225600\n");
	assert_form("after:2024.2.29", "after=1709164800\n");
	assert_form("after:7d", "after=1766620800\n");
	assert_form("after:1970-01-01", "after=1\n");
	assert_refused("after:2026-02-29");
	assert_refused("after:2026-13");
	assert_refused("before:soon");
	assert_refused("before:");
	assert_refused("-before:2026");
	assert_refused("after:99999999999999999999d");
	clock_freeze(0);
}

static void
test_nothing_becomes_syntax_below(void **state)
{
	struct search_form f;
	struct str out;

	(void)state;
	assert_form("a' OR \"folder=*\nunread=1\"",
	            "word=a'\nword=OR\nphrase=folder=* unread=1\n");
	str_init(&out, SEARCH_FORM_MAX);
	assert_int_equal(search_compile(slice_of("* NEAR(a) ) \"x\"\"y\""),
	                                &out, NULL),
	                 0);
	assert_int_equal(search_form_read(str_slice(&out), &f, NULL), 0);
	assert_int_equal(f.term_count, 5);
	str_release(&out);
}

static void
test_limits(void **state)
{
	struct str many;
	int i;

	(void)state;
	assert_refused("\xff\xfe");
	str_init(&many, 100000);
	for (i = 0; i < 65; i++)
		str_add_z(&many, "x ");
	assert_refused(many.p);
	for (i = 0; i < 5000; i++)
		str_add_c(&many, 'y');
	assert_refused(many.p);
	str_release(&many);
}

static void
test_cut_anywhere_it_is_safe(void **state)
{
	static const char query[] =
		"-from:\"김 하늘\" is:unread in:spam after:2026-01-31 \"a b\" "
		"has:attachment label:업무 -x ㅎㅇㅅ before:30d";
	size_t n;

	(void)state;
	for (n = 0; n <= strlen(query); n++) {
		char *copy = xmemdup0(query, n);
		struct search_form f;
		struct err err = { 0 };
		struct str out;

		str_init(&out, SEARCH_FORM_MAX);
		if (search_compile(slice_make(copy, n), &out, &err) == 0)
			assert_int_equal(
				search_form_read(str_slice(&out), &f, NULL), 0);
		else
			assert_int_equal(err.code, ERR_USAGE);
		str_release(&out);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_phrases_and_negation),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_states_and_folders),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_nothing_becomes_syntax_below),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_cut_anywhere_it_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
