/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp_client: greeting, EHLO, STARTTLS and AUTH by transcript. */
#include "lib/test.h"

#include <stdio.h>

#include "lib/script_stream.h"
#include "proto/smtp_client.h"
#include "util/secret.h"

#define HELLO             \
 "S: 220 mx.test ESMTP\n" \
 "C: EHLO [127.0.0.1]\n"

struct outcome {
	enum err_code code;
	struct err err;
	unsigned ext;
	uint64_t size;
};

static struct smtp_opts
plain_opts(void)
{
	return (struct smtp_opts){
		.host = "mx.test",
		.port = 25,
		.tls = SMTP_TLS_NONE,
		.timeout_ms = 1000,
		.cancel_fd = -1,
	};
}

/* Open over the transcript, close, and see that it was played as written. */
static struct outcome
play_cut(const char *transcript, const struct smtp_opts *opts,
         const struct script_opts *how)
{
	struct outcome o = { 0 };
	struct script *script;
	struct stream *s = script_stream_new(transcript, how, &script);
	struct smtp *c = smtp_open_stream(s, opts, &o.err);

	o.code = c == NULL ? o.err.code : ERR_NONE;
	if (c != NULL) {
		o.ext = smtp_ext(c);
		o.size = smtp_size_limit(c);
		assert_null(smtp_tls_info(c));
	} else {
		assert_int_not_equal(o.err.code, ERR_NONE);
		assert_string_not_equal(o.err.text, "");
	}
	smtp_close(&c);
	assert_null(c);
	if (how == NULL || how->cut_after == 0) {
		if (script_problem(script) != NULL)
			fail_msg("%s", script_problem(script));
		assert_true(script_done(script));
	}
	script_free(&script);
	return o;
}

static struct outcome
play(const char *transcript)
{
	struct smtp_opts opts = plain_opts();

	return play_cut(transcript, &opts, NULL);
}

static struct outcome
play_auth(enum sasl_mech mech, const char *password, const char *transcript)
{
	struct smtp_opts opts = plain_opts();
	struct secret secret = { 0 };
	struct outcome o;

	secret_set(&secret, password, strlen(password));
	opts.user = "kim";
	opts.secret = &secret;
	opts.mech = mech;
	o = play_cut(transcript, &opts, NULL);
	secret_release(&secret);
	return o;
}

static void
test_learns_extensions(void **state)
{
	struct outcome o;

	(void)state;
	o = play(HELLO "S: 250-mx.test at your service\n"
	               "S: 250-PIPELINING\n"
	               "S: 250-size 35882577\n"
	               "S: 250-8bitmime\n"
	               "S: 250-AUTH LOGIN PLAIN\n"
	               "S: 250-X-SIZE 5\n"
	               "S: 250 SMTPUTF8\n"
	               "C: QUIT\n"
	               "S: 221 bye\n");
	assert_int_equal(o.code, ERR_NONE);
	assert_int_equal(o.ext, SMTP_EXT_PIPELINING | SMTP_EXT_SIZE |
	                                SMTP_EXT_8BITMIME | SMTP_EXT_AUTH |
	                                SMTP_EXT_SMTPUTF8);
	assert_int_equal(o.size, 35882577);
	o = play(HELLO "S: 250-PIPELINING\n"
	               "S: 250 SIZE -1\n"
	               "C: QUIT\n");
	assert_int_equal(o.ext, SMTP_EXT_SIZE);
	assert_int_equal(o.size, 0);
}

static void
test_greetings(void **state)
{
	(void)state;
	assert_int_equal(play("S: 220-mx.test\nS: 220-please wait\n"
	                      "S: 220 go\nC: EHLO [127.0.0.1]\n"
	                      "S: 250 mx\nC: QUIT\nS: 221 x\n")
	                         .code,
	                 ERR_NONE);
	assert_int_equal(play("S: 421 busy\n").code, ERR_RETRY);
	assert_int_equal(play("S: 554 no\nC: QUIT\nS: 221 x\n").code,
	                 ERR_RETRY);
	assert_int_equal(play("S: 220-a\nS: 554 b\n").code, ERR_PROTO);
	assert_int_equal(play("S: 250 hello\n").code, ERR_PROTO);
	assert_int_equal(play("S: +OK POP3 ready\n").code, ERR_PROTO);
	assert_int_equal(play("X: close\n").code, ERR_RETRY);
	assert_int_equal(play("X: stall\n").code, ERR_RETRY);
	assert_int_equal(play("s: 220 mx\nX: reset\n").code, ERR_RETRY);
}

static void
test_greeting_ahead_of_ehlo(void **state)
{
	(void)state;
	/* A reply that comes before its command is nobody's. */
	assert_int_equal(play("S: 220 mx\nS: 250 mx\n").code, ERR_PROTO);
}

static void
test_falls_back_to_helo(void **state)
{
	struct smtp_opts opts = plain_opts();
	struct outcome o;

	(void)state;
	o = play(HELLO "S: 502 what?\nC: HELO [127.0.0.1]\nS: 250 mx\n"
	               "C: QUIT\nS: 221 x\n");
	assert_int_equal(o.code, ERR_NONE);
	assert_int_equal(o.ext, 0);
	assert_int_equal(play(HELLO "S: 421 later\n").code, ERR_RETRY);
	assert_int_equal(play(HELLO "S: 550 go away\nC: QUIT\nS: 221 x\n").code,
	                 ERR_REFUSED);
	opts.tls = SMTP_TLS_STARTTLS;
	o = play_cut(HELLO "S: 500 what?\nC: HELO [127.0.0.1]\nS: 250 mx\n"
	                   "C: QUIT\nS: 221 x\n",
	             &opts, NULL);
	assert_int_equal(o.code, ERR_REFUSED);
}

static void
test_starttls_is_never_left_out(void **state)
{
	struct smtp_opts opts = plain_opts();
	struct secret secret = { 0 };

	(void)state;
	secret_set(&secret, "geheim", 6);
	opts.tls = SMTP_TLS_STARTTLS;
	opts.user = "kim";
	opts.secret = &secret;
	/* stripped */
	assert_int_equal(play_cut(HELLO "S: 250-mx\nS: 250 AUTH PLAIN\n"
	                                "C: QUIT\nS: 221 x\n",
	                          &opts, NULL)
	                         .code,
	                 ERR_REFUSED);
	/* refused */
	assert_int_equal(play_cut(HELLO "S: 250-mx\nS: 250-STARTTLS\n"
	                                "S: 250 AUTH PLAIN\nC: STARTTLS\n"
	                                "S: 454 later\nC: QUIT\nS: 221 x\n",
	                          &opts, NULL)
	                         .code,
	                 ERR_RETRY);
	/* injected */
	assert_int_equal(play_cut(HELLO "S: 250-mx\nS: 250 STARTTLS\n"
	                                "C: STARTTLS\nS: 220 go\n"
	                                "S: 250-evil\nS: 250 AUTH PLAIN\n",
	                          &opts, NULL)
	                         .code,
	                 ERR_PROTO);
	secret_release(&secret);
}

static void
test_auth_plain(void **state)
{
	(void)state;
	assert_int_equal(play_auth(SASL_NONE, "pw",
	                           HELLO
	                           "S: 250-mx\nS: 250 AUTH LOGIN PLAIN\n"
	                           "C: AUTH PLAIN AGtpbQBwdw==\nS: 235 in\n"
	                           "C: QUIT\nS: 221 x\n")
	                         .code,
	                 ERR_NONE);
	/* the old spelling */
	assert_int_equal(play_auth(SASL_PLAIN, "pw",
	                           HELLO
	                           "S: 250-mx\nS: 250 AUTH=LOGIN PLAIN\n"
	                           "C: AUTH PLAIN AGtpbQBwdw==\nS: 235 in\n"
	                           "C: QUIT\nS: 221 x\n")
	                         .code,
	                 ERR_NONE);
}

static void
test_auth_login(void **state)
{
	(void)state;
	assert_int_equal(play_auth(SASL_LOGIN, "pw",
	                           HELLO
	                           "S: 250-mx\nS: 250 AUTH LOGIN PLAIN\n"
	                           "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n"
	                           "C: a2lt\nS: 334 UGFzc3dvcmQ6\nC: cHc=\n"
	                           "S: 235 in\nC: QUIT\nS: 221 x\n")
	                         .code,
	                 ERR_NONE);
}

static void
test_auth_long_token_in_two_steps(void **state)
{
	char token[1001];
	struct outcome o;

	(void)state;
	memset(token, 'T', 1000);
	token[1000] = '\0';
	/* The transcript's "close" shows that nothing came with AUTH. */
	o = play_auth(SASL_XOAUTH2, token,
	              HELLO "S: 250-mx\nS: 250 AUTH XOAUTH2\n"
	                    "C: AUTH XOAUTH2\nX: close\n");
	assert_int_equal(o.code, ERR_RETRY);
}

static void
test_auth_xoauth2_rejected(void **state)
{
	struct outcome o;

	(void)state;
	o = play_auth(SASL_XOAUTH2, "tok",
	              HELLO "S: 250-mx\nS: 250 AUTH PLAIN XOAUTH2\n"
	                    "C: AUTH XOAUTH2 "
	                    "dXNlcj1raW0BYXV0aD1CZWFyZXIgdG9rAQE=\n"
	                    "S: 334 eyJzdGF0dXMiOiI0MDEifQ==\n"
	                    "C: \n"
	                    "S: 535-5.7.8 Username and Password\n"
	                    "S: 535 5.7.8 not accepted\n"
	                    "C: QUIT\nS: 221 x\n");
	assert_int_equal(o.code, ERR_AUTH);
	assert_non_null(strstr(o.err.server, "not accepted"));
}

static void
test_rejected_secret_is_not_sent_again(void **state)
{
	static const struct {
		const char *reply;
		enum err_code code;
	} cases[] = {
		{ "S: 535 5.7.8 wrong\n", ERR_AUTH },
		{ "S: 534 5.7.9 app password\n", ERR_AUTH },
		{ "S: 553 sorry (#5.7.5)\n", ERR_AUTH },
		{ "S: 454 4.7.0 later\n", ERR_RETRY },
		{ "S: 503 what\n", ERR_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[512];
		struct outcome o;

		assert_true(snprintf(text, sizeof text,
		                     HELLO "S: 250-mx\n"
		                           "S: 250 AUTH PLAIN LOGIN CRAM-MD5\n"
		                           "C: AUTH CRAM-MD5\n%s"
		                           "C: QUIT\nS: 221 x\n",
		                     cases[i].reply) > 0);
		o = play_auth(SASL_NONE, "pw", text);
		assert_int_equal(o.code, cases[i].code);
	}
	assert_int_equal(play_auth(SASL_PLAIN, "pw",
	                           HELLO "S: 250-mx\nS: 250 AUTH PLAIN\n"
	                                 "C: AUTH PLAIN AGtpbQBwdw==\n"
	                                 "S: 421 bye\n")
	                         .code,
	                 ERR_RETRY);
}

static void
test_unknown_method_lets_the_next_try(void **state)
{
	(void)state;
	assert_int_equal(play_auth(SASL_NONE, "pw",
	                           HELLO
	                           "S: 250-mx\nS: 250 AUTH PLAIN CRAM-MD5\n"
	                           "C: AUTH CRAM-MD5\nS: 504 not here\n"
	                           "C: AUTH PLAIN AGtpbQBwdw==\nS: 235 in\n"
	                           "C: QUIT\nS: 221 x\n")
	                         .code,
	                 ERR_NONE);
	assert_int_equal(play_auth(SASL_NONE, "pw",
	                           HELLO
	                           "S: 250-mx\nS: 250 AUTH PLAIN\n"
	                           "C: AUTH PLAIN AGtpbQBwdw==\nS: 504 no\n"
	                           "C: QUIT\nS: 221 x\n")
	                         .code,
	                 ERR_REFUSED);
}

static void
test_no_method_in_common(void **state)
{
	struct outcome o;

	(void)state;
	o = play_auth(SASL_NONE, "pw",
	              HELLO "S: 250-mx\nS: 250 AUTH X-EVIL X-FOO\n"
	                    "C: QUIT\nS: 221 x\n");
	assert_int_equal(o.code, ERR_REFUSED);
	assert_non_null(strstr(o.err.text, "X-EVIL X-FOO"));
	o = play_auth(SASL_XOAUTH2, "pw",
	              HELLO "S: 250-mx\nS: 250 AUTH PLAIN\n"
	                    "C: QUIT\nS: 221 x\n");
	assert_int_equal(o.code, ERR_REFUSED);
	o = play_auth(SASL_NONE, "pw", HELLO "S: 250 mx\nC: QUIT\nS: 221 x\n");
	assert_int_equal(o.code, ERR_REFUSED);
}

static void
test_bad_challenge_is_cancelled(void **state)
{
	struct outcome o;

	(void)state;
	o = play_auth(SASL_CRAM_MD5, "pw",
	              HELLO "S: 250-mx\nS: 250 AUTH CRAM-MD5\n"
	                    "C: AUTH CRAM-MD5\nS: 334 !!not base64!!\n"
	                    "C: *\nS: 501 cancelled\n"
	                    "C: QUIT\nS: 221 x\n");
	assert_int_equal(o.code, ERR_PROTO);
}

static void
test_endless_challenges_end(void **state)
{
	struct outcome o;

	(void)state;
	o = play_auth(SASL_PLAIN, "pw",
	              HELLO "S: 250-mx\nS: 250 AUTH PLAIN\n"
	                    "C: AUTH PLAIN AGtpbQBwdw==\nS: 334 \n"
	                    "C: *\nS: 501 cancelled\n"
	                    "C: QUIT\nS: 221 x\n");
	assert_true(o.code == ERR_PROTO || o.code == ERR_AUTH);
}

static const char whole[] =
	HELLO "S: 250-mx\nS: 250-SIZE 100\nS: 250 AUTH LOGIN\n"
	      "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: a2lt\n"
	      "S: 334 UGFzc3dvcmQ6\nC: cHc=\nS: 235 in\n"
	      "C: QUIT\nS: 221 x\n";

static void
test_byte_by_byte_and_cut_everywhere(void **state)
{
	struct smtp_opts opts = plain_opts();
	struct secret secret = { 0 };
	struct script_opts how = { .max_io = 1 };
	size_t total = strlen("220 mx.test ESMTP\r\n250-mx\r\n250-SIZE 100\r\n"
	                      "250 AUTH LOGIN\r\n334 VXNlcm5hbWU6\r\n"
	                      "334 UGFzc3dvcmQ6\r\n235 in\r\n");

	(void)state;
	secret_set(&secret, "pw", 2);
	opts.user = "kim";
	opts.secret = &secret;
	assert_int_equal(play_cut(whole, &opts, &how).code, ERR_NONE);
	for (size_t at = 1; at < total; at++) {
		how.cut_after = at;
		how.cut_stalls = at % 2 == 0;
		how.max_io = at % 3 == 0 ? 1 : 0;
		assert_int_equal(play_cut(whole, &opts, &how).code, ERR_RETRY);
	}
	how = (struct script_opts){ .cut_after = total };
	assert_int_equal(play_cut(whole, &opts, &how).code, ERR_NONE);
	secret_release(&secret);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learns_extensions),
		cmocka_unit_test(test_greetings),
		cmocka_unit_test(test_greeting_ahead_of_ehlo),
		cmocka_unit_test(test_falls_back_to_helo),
		cmocka_unit_test(test_starttls_is_never_left_out),
		cmocka_unit_test(test_auth_plain),
		cmocka_unit_test(test_auth_login),
		cmocka_unit_test(test_auth_long_token_in_two_steps),
		cmocka_unit_test(test_auth_xoauth2_rejected),
		cmocka_unit_test(test_rejected_secret_is_not_sent_again),
		cmocka_unit_test(test_unknown_method_lets_the_next_try),
		cmocka_unit_test(test_no_method_in_common),
		cmocka_unit_test(test_bad_challenge_is_cancelled),
		cmocka_unit_test(test_endless_challenges_end),
		cmocka_unit_test(test_byte_by_byte_and_cut_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
