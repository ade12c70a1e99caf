/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files around tls.c share. */
#ifndef NET_TLS_PRIV_H
#define NET_TLS_PRIV_H

#include <openssl/ssl.h>

#include "net/stream.h"
#include "net/tls.h"

/* What verification saw first, kept because the handshake forgets it. */
struct tls_fault {
	int code;               /* X509_V_ERR_..., X509_V_OK none */
	X509 *cert;             /* owned; the certificate the fault is in */
	bool chain, name, date; /* what was wrong, all of it */
};

/* The context of a stream with TLS on it. */
struct tls {
	SSL *ssl;
	const struct stream_ops *lower; /* what carries the records */
	void *lower_ctx;
	int64_t deadline_ms; /* of the call that runs now */
	struct err err;      /* why the lower layer failed; ERR_NONE: not it */
	bool broken;         /* no close_notify any more */
	bool pinned;         /* in for its pin alone */
	struct tls_fault fault;
	X509 *peer; /* owned; the server's own certificate */
};

/* Take the place of s's backend; ssl is taken.  NULL with err when s has bytes
 * buffered or there is no memory. */
struct tls *tls_attach(struct stream *s, SSL_CTX *ctx, struct err *err);
/* The TLS of a stream; NULL: it is plain. */
struct tls *tls_get(const struct stream *s);
/* Run SSL_connect or SSL_accept until deadline.  1, else an SSL_ERROR with err
 * set. */
int tls_handshake(struct tls *t, int (*run)(SSL *), int timeout_ms,
                  struct err *err);

/* Trust the roots of the system, too. */
void tls_add_roots(X509_STORE *store);

/* Say what is wrong with the certificate, and what to do. */
int tls_fault_err(const struct tls_fault *fault, const char *host,
                  struct err *err);
/* "sha256:HEX" of a certificate. */
void tls_cert_pin(X509 *cert, char out[static 80]);
/* Fill all of info but version. */
void tls_cert_describe(X509 *cert, struct tls_info *info_r);

#endif
