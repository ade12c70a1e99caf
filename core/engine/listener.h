/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A listener: each connection gets a thread. */
#ifndef ENGINE_LISTENER_H
#define ENGINE_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

#include "net/stream.h"
#include "util/err.h"

struct listener;

/* Serves one connection; does not close s.  peer: the address it came from, which
 * a client that is gone already no longer tells; valid for the call. */
typedef void listener_serve(void *ctx, struct stream *s, const char *peer);

struct listener_opts {
	const char *host; /* address or name; "*": all addresses */
	int port;         /* 0: any free one */
	listener_serve *serve;
	void *ctx;
	size_t visits_max; /* at the same time; 0: any number */
	const char *full;  /* said to those beyond; NULL: nothing */
};

/*
 * Listen and serve from listener_go on.  NULL: ERR_IO (the port is taken, or
 * only for root), ERR_NOHOST.
 */
struct listener *listener_open(const struct listener_opts *opts,
                               struct err *err);
int listener_go(struct listener *l, struct err *err);
/* 127.0.0.1, any free port, and go. */
struct listener *listener_start(listener_serve *serve, void *ctx,
                                struct err *err);
int listener_port(const struct listener *l);
/* Can it be reached from this machine only? */
bool listener_is_loopback(const struct listener *l);
/* Ends every connection and waits for the threads. */
void listener_stop(struct listener **l);

#endif
