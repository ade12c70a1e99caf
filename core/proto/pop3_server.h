/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POP3 server machine (RFC 1939, 2449): line in, reply out, over a maildrop. */
#ifndef PROTO_POP3_SERVER_H
#define PROTO_POP3_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/stream.h"
#include "net/tls.h"
#include "util/str.h"

/* What the server serves.  Numbers count from 0.  All return 0 or -1. */
struct maildrop_ops {
	/* 1 yes, 0 wrong, -1 busy ([IN-USE]). */
	int (*login)(void *ctx, struct slice user, struct slice password);
	size_t (*count)(void *ctx);
	uint64_t (*size)(void *ctx, size_t i); /* octets with CRLF */
	int (*uidl)(void *ctx, size_t i, struct str *out);
	int (*read)(void *ctx, size_t i, struct str *out); /* CRLF lines */
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
	/* Pause before the answer to a wrong login, doubled each time; 0: 1000,
	 * below 0: none (tests).  The third ends the session. */
	int login_delay_ms;
};

/*
 * Serve one session on s until it ends; blocking; does not close s.
 *
 * Returns 0 after QUIT or when the client hung up, or -1: ERR_RETRY (time over,
 * connection lost), ERR_PROTO (the client was sent away), ERR_LIMIT, ERR_AUTH,
 * ERR_CANCELLED.  Messages are deleted by QUIT only.
 */
int pop3_server_run(struct stream *s, const struct pop3_server_opts *opts,
                    struct err *err);

#endif
