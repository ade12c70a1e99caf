/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp_send: transactions by transcript; the exact bytes on the wire. */
#include "lib/test.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/script_stream.h"
#include "proto/smtp_body.h"
#include "proto/smtp_client.h"
#include "proto/smtp_drain.h"
#include "util/str.h"

#define HELLO       "S: 220 mx\nC: EHLO [127.0.0.1]\n"
#define PLAIN_HELLO HELLO "S: 250 mx\n"
#define BYE         "C: QUIT\nS: 221 x\n"

static const char mail[] = "Subject: x\n\nhello\n";

#define MAIL_LINES "C: Subject: x\nC: \nC: hello\n"

struct job {
	const char *transcript;
	const char *from;
	const char *spec[4];
	size_t n;
	struct slice message;
	struct script_opts how;
	bool may_break; /* the transcript need not be played to its end */
	/* The outcome. */
	int rc;
	bool in_doubt;
	struct err err;
	struct smtp_recipient rcpt[4];
};

static void
run(struct job *j)
{
	struct smtp_opts opts = { .host = "mx",
		                  .tls = SMTP_TLS_NONE,
		                  .timeout_ms = 1000,
		                  .cancel_fd = -1 };
	struct script *script;
	struct stream *s = script_stream_new(j->transcript, &j->how, &script);
	struct smtp *c = smtp_open_stream(s, &opts, &j->err);

	if (j->message.p == NULL)
		j->message = slice_of(mail);
	if (j->from == NULL)
		j->from = "me@a.kr";
	if (j->n == 0) {
		j->spec[0] = "you@b.kr";
		j->n = 1;
	}
	for (size_t i = 0; i < j->n; i++)
		j->rcpt[i].spec = j->spec[i];
	j->rc = -1;
	if (c != NULL)
		j->rc = smtp_send(c, j->from, j->rcpt, j->n, j->message,
		                  &j->in_doubt, &j->err);
	else
		assert_true(j->may_break);
	smtp_close(&c);
	if (!j->may_break) {
		if (script_problem(script) != NULL)
			fail_msg("%s", script_problem(script));
		assert_true(script_done(script));
	}
	script_free(&script);
	if (j->rc == 0)
		assert_int_equal(j->err.code, ERR_NONE);
	else
		assert_int_not_equal(j->err.code, ERR_NONE);
}

static void
test_one_recipient(void **state)
{
	struct job j = { .transcript = PLAIN_HELLO
		         "C: MAIL FROM:<me@a.kr>\nS: 250 ok\n"
		         "C: RCPT TO:<you@b.kr>\nS: 250 ok\n"
		         "C: DATA\nS: 354 go\n" MAIL_LINES
		         "C: .\nS: 250 queued as 1\n" BYE };

	(void)state;
	run(&j);
	assert_int_equal(j.rc, 0);
	assert_false(j.in_doubt);
	assert_int_equal(j.rcpt[0].fate, SMTP_FATE_SENT);
	assert_int_equal(j.rcpt[0].code, 250);
	assert_string_equal(j.rcpt[0].words, "queued as 1");
}

static void
test_pipelined(void **state)
{
	struct job j = { .transcript = HELLO
		         "S: 250-mx\nS: 250-SIZE 1000\nS: 250 PIPELINING\n"
		         "C: MAIL FROM:<> SIZE=21\n"
		         "C: RCPT TO:<a@b.kr>\nC: RCPT TO:<c@d.kr>\n"
		         "C: RCPT TO:<e@f.kr>\nC: DATA\n"
		         "S: 250 ok\nS: 250 ok\nS: 550-no such\nS: 550 user\n"
		         "S: 450 later\nS: 354 go\n" MAIL_LINES
		         "C: .\nS: 250 done\n" BYE,
		         .from = "",
		         .spec = { "a@b.kr", "c@d.kr", "e@f.kr" },
		         .n = 3 };

	(void)state;
	run(&j);
	assert_int_equal(j.rc, 0);
	assert_int_equal(j.rcpt[0].fate, SMTP_FATE_SENT);
	assert_int_equal(j.rcpt[1].fate, SMTP_FATE_REFUSED);
	assert_int_equal(j.rcpt[1].code, 550);
	assert_string_equal(j.rcpt[1].words, "no such user");
	assert_int_equal(j.rcpt[2].fate, SMTP_FATE_RETRY);
}

static void
test_nobody_is_left(void **state)
{
	struct job one = { .transcript = PLAIN_HELLO
		           "C: MAIL FROM:<me@a.kr>\nS: 250 ok\n"
		           "C: RCPT TO:<you@b.kr>\nS: 550 no\n" BYE };
	struct job piped = { .transcript = HELLO
		             "S: 250-mx\nS: 250 PIPELINING\n"
		             "C: MAIL FROM:<me@a.kr>\nC: RCPT TO:<you@b.kr>\n"
		             "C: DATA\nS: 250 ok\nS: 550 no\n"
		             "S: 554 no recipients\n" BYE };
	struct job odd = { .transcript = HELLO
		           "S: 250-mx\nS: 250 PIPELINING\n"
		           "C: MAIL FROM:<me@a.kr>\nC: RCPT TO:<you@b.kr>\n"
		           "C: DATA\nS: 250 ok\nS: 450 later\n"
		           "S: 354 go\n" };

	(void)state;
	run(&one);
	assert_int_equal(one.rc, 0);
	assert_int_equal(one.rcpt[0].fate, SMTP_FATE_REFUSED);
	run(&piped);
	assert_int_equal(piped.rc, 0);
	assert_int_equal(piped.rcpt[0].fate, SMTP_FATE_REFUSED);
	assert_int_equal(piped.rcpt[0].code, 550);
	run(&odd);
	assert_int_equal(odd.rc, 0);
	assert_int_equal(odd.rcpt[0].fate, SMTP_FATE_RETRY);
	assert_int_equal(odd.rcpt[0].code, 450);
}

static void
test_sender_refused(void **state)
{
	struct job one = { .transcript = PLAIN_HELLO
		           "C: MAIL FROM:<me@a.kr>\n"
		           "S: 553 not \\x1b[2Jyours\n" BYE };
	struct job piped = { .transcript = HELLO
		             "S: 250-mx\nS: 250 PIPELINING\n"
		             "C: MAIL FROM:<me@a.kr>\nC: RCPT TO:<you@b.kr>\n"
		             "C: DATA\nS: 451 later\nS: 503 what\n"
		             "S: 503 what\n" BYE };
	struct job login = { .transcript =
		                     PLAIN_HELLO "C: MAIL FROM:<me@a.kr>\n"
		                                 "S: 530 5.7.0 login\n" BYE };
	struct job bye = { .transcript = PLAIN_HELLO
		           "C: MAIL FROM:<me@a.kr>\nS: 421 shutting down\n" };

	(void)state;
	run(&one);
	assert_int_equal(one.rc, -1);
	assert_int_equal(one.err.code, ERR_REFUSED);
	assert_int_equal(one.rcpt[0].fate, SMTP_FATE_REFUSED);
	assert_int_equal(one.rcpt[0].code, 553);
	assert_null(strchr(one.rcpt[0].words, '\x1b'));
	run(&piped);
	assert_int_equal(piped.err.code, ERR_RETRY);
	assert_int_equal(piped.rcpt[0].fate, SMTP_FATE_RETRY);
	assert_int_equal(piped.rcpt[0].code, 451);
	run(&login);
	assert_int_equal(login.err.code, ERR_AUTH);
	run(&bye);
	assert_int_equal(bye.err.code, ERR_RETRY);
	assert_int_equal(bye.rcpt[0].fate, SMTP_FATE_RETRY);
}

#define UP_TO_DATA                                 \
 PLAIN_HELLO "C: MAIL FROM:<me@a.kr>\nS: 250 ok\n" \
	     "C: RCPT TO:<you@b.kr>\nS: 250 ok\nC: DATA\n"
#define UP_TO_DOT UP_TO_DATA "S: 354 go\n" MAIL_LINES "C: .\n"

static void
test_data_refused(void **state)
{
	struct job soft = { .transcript = UP_TO_DATA "S: 451 later\n" BYE };
	struct job hard = { .transcript = UP_TO_DATA "S: 554 no\n" BYE };
	struct job odd = { .transcript = UP_TO_DATA "S: 250 ok\n" };

	(void)state;
	run(&soft);
	assert_int_equal(soft.rc, 0);
	assert_int_equal(soft.rcpt[0].fate, SMTP_FATE_RETRY);
	run(&hard);
	assert_int_equal(hard.rc, 0);
	assert_int_equal(hard.rcpt[0].fate, SMTP_FATE_REFUSED);
	run(&odd);
	assert_int_equal(odd.rc, -1);
	assert_int_equal(odd.err.code, ERR_PROTO);
	assert_int_equal(odd.rcpt[0].fate, SMTP_FATE_RETRY);
	assert_false(odd.in_doubt);
}

static void
test_dot_answers(void **state)
{
	struct job soft = { .transcript = UP_TO_DOT "S: 451 disk\n" BYE };
	struct job hard = { .transcript = UP_TO_DOT "S: 552 large\n" BYE };
	struct job mixed = { .transcript = UP_TO_DOT "S: 250-ok\nS: 550 no\n" };
	struct job lost = { .transcript = UP_TO_DOT "X: close\n" };
	struct job stall = { .transcript = UP_TO_DOT "X: stall\n" };
	struct job odd = { .transcript = UP_TO_DOT "S: 354 more?\n" };

	(void)state;
	run(&soft);
	assert_int_equal(soft.rc, 0);
	assert_int_equal(soft.rcpt[0].fate, SMTP_FATE_RETRY);
	assert_int_equal(soft.rcpt[0].code, 451);
	run(&hard);
	assert_int_equal(hard.rc, 0);
	assert_int_equal(hard.rcpt[0].fate, SMTP_FATE_REFUSED);
	run(&mixed);
	assert_int_equal(mixed.rc, -1);
	assert_int_equal(mixed.err.code, ERR_PROTO);
	assert_true(mixed.in_doubt);
	assert_int_equal(mixed.rcpt[0].fate, SMTP_FATE_UNKNOWN);
	run(&lost);
	assert_int_equal(lost.err.code, ERR_RETRY);
	assert_true(lost.in_doubt);
	assert_int_equal(lost.rcpt[0].fate, SMTP_FATE_UNKNOWN);
	run(&stall);
	assert_true(stall.in_doubt);
	run(&odd);
	assert_int_equal(odd.err.code, ERR_PROTO);
	assert_true(odd.in_doubt);
}

static void
test_server_stops_the_transfer(void **state)
{
	/* The reply comes with the 354: nothing of the text is sent. */
	struct job j = { .transcript = UP_TO_DATA
		         "s: 354 go\\r\\n552 too large\\r\\n\n" };

	(void)state;
	run(&j);
	assert_int_equal(j.rc, -1);
	assert_int_equal(j.err.code, ERR_REFUSED);
	assert_int_equal(j.rcpt[0].fate, SMTP_FATE_REFUSED);
	assert_int_equal(j.rcpt[0].code, 552);
	assert_false(j.in_doubt);
}

static void
test_smuggling_is_impossible(void **state)
{
	struct job j = { .transcript = UP_TO_DATA
		         "S: 354 go\n"
		         "C: a\nC: ..\nC: MAIL FROM:<x@y>\nC: ..\nC: b\n"
		         "C: ..\nC: \nC: ..c\nC: ...\nC: d\nC: \n"
		         "C: .\nS: 250 ok\n" BYE,
		         .message = SLICE_LIT("a\n.\nMAIL FROM:<x@y>\r.\rb\r\n"
		                              ".\n\r\n.c\r..\r\nd\r\r\n") };

	(void)state;
	run(&j);
	assert_int_equal(j.rc, 0);
}

static void
test_text_without_end_and_empty(void **state)
{
	struct job open = { .transcript = UP_TO_DATA
		            "S: 354 go\nC: .\nC: .\nS: 250 ok\n" BYE,
		            .message = SLICE_LIT(".") };
	struct job none = { .transcript = UP_TO_DATA
		            "S: 354 go\nC: .\nS: 250 ok\n" BYE,
		            .message = SLICE_LIT("") };

	(void)state;
	open.transcript = UP_TO_DATA "S: 354 go\nC: ..\nC: .\nS: 250 ok\n" BYE;
	run(&open);
	assert_int_equal(open.rc, 0);
	run(&none);
	assert_int_equal(none.rc, 0);
}

static void
test_body_facts(void **state)
{
	struct smtp_body b;

	(void)state;
	b = smtp_body_scan(SLICE_LIT("a\nbcd\r\n\re"));
	assert_int_equal(b.size, 3 + 5 + 2 + 3);
	assert_int_equal(b.longest, 3);
	assert_false(b.eight_bit);
	assert_false(b.nul);
	b = smtp_body_scan(SLICE_LIT("\xea\0"));
	assert_true(b.eight_bit);
	assert_true(b.nul);
	b = smtp_body_scan(SLICE_NONE);
	assert_int_equal(b.size, 0);
}

static void
refuse(const char *transcript, const char *from, const char *spec,
       struct slice message, const char *words)
{
	struct job j = { .transcript = transcript,
		         .from = from,
		         .spec = { "good@b.kr", spec },
		         .n = spec != NULL ? 2 : 1,
		         .message = message };

	run(&j);
	assert_int_equal(j.rc, -1);
	assert_int_equal(j.err.code, ERR_REFUSED);
	assert_false(j.in_doubt);
	assert_int_equal(j.rcpt[0].fate, SMTP_FATE_UNKNOWN);
	if (spec != NULL)
		assert_int_equal(j.rcpt[1].fate, SMTP_FATE_REFUSED);
	if (strstr(j.err.text, words) == NULL)
		fail_msg("'%s' does not say '%s'", j.err.text, words);
}

static void
test_refused_before_anything_is_sent(void **state)
{
	static char text[1200];
	static const char quiet[] = PLAIN_HELLO BYE;
	static const char small[] = HELLO "S: 250-mx\nS: 250 SIZE 20\n" BYE;

	(void)state;
	memset(text, 'x', sizeof text);
	refuse(quiet, NULL, "x@y> NOTIFY=NEVER", SLICE_NONE, "no mail address");
	refuse(quiet, NULL, "a@b.kr\r\nDATA", SLICE_NONE, "no mail address");
	refuse(quiet, NULL, "", SLICE_NONE, "no mail address");
	refuse(quiet, "a b@c", NULL, SLICE_NONE, "no mail address");
	refuse(quiet, NULL, "가@b.kr", SLICE_NONE, "ASCII");
	refuse(quiet, NULL, NULL, slice_make(text, 999), "999");
	refuse(quiet, NULL, NULL, SLICE_LIT("a\0b"), "NUL");
	refuse(quiet, NULL, NULL, SLICE_LIT("\xed\x8c\x8c"), "7-bit");
	refuse(small, NULL, NULL, SLICE_NONE, "21 bytes");
}

static void
test_998_are_allowed_and_8bit_declared(void **state)
{
	char text[1000];
	struct job eight = { .transcript = HELLO
		             "S: 250-mx\nS: 250-SMTPUTF8\nS: 250 8BITMIME\n"
		             "C: MAIL FROM:<me@a.kr> BODY=8BITMIME SMTPUTF8\n"
		             "S: 250 ok\n"
		             "C: RCPT TO:<\\xea\\xb0\\x80@b.kr>\nS: 250 ok\n"
		             "C: DATA\nS: 354 go\nC: \\xed\\x8c\\x8c\nC: .\n"
		             "S: 250 ok\n" BYE,
		             .message = SLICE_LIT("\xed\x8c\x8c\n"),
		             .spec = { "\xea\xb0\x80@b.kr" },
		             .n = 1 };
	struct job full = { 0 };
	struct str script;

	(void)state;
	run(&eight);
	assert_int_equal(eight.rc, 0);
	memset(text, 'x', 998);
	str_init(&script, 65536);
	str_add_z(&script, UP_TO_DATA "S: 354 go\nC: ");
	str_add(&script, text, 998);
	str_add_z(&script, "\nC: .\nS: 250 ok\n" BYE);
	full.transcript = script.p;
	full.message = slice_make(text, 998);
	run(&full);
	assert_int_equal(full.rc, 0);
	str_release(&script);
}

/* 1000 recipients in windows: replies are read before more is sent. */
static void
test_thousand_recipients(void **state)
{
	enum {
		COUNT = 1000,
		WINDOW = 64
	};
	struct smtp_recipient *rcpt = calloc(COUNT, sizeof *rcpt);
	char(*spec)[400] = calloc(COUNT, sizeof *spec);
	struct smtp_opts opts = { .host = "mx",
		                  .cancel_fd = -1,
		                  .tls = SMTP_TLS_NONE };
	struct str script;
	struct script *played;
	struct err err = { 0 };
	struct smtp *c;

	(void)state;
	assert_non_null(rcpt);
	assert_non_null(spec);
	str_init(&script, (size_t)8 << 20);
	str_add_z(&script, HELLO "S: 250-mx\nS: 250 PIPELINING\n"
	                         "C: MAIL FROM:<me@a.kr>\n");
	for (size_t i = 0, sent = 1, answered = 0; i <= COUNT; i++) {
		if (i < COUNT) {
			/* local parts of 1 to 300 bytes */
			memset(spec[i], 'a', 1 + i % 300);
			(void)snprintf(spec[i] + 1 + i % 300, 20, "@%zu.kr", i);
			rcpt[i].spec = spec[i];
			str_printf(&script, "C: RCPT TO:<%s>\n", spec[i]);
		} else {
			str_add_z(&script, "C: DATA\n");
		}
		if (++sent % WINDOW != 0 && i < COUNT)
			continue;
		for (; answered < sent - (i == COUNT); answered++)
			str_add_z(&script, answered % 10 == 7 ? "S: 452 many\n"
			                                      : "S: 250 ok\n");
	}
	str_add_z(&script, "S: 354 go\n" MAIL_LINES "C: .\nS: 250 ok\n" BYE);
	c = smtp_open_stream(script_stream_new(script.p, NULL, &played), &opts,
	                     &err);
	assert_non_null(c);
	assert_int_equal(smtp_send(c, "me@a.kr", rcpt, COUNT, slice_of(mail),
	                           NULL, &err),
	                 0);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(rcpt[i].fate, (i + 1) % 10 == 7
		                                       ? SMTP_FATE_RETRY
		                                       : SMTP_FATE_SENT);
	smtp_close(&c);
	if (script_problem(played) != NULL)
		fail_msg("%s", script_problem(played));
	assert_true(script_done(played));
	script_free(&played);
	str_release(&script);
	free(spec);
	free(rcpt);
}

static void
test_second_message_after_a_refusal(void **state)
{
	struct smtp_opts opts = { .host = "mx",
		                  .cancel_fd = -1,
		                  .tls = SMTP_TLS_NONE };
	struct script *played;
	struct err err = { 0 };
	struct smtp_recipient rcpt = { .spec = "you@b.kr" };
	struct smtp *c = smtp_open_stream(
		script_stream_new(PLAIN_HELLO
	                          "C: MAIL FROM:<me@a.kr>\nS: 250 ok\n"
	                          "C: RCPT TO:<you@b.kr>\nS: 450 later\n"
	                          "C: RSET\nS: 250 ok\n"
	                          "C: MAIL FROM:<me@a.kr>\nS: 250 ok\n"
	                          "C: RCPT TO:<you@b.kr>\nS: 250 ok\n"
	                          "C: DATA\nS: 354 go\n" MAIL_LINES
	                          "C: .\nS: 250 ok\n"
	                          "C: MAIL FROM:<me@a.kr>\nS: 250 ok\n"
	                          "C: RCPT TO:<you@b.kr>\nX: close\n",
	                          NULL, &played),
		&opts, &err);

	(void)state;
	assert_non_null(c);
	assert_int_equal(smtp_send(c, "me@a.kr", &rcpt, 1, slice_of(mail), NULL,
	                           &err),
	                 0);
	assert_int_equal(rcpt.fate, SMTP_FATE_RETRY);
	assert_int_equal(smtp_send(c, "me@a.kr", &rcpt, 1, slice_of(mail), NULL,
	                           &err),
	                 0);
	assert_int_equal(rcpt.fate, SMTP_FATE_SENT);
	assert_int_equal(smtp_send(c, "me@a.kr", &rcpt, 1, slice_of(mail), NULL,
	                           &err),
	                 -1);
	assert_int_equal(err.code, ERR_RETRY);
	assert_int_equal(rcpt.fate, SMTP_FATE_RETRY);
	/* A lost connection stays lost. */
	assert_int_equal(smtp_send(c, "me@a.kr", &rcpt, 1, slice_of(mail), NULL,
	                           &err),
	                 -1);
	assert_int_equal(err.code, ERR_RETRY);
	smtp_close(&c);
	assert_null(script_problem(played));
	script_free(&played);
}

static void
test_cut_everywhere(void **state)
{
	static const char transcript[] =
		HELLO "S: 250-mx\nS: 250 PIPELINING\n"
		      "C: MAIL FROM:<me@a.kr>\nC: RCPT TO:<you@b.kr>\nC: DATA\n"
		      "S: 250 ok\nS: 250 ok\nS: 354 go\n" MAIL_LINES "C: .\n"
		      "S: 250 done\n" BYE;
	size_t before_dot = strlen("220 mx\r\n250-mx\r\n250 PIPELINING\r\n"
	                           "250 ok\r\n250 ok\r\n354 go\r\n");
	size_t end = before_dot + strlen("250 done\r\n");

	(void)state;
	for (size_t at = 1; at <= end; at++) {
		struct job j = { .transcript = transcript, .may_break = true };

		j.how.cut_after = at;
		j.how.cut_stalls = at % 2 == 0;
		j.how.max_io = at % 3;
		run(&j);
		assert_int_equal(j.rc, at == end ? 0 : -1);
		if (at < end)
			assert_int_equal(j.err.code, ERR_RETRY);
		assert_int_equal(j.in_doubt, at > before_dot && at < end);
		assert_int_equal(j.rcpt[0].fate == SMTP_FATE_SENT, at == end);
	}
}

static void
test_drain_waits_for_the_peer(void **state)
{
#ifdef __linux__
	struct err err = { 0 };
	struct stream *s;
	char buf[100];
	int fd[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	s = stream_new_fd(fd[0], -1);
	assert_int_equal(smtp_drain(s, 5, &err), 0);
	assert_int_equal(stream_write(s, "hello", 5, &err), 0);
	assert_int_equal(stream_flush(s, &err), 0);
	assert_int_equal(smtp_drain(s, 5, &err), -1);
	assert_int_equal(err.code, ERR_RETRY);
	assert_int_equal(read(fd[1], buf, sizeof buf), 5);
	assert_int_equal(smtp_drain(s, 5, &err), 0);
	stream_close(&s);
	(void)close(fd[1]);
#else
	(void)state;
	skip();
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_recipient),
		cmocka_unit_test(test_pipelined),
		cmocka_unit_test(test_nobody_is_left),
		cmocka_unit_test(test_sender_refused),
		cmocka_unit_test(test_data_refused),
		cmocka_unit_test(test_dot_answers),
		cmocka_unit_test(test_server_stops_the_transfer),
		cmocka_unit_test(test_smuggling_is_impossible),
		cmocka_unit_test(test_text_without_end_and_empty),
		cmocka_unit_test(test_body_facts),
		cmocka_unit_test(test_refused_before_anything_is_sent),
		cmocka_unit_test(test_998_are_allowed_and_8bit_declared),
		cmocka_unit_test(test_thousand_recipients),
		cmocka_unit_test(test_second_message_after_a_refusal),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_drain_waits_for_the_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
