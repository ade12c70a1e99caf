/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMTP client (RFC 5321, 3207, 4954, 2920, 1870, 6152): blocking, sequential. */
#ifndef PROTO_SMTP_CLIENT_H
#define PROTO_SMTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/sasl.h"
#include "net/stream.h"
#include "net/tls.h"

enum smtp_tls {
	SMTP_TLS_IMPLICIT,
	SMTP_TLS_STARTTLS,
	SMTP_TLS_NONE
};

struct smtp_opts {
	const char *host;
	int port;
	enum smtp_tls tls;
	const char *ca_file;
	const char *pin;
	const char *user; /* NULL: no AUTH */
	const struct secret *secret;
	enum sasl_mech mech;      /* SASL_NONE: best of what EHLO offers */
	sasl_prepare_fn *prepare; /* for SCRAM; may be NULL */
	int timeout_ms;
	int cancel_fd;
};

enum smtp_ext {
	SMTP_EXT_PIPELINING = 1,
	SMTP_EXT_SIZE = 2,
	SMTP_EXT_8BITMIME = 4,
	SMTP_EXT_SMTPUTF8 = 8,
	SMTP_EXT_CHUNKING = 16,
	SMTP_EXT_STARTTLS = 32,
	SMTP_EXT_AUTH = 64,
	SMTP_EXT_ENHANCED = 128,
	SMTP_EXT_DSN = 256,
};

/* What became of one recipient. */
enum smtp_fate {
	SMTP_FATE_UNKNOWN, /* not decided: try again with care */
	SMTP_FATE_SENT,    /* the server took responsibility */
	SMTP_FATE_RETRY,   /* 4xx */
	SMTP_FATE_REFUSED, /* 5xx */
};

struct smtp_recipient {
	const char *spec; /* borrowed */
	enum smtp_fate fate;
	int code;        /* the reply's, 0 none */
	char words[256]; /* the server's, cleaned */
};

struct smtp;

/*
 * Connect, EHLO, TLS, EHLO again, AUTH.  Nothing that opts asks for is left out
 * silently: no TLS, no login offered is an error.
 *
 * Returns owned, or NULL: ERR_AUTH the secret was rejected or a login is
 * wanted; ERR_RETRY network, 4xx, the server is closing; ERR_REFUSED no for
 * good (no STARTTLS, no login method in common); ERR_CERT; ERR_PROTO; ERR_LIMIT;
 * ERR_NOHOST; ERR_CANCELLED.
 */
struct smtp *smtp_open(const struct smtp_opts *opts, struct err *err);
struct smtp *smtp_open_stream(struct stream *s, const struct smtp_opts *opts,
                              struct err *err);
unsigned smtp_ext(const struct smtp *c);
const struct tls_info *smtp_tls_info(const struct smtp *c);
/* May another message be sent?  Not after 421, a lost or unclear reply. */
bool smtp_alive(const struct smtp *c);
/* The largest message the server takes (SIZE); 0 it did not say. */
uint64_t smtp_size_limit(const struct smtp *c);
/*
 * One mail transaction.  message: CRLF or LF lines (normalised on the wire, dots
 * stuffed), no Bcc inside.  Fills each recipient.  Returns 0 when the server
 * answered for all of them; -1 with err when the connection is lost or MAIL was
 * refused.  After the final dot was sent and no answer came, *in_doubt_r.
 *
 * from        without "<>"; "" or NULL: the empty return path.
 * in_doubt_r  may be NULL.
 *
 * Refused before anything is sent, ERR_REFUSED and the connection as before: an
 * address that cannot be sent (its recipient is marked), a message larger than
 * SIZE, a line above 998 octets, a NUL, 8-bit text without 8BITMIME.  The fates
 * of the others stay SMTP_FATE_UNKNOWN.
 *
 * Fates at -1: those the server refused stay so; when MAIL or the message was
 * refused all others have its code; when the connection was lost before the
 * final dot they are SMTP_FATE_RETRY, after it SMTP_FATE_UNKNOWN.
 */
int smtp_send(struct smtp *c, const char *from, struct smtp_recipient *rcpt,
              size_t rcpt_count, struct slice message, bool *in_doubt_r,
              struct err *err);
/* QUIT if possible, then close. */
void smtp_close(struct smtp **c);

#endif
