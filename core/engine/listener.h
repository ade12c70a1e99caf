/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A loopback listener: each connection gets a thread. */
#ifndef ENGINE_LISTENER_H
#define ENGINE_LISTENER_H

#include "net/stream.h"
#include "util/err.h"

struct listener;

/* Serves one connection; does not close s. */
typedef void listener_serve(void *ctx, struct stream *s);

/* Listen on 127.0.0.1, any free port.  NULL: ERR_IO. */
struct listener *listener_start(listener_serve *serve, void *ctx,
                                struct err *err);
int listener_port(const struct listener *l);
/* Ends every connection and waits for the threads. */
void listener_stop(struct listener **l);

#endif
