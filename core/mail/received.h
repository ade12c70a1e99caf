/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One Received field: who gave the message to whom (RFC 5321, 4.4). */
#ifndef MAIL_RECEIVED_H
#define MAIL_RECEIVED_H

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"

/* Slices of the value; empty when it does not say. */
struct received {
	struct slice helo; /* what the client called itself */
	struct slice name; /* what its address is called, as the server found */
	struct slice address; /* of the client, without [] */
	struct slice by;
	bool nameless;      /* the server looked and found no name */
	bool authenticated; /* the client logged in */
	bool has_time;
	int64_t time;
};

/* Take a raw value apart, as Sendmail, Postfix, Exim, qmail, Exchange and Google
 * write it; never fails. */
void received_parse(struct slice value, struct received *r_r);
/* An address that is nobody's on the net (RFC 1918, 4193, loopback), or none. */
bool received_is_private(struct slice address);

#endif
