/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connecting to a host by name, with deadline and cancel. */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "net/stream.h"

struct dial_opts {
	const char *host;
	int port;
	int timeout_ms; /* for resolving and connecting together */
	int cancel_fd;  /* -1: none */
};

/* Tries every address.  Names are resolved aside, so that the deadline holds.
 * Returns owned, or NULL: ERR_NOHOST, ERR_RETRY, ERR_CANCELLED. */
struct stream *dial(const struct dial_opts *opts, struct err *err);

#endif
