/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp_send_feed: several mails over one connection, by transcript. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/script_stream.h"
#include "proto/smtp_client.h"
#include "util/clock.h"
#include "util/str.h"

#define HELLO       "S: 220 mx\nC: EHLO [127.0.0.1]\n"
#define STEP_HELLO  HELLO "S: 250 mx\n"
#define PIPE_HELLO  HELLO "S: 250-mx\nS: 250 PIPELINING\n"
#define CHUNK_HELLO HELLO "S: 250-mx\nS: 250-PIPELINING\nS: 250 CHUNKING\n"

enum {
	MAILS = 4
};

struct feed_test {
	size_t n;
	size_t given;
	size_t done;
	size_t pauses;
	struct smtp_mail mail[MAILS];
	struct smtp_recipient rcpt[MAILS][2];
	char text[MAILS][40];
	struct script_opts how;
	bool alive;
	bool no_bdat;
};

static struct smtp_mail *
next(void *ctx)
{
	struct feed_test *t = ctx;

	return t->given < t->n ? &t->mail[t->given++] : NULL;
}

static void
done(void *ctx, struct smtp_mail *m)
{
	struct feed_test *t = ctx;

	assert_true(m >= t->mail && m < t->mail + t->given);
	t->done++;
}

static void
take_a_pause(void *ctx)
{
	struct feed_test *t = ctx;

	t->pauses++;
}

/* n mails "mI" from mI@a.kr to toI@b.kr. */
static void
make(struct feed_test *t, size_t n)
{
	static const char *const from[] = { "m0@a.kr", "m1@a.kr", "m2@a.kr",
		                            "m3@a.kr" };
	static const char *const to[] = { "to0@b.kr", "to1@b.kr", "to2@b.kr",
		                          "to3@b.kr" };

	*t = (struct feed_test){ .n = n };
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(t->text[i], sizeof t->text[i], "S: m%zu\n\n.x\n",
		               i);
		t->rcpt[i][0].spec = to[i];
		t->rcpt[i][1].spec = "more@b.kr";
		t->mail[i] =
			(struct smtp_mail){ .from = from[i],
			                    .rcpt = t->rcpt[i],
			                    .rcpt_count = 1,
			                    .message = slice_of(t->text[i]) };
	}
}

static void
play(struct feed_test *t, const char *transcript, bool whole)
{
	struct smtp_opts opts = { .host = "mx",
		                  .tls = SMTP_TLS_NONE,
		                  .timeout_ms = 1000,
		                  .cancel_fd = -1 };
	struct smtp_feed feed = {
		.ctx = t, .next = next, .done = done, .pause = take_a_pause
	};
	struct err err = { 0 };
	struct script *script;
	struct smtp *c = smtp_open_stream(
		script_stream_new(transcript, &t->how, &script), &opts, &err);

	if (c != NULL) {
		smtp_send_feed(c, &feed);
		assert_int_equal(t->done, t->given);
		t->alive = smtp_alive(c);
		t->no_bdat = smtp_bdat_refused(c);
		smtp_close(&c);
	}
	if (whole) {
		if (script_problem(script) != NULL)
			fail_msg("%s", script_problem(script));
		assert_true(script_done(script));
	}
	script_free(&script);
}

#define ENVELOPE(n) "C: MAIL FROM:<m" n "@a.kr>\nC: RCPT TO:<to" n "@b.kr>\n"
#define OK          "S: 250 ok\n"
#define DOTTED(n)   "C: S: m" n "\nC: \nC: ..x\nC: .\n"
#define CHUNK(n)    "C: BDAT 13 LAST\nC: S: m" n "\nC: \nC: .x\n"
#define BYE         "C: QUIT\nS: 221 x\n"

static void
test_step_by_step(void **state)
{
	struct feed_test t;

	(void)state;
	make(&t, 2);
	play(&t,
	     STEP_HELLO "C: MAIL FROM:<m0@a.kr>\n" OK
	                "C: RCPT TO:<to0@b.kr>\n" OK
	                "C: DATA\nS: 354 go\n" DOTTED("0") OK
	     "C: MAIL FROM:<m1@a.kr>\n" OK
	     "C: RCPT TO:<to1@b.kr>\nS: 550 no\n" BYE,
	     true);
	assert_int_equal(t.rcpt[0][0].fate, SMTP_FATE_SENT);
	assert_int_equal(t.rcpt[1][0].fate, SMTP_FATE_REFUSED);
	assert_int_equal(t.mail[1].rc, 0);
}

/* The dot goes out with the next envelope: one round trip a mail. */
static void
test_pipelined(void **state)
{
	struct feed_test t;

	(void)state;
	make(&t, 4);
	t.rcpt[2][0].spec = "a b";
	play(&t,
	     PIPE_HELLO ENVELOPE("0") "C: DATA\n" OK OK "S: 354 go\n" DOTTED(
		     "0")
	             ENVELOPE("1") "C: DATA\nS: 250 one\n" OK
	                           "S: 550 no\nS: 554 nobody\n"
	                           "C: RSET\n" ENVELOPE("3") "C: DATA\n" OK OK
	                                   OK "S: 354 go\n" DOTTED(
						   "3") "S: 451 later\n" BYE,
	     true);
	assert_string_equal(t.rcpt[0][0].words, "one");
	assert_int_equal(t.rcpt[0][0].fate, SMTP_FATE_SENT);
	assert_int_equal(t.rcpt[1][0].fate, SMTP_FATE_REFUSED);
	assert_int_equal(t.rcpt[1][0].code, 550);
	assert_int_equal(t.mail[2].rc, -1);
	assert_int_equal(t.mail[2].err.code, ERR_REFUSED);
	assert_int_equal(t.rcpt[3][0].fate, SMTP_FATE_RETRY);
	assert_true(t.pauses >= 3);
}

static void
test_chunked(void **state)
{
	struct feed_test t;

	(void)state;
	make(&t, 4);
	t.mail[2].rcpt_count = 2;
	play(&t,
	     CHUNK_HELLO ENVELOPE(
		     "0") "C: BDAT 7\nC: S: m0\n" OK OK OK
	                  "C: BDAT 6 LAST\nC: \nC: .x\n"
	                  "C: RSET\n" ENVELOPE("1") CHUNK("1") "C: RSET\n" ENVELOPE(
				  "2") "C: RCPT "
	                               "TO:<more@b.kr>\n" CHUNK(
					       "2") "C: RSET\n" ENVELOPE("3")
	                                       CHUNK("3") "C: "
	                                                  "QUIT\n"
	                                                  "S: 250 "
	                                                  "first\n"
	                                                  "S: 250 r\nS: 250 m\nS: 550 no\nS: 554 nobody\n"
	                                                  "S: 250 r\nS: 250 m\nS: 250 a\nS: 450 wait\nS: 250 third\n"
	                                                  "S: 250 r\nS: 451 m\nS: 503 x\nS: 503 x\n"
	                                                  "S: 221 x\n",
	     true);
	assert_string_equal(t.rcpt[0][0].words, "first");
	assert_int_equal(t.rcpt[0][0].fate, SMTP_FATE_SENT);
	assert_int_equal(t.rcpt[1][0].fate, SMTP_FATE_REFUSED);
	assert_int_equal(t.rcpt[1][0].code, 550);
	assert_string_equal(t.rcpt[2][0].words, "third");
	assert_int_equal(t.rcpt[2][1].fate, SMTP_FATE_RETRY);
	assert_int_equal(t.rcpt[2][1].code, 450);
	assert_int_equal(t.mail[3].rc, -1);
	assert_int_equal(t.rcpt[3][0].code, 451);
	assert_false(t.alive); /* QUIT is out */
}

/* One mail alone gains nothing by BDAT. */
static void
test_one_by_data(void **state)
{
	struct feed_test t;

	(void)state;
	make(&t, 1);
	play(&t,
	     CHUNK_HELLO ENVELOPE("0") "C: DATA\n" OK OK
	                               "S: 354 go\n" DOTTED("0") OK BYE,
	     true);
	assert_int_equal(t.rcpt[0][0].fate, SMTP_FATE_SENT);
}

/* Only one line of a header is shown to who may take it for a command. */
static void
test_chunking_is_a_lie(void **state)
{
	static const char *const answers[] = { OK OK "S: 502 what\n",
		                               OK OK "S: 500 what\nS: 500 x\n",
		                               OK "S: 550 no\nS: 503 x\n" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct feed_test t;
		struct str script;

		make(&t, 2);
		str_init(&script, 4000);
		str_add_z(&script,
		          CHUNK_HELLO ENVELOPE("0") "C: BDAT 7\nC: S: m0\n");
		str_add_z(&script, answers[i]);
		play(&t, script.p, true);
		str_release(&script);
		assert_true(t.no_bdat);
		assert_false(t.alive);
		assert_int_equal(t.rcpt[0][0].fate,
		                 i < 2 ? SMTP_FATE_RETRY : SMTP_FATE_REFUSED);
		for (size_t k = i < 2 ? 0 : 1; k < 2; k++) {
			assert_int_equal(t.mail[k].rc, -1);
			assert_int_equal(t.mail[k].err.code, ERR_RETRY);
			assert_false(t.mail[k].in_doubt);
		}
	}
}

/* What was written behind a 421 is not done, nor in doubt. */
static void
test_server_had_enough(void **state)
{
	struct feed_test t;

	(void)state;
	make(&t, 3);
	play(&t,
	     CHUNK_HELLO ENVELOPE("0") "C: BDAT 7\nC: S: m0\n" OK OK OK
	                               "C: BDAT 6 LAST\nC: \nC: .x\n"
	                               "C: RSET\n" ENVELOPE("1") CHUNK(
					       "1") "C: RSET\n" ENVELOPE("2")
	                                       CHUNK("2") "C: QUIT\n"
	                                                  "S: 250 one\n" OK
	                                                  "S: 421 "
	                                                  "enough\n",
	     true);
	assert_int_equal(t.rcpt[0][0].fate, SMTP_FATE_SENT);
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(t.mail[i].rc, -1);
		assert_int_equal(t.mail[i].err.code, ERR_RETRY);
		assert_false(t.mail[i].in_doubt);
		assert_int_equal(t.rcpt[i][0].fate, SMTP_FATE_RETRY);
	}
}

/* Cut at every byte of what the server says: what was answered is sent, what
 * was not is in doubt only when its end went out. */
static void
cut_everywhere(const char *transcript, const char *first_go, const size_t *last,
               size_t n)
{
	size_t go = 0;

	for (size_t at = 1; at <= last[n - 1]; at++) {
		struct feed_test t;

		make(&t, n);
		t.how.cut_after = at;
		t.how.cut_stalls = at % 2 == 0;
		t.how.max_io = at % 3;
		play(&t, transcript, false);
		for (size_t i = 0; i < t.given; i++) {
			bool sent = t.rcpt[i][0].fate == SMTP_FATE_SENT;

			assert_int_equal(sent, at >= last[i]);
			assert_int_equal(t.mail[i].rc, sent ? 0 : -1);
			if (t.mail[i].in_doubt && go == 0)
				go = at;
			assert_false(sent && t.mail[i].in_doubt);
			assert_int_equal(t.rcpt[i][0].fate,
			                 sent ? SMTP_FATE_SENT
			                 : t.mail[i].in_doubt
			                         ? SMTP_FATE_UNKNOWN
			                         : SMTP_FATE_RETRY);
		}
	}
	/* Nothing is in doubt before the server let the first text go. */
	assert_int_equal(go, strlen(first_go) + 1);
}

static void
test_cut_everywhere(void **state)
{
#define PIPE_GO \
 "220 mx\r\n250-mx\r\n250 PIPELINING\r\n250 ok\r\n250 ok\r\n354 go\r\n"
#define CHUNK_GO                                                    \
 "220 mx\r\n250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n250 ok\r\n" \
 "250 ok\r\n250 ok\r\n"
	size_t piped[] = { sizeof PIPE_GO - 1 + 8, sizeof PIPE_GO - 1 + 40 };
	size_t chunked[] = { sizeof CHUNK_GO - 1 + 8,
		             sizeof CHUNK_GO - 1 + 40 };

	(void)state;
	cut_everywhere(PIPE_HELLO ENVELOPE(
			       "0") "C: DATA\n" OK OK "S: 354 go\n" DOTTED("0")
	                       ENVELOPE("1") "C: DATA\n" OK OK OK "S: 354 "
	                                     "go\n" DOTTED("1") OK BYE,
	               PIPE_GO, piped, 2);
	cut_everywhere(CHUNK_HELLO ENVELOPE(
			       "0") "C: BDAT 7\nC: S: m0\n" OK OK OK
	                            "C: BDAT 6 LAST\nC: \nC: .x\n"
	                            "C: RSET\n" ENVELOPE("1") CHUNK(
					    "1") "C: QUIT\n" OK OK OK OK OK
	                                         "S: 221 "
	                                         "x\n",
	               CHUNK_GO, chunked, 2);
}

static void
test_reports_are_asked_for(void **state)
{
	struct feed_test t;

	(void)state;
	make(&t, 2);
	t.mail[0].dsn = SMTP_DSN_SUCCESS | SMTP_DSN_FAILURE | SMTP_DSN_FULL;
	t.mail[0].envid = "a=b 1";
	t.rcpt[0][0].spec = "x+y@b.kr";
	t.mail[1].dsn = SMTP_DSN_NEVER;
	play(&t,
	     HELLO "S: 250-mx\nS: 250 DSN\n"
	           "C: MAIL FROM:<m0@a.kr> RET=FULL ENVID=a+3Db+201\n" OK
	           "C: RCPT TO:<x+y@b.kr> NOTIFY=SUCCESS,FAILURE"
	           " ORCPT=rfc822;x+2By@b.kr\nS: 550 no\n"
	           "C: RSET\n" OK "C: MAIL FROM:<m1@a.kr> RET=HDRS\n" OK
	           "C: RCPT TO:<to1@b.kr> NOTIFY=NEVER ORCPT=rfc822;to1@b.kr\n"
	           "S: 550 no\n" BYE,
	     true);
	make(&t, 1);
	t.mail[0].dsn = SMTP_DSN_SUCCESS;
	play(&t,
	     STEP_HELLO "C: MAIL FROM:<m0@a.kr>\n" OK
	                "C: RCPT TO:<to0@b.kr>\nS: 550 no\n" BYE,
	     true);
}

/* ---- how many at a time ---- */

#define MANY     200
#define NEAR_MAX 64

struct many_test {
	size_t given, done;
	size_t most; /* on their way at a time */
	struct smtp_mail mail[MANY];
	struct smtp_recipient rcpt[MANY];
};

static struct smtp_mail *
next_of_many(void *ctx)
{
	struct many_test *t = ctx;
	struct smtp_mail *m = &t->mail[t->given];

	if (t->given == MANY)
		return NULL;
	t->rcpt[t->given].spec = "to0@b.kr";
	*m = (struct smtp_mail){ .from = "m0@a.kr",
		                 .rcpt = &t->rcpt[t->given],
		                 .rcpt_count = 1,
		                 .message = SLICE_LIT("S: m0\n\n.x\n") };
	t->given++;
	if (t->given - t->done > t->most)
		t->most = t->given - t->done;
	return m;
}

static void
done_of_many(void *ctx, struct smtp_mail *m)
{
	struct many_test *t = ctx;

	assert_int_equal(m->rc, 0);
	assert_int_equal(m->rcpt[0].fate, SMTP_FATE_SENT);
	t->done++;
}

static void
no_pause(void *ctx)
{
	(void)ctx;
}

/* To all that may be on their way; of the first mail only its end is left. */
static void
add_answers(struct str *play, bool first)
{
	for (int i = 0; i < NEAR_MAX; i++)
		str_add_z(play, first && i == 0 ? OK : OK OK OK OK);
}

/* A server that answers in no time: more in flight would be no faster, and make
 * more doubts when the connection is lost. */
static void
test_few_in_flight_to_a_near_server(void **state)
{
	struct smtp_opts opts = { .host = "mx",
		                  .tls = SMTP_TLS_NONE,
		                  .timeout_ms = 1000,
		                  .cancel_fd = -1 };
	struct many_test *t = calloc(1, sizeof *t);
	struct smtp_feed feed = { .ctx = t,
		                  .next = next_of_many,
		                  .done = done_of_many,
		                  .pause = no_pause };
	struct script_opts how = { 0 };
	struct err err = { 0 };
	struct script *script;
	struct str play;
	struct smtp *c;

	(void)state;
	clock_freeze(1795000000);
	str_init(&play, 1 << 20);
	str_add_z(&play,
	          CHUNK_HELLO ENVELOPE("0") "C: BDAT 7\nC: S: m0\n" OK OK OK
	                                    "C: BDAT 6 LAST\nC: \nC: .x\n");
	for (int i = 1; i < MANY; i++) {
		if (i % NEAR_MAX == 0)
			add_answers(&play, i == NEAR_MAX);
		str_add_z(&play, "C: RSET\n" ENVELOPE("0") CHUNK("0"));
	}
	str_add_z(&play, "C: QUIT\n");
	for (int i = MANY / NEAR_MAX * NEAR_MAX; i < MANY; i++)
		str_add_z(&play, OK OK OK OK);
	str_add_z(&play, "S: 221 x\n");
	c = smtp_open_stream(script_stream_new(play.p, &how, &script), &opts,
	                     &err);
	assert_non_null(c);
	smtp_send_feed(c, &feed);
	smtp_close(&c);
	clock_freeze(0);
	if (script_problem(script) != NULL)
		fail_msg("%s", script_problem(script));
	assert_true(script_done(script));
	assert_int_equal(t->done, MANY);
	assert_int_equal(t->most, NEAR_MAX);
	script_free(&script);
	str_release(&play);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_step_by_step),
		cmocka_unit_test(test_pipelined),
		cmocka_unit_test(test_chunked),
		cmocka_unit_test(test_one_by_data),
		cmocka_unit_test(test_chunking_is_a_lie),
		cmocka_unit_test(test_server_had_enough),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_reports_are_asked_for),
		cmocka_unit_test(test_few_in_flight_to_a_near_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
