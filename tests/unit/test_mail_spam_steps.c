/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A verdict has its price, whatever the size of the message.
 *
 * Steps are counted as in test_mime_steps.c, with what judges compiled in the same
 * way.  Reading the message is not counted: that is linear, and done once for all
 * who want something of it.
 */
#include "lib/test.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/spam_test.h"
#include "lib/steps.h"
#include "mime/limits.h"

/* Well above all that is looked at of one message. */
#define SIZE ((size_t)1024 * 1024)
/* The dearest shape of all takes a third of it. */
#define STEPS_MAX 20000000
/* Names of fields are passed by a few times, of as many as the parser takes. */
#define FIELDS ((uint64_t)10 * MIME_FIELDS_MAX)

/* head, then unit as often as size allows, then tail. */
struct shape {
	const char *name, *head, *unit, *tail;
};

#define HEAD  "From: a@b.kr\nSubject: x\n"
#define MIXED HEAD "Content-Type: multipart/mixed; boundary=b\n\n"
#define HTML  HEAD "Content-Type: text/html; charset=utf-8\n\n"
#define UTF8  HEAD "Content-Type: text/plain; charset=utf-8\n\n"
#define FILE_PART                                            \
 "--b\nContent-Type: application/zip\nContent-Disposition: " \
 "attachment; filename=\"a.zip\"\n\n"

static const struct shape shapes[] = {
	{ "text", HEAD "\n", "some words, here and there\n", "" },
	{ "one line", HEAD "\n", "word ", "" },
	{ "one word", HEAD "\n", "a", "" },
	{ "blanks", HEAD "\n", " ", "" },
	{ "Hangul", UTF8, "\xea\xb0\x80\xeb\x82\x98 ", "" },
	{ "marks", UTF8 "a", "\xcc\x81\xcc\x96", "" },
	{ "forms of letters", UTF8, "\xef\xac\x83\xef\xb8\x8f", "" },
	{ "words of rules", HEAD "\n", "call now casino ", "" },
	{ "recipients", "From: a@b.kr\nTo: c@d.kr", ",\n u@x.example",
	  "\n\nx" },
	{ "senders", "From: a@b.kr", ",\n \"a@b.c\" <u@naver-x.example>",
	  "\n\nx" },
	{ "From again", "", "From: a@naver-x.example\n", "\nx" },
	{ "signs of addresses", "From: ", "@", "\n\nx" },
	{ "subject", "From: a@b.kr\nSubject:", " word", "\n\nx" },
	{ "capitals", "From: a@b.kr\nSubject: ", "A!", "\n\nx" },
	{ "encoded words", "From: a@b.kr\nSubject:", " =?utf-8?B?YWI=?=\n",
	  "\nx" },
	{ "fields", HEAD, "X-Field: a value\n", "\nx" },
	{ "servers", HEAD,
	  "Received: from a.example ([192.0.2.1]) by b.example; "
	  "Mon, 6 Jan 2025 10:00:00 +0900\n",
	  "\nx" },
	{ "results", HEAD, "Authentication-Results: mx.example; dkim=pass\n",
	  "\nx" },
	{ "parts", MIXED, "--b\n\nhello\n", "--b--\n" },
	{ "messages", MIXED,
	  "--b\nContent-Type: message/rfc822\n\nSubject: x\n\ny\n", "--b--\n" },
	{ "files", MIXED, FILE_PART "PK\003\004\n", "--b--\n" },
	{ "names in a zip", MIXED FILE_PART,
	  "PK\003\004....................\0"
	  "12345a/b/c/d.txt",
	  "\n--b--\n" },
	{ "name of a file",
	  MIXED "--b\nContent-Disposition: attachment; filename=\"", ".exe",
	  "\"\n\nx\n--b--\n" },
	{ "pages", MIXED,
	  "--b\nContent-Type: text/html\n\n<table><tr><td><b>x\n", "--b--\n" },
	{ "boxes", HTML, "<div>", "x" },
	{ "tables", HTML, "<table><tr><td>", "x" },
	{ "cells", HTML "<table><tr>", "<td>x", "" },
	{ "entities", HTML, "&amp;", "" },
	{ "links", HTML, "<a href=\"http://naver-x.example/\">x</a>", "" },
	{ "labels of a host", HTML "<a href=\"http://", "naver.", "\">x</a>" },
	{ "dashes of a host", HTML "<a href=\"http://", "login-", "\">x</a>" },
	{ "hosts of a sender", "From: a@", "naver-login.", "\n\nx" },
	{ "sheet", HTML "<style>", ".a{display:none}", "</style><p class=a>x" },
};

static uint64_t
steps_of(struct spam *s, const struct shape *shape, size_t size)
{
	struct message m;
	struct spam_input in = { .m = &m };
	struct spam_result result;
	struct str raw;
	uint64_t taken;

	str_init(&raw, 2 * size + 1000);
	str_add_z(&raw, shape->head);
	while (raw.n < size)
		str_add_z(&raw, shape->unit);
	str_add_z(&raw, shape->tail);
	message_parse(&m, str_slice(&raw));
	steps = 0;
	spam_score(s, &in, &result);
	taken = steps;
	spam_result_release(&result);
	message_release(&m);
	str_release(&raw);
	return taken;
}

/* Who knows nothing looks at no features. */
static void
learn(struct spam *s, const char *raw, bool is_spam)
{
	struct err err = { 0 };
	struct message m;

	message_parse(&m, slice_of(raw));
	assert_int_equal(spam_learn(s, &m, is_spam, &err), 0);
	message_release(&m);
}

static void
test_a_verdict_has_its_price(void **state)
{
	struct spam_test *t = *state;
	size_t i;

	learn(t->spam, HEAD "\nsome words\n", false);
	learn(t->spam, HEAD "\nother words\n", true);
	/* Reading the rules is done once. */
	(void)steps_of(t->spam, &shapes[0], 10000);
	for (i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		uint64_t one = steps_of(t->spam, &shapes[i], SIZE);
		uint64_t two = steps_of(t->spam, &shapes[i], 2 * SIZE);

		if (getenv("PABAL_TEST_STEPS") != NULL)
			print_message("%s: %llu, %llu\n", shapes[i].name,
			              (unsigned long long)one,
			              (unsigned long long)two);
		/* Nothing counted: the test would say nothing. */
		assert_true(one > 1000);
		if (two > one + one / 10 + FIELDS || two > STEPS_MAX)
			fail_msg("%s: %llu steps, twice as large %llu",
			         shapes[i].name, (unsigned long long)one,
			         (unsigned long long)two);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_verdict_has_its_price,
		                                spam_test_setup,
		                                spam_test_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
