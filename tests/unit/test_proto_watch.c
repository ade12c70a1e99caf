/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch: what POP3 and SMTP connections tell while they are opened, and how far
 * they go when they only look. */
#include "lib/test.h"

#include <stdio.h>

#include "lib/script_stream.h"
#include "proto/pop3_client.h"
#include "proto/smtp_client.h"

#define TOLD_MAX 4096

/* "G greeting|O lines|W way|I|", with line ends as "/". */
static void
saw(void *ctx, enum watch_what what, struct slice text,
    const struct tls_info *tls)
{
	static const char letters[] = "GTOWI";
	struct str *told = ctx;

	assert_null(tls);
	str_add_c(told, letters[what]);
	if (text.n > 0)
		str_add_c(told, ' ');
	for (size_t i = 0; i < text.n; i++)
		str_add_c(told, text.p[i] == '\n' ? '/' : text.p[i]);
	str_add_c(told, '|');
}

struct play {
	enum sasl_mech mech;
	bool look, apop;
	const char *transcript;
	const char *told;
	bool fails;
};

static void
check(const struct play *play, struct str *told, struct script *script,
      bool opened)
{
	if (script_problem(script) != NULL)
		fail_msg("%s: %s", play->told, script_problem(script));
	assert_true(script_done(script));
	assert_int_equal(opened, !play->fails);
	assert_string_equal(told->p, play->told);
	script_free(&script);
	str_release(told);
}

static void
play_pop3(const struct play *play)
{
	struct secret secret = { 0 };
	struct str told;
	struct watch watch = { &told, saw };
	struct pop3_opts opts = { .host = "pop.test",
		                  .tls = POP3_TLS_NONE,
		                  .user = "kim",
		                  .secret = play->look ? NULL : &secret,
		                  .mech = play->mech,
		                  .apop = play->apop,
		                  .look = play->look,
		                  .watch = &watch,
		                  .timeout_ms = 1000,
		                  .cancel_fd = -1 };
	struct err err = { 0 };
	struct script *script;
	struct stream *s = script_stream_new(play->transcript, NULL, &script);
	struct pop3 *p;
	bool opened;

	secret_set(&secret, "pw", 2);
	str_init(&told, TOLD_MAX);
	p = pop3_open_stream(s, &opts, &err);
	opened = p != NULL;
	if (opened)
		assert_int_equal(pop3_quit(p, &err), 0);
	pop3_close(&p);
	secret_release(&secret);
	check(play, &told, script, opened);
}

#define POP3_BEGINS              \
 "S: +OK ready <1.2@pop.test>\n" \
 "C: CAPA\n"                     \
 "S: +OK\n"

#define POP3_GREETED "G ready <1.2@pop.test>|"

static void
test_pop3(void **state)
{
	static const struct play plays[] = {
		{ .transcript = POP3_BEGINS "S: USER\nS: SASL PLAIN\nS: .\n"
		                            "C: USER kim\nS: +OK\n"
		                            "C: PASS pw\nS: +OK\n"
		                            "C: STAT\nS: +OK 0 0\n"
		                            "C: QUIT\nS: +OK\n",
		  .told = POP3_GREETED "O USER/SASL PLAIN/|W USER/PASS|I|" },
		{ .transcript = POP3_BEGINS "S: USER\nS: .\n"
		                            "C: USER kim\nS: +OK\n"
		                            "C: PASS pw\nS: -ERR [AUTH] no\n",
		  .told = POP3_GREETED "O USER/|W USER/PASS|",
		  .fails = true },
		/* Only a look: nothing of the account is sent. */
		{ .transcript = POP3_BEGINS "S: SASL PLAIN CRAM-MD5\nS: .\n"
		                            "C: QUIT\nS: +OK\n",
		  .told = POP3_GREETED "O SASL PLAIN CRAM-MD5/|W CRAM-MD5|",
		  .look = true },
		{ .transcript = POP3_BEGINS "S: SASL PLAIN CRAM-MD5\nS: .\n"
		                            "C: QUIT\nS: +OK\n",
		  .told = POP3_GREETED "O SASL PLAIN CRAM-MD5/|W PLAIN|",
		  .look = true,
		  .mech = SASL_PLAIN },
		{ .transcript = "S: +OK\nC: CAPA\nS: -ERR\n"
		                "C: QUIT\nS: +OK\n",
		  .told = "G|O|W USER/PASS|",
		  .look = true },
		{ .transcript = "S: +OK\nC: CAPA\nS: -ERR\n"
		                "C: QUIT\nS: +OK\n",
		  .told = "G|O|W APOP|",
		  .look = true,
		  .apop = true },
		/* The first way is refused before the secret: the second. */
		{ .transcript = POP3_BEGINS "S: SASL CRAM-MD5\nS: USER\nS: .\n"
		                            "C: AUTH CRAM-MD5\nS: -ERR no\n"
		                            "C: USER kim\nS: +OK\n"
		                            "C: PASS pw\nS: +OK\n"
		                            "C: STAT\nS: -ERR closed\n",
		  .told = POP3_GREETED
		  "O SASL CRAM-MD5/USER/|W CRAM-MD5|W USER/PASS|I|",
		  .fails = true },
		{ .transcript = "S: -ERR go away\n",
		  .told = "",
		  .fails = true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof plays / sizeof plays[0]; i++)
		play_pop3(&plays[i]);
}

static void
play_smtp(const struct play *play)
{
	struct secret secret = { 0 };
	struct str told;
	struct watch watch = { &told, saw };
	struct smtp_opts opts = { .host = "mx.test",
		                  .tls = SMTP_TLS_NONE,
		                  .user = "kim",
		                  .secret = play->look ? NULL : &secret,
		                  .mech = play->mech,
		                  .look = play->look,
		                  .watch = &watch,
		                  .timeout_ms = 1000,
		                  .cancel_fd = -1 };
	struct err err = { 0 };
	struct script *script;
	struct stream *s = script_stream_new(play->transcript, NULL, &script);
	struct smtp *c;
	bool opened;

	secret_set(&secret, "pw", 2);
	str_init(&told, TOLD_MAX);
	c = smtp_open_stream(s, &opts, &err);
	opened = c != NULL;
	smtp_close(&c);
	secret_release(&secret);
	check(play, &told, script, opened);
}

#define SMTP_BEGINS       \
 "S: 220 mx.test ready\n" \
 "C: EHLO [127.0.0.1]\n"  \
 "S: 250-mx.test\n"       \
 "S: 250-SIZE 1000\n"     \
 "S: 250 AUTH PLAIN LOGIN\n"

#define SMTP_GREETED "G mx.test ready/|O SIZE 1000/AUTH PLAIN LOGIN/|"

static void
test_smtp(void **state)
{
	static const struct play plays[] = {
		{ .transcript = SMTP_BEGINS "C: AUTH PLAIN AGtpbQBwdw==\n"
		                            "S: 235 in\nC: QUIT\nS: 221 bye\n",
		  .told = SMTP_GREETED "W PLAIN|I|" },
		{ .transcript = SMTP_BEGINS "C: AUTH PLAIN AGtpbQBwdw==\n"
		                            "S: 535 no\nC: QUIT\nS: 221 bye\n",
		  .told = SMTP_GREETED "W PLAIN|",
		  .fails = true },
		{ .transcript = SMTP_BEGINS "C: QUIT\nS: 221 bye\n",
		  .told = SMTP_GREETED "W PLAIN|",
		  .look = true },
		{ .transcript = SMTP_BEGINS "C: QUIT\nS: 221 bye\n",
		  .told = SMTP_GREETED "W LOGIN|",
		  .look = true,
		  .mech = SASL_LOGIN },
		{ .transcript = SMTP_BEGINS "C: QUIT\nS: 221 bye\n",
		  .told = SMTP_GREETED,
		  .look = true,
		  .mech = SASL_XOAUTH2 },
		{ .transcript = "S: 220 mx.test\nC: EHLO [127.0.0.1]\n"
		                "S: 500 what?\nC: HELO [127.0.0.1]\n"
		                "S: 250 mx.test\nC: QUIT\nS: 221 bye\n",
		  .told = "G mx.test/|O|",
		  .look = true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof plays / sizeof plays[0]; i++)
		play_smtp(&plays[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pop3),
		cmocka_unit_test(test_smtp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
