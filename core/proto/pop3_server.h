/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POP3 server machine (RFC 1939, 2449): line in, reply out, over a maildrop. */
#ifndef PROTO_POP3_SERVER_H
#define PROTO_POP3_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/stream.h"
#include "net/tls.h"
#include "util/str.h"

/* What login says beside POP3_LOGIN_YES and _WRONG. */
enum pop3_login {
	POP3_LOGIN_WRONG,
	POP3_LOGIN_YES,
	POP3_LOGIN_BUSY,    /* another session has it: [IN-USE] */
	POP3_LOGIN_NOT_NOW, /* it cannot be opened: [SYS/TEMP] */
};

/* What the server serves.  Numbers count from 0.  int: 0 or -1. */
struct maildrop_ops {
	enum pop3_login (*login)(void *ctx, struct slice user,
	                         struct slice password);
	size_t (*count)(void *ctx);
	uint64_t (*size)(void *ctx, size_t i); /* octets with CRLF */
	int (*uidl)(void *ctx, size_t i, struct str *out);
	/* A message is read from its beginning, one at a time: bytes with CRLF;
	 * read returns how many, 0 at the end, -1 when no more can be had. */
	int (*open)(void *ctx, size_t i);
	ssize_t (*read)(void *ctx, char *p, size_t n);
	void (*close)(void *ctx);
	/* At QUIT: delete those with gone[i]. */
	int (*commit)(void *ctx, const bool *gone);
	void (*logout)(void *ctx);
};

struct pop3_server_opts {
	const struct maildrop_ops *ops;
	void *ctx;
	struct tls_server *tls; /* NULL: plain only */
	bool implicit_tls;
	bool stls;
	bool require_tls; /* no login before TLS */
	int timeout_ms;   /* 0: 600000, RFC 1939 */
	/* Time from the greeting to the login; 0: only timeout_ms counts.  RFC
	 * 1939 wants ten minutes here, too, which would let strangers hold all
	 * connections. */
	int login_timeout_ms;
	/* Pause before the answer to a wrong login, doubled each time; 0: 1000,
	 * below 0: none (tests).  The third ends the session. */
	int login_delay_ms;
};

/*
 * Serve one session on s until it ends; blocking; does not close s.
 *
 * Returns 0 after QUIT or when the client hung up, or -1: ERR_RETRY (time over,
 * connection lost), ERR_PROTO (the client was sent away), ERR_LIMIT, ERR_AUTH,
 * ERR_CANCELLED, ERR_IO (a message could not be read to its end).  Messages are
 * deleted by QUIT only.
 */
int pop3_server_run(struct stream *s, const struct pop3_server_opts *opts,
                    struct err *err);

#endif
