/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One small HTTP POST, which is all that leaving a list needs. */
#ifndef PROTO_HTTP_POST_H
#define PROTO_HTTP_POST_H

#include "net/stream.h"

struct http_post {
	const char *host;   /* as in the URL, in ASCII */
	int port;           /* said in Host unless it is 443 */
	const char *target; /* path and query, begins with "/" */
	const char *body;   /* a form, already encoded */
	int timeout_ms;     /* for the whole answer */
};

/* May it stand in a request as a target: printable ASCII, "/" at its begin? */
bool http_target_ok(struct slice target);

/*
 * Send the request over s, which is connected (RFC 9112), and look at the
 * answer's status: nothing else of it is used.  Nothing is sent but what stands
 * in post: no cookie, no name of a program, no referrer.
 *
 * status_r  three digits; 0 when there was none.
 *
 * Returns 0 for 2xx; -1: ERR_REFUSED for 3xx (it is not followed) and 4xx,
 * ERR_RETRY for 5xx, a cut or a timeout, ERR_PROTO, ERR_LIMIT, ERR_CANCELLED.
 */
int http_post(struct stream *s, const struct http_post *post, int *status_r,
              struct err *err);

#endif
