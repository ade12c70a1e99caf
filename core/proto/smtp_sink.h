/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small SMTP server that takes mail: for the demo and tests. */
#ifndef PROTO_SMTP_SINK_H
#define PROTO_SMTP_SINK_H

#include <stdbool.h>

#include "net/stream.h"
#include "net/tls.h"
#include "proto/smtp_client.h"

struct smtp_sink_opts {
	/* A message came; 0 takes it, -1 answers 451.  data has CRLF lines, dots
	 * unstuffed; everything is valid for the call. */
	int (*message)(void *ctx, struct slice from, const struct slice *rcpt,
	               size_t rcpt_count, struct slice data);
	/* May this recipient be? NULL: all. */
	bool (*recipient)(void *ctx, struct slice rcpt);
	/* NULL: no AUTH offered; else MAIL needs it. */
	bool (*login)(void *ctx, struct slice user, struct slice password);
	void *ctx;
	struct tls_server *tls;
	unsigned without; /* enum smtp_ext: PIPELINING, CHUNKING not offered */
	bool implicit_tls;
	bool starttls;
	int timeout_ms; /* 0: 300000, RFC 5321 */
};

/*
 * Serve one session on s until it ends; blocking; does not close s.
 *
 * Returns 0 after QUIT or when the client hung up, or -1: ERR_RETRY (time over,
 * connection lost), ERR_PROTO (the client was sent away), ERR_LIMIT,
 * ERR_CANCELLED.
 */
int smtp_sink_run(struct stream *s, const struct smtp_sink_opts *opts,
                  struct err *err);

#endif
