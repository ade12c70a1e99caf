/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp_sink by transcript, and the clients and servers of core/proto against
 * each other over socketpairs with TLS. */
#include "lib/test.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/script_stream.h"
#include "proto/pop3_server.h"
#include "proto/smtp_client.h"
#include "proto/smtp_sink.h"
#include "util/secret.h"
#include "util/str.h"

struct box {
	int messages;
	bool full;
	char from[64];
	char rcpt[256];
	struct str text;
};

static int
box_message(void *ctx, struct slice from, const struct slice *rcpt,
            size_t rcpt_count, struct slice data)
{
	struct box *b = ctx;
	size_t used = 0;

	if (b->full)
		return -1;
	b->messages++;
	(void)snprintf(b->from, sizeof b->from, "%.*s", SLICE_ARG(from));
	for (size_t i = 0; i < rcpt_count && used < sizeof b->rcpt; i++)
		used += (size_t)snprintf(b->rcpt + used, sizeof b->rcpt - used,
		                         "%.*s;", SLICE_ARG(rcpt[i]));
	str_clear(&b->text);
	str_add_slice(&b->text, data);
	return 0;
}

static bool
box_recipient(void *ctx, struct slice rcpt)
{
	(void)ctx;
	return !slice_starts(rcpt, "nobody@");
}

static bool
box_login(void *ctx, struct slice user, struct slice password)
{
	(void)ctx;
	return slice_eq_z(user, "kim") && slice_eq_z(password, "pa ss");
}

static struct box
box_make(void)
{
	struct box b = { 0 };

	str_init(&b.text, 1 << 20);
	return b;
}

#define READY "C: 220 localhost ESMTP ready\n"
#define HELLO                                       \
 "S: EHLO x\nC: 250-localhost\nC: 250-PIPELINING\n" \
 "C: 250-CHUNKING\n"                                \
 "C: 250-SIZE 67108864\nC: 250-8BITMIME\nC: 250-SMTPUTF8\n"
#define OPEN_HELLO READY HELLO "C: 250 ENHANCEDSTATUSCODES\n"
#define BYE        "S: QUIT\nC: 221 2.0.0 Bye\n"

/* S is what the client says, C what we answer. */
static int
serve(struct box *b, bool with_login, const char *transcript,
      const struct script_opts *how, struct err *err)
{
	struct smtp_sink_opts opts = {
		.message = box_message,
		.recipient = box_recipient,
		.login = with_login ? box_login : NULL,
		.ctx = b,
	};
	struct script *script;
	struct stream *s = script_stream_new(transcript, how, &script);
	int rc = smtp_sink_run(s, &opts, err);

	stream_close(&s);
	if (how == NULL || how->cut_after == 0) {
		if (script_problem(script) != NULL)
			fail_msg("%s", script_problem(script));
		assert_true(script_done(script));
	}
	script_free(&script);
	return rc;
}

static void
test_takes_a_message(void **state)
{
	struct box b = box_make();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		serve(&b, false,
	              OPEN_HELLO
	              "S: MAIL FROM:<a@b> SIZE=5 BODY=8BITMIME\n"
	              "C: 250 2.1.0 Sender taken\n"
	              "S: RCPT TO:<c@d>\nC: 250 2.1.5 Recipient taken\n"
	              "S: RCPT TO:<nobody@d>\nC: 550 5.1.1 No such mailbox\n"
	              "S: rcpt to: <e@f>\nC: 250 2.1.5 Recipient taken\n"
	              "S: DATA\nC: 354 End with a dot\n"
	              "S: x: y\nS: \nS: ..\ns: a\\n.\\nb\\r.\\r\\r\\n\n"
	              "S: ..c\nS: .\nC: 250 2.0.0 Taken\n" BYE,
	              NULL, &err),
		0);
	assert_int_equal(b.messages, 1);
	assert_string_equal(b.from, "a@b");
	assert_string_equal(b.rcpt, "c@d;e@f;");
	assert_string_equal(b.text.p,
	                    "x: y\r\n\r\n.\r\na\n.\nb\r.\r\r\n.c\r\n");
	str_release(&b.text);
}

static void
test_order_and_syntax(void **state)
{
	struct box b = box_make();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		serve(&b, false,
	              READY
	              "S: MAIL FROM:<a@b>\nC: 503 5.5.1 Not now\n"
	              "S: HELO x\nC: 250 localhost\n"
	              "S: RCPT TO:<a@b>\nC: 503 5.5.1 MAIL first\n"
	              "S: DATA\nC: 554 5.5.1 No valid recipients\n"
	              "S: MAIL FROM:a@b\nC: 501 5.5.4 Not understood\n"
	              "S: MAIL\nC: 501 5.5.4 Not understood\n"
	              "S: MAIL FROM:<a\\0@b>\nC: 501 5.5.4 Not understood\n"
	              "S: MAIL FROM:<a b>\nC: 501 5.5.4 Not understood\n"
	              "S: MAIL FROM:<a@b\nC: 501 5.5.4 Not understood\n"
	              "S: MAIL FROM:<>\nC: 250 2.1.0 Sender taken\n"
	              "S: MAIL FROM:<>\nC: 503 5.5.1 Not now\n"
	              "S: RCPT TO:<>\nC: 501 5.5.4 Not understood\n"
	              "S: RSET\nC: 250 2.0.0 Forgotten\n"
	              "S: RCPT TO:<a@b>\nC: 503 5.5.1 MAIL first\n"
	              "S: STARTTLS\nC: 502 5.5.1 TLS is not available\n"
	              "S: AUTH PLAIN x\nC: 503 5.5.1 Not now\n"
	              "S: VRFY x\nC: 252 2.5.2 Send and see\n"
	              "S: XDAT 3\nC: 500 5.5.2 Unknown command\n"
	              "S: BDAT 3\ns: abc\nC: 503 5.5.1 No valid recipients\n"
	              "S: NOOP\nC: 250 2.0.0 Ready\n" BYE,
	              NULL, &err),
		0);
	assert_int_equal(b.messages, 0);
	str_release(&b.text);
}

static void
test_login(void **state)
{
	struct box b = box_make();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		serve(&b, true,
	              READY HELLO
	              "C: 250-AUTH PLAIN LOGIN\n"
	              "C: 250 ENHANCEDSTATUSCODES\n"
	              "S: MAIL FROM:<a@b>\nC: 530 5.7.0 Log in first\n"
	              "S: AUTH PLAIN AGtpbQB4\n"
	              "C: 535 5.7.8 Wrong user name or password\n"
	              "S: AUTH LOGIN\nC: 334 VXNlcm5hbWU6\nS: a2lt\n"
	              "C: 334 UGFzc3dvcmQ6\nS: *\n"
	              "C: 501 5.5.2 Not understood\n"
	              "S: AUTH X\nC: 504 5.5.4 Unknown method\n"
	              "S: AUTH LOGIN\nC: 334 VXNlcm5hbWU6\nS: a2lt\n"
	              "C: 334 UGFzc3dvcmQ6\nS: cGEgc3M=\n"
	              "C: 235 2.7.0 Logged in\n"
	              "S: MAIL FROM:<a@b>\nC: 250 2.1.0 Sender taken\n" BYE,
	              NULL, &err),
		0);
	str_release(&b.text);
}

static void
test_full_box_and_cuts(void **state)
{
	static const char whole[] =
		OPEN_HELLO "S: MAIL FROM:<a@b>\nC: 250 2.1.0 Sender taken\n"
			   "S: RCPT TO:<c@d>\nC: 250 2.1.5 Recipient taken\n"
			   "S: DATA\nC: 354 End with a dot\nS: hello\nS: .\n"
			   "C: 451 4.3.0 Not stored\n" BYE;
	size_t before_end = strlen("EHLO x\r\nMAIL FROM:<a@b>\r\n"
	                           "RCPT TO:<c@d>\r\nDATA\r\nhello\r\n.\r");
	struct script_opts how = { .max_io = 1 };
	struct box b = box_make();
	struct err err = { 0 };

	(void)state;
	b.full = true;
	assert_int_equal(serve(&b, false, whole, &how, &err), 0);
	b.full = false;
	for (size_t at = 1; at <= before_end; at++) {
		how = (struct script_opts){ .cut_after = at, .max_io = at % 3 };
		(void)serve(&b, false, whole, &how, &err);
		assert_int_equal(b.messages, 0);
	}
	str_release(&b.text);
}

/* Loopback: client and server of ours, TLS between. */

struct link {
	pthread_t thread;
	struct stream *server;
	struct stream *client;
	const struct smtp_sink_opts *sink; /* one of the two */
	const struct pop3_server_opts *pop3;
	int rc;
	struct err err;
};

static void *
serve_link(void *ctx)
{
	struct link *l = ctx;

	l->rc = l->sink != NULL ? smtp_sink_run(l->server, l->sink, &l->err)
	                        : pop3_server_run(l->server, l->pop3, &l->err);
	stream_close(&l->server);
	return NULL;
}

static void
link_start(struct link *l)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	l->server = stream_new_fd(fd[0], -1);
	l->client = stream_new_fd(fd[1], -1);
	assert_int_equal(pthread_create(&l->thread, NULL, serve_link, l), 0);
}

static void
link_join(struct link *l)
{
	assert_int_equal(pthread_join(l->thread, NULL), 0);
}

/* A folder with ca.pem, cert.pem and key.pem for mx.test. */
struct certs {
	char folder[64];
	char ca[96];
	char cert[96];
	char key[96];
	struct tls_server *server;
};

static int
make_certs(void **state)
{
	struct certs *c = calloc(1, sizeof *c);
	struct err err = { 0 };

	(void)snprintf(c->folder, sizeof c->folder, "/tmp/pabal-test-XXXXXX");
	if (mkdtemp(c->folder) == NULL ||
	    tls_make_test_ca(c->folder, "mx.test", &err) != 0)
		return -1;
	(void)snprintf(c->ca, sizeof c->ca, "%s/ca.pem", c->folder);
	(void)snprintf(c->cert, sizeof c->cert, "%s/cert.pem", c->folder);
	(void)snprintf(c->key, sizeof c->key, "%s/key.pem", c->folder);
	c->server = tls_server_new(c->cert, c->key, &err);
	*state = c;
	return c->server != NULL ? 0 : -1;
}

static int
remove_certs(void **state)
{
	struct certs *c = *state;

	tls_server_free(&c->server);
	(void)unlink(c->ca);
	(void)unlink(c->cert);
	(void)unlink(c->key);
	(void)rmdir(c->folder);
	free(c);
	return 0;
}

static void
send_over_tls(const struct certs *certs, enum smtp_tls tls,
              const char *password, enum err_code expected)
{
	struct box b = box_make();
	struct smtp_sink_opts sink = {
		.message = box_message,
		.recipient = box_recipient,
		.login = box_login,
		.ctx = &b,
		.tls = certs->server,
		.implicit_tls = tls == SMTP_TLS_IMPLICIT,
		.starttls = tls == SMTP_TLS_STARTTLS,
		.timeout_ms = 10000,
	};
	struct link l = { .sink = &sink };
	struct secret secret = { 0 };
	struct smtp_opts opts = {
		.host = "mx.test",
		.port = 587,
		.tls = tls,
		.ca_file = certs->ca,
		.user = "kim",
		.secret = &secret,
		.timeout_ms = 10000,
		.cancel_fd = -1,
	};
	struct smtp_recipient rcpt[2] = { { .spec = "you@b.kr" },
		                          { .spec = "nobody@b.kr" } };
	struct err err = { 0 };
	struct smtp *c;

	secret_set(&secret, password, strlen(password));
	link_start(&l);
	c = smtp_open_stream(l.client, &opts, &err);
	assert_int_equal(err.code, expected);
	if (c != NULL) {
		assert_non_null(smtp_tls_info(c));
		assert_int_equal(smtp_ext(c) & SMTP_EXT_STARTTLS, 0);
		assert_int_equal(smtp_send(c, "me@a.kr", rcpt, 2,
		                           slice_of("Subject: x\n\n파발\n."),
		                           NULL, &err),
		                 0);
		assert_int_equal(rcpt[0].fate, SMTP_FATE_SENT);
		assert_int_equal(rcpt[1].fate, SMTP_FATE_REFUSED);
		assert_int_equal(b.messages, 1);
		assert_string_equal(b.text.p,
		                    "Subject: x\r\n\r\n파발\r\n.\r\n");
	}
	smtp_close(&c);
	link_join(&l);
	secret_release(&secret);
	str_release(&b.text);
}

static void
test_client_against_sink(void **state)
{
	send_over_tls(*state, SMTP_TLS_IMPLICIT, "pa ss", ERR_NONE);
	send_over_tls(*state, SMTP_TLS_STARTTLS, "pa ss", ERR_NONE);
	send_over_tls(*state, SMTP_TLS_STARTTLS, "wrong", ERR_AUTH);
}

static void
test_unknown_ca_gets_no_secret(void **state)
{
	struct certs nowhere = *(const struct certs *)*state;

	(void)snprintf(nowhere.ca, sizeof nowhere.ca, "%s",
	               "/etc/ssl/certs/ca-certificates.crt");
	send_over_tls(&nowhere, SMTP_TLS_STARTTLS, "pa ss", ERR_CERT);
}

/* Bytes behind the command that begins TLS end the session. */
static void
inject(struct link *l, const char *first, const char *second)
{
	struct err err = { 0 };
	struct slice line;
	int got;

	link_start(l);
	assert_int_equal(stream_read_line(l->client, 1000, &line, &err), 1);
	assert_int_equal(stream_printf(l->client, &err, "%s", first), 0);
	assert_int_equal(stream_flush(l->client, &err), 0);
	do
		got = stream_read_line(l->client, 1000, &line, &err);
	while (got == 1 && slice_starts(line, "250-"));
	assert_int_equal(got, 1);
	assert_int_equal(stream_printf(l->client, &err, "%s", second), 0);
	assert_int_equal(stream_flush(l->client, &err), 0);
	assert_int_not_equal(stream_read_line(l->client, 1000, &line, &err), 1);
	stream_close(&l->client);
	link_join(l);
	assert_int_equal(l->rc, -1);
	assert_int_equal(l->err.code, ERR_PROTO);
}

static enum pop3_login
never(void *ctx, struct slice user, struct slice password)
{
	(void)ctx;
	(void)user;
	(void)password;
	fail_msg("injected login");
	return POP3_LOGIN_YES;
}

static void
test_injected_commands_end_the_session(void **state)
{
	const struct certs *certs = *state;
	static const struct maildrop_ops ops = { .login = never };
	struct smtp_sink_opts sink = { .message = box_message,
		                       .tls = certs->server,
		                       .starttls = true };
	struct pop3_server_opts pop3 = { .ops = &ops,
		                         .tls = certs->server,
		                         .stls = true };
	struct link mx = { .sink = &sink };
	struct link drop = { .pop3 = &pop3 };

	inject(&mx, "EHLO x\r\n", "STARTTLS\r\nMAIL FROM:<a@b>\r\n");
	inject(&drop, "NOOP\r\n", "STLS\r\nUSER a\r\nPASS b\r\n");
}

static void
test_pop3_wants_tls_first(void **state)
{
	const struct certs *certs = *state;
	static const struct maildrop_ops ops = { .login = never };
	struct pop3_server_opts pop3 = { .ops = &ops,
		                         .tls = certs->server,
		                         .stls = true,
		                         .require_tls = true };
	struct link l = { .pop3 = &pop3 };
	struct err err = { 0 };
	struct tls_opts tls = { .host = "mx.test",
		                .ca_file = certs->ca,
		                .timeout_ms = 10000 };
	struct slice line;

	link_start(&l);
	assert_int_equal(stream_printf(l.client, &err, "USER a\r\n"), 0);
	assert_int_equal(stream_flush(l.client, &err), 0);
	assert_int_equal(stream_read_line(l.client, 1000, &line, &err), 1);
	assert_int_equal(stream_read_line(l.client, 1000, &line, &err), 1);
	assert_slice(line, "-ERR [SYS/PERM] Begin TLS first");
	assert_int_equal(stream_printf(l.client, &err, "STLS\r\n"), 0);
	assert_int_equal(stream_flush(l.client, &err), 0);
	assert_int_equal(stream_read_line(l.client, 1000, &line, &err), 1);
	assert_slice(line, "+OK Begin TLS");
	assert_int_equal(tls_start(l.client, &tls, &err), 0);
	assert_int_equal(stream_printf(l.client, &err, "USER a\r\nQUIT\r\n"),
	                 0);
	assert_int_equal(stream_flush(l.client, &err), 0);
	assert_int_equal(stream_read_line(l.client, 1000, &line, &err), 1);
	assert_slice(line, "+OK Password?");
	assert_int_equal(stream_read_line(l.client, 1000, &line, &err), 1);
	assert_slice(line, "+OK Bye");
	stream_close(&l.client);
	link_join(&l);
	assert_int_equal(l.rc, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes_a_message),
		cmocka_unit_test(test_order_and_syntax),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_full_box_and_cuts),
		cmocka_unit_test(test_client_against_sink),
		cmocka_unit_test(test_unknown_ca_gets_no_secret),
		cmocka_unit_test(test_injected_commands_end_the_session),
		cmocka_unit_test(test_pop3_wants_tls_first),
	};

	return cmocka_run_group_tests(tests, make_certs, remove_certs);
}
