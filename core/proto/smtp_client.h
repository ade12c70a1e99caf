/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMTP client (RFC 5321, 3207, 4954, 2920, 3030, 3461, 1870, 6152): blocking, sequential. */
#ifndef PROTO_SMTP_CLIENT_H
#define PROTO_SMTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/sasl.h"
#include "net/stream.h"
#include "net/tls.h"
#include "proto/watch.h"

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
	bool no_chunking; /* CHUNKING is not believed */
	/* End where the login would come: only smtp_close is next. */
	bool look;
	const struct watch *watch; /* may be NULL */
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

/* What the sender wants to hear of the delivery (RFC 3461).  0: nothing but what
 * the server says by itself. */
enum smtp_dsn {
	SMTP_DSN_SUCCESS = 1,
	SMTP_DSN_FAILURE = 2,
	SMTP_DSN_DELAY = 4,
	SMTP_DSN_NEVER = 8,   /* alone */
	SMTP_DSN_FULL = 16,   /* the whole message comes back ... */
	SMTP_DSN_HEADER = 32, /* ... or its header, as without either */
};

/*
 * One mail and what became of it.
 *
 * from      without "<>"; "" or NULL: the empty return path.
 * message   CRLF or LF lines (normalised on the wire), no Bcc inside.
 * dsn       enum smtp_dsn; asked for where the server offers DSN.
 * envid     comes back in the reports; may be NULL.
 *
 * rc        0 when the server answered for all recipients; -1 with err.
 * in_doubt  the last octet was sent and no answer came.
 *
 * Refused before anything of it is sent, ERR_REFUSED and the connection as
 * before: an address that cannot be sent (its recipient is marked), a message
 * larger than SIZE, a line above 998 octets, a NUL, 8-bit text without
 * 8BITMIME.  The fates of the others stay SMTP_FATE_UNKNOWN.
 *
 * Fates at -1: those the server refused stay so; when MAIL or the message was
 * refused all others have its code; when the connection was lost before the
 * last octet they are SMTP_FATE_RETRY, after it SMTP_FATE_UNKNOWN.
 */
struct smtp_mail {
	const char *from;
	struct smtp_recipient *rcpt;
	size_t rcpt_count;
	struct slice message;
	unsigned dsn;
	const char *envid;
	int rc;
	bool in_doubt;
	struct err err;
};

/*
 * Where mails come from and go to.
 *
 * next   the next one, valid until done; NULL: there are no more.
 * done   its outcome is final; called once for each.
 * pause  the server is quiet and has to be waited for: time for slow work.
 */
struct smtp_feed {
	void *ctx;
	struct smtp_mail *(*next)(void *ctx);
	void (*done)(void *ctx, struct smtp_mail *m);
	void (*pause)(void *ctx);
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
/* Was BDAT refused by a server that offers it?  Nothing of what was written with
 * it was taken; another connection with no_chunking can do it. */
bool smtp_bdat_refused(const struct smtp *c);
/*
 * Send all that feed has, several at once where the server's extensions allow
 * it, until there is no more or the connection is over (smtp_alive).  Each mail
 * that was taken from it is given back with its own outcome.
 */
void smtp_send_feed(struct smtp *c, const struct smtp_feed *feed);
/*
 * One mail transaction: struct smtp_mail's text holds.  Returns its rc.
 *
 * in_doubt_r  may be NULL.
 */
int smtp_send(struct smtp *c, const char *from, struct smtp_recipient *rcpt,
              size_t rcpt_count, struct slice message, bool *in_doubt_r,
              struct err *err);
/* QUIT if possible, then close. */
void smtp_close(struct smtp **c);

#endif
