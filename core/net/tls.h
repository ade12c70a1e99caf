/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS 1.2 and newer with verified chain and host name (OpenSSL). */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "net/stream.h"

struct tls_opts {
	const char *host;    /* name or IP literal to verify */
	const char *ca_file; /* more trusted roots, or NULL */
	const char *pin;     /* "sha256:HEX" of the one certificate accepted in
	                  * place of a verified chain, or NULL */
	int timeout_ms;
};

/* Put TLS on s: handshake, verification.  s itself stays the same object.
 * 0 or -1: ERR_CERT (text says which name, date or issuer is wrong),
 * ERR_PROTO when plaintext was buffered before, ERR_RETRY, ERR_CANCELLED.
 * After -1 s is good for stream_close only. */
int tls_start(struct stream *s, const struct tls_opts *opts, struct err *err);

/* The peer's certificate for people: subject name, issuer, days left. */
struct tls_info {
	char version[16];
	char name[256];
	char issuer[256];
	char pin[80]; /* "sha256:HEX" */
	int days_left;
	int64_t valid_from; /* 0: not known */
	/* What of the verification was good: the chain leads to a trusted root,
	 * the host is one of the names, today is within the dates. */
	bool chain_ok, name_ok, date_ok;
	bool pinned; /* some of it was not, but it is the one that was pinned */
};

/* 0, or -1 when s is plain or the peer showed no certificate.  After a
 * tls_start() that failed with ERR_CERT it still tells whom we met. */
int tls_describe(const struct stream *s, struct tls_info *info_r);

/* Server side, for the demo, serve and tests: files in PEM form. */
struct tls_server;
struct tls_server *tls_server_new(const char *cert_file, const char *key_file,
                                  struct err *err);
void tls_server_free(struct tls_server **t);
/* t may be freed before s: s keeps what it needs of it. */
int tls_accept(struct stream *s, struct tls_server *t, int timeout_ms,
               struct err *err);
/* Write a self-made CA and a certificate of it for host (and its key) as PEM
 * files into folder: ca.pem, cert.pem, key.pem (0600). */
int tls_make_test_ca(const char *folder, const char *host, struct err *err);

/* The same with every fault a test may ask for. */
struct tls_test_cert {
	const char *host; /* in subjectAltName; "" none */
	const char *name; /* common name; NULL: host */
	int first_day;    /* valid from, days from now */
	int last_day;     /* valid to */
	struct slice raw; /* bytes of a DNS name in place of host; or none */
	bool self_signed; /* by itself and not by the CA */
};

int tls_make_test_cert(const char *folder, const struct tls_test_cert *want,
                       struct err *err);

#endif
