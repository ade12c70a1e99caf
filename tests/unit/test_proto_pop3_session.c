/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pop3_client against pop3_server over sockets: TLS both ways, full buffers,
 * cancel. */
#include "lib/test.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/pop3_client.h"
#include "proto/pop3_server.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define COUNT      500
#define TIMEOUT_MS 20000
/* The kernel doubles it: the least that TCP has anywhere. */
#define SMALL_BUFFER 8192

/* Message i: i lines, some of a dot. */
static void
make_message(size_t i, struct str *out)
{
	str_printf(out, "Subject: %zu\r\n\r\n", i);
	for (size_t line = 0; line < i; line++)
		str_printf(out, "%s%zu: some text\r\n",
		           line % 7 == 0 ? "." : "", line);
}

struct drop {
	size_t deleted;
	struct str open;
	size_t at;
};

static enum pop3_login
drop_login(void *ctx, struct slice user, struct slice password)
{
	(void)ctx;
	return slice_eq_z(user, "kim") && slice_eq_z(password, "secret")
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
	return i;
}

static int
drop_uidl(void *ctx, size_t i, struct str *out)
{
	(void)ctx;
	str_printf(out, "uidl-%zu", i);
	return 0;
}

static int
drop_open(void *ctx, size_t i)
{
	struct drop *d = ctx;

	str_init(&d->open, 1 << 20);
	make_message(i, &d->open);
	d->at = 0;
	return 0;
}

static ssize_t
drop_read(void *ctx, char *p, size_t n)
{
	struct drop *d = ctx;
	struct slice piece =
		slice_head(slice_from(str_slice(&d->open), d->at), n);

	if (piece.n > 0)
		memcpy(p, piece.p, piece.n);
	d->at += piece.n;
	return (ssize_t)piece.n;
}

static void
drop_close(void *ctx)
{
	struct drop *d = ctx;

	str_release(&d->open);
}

static int
drop_commit(void *ctx, const bool *gone)
{
	struct drop *d = ctx;

	for (size_t i = 0; i < COUNT; i++)
		d->deleted += gone[i];
	return 0;
}

static void
drop_logout(void *ctx)
{
	(void)ctx;
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

struct server {
	char home[64];
	char *ca;
	char *cert;
	char *key;
	struct tls_server *tls;
	struct stream *s;
	enum pop3_tls kind;
	struct drop drop;
	pthread_t thread;
};

static void *
server_run(void *arg)
{
	struct server *v = arg;
	struct err err = { 0 };
	const struct pop3_server_opts opts = {
		.ops = &drop_ops,
		.ctx = &v->drop,
		.tls = v->tls,
		.implicit_tls = v->kind == POP3_TLS_IMPLICIT,
		.stls = v->kind == POP3_TLS_STLS,
		.timeout_ms = TIMEOUT_MS,
	};

	(void)pop3_server_run(v->s, &opts, &err);
	stream_close(&v->s);
	return NULL;
}

/* The client's end of the connection. */
static struct stream *
server_open(struct server *v, enum pop3_tls kind)
{
	const int size = SMALL_BUFFER;
	struct err err = { 0 };
	int fds[2];

	*v = (struct server){ .kind = kind };
	(void)snprintf(v->home, sizeof v->home, "/tmp/pabal-pop3-XXXXXX");
	assert_non_null(mkdtemp(v->home));
	assert_int_equal(tls_make_test_ca(v->home, "pop.example.kr", &err), 0);
	v->ca = fsx_join(v->home, "ca.pem");
	v->cert = fsx_join(v->home, "cert.pem");
	v->key = fsx_join(v->home, "key.pem");
	v->tls = tls_server_new(v->cert, v->key, &err);
	assert_non_null(v->tls);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF,
		                            &size, sizeof size),
		                 0);
	v->s = stream_new_fd(fds[1], -1);
	assert_int_equal(pthread_create(&v->thread, NULL, server_run, v), 0);
	return stream_new_fd(fds[0], -1);
}

static void
server_close(struct server *v)
{
	assert_int_equal(pthread_join(v->thread, NULL), 0);
	tls_server_free(&v->tls);
	(void)unlink(v->ca);
	(void)unlink(v->cert);
	(void)unlink(v->key);
	assert_int_equal(rmdir(v->home), 0);
	free(v->ca);
	free(v->cert);
	free(v->key);
}

struct fetched {
	struct str text;
	size_t done;
};

static int
on_begin(void *ctx, size_t index, struct err *err)
{
	struct fetched *f = ctx;

	(void)err;
	assert_int_equal(index, f->done);
	str_clear(&f->text);
	return 0;
}

static int
on_data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct fetched *f = ctx;

	(void)err;
	str_add(&f->text, p, n);
	return 0;
}

static int
on_end(void *ctx, size_t index, bool ok, const struct err *why, struct err *err)
{
	struct fetched *f = ctx;
	struct str want;

	(void)why;
	(void)err;
	assert_true(ok);
	str_init(&want, 1 << 20);
	make_message(index, &want);
	assert_string_equal(f->text.p, want.p);
	str_release(&want);
	f->done++;
	return 0;
}

static void
fetch_all(struct pop3 *p, size_t *done_r)
{
	struct fetched f = { 0 };
	const struct pop3_sink sink = { on_begin, on_data, on_end, &f, NULL };
	struct pop3_listing l;
	struct err err = { 0 };
	uint32_t numbers[COUNT];
	size_t refused = 1;

	str_init(&f.text, 1 << 20);
	assert_int_equal(pop3_list(p, &l, &err), 0);
	assert_int_equal(l.n, COUNT);
	for (size_t i = 0; i < l.n; i++)
		numbers[i] = l.v[i].number;
	assert_string_equal(l.v[COUNT - 1].uidl, "uidl-499");
	pop3_listing_release(&l);
	if (pop3_retr(p, numbers, COUNT, 0, &sink, &err) < 0)
		fail_msg("%s", err.text);
	*done_r = f.done;
	assert_int_equal(pop3_dele(p, numbers, COUNT, &refused, &err), 0);
	assert_int_equal(refused, 0);
	assert_int_equal(pop3_quit(p, &err), 0);
	str_release(&f.text);
}

static void
whole_session(enum pop3_tls kind)
{
	struct secret secret = { 0 };
	struct server v;
	struct stream *s = server_open(&v, kind);
	struct pop3_opts opts = {
		.host = "pop.example.kr",
		.port = 110,
		.tls = kind,
		.ca_file = v.ca,
		.user = "kim",
		.secret = &secret,
		.timeout_ms = TIMEOUT_MS,
		.cancel_fd = -1,
	};
	struct err err = { 0 };
	size_t done = 0;
	struct pop3 *p;

	secret_set(&secret, "secret", 6);
	p = pop3_open_stream(s, &opts, &err);
	if (p == NULL)
		fail_msg("%s | %s", err.text, err.server);
	assert_int_equal(pop3_tls_info(p) != NULL, kind != POP3_TLS_NONE);
	assert_true((pop3_capa(p) & POP3_CAPA_PIPELINING) != 0);
	/* Asked again inside: STLS is no more. */
	assert_true((pop3_capa(p) & POP3_CAPA_STLS) == 0);
	fetch_all(p, &done);
	assert_int_equal(done, COUNT);
	pop3_close(&p);
	server_close(&v);
	assert_int_equal(v.drop.deleted, COUNT);
	secret_release(&secret);
}

static void
test_plain(void **state)
{
	(void)state;
	whole_session(POP3_TLS_NONE);
}

static void
test_stls(void **state)
{
	(void)state;
	whole_session(POP3_TLS_STLS);
}

static void
test_implicit_tls(void **state)
{
	(void)state;
	whole_session(POP3_TLS_IMPLICIT);
}

static void
test_wrong_certificate_gets_no_password(void **state)
{
	struct secret secret = { 0 };
	struct server v;
	struct stream *s = server_open(&v, POP3_TLS_STLS);
	struct pop3_opts opts = {
		.host = "other.example.kr",
		.port = 110,
		.tls = POP3_TLS_STLS,
		.ca_file = v.ca,
		.user = "kim",
		.secret = &secret,
		.timeout_ms = TIMEOUT_MS,
		.cancel_fd = -1,
	};
	struct err err = { 0 };

	(void)state;
	secret_set(&secret, "secret", 6);
	assert_null(pop3_open_stream(s, &opts, &err));
	assert_int_equal(err.code, ERR_CERT);
	server_close(&v);
	secret_release(&secret);
}

/* A sink that cannot go on ends the session; nothing is deleted. */
static int
full_end(void *ctx, size_t index, bool ok, const struct err *why,
         struct err *err)
{
	(void)ctx;
	(void)ok;
	(void)why;
	return index == 3 ? err_set(err, ERR_IO, "no space") : 0;
}

static int
any_data(void *ctx, const char *p, size_t n, struct err *err)
{
	(void)ctx;
	(void)p;
	(void)n;
	(void)err;
	return 0;
}

static int
any_begin(void *ctx, size_t index, struct err *err)
{
	(void)ctx;
	(void)index;
	(void)err;
	return 0;
}

static void
test_a_full_disk_stops_it(void **state)
{
	const struct pop3_sink sink = { any_begin, any_data, full_end, NULL,
		                        NULL };
	static const uint32_t numbers[] = { 10, 20, 30, 40, 50 };
	struct secret secret = { 0 };
	struct server v;
	struct stream *s = server_open(&v, POP3_TLS_NONE);
	struct pop3_opts opts = {
		.host = "pop.example.kr",
		.port = 110,
		.tls = POP3_TLS_NONE,
		.user = "kim",
		.secret = &secret,
		.timeout_ms = TIMEOUT_MS,
		.cancel_fd = -1,
	};
	struct err err = { 0 };
	struct pop3 *p;

	(void)state;
	secret_set(&secret, "secret", 6);
	p = pop3_open_stream(s, &opts, &err);
	assert_non_null(p);
	assert_int_equal(pop3_dele(p, numbers, 1, NULL, &err), 0);
	assert_int_equal(pop3_retr(p, numbers + 1, 4, 0, &sink, &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_int_equal(pop3_dele(p, numbers, 1, NULL, &err), -1);
	assert_int_equal(pop3_quit(p, &err), -1);
	pop3_close(&p);
	server_close(&v);
	assert_int_equal(v.drop.deleted, 0);
	secret_release(&secret);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_stls),
		cmocka_unit_test(test_implicit_tls),
		cmocka_unit_test(test_wrong_certificate_gets_no_password),
		cmocka_unit_test(test_a_full_disk_stops_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
