/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS on a stream: records, handshake, verification. */
/*
 * 1. OpenSSL never sees a socket.  Its records go through a BIO to the backend
 *    the stream had before, which blocks, has the deadline and the cancel; so
 *    nothing here polls, and tests run TLS over whatever they like.
 * 2. Verified means: a chain to a trusted root, a date within the validity, the
 *    host in subjectAltName (never in the subject), keys and digests of security
 *    level 2.  Or: the leaf is the one that was pinned.  Nothing else gets past
 *    tls_start(), and no credential is sent before.
 * 3. An end without close_notify is an error (ERR_RETRY): a cut is no end.
 * 4. Bytes that arrived before the handshake were not protected: an error.
 *
 * The client's SSL_CTX and the system's roots (tls_roots.c) are the one exception
 * to "no mutable file scope": making them takes longer than the rest of a
 * session, and twenty accounts fetch at once.  Each is made once (pthread_once),
 * and both are safe to share between threads (they lock themselves).
 */
#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/dial.h"
#include "net/tls_priv.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define DEFAULT_TIMEOUT_MS 30000
/* 112 bits: RSA 2048, no SHA-1. */
#define SECURITY_LEVEL 2
/* Four records a system call, as the stream above has room for. */
#define READ_BUFFER 65536
/* A goodbye is not worth waiting for. */
#define CLOSE_TIMEOUT_MS 2000

/* The BIO over the former backend */

static int
bio_read(BIO *bio, char *p, int n)
{
	struct tls *t = BIO_get_data(bio);
	ssize_t got;

	if (n <= 0)
		return 0;
	got = t->lower->read(t->lower_ctx, p, (size_t)n, t->deadline_ms,
	                     &t->err);
	/* So that OpenSSL tells an end from an error. */
	if (got == 0)
		BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
	return (int)got;
}

static int
bio_write(BIO *bio, const char *p, int n)
{
	struct tls *t = BIO_get_data(bio);

	if (n <= 0)
		return 0;
	return (int)t->lower->write(t->lower_ctx, p, (size_t)n, t->deadline_ms,
	                            &t->err);
}

static long
bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	(void)num;
	(void)ptr;
	if (cmd == BIO_CTRL_EOF)
		return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
	return cmd == BIO_CTRL_FLUSH;
}

static int
bio_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

/* Once per process */

struct shared {
	BIO_METHOD *method;
	SSL_CTX *client;
	X509_STORE *roots; /* of the system; NULL until first needed */
};

static struct shared shared;
static pthread_once_t shared_once = PTHREAD_ONCE_INIT;
static pthread_once_t roots_once = PTHREAD_ONCE_INIT;

static void
note_fault(struct tls_fault *fault, int code)
{
	switch (code) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		fault->name = true;
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		fault->date = true;
		break;
	default:
		fault->chain = true;
		break;
	}
}

static int
on_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);
	X509 *leaf = X509_STORE_CTX_get0_cert(store);

	if (t->peer == NULL && leaf != NULL && X509_up_ref(leaf) == 1)
		t->peer = leaf;
	if (!ok)
		note_fault(&t->fault, X509_STORE_CTX_get_error(store));
	if (t->peer != NULL && t->fault.cert == NULL && !ok) {
		t->fault.code = X509_STORE_CTX_get_error(store);
		t->fault.cert = X509_STORE_CTX_get_current_cert(store);
		if (t->fault.cert == NULL)
			t->fault.cert = t->peer;
		X509_up_ref(t->fault.cert);
	}
	/* Go on: tls_start() judges, it knows the pin too. */
	return 1;
}

static void
shared_init(void)
{
	/* What a program at its end gives back to the system anyway need not be
	 * taken apart piece by piece: a tenth of what TLS costs a short one. */
	bool ready = OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, NULL) == 1;
	SSL_CTX *ctx = ready ? SSL_CTX_new(TLS_client_method()) : NULL;
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
	                             "stream");

	shared.client = ctx;
	shared.method = m;
	if (ctx == NULL || m == NULL)
		return;
	(void)BIO_meth_set_read(m, bio_read);
	(void)BIO_meth_set_write(m, bio_write);
	(void)BIO_meth_set_ctrl(m, bio_ctrl);
	(void)BIO_meth_set_create(m, bio_create);
	(void)SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_security_level(ctx, SECURITY_LEVEL);
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
	                                       SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, on_verify);
	SSL_CTX_set_read_ahead(ctx, 1);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_default_read_buffer_len(ctx, READ_BUFFER);
}

/* Apart from the rest: connections with a ca_file have a store of their own. */
static void
roots_init(void)
{
	shared.roots = X509_STORE_new();
	if (shared.roots != NULL)
		tls_add_roots(shared.roots);
}

static const struct shared *
shared_get(struct err *err)
{
	(void)pthread_once(&shared_once, shared_init);
	if (shared.client != NULL && shared.method != NULL)
		return &shared;
	(void)err_set(err, ERR_IO, _("OpenSSL cannot be used"));
	return NULL;
}

/* The backend with TLS */

/* Why SSL_read, SSL_write or a handshake gave rc <= 0. */
static int
ssl_error(struct tls *t, int rc, struct err *err)
{
	int what = SSL_get_error(t->ssl, rc);
	unsigned long code = ERR_peek_error();
	const char *words = ERR_reason_error_string(code);
	int reason = ERR_GET_REASON(code);

	ERR_clear_error();
	t->broken = true;
	if (t->err.code != ERR_NONE) {
		(void)err_set(err, t->err.code, "%s", t->err.text);
		return -1;
	}
	if (what == SSL_ERROR_SYSCALL ||
	    (what == SSL_ERROR_SSL &&
	     reason == SSL_R_UNEXPECTED_EOF_WHILE_READING))
		return err_set(err, ERR_RETRY, _("the connection was cut off"));
	switch (reason) {
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
	case SSL_R_HTTP_REQUEST:
		return err_set(err, ERR_PROTO,
		               _("the server does not speak TLS here; check "
		                 "the port and the kind of encryption"));
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
	case SSL_R_NO_PROTOCOLS_AVAILABLE:
	case SSL_R_DH_KEY_TOO_SMALL:
	case SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED:
		return err_set(err, ERR_PROTO,
		               _("the encryption of the server is too old to "
		                 "be safe (TLS 1.2 or newer is needed)"));
	default:
		return err_set(err, ERR_PROTO, _("TLS failed: %s"),
		               words != NULL ? words : "?");
	}
}

static ssize_t
tls_read(void *ctx, void *p, size_t n, int64_t deadline_ms, struct err *err)
{
	struct tls *t = ctx;
	size_t got = 0;

	t->deadline_ms = deadline_ms;
	ERR_clear_error();
	if (SSL_read_ex(t->ssl, p, n, &got) == 1)
		return (ssize_t)got;
	if (SSL_get_error(t->ssl, 0) == SSL_ERROR_ZERO_RETURN)
		return 0;
	return ssl_error(t, 0, err);
}

static ssize_t
tls_write(void *ctx, const void *p, size_t n, int64_t deadline_ms,
          struct err *err)
{
	struct tls *t = ctx;
	size_t sent = 0;

	/* One record: the deadline is for each, as with sockets. */
	if (n > SSL3_RT_MAX_PLAIN_LENGTH)
		n = SSL3_RT_MAX_PLAIN_LENGTH;
	t->deadline_ms = deadline_ms;
	ERR_clear_error();
	if (SSL_write_ex(t->ssl, p, n, &sent) == 1)
		return (ssize_t)sent;
	return ssl_error(t, 0, err);
}

static void
tls_close(void *ctx)
{
	struct tls *t = ctx;

	t->deadline_ms = clock_mono_ms() + CLOSE_TIMEOUT_MS;
	/* Politeness only: the answer is not waited for. */
	if (!t->broken && SSL_is_init_finished(t->ssl))
		(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
	SSL_free(t->ssl);
	X509_free(t->fault.cert);
	X509_free(t->peer);
	t->lower->close(t->lower_ctx);
	free(t);
}

static const struct stream_ops tls_ops = {
	.read = tls_read,
	.write = tls_write,
	.close = tls_close,
};

struct tls *
tls_attach(struct stream *s, SSL_CTX *ctx, struct err *err)
{
	const struct shared *once = shared_get(err);
	struct tls *t;
	BIO *bio;

	if (once == NULL)
		return NULL;
	if (stream_buffered(s) > 0) {
		(void)err_set(err, ERR_PROTO,
		              _("the server sent text before encryption "
		                "began; somebody may have changed it"));
		return NULL;
	}
	t = xcalloc(1, sizeof *t);
	t->ssl = SSL_new(ctx);
	bio = BIO_new(once->method);
	if (t->ssl == NULL || bio == NULL) {
		SSL_free(t->ssl);
		(void)BIO_free(bio);
		free(t);
		(void)err_set(err, ERR_IO, _("OpenSSL cannot be used"));
		return NULL;
	}
	BIO_set_data(bio, t);
	SSL_set_bio(t->ssl, bio, bio);
	(void)SSL_set_app_data(t->ssl, t);
	stream_get_backend(s, &t->lower, &t->lower_ctx);
	stream_set_backend(s, &tls_ops, t, true);
	return t;
}

int
tls_handshake(struct tls *t, int (*run)(SSL *), int timeout_ms, struct err *err)
{
	struct err why = { 0 };
	int rc;

	t->deadline_ms = clock_mono_ms() +
	                 (timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS);
	ERR_clear_error();
	rc = run(t->ssl);
	if (rc == 1)
		return 0;
	(void)ssl_error(t, rc, &why);
	/* Servers of the old kind often just hang up. */
	if (why.code == ERR_RETRY && t->err.code == ERR_NONE)
		(void)err_set(&why, ERR_RETRY,
		              _("the server ended the encryption before it "
		                "began; it may know only kinds too old to be "
		                "safe"));
	return err_set(err, why.code, "%s", why.text);
}

/* Client */

/* The roots of the system, and those of ca_file if there is one. */
static int
set_roots(SSL *ssl, const char *ca_file, struct err *err)
{
	X509_STORE *store;

	if (ca_file == NULL) {
		(void)pthread_once(&roots_once, roots_init);
		if (shared.roots != NULL)
			(void)SSL_set1_verify_cert_store(ssl, shared.roots);
		return 0;
	}
	store = X509_STORE_new();
	if (store == NULL)
		return err_set(err, ERR_IO, _("OpenSSL cannot be used"));
	tls_add_roots(store);
	if (X509_STORE_load_file(store, ca_file) != 1) {
		ERR_clear_error();
		X509_STORE_free(store);
		return err_set(err, ERR_CONFIG,
		               _("'%s' cannot be read as a file of trusted "
		                 "certificates"),
		               ca_file);
	}
	(void)SSL_set1_verify_cert_store(ssl, store);
	X509_STORE_free(store);
	return 0;
}

/* Tell OpenSSL whom we want to meet. */
static int
expect_host(SSL *ssl, const char *host, struct err *err)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	char *ascii;
	int ok;

	X509_VERIFY_PARAM_set_hostflags(
		param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
			       X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	if (dial_is_address(host)) {
		ok = X509_VERIFY_PARAM_set1_ip_asc(param, host);
	} else {
		ascii = dial_ascii_host(host, err);
		if (ascii == NULL)
			return -1;
		ok = ascii[0] != '\0' &&
		     X509_VERIFY_PARAM_set1_host(param, ascii, 0) == 1 &&
		     SSL_set_tlsext_host_name(ssl, ascii) == 1;
		free(ascii);
	}
	if (ok != 1)
		return err_set(err, ERR_CONFIG,
		               _("'%s' cannot be used as a host name"), host);
	return 0;
}

static bool
pin_matches(const struct tls *t, const char *pin)
{
	char seen[80];

	if (t->peer == NULL || pin == NULL)
		return false;
	tls_cert_pin(t->peer, seen);
	return slice_ieq_z(slice_of(pin), seen);
}

/* The one place that lets a server in. */
static int
judge(struct tls *t, const struct tls_opts *opts, struct err *err)
{
	if (t->peer == NULL)
		return err_set(err, ERR_CERT,
		               _("the server showed no certificate"));
	if (t->fault.code == X509_V_OK &&
	    SSL_get_verify_result(t->ssl) == X509_V_OK)
		return 0;
	t->pinned = pin_matches(t, opts->pin);
	if (t->pinned)
		return 0;
	if (t->fault.cert == NULL) {
		t->fault.code = (int)SSL_get_verify_result(t->ssl);
		t->fault.cert = t->peer;
		X509_up_ref(t->peer);
	}
	(void)tls_fault_err(&t->fault, opts->host, err);
	if (opts->pin != NULL)
		(void)err_wrap(err, _("the certificate is not the pinned one"));
	if (err != NULL)
		tls_cert_pin(t->peer, err->pin);
	return -1;
}

int
tls_start(struct stream *s, const struct tls_opts *opts, struct err *err)
{
	const struct shared *once = shared_get(err);
	struct tls *t = once != NULL ? tls_attach(s, once->client, err) : NULL;

	if (t == NULL)
		return -1;
	if (set_roots(t->ssl, opts->ca_file, err) < 0 ||
	    expect_host(t->ssl, opts->host, err) < 0)
		return -1;
	if (tls_handshake(t, SSL_connect, opts->timeout_ms, err) < 0 ||
	    judge(t, opts, err) < 0) {
		t->broken = true;
		return -1;
	}
	return 0;
}

struct tls *
tls_get(const struct stream *s)
{
	const struct stream_ops *ops;
	void *ctx;

	stream_get_backend(s, &ops, &ctx);
	return ops == &tls_ops ? ctx : NULL;
}

int
tls_describe(const struct stream *s, struct tls_info *info_r)
{
	const struct tls *t = tls_get(s);

	*info_r = (struct tls_info){ 0 };
	if (t == NULL || t->peer == NULL)
		return -1;
	(void)snprintf(info_r->version, sizeof info_r->version, "%s",
	               SSL_get_version(t->ssl));
	tls_cert_describe(t->peer, info_r);
	info_r->chain_ok = !t->fault.chain;
	info_r->name_ok = !t->fault.name;
	info_r->date_ok = !t->fault.date;
	info_r->pinned = t->pinned;
	return 0;
}
