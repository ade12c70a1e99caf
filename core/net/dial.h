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

/* More are not told. */
#define DIAL_ADDRESSES_MAX 32

struct dial_addresses {
	struct dial_address {
		bool v6;
		char text[64]; /* as dial() takes it for a host */
	} v[DIAL_ADDRESSES_MAX];

	size_t n;
};

/* The addresses of a host, in the order in which dial() tries them.  0, or -1 as
 * dial(). */
int dial_look_up(const struct dial_opts *opts,
                 struct dial_addresses *addresses_r, struct err *err);

/* The name as DNS and certificates know it: IDNA (RFC 5891) when it is not
 * ASCII.  Owned, or NULL with ERR_NOHOST. */
char *dial_ascii_host(const char *host, struct err *err);
/* Is it an IPv4 or IPv6 address and not a name? */
bool dial_is_address(const char *host);
/* Does the name or address stay on this machine (localhost, 127/8, ::1)? */
bool dial_is_loopback(const char *host);

#endif
