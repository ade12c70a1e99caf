/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pop3_server: sessions by transcript. */
#include "lib/test.h"

#include <stdio.h>

#include "lib/script_stream.h"
#include "proto/pop3_server.h"

/* A maildrop of four messages, and what was done to it. */
struct drop {
	bool busy;
	bool commit_fails;
	bool unreadable; /* message 1 */
	int logins;
	int logouts;
	int commits;
	char gone[8];      /* "1-3-" */
	struct slice left; /* of the open message */
	bool open;
	bool breaks;  /* in the middle of a message */
	bool not_now; /* the mailbox cannot be opened */
	size_t piece; /* bytes a read gives; 0: all */
};

static const char *const texts[] = {
	"Subject: one\r\n\r\nhello\r\n",
	"Subject: dots\r\n\r\n.\r\n..\r\n.a\r\nb.\r\n\r\n.\r\n",
	"Subject: lf\r\n\r\na\n.\nb\r\n",
	"no end",
};

#define COUNT (sizeof texts / sizeof texts[0])

static enum pop3_login
drop_login(void *ctx, struct slice user, struct slice password)
{
	struct drop *d = ctx;

	d->logins++;
	if (d->busy)
		return POP3_LOGIN_BUSY;
	if (d->not_now)
		return POP3_LOGIN_NOT_NOW;
	return slice_eq_z(user, "kim") && slice_eq_z(password, "pa ss")
	               ? POP3_LOGIN_YES
	               : POP3_LOGIN_WRONG;
}

static size_t
drop_count(void *ctx)
{
	(void)ctx;
	return COUNT;
}

static uint64_t
drop_size(void *ctx, size_t i)
{
	(void)ctx;
	return strlen(texts[i]);
}

static int
drop_uidl(void *ctx, size_t i, struct str *out)
{
	const struct drop *d = ctx;

	if (d->unreadable && i == 0)
		return -1;
	str_printf(out, "uid-%zu", i);
	return 0;
}

static int
drop_open(void *ctx, size_t i)
{
	struct drop *d = ctx;

	assert_false(d->open);
	if (d->unreadable && i == 0)
		return -1;
	d->open = true;
	d->left = slice_of(texts[i]);
	return 0;
}

static ssize_t
drop_read(void *ctx, char *p, size_t n)
{
	struct drop *d = ctx;
	struct slice piece = slice_head(
		d->left, d->piece != 0 && d->piece < n ? d->piece : n);

	assert_true(d->open);
	if (d->breaks && d->left.n < 10)
		return -1;
	if (piece.n > 0)
		memcpy(p, piece.p, piece.n);
	d->left = slice_from(d->left, piece.n);
	return (ssize_t)piece.n;
}

static void
drop_close(void *ctx)
{
	struct drop *d = ctx;

	assert_true(d->open);
	d->open = false;
}

static int
drop_commit(void *ctx, const bool *gone)
{
	struct drop *d = ctx;

	d->commits++;
	for (size_t i = 0; i < COUNT; i++)
		d->gone[i] = gone[i] ? (char)('1' + i) : '-';
	return d->commit_fails ? -1 : 0;
}

static void
drop_logout(void *ctx)
{
	struct drop *d = ctx;

	d->logouts++;
}

static const struct maildrop_ops drop_ops = {
	.login = drop_login,
	.count = drop_count,
	.size = drop_size,
	.uidl = drop_uidl,
	.open = drop_open,
	.read = drop_read,
	.close = drop_close,
	.commit = drop_commit,
	.logout = drop_logout,
};

/* In these transcripts S is what the client says and C what we answer. */
static int
serve(struct drop *d, const char *transcript, const struct script_opts *how,
      struct err *err)
{
	struct pop3_server_opts opts = {
		.ops = &drop_ops,
		.ctx = d,
		.login_delay_ms = -1,
	};
	struct script *script;
	struct stream *s = script_stream_new(transcript, how, &script);
	int rc = pop3_server_run(s, &opts, err);

	assert_false(d->open);
	stream_close(&s);
	if (how == NULL || how->cut_after == 0) {
		if (script_problem(script) != NULL)
			fail_msg("%s", script_problem(script));
		assert_true(script_done(script));
	}
	script_free(&script);
	return rc;
}

#define READY "C: +OK POP3 ready\n"
#define LOG_IN \
 "S: USER kim\nC: +OK Password?\nS: PASS pa ss\nC: +OK Logged in\n"
#define BYE "S: QUIT\nC: +OK Bye\n"

static void
play_in_pieces(const char *transcript, size_t piece)
{
	struct drop d = { .piece = piece };
	struct err err = { 0 };

	assert_int_equal(serve(&d, transcript, NULL, &err), 0);
	assert_int_equal(err.code, ERR_NONE);
	assert_int_equal(d.commits, 0);
}

static void
play(const char *transcript)
{
	play_in_pieces(transcript, 0);
}

static void
test_lists(void **state)
{
	(void)state;
	play(READY LOG_IN "S: STAT\nC: +OK 4 88\n"
	                  "S: LIST\nC: +OK List follows\nC: 1 23\nC: 2 37\n"
	                  "C: 3 22\nC: 4 6\nC: .\n"
	                  "S: list 2\nC: +OK 2 37\n"
	                  "S: UIDL\nC: +OK List follows\nC: 1 uid-0\n"
	                  "C: 2 uid-1\nC: 3 uid-2\nC: 4 uid-3\nC: .\n"
	                  "S: UIDL 4\nC: +OK 4 uid-3\n"
	                  "S: NOOP\nC: +OK \n" BYE);
}

static void
test_messages_come_byte_for_byte(void **state)
{
	(void)state;
	for (size_t piece = 0; piece < 40; piece++)
		play_in_pieces(
			READY LOG_IN
			"S: RETR 1\nC: +OK 23 octets\nC: Subject: one\nC: \nC: hello\nC: .\n"
			"S: RETR 2\nC: +OK 37 octets\nC: Subject: dots\nC: \nC: ..\n"
			"C: ...\nC: ..a\nC: b.\nC: \nC: ..\nC: .\n"
			"S: RETR 3\nC: +OK 22 octets\nC: Subject: lf\nC: \n"
			"C: a\\n..\\nb\nC: .\n"
			"S: RETR 4\nC: +OK 6 octets\nC: no end\nC: .\n" BYE,
			piece);
}

static void
test_top(void **state)
{
	(void)state;
	for (size_t piece = 0; piece < 40; piece++)
		play_in_pieces(
			READY LOG_IN
			"S: TOP 2 0\nC: +OK 37 octets\nC: Subject: dots\nC: \nC: .\n"
			"S: TOP 2 2\nC: +OK 37 octets\nC: Subject: dots\nC: \nC: ..\n"
			"C: ...\nC: .\n"
			"S: TOP 1 99999999999\nC: +OK 23 octets\nC: Subject: one\nC: \n"
			"C: hello\nC: .\n"
			"S: TOP 3 2\nC: +OK 22 octets\nC: Subject: lf\nC: \n"
			"C: a\\n..\\n\nC: .\n" BYE,
			piece);
}

/* A final dot would say that all of it came. */
static void
test_message_that_breaks_off(void **state)
{
	struct drop d = { .breaks = true, .piece = 5 };
	struct pop3_server_opts opts = { .ops = &drop_ops, .ctx = &d };
	struct err err = { 0 };
	struct script *script;
	struct stream *s =
		script_stream_new(READY LOG_IN "S: DELE 1\nC: +OK Marked\n"
	                                       "S: RETR 3\nC: +OK 22 octets\n"
	                                       "C: Subject: lf\nC: \n"
	                                       "C: nothing more is sent\n",
	                          NULL, &script);

	(void)state;
	assert_int_equal(pop3_server_run(s, &opts, &err), -1);
	stream_close(&s);
	assert_null(script_problem(script));
	assert_false(script_done(script));
	script_free(&script);
	assert_int_equal(err.code, ERR_IO);
	assert_int_equal(d.commits, 0);
	assert_int_equal(d.logouts, 1);
	assert_false(d.open);
}

static void
test_bad_numbers(void **state)
{
	static const char *const bad[] = {
		"RETR 0",
		"RETR -1",
		"RETR 4294967297",
		"RETR 1x",
		"RETR",
		"RETR ",
		"RETR 5",
		"RETR +1",
		"RETR 1 1",
		"LIST 0",
		"LIST x",
		"UIDL 9",
		"DELE",
		"DELE 99",
		"TOP",
		"TOP x 1",
		"RETR 18446744073709551617",
	};
	static const char *const no_lines[] = { "TOP 1", "TOP 1 -1", "TOP 1 x",
		                                "TOP 1 1 1", "TOP 1 " };
	struct str text;

	(void)state;
	str_init(&text, 65536);
	str_add_z(&text, READY LOG_IN);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		str_printf(&text, "S: %s\nC: -ERR No such message\n", bad[i]);
	for (size_t i = 0; i < sizeof no_lines / sizeof no_lines[0]; i++)
		str_printf(&text, "S: %s\nC: -ERR How many lines?\n",
		           no_lines[i]);
	str_add_z(&text, BYE);
	play(text.p);
	str_release(&text);
}

static void
test_delete_needs_quit(void **state)
{
	static const char marks[] = READY LOG_IN
		"S: DELE 1\nC: +OK Marked\nS: DELE 3\nC: +OK Marked\n"
		"S: DELE 1\nC: -ERR No such message\n"
		"S: UIDL 3\nC: -ERR No such message\n"
		"S: RETR 1\nC: -ERR No such message\n"
		"S: STAT\nC: +OK 2 43\n"
		"S: LIST\nC: +OK List follows\nC: 2 37\nC: 4 6\nC: .\n";
	struct drop d = { 0 };
	struct err err = { 0 };
	char *text = NULL;
	struct str all;

	(void)state;
	assert_int_equal(serve(&d, marks, NULL, &err), 0);
	assert_int_equal(d.commits, 0);
	assert_int_equal(d.logouts, 1);

	str_init(&all, 65536);
	str_add_z(&all, marks);
	str_add_z(&all, BYE);
	text = str_take(&all);
	assert_int_equal(serve(&d, text, NULL, &err), 0);
	assert_int_equal(d.commits, 1);
	assert_string_equal(d.gone, "1-3-");
	assert_int_equal(d.logouts, 2);
	free(text);

	play(READY LOG_IN "S: DELE 2\nC: +OK Marked\nS: RSET\nC: +OK \n"
	                  "S: LIST 2\nC: +OK 2 37\n" BYE);
}

static void
test_commit_that_fails_is_told(void **state)
{
	struct drop d = { .commit_fails = true };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(serve(&d,
	                       READY LOG_IN
	                       "S: DELE 2\nC: +OK Marked\nS: QUIT\n"
	                       "C: -ERR [SYS/TEMP] Some messages were not "
	                       "removed\n",
	                       NULL, &err),
	                 0);
}

static void
test_unreadable_message(void **state)
{
	struct drop d = { .unreadable = true };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		serve(&d,
	              READY LOG_IN
	              "S: RETR 1\nC: -ERR [SYS/TEMP] Not readable now\n"
	              "S: UIDL 1\nC: -ERR [SYS/TEMP] Not readable now\n"
	              "S: UIDL\nC: +OK List follows\nC: 2 uid-1\n"
	              "C: 3 uid-2\nC: 4 uid-3\nC: .\n" BYE,
	              NULL, &err),
		0);
}

static void
test_states(void **state)
{
	(void)state;
	play(READY "S: STAT\nC: -ERR Not in this state\n"
	           "S: RETR 1\nC: -ERR Not in this state\n"
	           "S: PASS x\nC: -ERR USER first\n"
	           "S: APOP kim c4c9334bac560ecc979e58001b3e22fb\n"
	           "C: -ERR Unknown command\n"
	           "S: STLS\nC: -ERR TLS is not available\n"
	           "S: CAPA\nC: +OK Capabilities follow\nC: TOP\nC: UIDL\n"
	           "C: PIPELINING\nC: RESP-CODES\nC: AUTH-RESP-CODE\n"
	           "C: EXPIRE NEVER\nC: IMPLEMENTATION pabal\n"
	           "C: USER\nC: SASL PLAIN\nC: .\n" LOG_IN
	           "S: USER kim\nC: -ERR Not in this state\n"
	           "S: STLS\nC: -ERR Not in this state\n" BYE);
	play(READY BYE);
	play(READY);
}

static void
test_auth_plain(void **state)
{
	struct drop d = { 0 };
	struct err err = { 0 };

	(void)state;
	/* NUL kim NUL pa ss */
	play(READY "S: AUTH PLAIN AGtpbQBwYSBzcw==\nC: +OK Logged in\n" BYE);
	play(READY "S: AUTH plain\nC: + \nS: a2ltAGtpbQBwYSBzcw==\n"
	           "C: +OK Logged in\n" BYE);
	play(READY "S: AUTH\nC: +OK Methods follow\nC: PLAIN\nC: .\n"
	           "S: AUTH NTLM\nC: -ERR Unknown method\n"
	           "S: AUTH PLAIN\nC: + \nS: *\nC: -ERR Cancelled\n"
	           "S: AUTH PLAIN !!!!\nC: -ERR Not base64\n" BYE);
	/* somebody else's mailbox: root NUL kim NUL pa ss */
	assert_int_equal(serve(&d,
	                       READY
	                       "S: AUTH PLAIN cm9vdABraW0AcGEgc3M=\n"
	                       "C: -ERR [AUTH] Wrong user name or password\n"
	                       "S: AUTH PLAIN a2lt\n"
	                       "C: -ERR [AUTH] Wrong user name or password\n",
	                       NULL, &err),
	                 0);
	assert_int_equal(d.logins, 0);
}

static void
test_wrong_logins_end_the_session(void **state)
{
	static const char wrong[] =
		"S: USER lee\nC: +OK Password?\nS: PASS x\n"
		"C: -ERR [AUTH] Wrong user name or password\n";
	struct drop d = { 0 };
	struct err err = { 0 };
	struct str text;

	(void)state;
	str_init(&text, 4096);
	str_add_z(&text, READY);
	for (int i = 0; i < 3; i++)
		str_add_z(&text, wrong);
	assert_int_equal(serve(&d, text.p, NULL, &err), -1);
	assert_int_equal(err.code, ERR_AUTH);
	assert_int_equal(d.logins, 3);
	assert_int_equal(d.logouts, 0);
	str_release(&text);
}

static void
test_mailbox_in_use(void **state)
{
	struct drop d = { .busy = true };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(serve(&d,
	                       READY "S: USER kim\nC: +OK Password?\n"
	                             "S: PASS pa ss\n"
	                             "C: -ERR [IN-USE] The mailbox is in use\n"
	                             "S: STAT\nC: -ERR Not in this state\n" BYE,
	                       NULL, &err),
	                 0);
	assert_int_equal(d.logouts, 0);
}

static void
test_mailbox_that_cannot_be_opened(void **state)
{
	struct drop d = { .not_now = true };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		serve(&d,
	              READY "S: USER kim\nC: +OK Password?\n"
	                    "S: PASS pa ss\n"
	                    "C: -ERR [SYS/TEMP] The mailbox cannot be opened "
	                    "now\n" BYE,
	              NULL, &err),
		0);
	assert_int_equal(d.logouts, 0);
}

/* However much is said before it. */
static void
test_login_has_a_deadline(void **state)
{
	struct drop d = { 0 };
	struct err err = { 0 };
	struct pop3_server_opts opts = { .ops = &drop_ops,
		                         .ctx = &d,
		                         .login_timeout_ms = 1 };
	struct script *script;
	struct stream *s;
	struct str text;

	(void)state;
	str_init(&text, 1 << 20);
	for (int i = 0; i < 20000; i++)
		str_add_z(&text, "S: USER kim\n");
	s = script_stream_new(text.p, NULL, &script);
	assert_int_equal(pop3_server_run(s, &opts, &err), -1);
	assert_int_equal(err.code, ERR_RETRY);
	stream_close(&s);
	script_free(&script);
	str_release(&text);
}

/* A client that says nothing more has not said goodbye. */
static void
test_silence_deletes_nothing(void **state)
{
	struct drop d = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(serve(&d,
	                       READY LOG_IN "S: DELE 1\nC: +OK Marked\n"
	                                    "X: stall\n",
	                       NULL, &err),
	                 -1);
	assert_int_equal(err.code, ERR_RETRY);
	assert_int_equal(d.commits, 0);
	assert_int_equal(d.logouts, 1);
}

static void
test_names_that_are_none(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, 65536);
	str_add_z(&text, READY "S: USER\nC: -ERR No user name\n"
	                       "S: USER a\\x07b\nC: -ERR No user name\n"
	                       "S: USER \\xb0\\xa1\nC: -ERR No user name\n"
	                       "S: USER ");
	for (int i = 0; i < 300; i++)
		str_add_c(&text, 'a');
	str_add_z(&text, "\nC: -ERR No user name\n"
	                 "S: PASS x\nC: -ERR USER first\n" BYE);
	play(text.p);
	str_release(&text);
}

static void
test_bad_commands_end_the_session(void **state)
{
	struct drop d = { 0 };
	struct err err = { 0 };
	struct str text;

	(void)state;
	str_init(&text, 65536);
	str_add_z(&text, READY);
	for (int i = 0; i < 50; i++)
		str_add_z(&text, "S: XYZZY\nC: -ERR Unknown command\n");
	str_add_z(&text, "S: XYZZY\nC: -ERR Too many bad commands\n");
	assert_int_equal(serve(&d, text.p, NULL, &err), -1);
	assert_int_equal(err.code, ERR_PROTO);
	str_release(&text);

	err = (struct err){ 0 };
	assert_int_equal(serve(&d, READY "S: NOOP\\0\n", NULL, &err), -1);
	assert_int_equal(err.code, ERR_PROTO);
}

static void
test_long_commands(void **state)
{
	struct drop d = { 0 };
	struct err err = { 0 };
	struct str text;

	(void)state;
	str_init(&text, 200000);
	str_add_z(&text, READY "S: USER ");
	for (int i = 0; i < 2000; i++)
		str_add_c(&text, 'a');
	str_add_z(&text, "\nC: -ERR Command too long\n" BYE);
	play(text.p);
	str_clear(&text);
	str_add_z(&text, READY "S: USER ");
	for (int i = 0; i < 65000; i++)
		str_add_c(&text, 'a');
	str_add_z(&text, "\nC: -ERR Command too long\n");
	assert_int_equal(serve(&d, text.p, NULL, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	str_release(&text);
}

static void
test_pipelined_commands(void **state)
{
	(void)state;
	/* All at once: the replies come in one go, in order. */
	play(READY "S: USER kim\nS: PASS pa ss\nS: STAT\nS: RETR 4\n"
	           "S: DELE 9\nS: QUIT\n"
	           "C: +OK Password?\nC: +OK Logged in\nC: +OK 4 88\n"
	           "C: +OK 6 octets\nC: no end\nC: .\n"
	           "C: -ERR No such message\nC: +OK Bye\n");
}

static void
test_byte_by_byte_and_cut_everywhere(void **state)
{
	static const char whole[] =
		READY LOG_IN "S: DELE 1\nC: +OK Marked\nS: NOOP\nC: +OK \n" BYE;
	size_t total = strlen("USER kim\r\nPASS pa ss\r\nDELE 1\r\n"
	                      "NOOP\r\nQUIT\r\n");
	struct script_opts how = { .max_io = 1 };
	struct drop d = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(serve(&d, whole, &how, &err), 0);
	assert_int_equal(d.commits, 1);
	for (size_t at = 1; at < total; at++) {
		d = (struct drop){ 0 };
		err = (struct err){ 0 };
		how = (struct script_opts){ .cut_after = at, .max_io = at % 3 };
		(void)serve(&d, whole, &how, &err);
		assert_int_equal(d.commits, 0);
		assert_int_equal(d.logouts, at >= 22);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_messages_come_byte_for_byte),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_message_that_breaks_off),
		cmocka_unit_test(test_bad_numbers),
		cmocka_unit_test(test_delete_needs_quit),
		cmocka_unit_test(test_commit_that_fails_is_told),
		cmocka_unit_test(test_unreadable_message),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_auth_plain),
		cmocka_unit_test(test_wrong_logins_end_the_session),
		cmocka_unit_test(test_mailbox_in_use),
		cmocka_unit_test(test_mailbox_that_cannot_be_opened),
		cmocka_unit_test(test_login_has_a_deadline),
		cmocka_unit_test(test_silence_deletes_nothing),
		cmocka_unit_test(test_names_that_are_none),
		cmocka_unit_test(test_bad_commands_end_the_session),
		cmocka_unit_test(test_long_commands),
		cmocka_unit_test(test_pipelined_commands),
		cmocka_unit_test(test_byte_by_byte_and_cut_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
