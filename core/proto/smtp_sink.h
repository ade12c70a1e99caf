/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small SMTP server that takes mail: for the demo and tests. */
#ifndef PROTO_SMTP_SINK_H
#define PROTO_SMTP_SINK_H

#include <stdbool.h>

#include "net/stream.h"
#include "net/tls.h"

struct smtp_sink_opts {
	/* A message came; 0 takes it, -1 answers 451. */
	int (*message)(void *ctx, struct slice from, const struct slice *rcpt,
	               size_t rcpt_count, struct slice data);
	/* May this recipient be? NULL: all. */
	bool (*recipient)(void *ctx, struct slice rcpt);
	/* NULL: no AUTH offered. */
	bool (*login)(void *ctx, struct slice user, struct slice password);
	void *ctx;
	struct tls_server *tls;
	bool implicit_tls;
	bool starttls;
	int timeout_ms;
};

/* Serve one session on s until it ends; blocking; does not close s. */
int smtp_sink_run(struct stream *s, const struct smtp_sink_opts *opts,
                  struct err *err);

#endif
