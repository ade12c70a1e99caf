/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tls: who is let in and who is not, what the user is told; cuts; injection. */
#include "lib/test.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/tls.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define TIMEOUT_MS 20000

struct home {
	char path[64];
	char *cert;
	char *key;
	char *ca;
};

static void
home_open(struct home *h)
{
	(void)snprintf(h->path, sizeof h->path, "/tmp/pabal-tls-XXXXXX");
	assert_non_null(mkdtemp(h->path));
	h->cert = fsx_join(h->path, "cert.pem");
	h->key = fsx_join(h->path, "key.pem");
	h->ca = fsx_join(h->path, "ca.pem");
}

static void
home_close(struct home *h)
{
	(void)unlink(h->cert);
	(void)unlink(h->key);
	(void)unlink(h->ca);
	assert_int_equal(rmdir(h->path), 0);
	free(h->cert);
	free(h->key);
	free(h->ca);
}

/* A peer in a thread: accepts, sends a line, then ends in some way. */
struct peer {
	const struct home *home;
	int fd;
	bool rude; /* close the socket without close_notify */
	pthread_t thread;
};

static void *
peer_run(void *arg)
{
	struct peer *p = arg;
	struct err err = { 0 };
	int keep = dup(p->fd);
	struct stream *s = stream_new_fd(p->fd, -1);
	struct tls_server *t =
		tls_server_new(p->home->cert, p->home->key, &err);

	if (t != NULL && tls_accept(s, t, TIMEOUT_MS, &err) == 0 &&
	    stream_write(s, "+OK hi\r\n", 8, &err) == 0 &&
	    stream_flush(s, &err) == 0 && p->rude)
		(void)shutdown(keep, SHUT_RDWR);
	stream_close(&s);
	tls_server_free(&t);
	(void)close(keep);
	return NULL;
}

static struct stream *
peer_open(struct peer *p, const struct home *h, bool rude)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	p->home = h;
	p->fd = fds[1];
	p->rude = rude;
	assert_int_equal(pthread_create(&p->thread, NULL, peer_run, p), 0);
	return stream_new_fd(fds[0], -1);
}

static void
peer_close(struct peer *p, struct stream **s)
{
	stream_close(s);
	assert_int_equal(pthread_join(p->thread, NULL), 0);
}

static int
try_server(const struct tls_test_cert *want, struct tls_opts opts, bool know_ca,
           struct err *err, struct tls_info *info_r)
{
	struct home h;
	struct peer p;
	struct stream *s;
	struct slice line;
	int rc;

	home_open(&h);
	assert_int_equal(tls_make_test_cert(h.path, want, err), 0);
	if (know_ca)
		opts.ca_file = h.ca;
	opts.timeout_ms = TIMEOUT_MS;
	s = peer_open(&p, &h, false);
	rc = tls_start(s, &opts, err);
	(void)tls_describe(s, info_r);
	if (rc == 0) {
		assert_true(stream_is_tls(s));
		assert_int_equal(stream_read_line(s, 100, &line, err), 1);
		assert_slice(line, "+OK hi");
		assert_int_equal(stream_read_line(s, 100, &line, err), 0);
	}
	peer_close(&p, &s);
	home_close(&h);
	return rc;
}

#define GOOD .host = "pop.example.kr", .first_day = -1, .last_day = 30

static void
test_lets_the_right_one_in(void **state)
{
	const struct tls_test_cert cert = { GOOD };
	const struct tls_test_cert star = { .host = "*.example.kr",
		                            .first_day = -1,
		                            .last_day = 30 };
	const struct tls_test_cert ip = { .host = "127.0.0.1",
		                          .first_day = -1,
		                          .last_day = 30 };
	struct err err = { 0 };
	struct tls_info info;

	(void)state;
	assert_int_equal(
		try_server(&cert, (struct tls_opts){ .host = "pop.example.kr" },
	                   true, &err, &info),
		0);
	assert_string_equal(info.name, "pop.example.kr");
	assert_string_equal(info.issuer, "pabal test root");
	assert_string_equal(info.version, "TLSv1.3");
	assert_int_equal(strlen(info.pin), 7 + 64);
	assert_in_range(info.days_left, 28, 30);
	assert_int_equal(
		try_server(&star, (struct tls_opts){ .host = "POP.example.kr" },
	                   true, &err, &info),
		0);
	assert_int_equal(try_server(&ip,
	                            (struct tls_opts){ .host = "127.0.0.1" },
	                            true, &err, &info),
	                 0);
}

static const struct {
	struct tls_test_cert cert;
	const char *host;
	bool know_ca;
	const char *words; /* in what the user is told */
} refused[] = {
	{ { GOOD }, "pop.example.kr", false, "pabal test root" },
	{ { GOOD, .self_signed = true }, "pop.example.kr", true, "itself" },
	{ { GOOD }, "pop.example.com", true, "for pop.example.kr" },
	{ { GOOD }, "op.example.kr", true, "for pop.example.kr" },
	{ { GOOD }, "127.0.0.1", true, "not for '127.0.0.1'" },
	{ { .host = "", .name = "pop.example.kr", .last_day = 30 },
	  "pop.example.kr",
	  true,
	  "names no server" },
	{ { .host = "*", .first_day = -1, .last_day = 30 },
	  "localhost",
	  true,
	  "for *" },
	{ { .host = "p*.example.kr", .first_day = -1, .last_day = 30 },
	  "pop.example.kr",
	  true,
	  "for p*.example.kr" },
	{ { .host = "pop.example.kr.evil.example", .last_day = 30 },
	  "pop.example.kr",
	  true,
	  "not for 'pop.example.kr'" },
	{ { GOOD, .raw = { "pop.example.kr\0.evil.example", 28 } },
	  "pop.example.kr",
	  true,
	  "for pop.example.kr?.evil.example, not" },
	{ { .host = "pop.example.kr", .first_day = -9, .last_day = -1 },
	  "pop.example.kr",
	  true,
	  "expired on 20" },
	{ { .host = "pop.example.kr", .first_day = 1, .last_day = 9 },
	  "pop.example.kr",
	  true,
	  "valid only from 20" },
};

static void
test_keeps_the_wrong_ones_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct err err = { 0 };
		struct tls_info info;

		assert_int_equal(
			try_server(&refused[i].cert,
		                   (struct tls_opts){ .host = refused[i].host },
		                   refused[i].know_ca, &err, &info),
			-1);
		if (err.code != ERR_CERT ||
		    strstr(err.text, refused[i].words) == NULL)
			fail_msg("%zu: %s", i, err.text);
	}
}

/* Chain, name and date each by itself, whatever the first fault was. */
static void
test_tells_what_was_wrong(void **state)
{
	static const struct {
		struct tls_test_cert cert;
		const char *host;
		bool know_ca, chain, name, date;
	} cases[] = {
		{ { GOOD }, "pop.example.kr", true, true, true, true },
		{ { GOOD }, "pop.example.kr", false, false, true, true },
		{ { GOOD }, "pop.example.com", true, true, false, true },
		{ { GOOD }, "127.0.0.1", true, true, false, true },
		{ { .host = "pop.example.kr", .first_day = -9, .last_day = -1 },
		  "pop.example.kr",
		  true,
		  true,
		  true,
		  false },
		{ { .host = "pop.example.kr", .first_day = 1, .last_day = 9 },
		  "pop.example.kr",
		  true,
		  true,
		  true,
		  false },
		{ { .host = "pop.example.kr", .first_day = -9, .last_day = -1 },
		  "else.example.kr",
		  false,
		  false,
		  false,
		  false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct tls_opts opts = { .host = cases[i].host };
		struct err err = { 0 };
		struct tls_info info;
		int64_t from = clock_now() + 86400L * cases[i].cert.first_day;

		(void)try_server(&cases[i].cert, opts, cases[i].know_ca, &err,
		                 &info);
		assert_int_equal(info.chain_ok, cases[i].chain);
		assert_int_equal(info.name_ok, cases[i].name);
		assert_int_equal(info.date_ok, cases[i].date);
		assert_false(info.pinned);
		assert_in_range(info.valid_from, from - 3600, from + 3600);
	}
}

/* The pin of a server's certificate, then the same folder again. */
static void
test_pin_in_place_of_a_chain(void **state)
{
	const struct tls_test_cert cert = { GOOD, .self_signed = true };
	struct tls_opts opts = { .host = "other.example.kr" };
	struct err err = { 0 };
	struct tls_info info;
	struct slice line;
	struct stream *s;
	struct home h;
	struct peer p;

	(void)state;
	home_open(&h);
	assert_int_equal(tls_make_test_cert(h.path, &cert, &err), 0);
	s = peer_open(&p, &h, false);
	assert_int_equal(tls_start(s, &opts, &err), -1);
	assert_int_equal(tls_describe(s, &info), 0);
	peer_close(&p, &s);
	opts.pin = info.pin;
	s = peer_open(&p, &h, false);
	assert_int_equal(tls_start(s, &opts, &err), 0);
	assert_int_equal(stream_read_line(s, 100, &line, &err), 1);
	{
		struct tls_info again;

		assert_int_equal(tls_describe(s, &again), 0);
		assert_true(again.pinned);
		assert_false(again.chain_ok);
		assert_false(again.name_ok);
		assert_true(again.date_ok);
	}
	peer_close(&p, &s);
	opts.pin =
		"sha256:"
		"0000000000000000000000000000000000000000000000000000000000000000";
	s = peer_open(&p, &h, false);
	assert_int_equal(tls_start(s, &opts, &err), -1);
	assert_int_equal(err.code, ERR_CERT);
	assert_non_null(strstr(err.text, "not the pinned one"));
	/* the error tells what could be trusted */
	assert_string_equal(err.pin, info.pin);
	peer_close(&p, &s);
	home_close(&h);
}

static void
test_a_cut_is_no_end(void **state)
{
	struct tls_opts opts = { .host = "a.example" };
	struct err err = { 0 };
	struct slice line;
	struct stream *s;
	struct home h;
	struct peer p;

	(void)state;
	home_open(&h);
	assert_int_equal(tls_make_test_ca(h.path, "a.example", &err), 0);
	opts.ca_file = h.ca;
	s = peer_open(&p, &h, true);
	assert_int_equal(tls_start(s, &opts, &err), 0);
	assert_int_equal(stream_read_line(s, 100, &line, &err), 1);
	assert_int_equal(stream_read_line(s, 100, &line, &err), -1);
	assert_int_equal(err.code, ERR_RETRY);
	peer_close(&p, &s);
	home_close(&h);
}

static int
start_against(const char *bytes, bool read_first, struct err *err)
{
	struct tls_opts opts = { .host = "a.example", .timeout_ms = 1 };
	struct slice data;
	struct stream *s;
	int fds[2];
	int rc;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	s = stream_new_fd(fds[0], -1);
	assert_int_equal(write(fds[1], bytes, strlen(bytes)), strlen(bytes));
	if (read_first) {
		assert_int_equal(stream_read_line(s, 100, &data, err), 1);
	}
	rc = tls_start(s, &opts, err);
	stream_close(&s);
	(void)close(fds[1]);
	return rc;
}

/* Write the files, one behind the other, as to. */
static void
bundle(const char *to, const char *const *files, size_t n)
{
	struct err err = { 0 };
	struct str text;
	FILE *f = fopen(to, "w");

	assert_non_null(f);
	(void)fputs("no certificate\n-----BEGIN CERTIFICATE-----\nMAA=\n"
	            "-----END CERTIFICATE-----\n",
	            f);
	str_init(&text, 65536);
	for (size_t i = 0; i < n; i++) {
		str_clear(&text);
		assert_int_equal(fsx_read(files[i], 65536, &text, &err), 0);
		assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	}
	str_release(&text);
	assert_int_equal(fclose(f), 0);
}

static enum err_code
try_home(const struct home *h, const char *ca_file)
{
	const struct tls_opts opts = { .host = "pop.example.kr",
		                       .ca_file = ca_file,
		                       .timeout_ms = TIMEOUT_MS };
	struct err err = { 0 };
	struct peer p;
	struct stream *s = peer_open(&p, h, false);

	(void)tls_start(s, &opts, &err);
	peer_close(&p, &s);
	return err.code;
}

/* Roots of the system come out of a bundle, whatever else is in it, also when an
 * account has some of its own; and those that are not in it are not trusted. */
static void
test_roots_of_a_bundle(void **state)
{
	const struct tls_test_cert cert = { GOOD };
	struct err err = { 0 };
	struct home own, other;
	char *path;

	(void)state;
	home_open(&own);
	home_open(&other);
	path = fsx_join(other.path, "bundle.pem");
	assert_int_equal(tls_make_test_cert(own.path, &cert, &err), 0);
	assert_int_equal(tls_make_test_cert(other.path, &cert, &err), 0);
	assert_int_equal(setenv("SSL_CERT_FILE", path, 1), 0);
	assert_int_equal(setenv("SSL_CERT_DIR", "/nonexistent", 1), 0);

	/* What is known stays known: so the bad ones come first, and another root of
	 * the same name only into stores that end with their connection. */
	assert_int_equal(try_home(&own, NULL), ERR_CERT); /* no file */
	bundle(path, (const char *[]){ own.cert }, 1);
	assert_int_equal(try_home(&own, NULL), ERR_CERT);
	bundle(path, (const char *[]){ other.ca }, 1);
	assert_int_equal(try_home(&own, own.cert), ERR_CERT);
	bundle(path, (const char *[]){ own.cert, own.ca }, 2);
	assert_int_equal(try_home(&own, own.cert), ERR_NONE);
	assert_int_equal(try_home(&own, NULL), ERR_NONE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(try_home(&own, NULL), ERR_NONE);
	assert_int_equal(try_home(&own, own.cert), ERR_CERT);
	assert_int_equal(try_home(&own, own.ca), ERR_NONE);

	assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
	assert_int_equal(unsetenv("SSL_CERT_DIR"), 0);
	free(path);
	home_close(&own);
	home_close(&other);
}

static void
test_plaintext_is_refused(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		start_against("+OK go\r\n+OK injected\r\n", true, &err), -1);
	assert_int_equal(err.code, ERR_PROTO);
	assert_non_null(strstr(err.text, "before encryption"));
	assert_int_equal(start_against("+OK POP3 ready\r\n", false, &err), -1);
	assert_int_equal(err.code, ERR_PROTO);
	assert_non_null(strstr(err.text, "does not speak TLS"));
	assert_int_equal(start_against("", false, &err), -1);
	assert_int_equal(err.code, ERR_RETRY);
}

static void
test_bad_files(void **state)
{
	struct err err = { 0 };
	struct tls_opts opts = { .host = "a.example", .ca_file = "/dev/null" };
	struct stream *s;
	int fds[2];

	(void)state;
	assert_null(tls_server_new("/dev/null", "/dev/null", &err));
	assert_int_equal(err.code, ERR_CONFIG);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	s = stream_new_fd(fds[0], -1);
	assert_int_equal(tls_start(s, &opts, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	stream_close(&s);
	(void)close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lets_the_right_one_in),
		cmocka_unit_test(test_keeps_the_wrong_ones_out),
		cmocka_unit_test(test_tells_what_was_wrong),
		cmocka_unit_test(test_pin_in_place_of_a_chain),
		cmocka_unit_test(test_a_cut_is_no_end),
		cmocka_unit_test(test_plaintext_is_refused),
		cmocka_unit_test(test_roots_of_a_bundle),
		cmocka_unit_test(test_bad_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
