/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand between "<" and ">" of MAIL and RCPT. */
#ifndef PROTO_SMTP_ADDRESS_H
#define PROTO_SMTP_ADDRESS_H

#include <stdbool.h>

#include "util/slice.h"

/* RFC 5321, 4.5.3.1: 64 + "@" + 255; generous, the server has the last word. */
#define SMTP_ADDRESS_MAX 320

enum smtp_address {
	SMTP_ADDRESS_OK,
	SMTP_ADDRESS_8BIT, /* fine where SMTPUTF8 is offered */
	SMTP_ADDRESS_BAD,
};

/*
 * Can spec be sent as it is?  Bad: empty, too long, a control character, a
 * blank, "<", ">" or ill-formed UTF-8, so that it cannot become a second
 * parameter or a second command.  Whether it exists is the server's to say.
 */
enum smtp_address smtp_address_check(struct slice spec);

#endif
