/* SPDX-License-Identifier: GPL-3.0-or-later */
/* login: rejected tokens and passwords, and what is sent of Korean ones. */
#include "lib/test.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/login.h"
#include "util/codec.h"
#include "util/xalloc.h"

#define TIMEOUT_MS 20000
#define SEEN_MAX   4096
/* More connections than any of the tests may make. */
#define SESSIONS_MAX 4

/* A server on the loopback that lets one secret in, and keeps what it saw. */
struct server {
	int listener;
	int port;
	const char *right; /* the line after AUTH (decoded) or PASS */
	bool late;         /* a wrong token fails at STAT, not at AUTH */
	struct str seen;   /* the secrets, a line each */
	pthread_t thread;
};

static bool
take(struct stream *s, struct str *line_r)
{
	struct err err = { 0 };
	struct slice line;

	str_clear(line_r);
	if (stream_flush(s, &err) < 0 ||
	    stream_read_line(s, SEEN_MAX, &line, &err) <= 0)
		return false;
	str_add_slice(line_r, line);
	return true;
}

static bool
note(struct server *v, struct slice secret)
{
	str_add_slice(&v->seen, secret);
	str_add_c(&v->seen, '\n');
	return slice_eq_z(secret, v->right);
}

static bool
take_token(struct server *v, struct stream *s, struct str *line)
{
	struct err err = { 0 };
	struct str raw;
	bool right;

	str_init(&raw, SEEN_MAX);
	(void)stream_printf(s, &err, "+ \r\n");
	right = take(s, line) &&
	        codec_base64_decode(str_slice(line), &raw) == 0 &&
	        note(v, slice_from(str_slice(&raw), 19));
	str_release(&raw);
	return right;
}

static void
converse(struct server *v, struct stream *s)
{
	struct err err = { 0 };
	struct str line;
	bool in = true;

	str_init(&line, SEEN_MAX);
	(void)stream_printf(s, &err, "+OK\r\n");
	while (take(s, &line)) {
		struct slice l = str_slice(&line);
		bool yes = true;

		if (slice_starts(l, "AUTH")) {
			in = take_token(v, s, &line);
			yes = in || v->late;
		} else if (slice_starts(l, "PASS ")) {
			yes = in = note(v, slice_from(l, 5));
		} else if (slice_starts(l, "STAT")) {
			yes = in;
		} else if (slice_starts(l, "CAPA")) {
			yes = false;
		}
		(void)stream_printf(s, &err,
		                    yes ? "+OK 0 0\r\n" : "-ERR [AUTH]\r\n");
	}
	str_release(&line);
}

static void *
server_run(void *arg)
{
	struct server *v = arg;

	for (int i = 0; i < SESSIONS_MAX; i++) {
		int fd = accept(v->listener, NULL, NULL);
		struct stream *s;

		if (fd < 0)
			break;
		s = stream_new_fd(fd, -1);
		converse(v, s);
		stream_close(&s);
	}
	return NULL;
}

static void
server_open(struct server *v, const char *right)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof at;

	v->right = right;
	str_init(&v->seen, SEEN_MAX);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	v->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(v->listener >= 0);
	assert_int_equal(bind(v->listener, (struct sockaddr *)&at, sizeof at),
	                 0);
	assert_int_equal(listen(v->listener, SESSIONS_MAX), 0);
	assert_int_equal(getsockname(v->listener, (struct sockaddr *)&at, &n),
	                 0);
	v->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&v->thread, NULL, server_run, v), 0);
}

static void
server_close(struct server *v)
{
	(void)shutdown(v->listener, SHUT_RDWR);
	assert_int_equal(pthread_join(v->thread, NULL), 0);
	(void)close(v->listener);
	str_release(&v->seen);
}

static enum err_code
log_in(struct server *v, enum account_auth auth, const char *command,
       const char *secret)
{
	struct secret given = { 0 };
	struct account a;
	struct login login = { .account = &a, .cancel_fd = -1 };
	struct err err = { 0 };
	struct pop3 *p;

	account_init(&a);
	a.name = xstrdup("kim");
	a.address = xstrdup("kim@pabal.test");
	a.user = xstrdup("u");
	a.pop.host = xstrdup("127.0.0.1");
	a.pop.port = v->port;
	a.pop.tls = ACCOUNT_TLS_NONE;
	a.auth = auth;
	a.password_command = command != NULL ? xstrdup(command) : NULL;
	if (secret != NULL) {
		secret_set(&given, secret, strlen(secret));
		login.secret = &given;
	}
	p = login_pop3(&login, &err);
	if (p != NULL)
		(void)pop3_quit(p, &err);
	pop3_close(&p);
	secret_release(&given);
	account_release(&a);
	return err.code;
}

#define FRESH "sh -c 'echo ${PABAL_TOKEN_REJECTED:-no}'"

static void
test_fresh_token_once(void **state)
{
	struct server v = { 0 };

	(void)state;
	server_open(&v, "yes\001\001");
	assert_int_equal(log_in(&v, ACCOUNT_AUTH_XOAUTH2, FRESH, NULL),
	                 ERR_NONE);
	assert_string_equal(v.seen.p, "no\001\001\nyes\001\001\n");
	server_close(&v);
	/* The fresh one is no better: that is all. */
	server_open(&v, "another\001\001");
	assert_int_equal(log_in(&v, ACCOUNT_AUTH_XOAUTH2, FRESH, NULL),
	                 ERR_AUTH);
	assert_string_equal(v.seen.p, "no\001\001\nyes\001\001\n");
	server_close(&v);
}

/* Some take a token of somebody else and say so at the next command. */
static void
test_fresh_token_after_stat(void **state)
{
	struct server v = { .late = true };

	(void)state;
	server_open(&v, "yes\001\001");
	assert_int_equal(log_in(&v, ACCOUNT_AUTH_XOAUTH2, FRESH, NULL),
	                 ERR_NONE);
	assert_string_equal(v.seen.p, "no\001\001\nyes\001\001\n");
	server_close(&v);
}

static void
test_same_token_is_not_sent_again(void **state)
{
	struct server v = { 0 };

	(void)state;
	server_open(&v, "yes\001\001");
	assert_int_equal(log_in(&v, ACCOUNT_AUTH_XOAUTH2, "echo no", NULL),
	                 ERR_AUTH);
	assert_string_equal(v.seen.p, "no\001\001\n");
	server_close(&v);
	/* One that cannot be had leaves the first reason. */
	server_open(&v, "yes\001\001");
	assert_int_equal(
		log_in(&v, ACCOUNT_AUTH_XOAUTH2,
	               "sh -c '[ -z \"$PABAL_TOKEN_REJECTED\" ] && echo no'",
	               NULL),
		ERR_AUTH);
	assert_string_equal(v.seen.p, "no\001\001\n");
	server_close(&v);
}

static void
test_password_is_sent_once(void **state)
{
	struct server v = { 0 };

	(void)state;
	server_open(&v, "yes");
	assert_int_equal(log_in(&v, ACCOUNT_AUTH_PASSWORD, FRESH, NULL),
	                 ERR_AUTH);
	assert_string_equal(v.seen.p, "no\n");
	server_close(&v);
}

/* As keyboards write it, however the file holds it. */
static void
test_korean_password(void **state)
{
	struct server v = { 0 };

	(void)state;
	server_open(&v, "\uc554\ud638 \u314b");
	assert_int_equal(log_in(&v, ACCOUNT_AUTH_PASSWORD, NULL,
	                        "\u110b\u1161\u11b7\u1112\u1169 \u314b"),
	                 ERR_NONE);
	server_close(&v);
	/* Not UTF-8: whatever it is, it goes out as it is. */
	server_open(&v, "\xbe\xcf\xc8\xa3");
	assert_int_equal(log_in(&v, ACCOUNT_AUTH_PASSWORD, NULL,
	                        "\xbe\xcf\xc8\xa3"),
	                 ERR_NONE);
	server_close(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fresh_token_once),
		cmocka_unit_test(test_fresh_token_after_stat),
		cmocka_unit_test(test_same_token_is_not_sent_again),
		cmocka_unit_test(test_password_is_sent_once),
		cmocka_unit_test(test_korean_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
