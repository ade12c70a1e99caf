/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People in the address books of other programs. */
#ifndef MAIL_PEOPLE_H
#define MAIL_PEOPLE_H

#include "util/slice.h"

enum people_kind {
	PEOPLE_UNKNOWN,
	PEOPLE_VCARD, /* 2.1, 3.0 (RFC 2426), 4.0 (RFC 6350) */
	PEOPLE_ABOOK,
	PEOPLE_MUTT,  /* alias lines */
	PEOPLE_LINES, /* ADDRESS TAB NAME, as query commands answer */
};

/* Addresses one person may have; more are left out. */
#define PEOPLE_ADDRESSES 64

/*
 * One address.
 *
 * name     may be empty; one safe line in NFC.
 * address  can be written to (addr_spec_ok).
 *
 * Both are valid during the call only.
 */
typedef void (*people_found)(void *ctx, struct slice name,
                             struct slice address);

/* By what the file looks like. */
enum people_kind people_kind(struct slice text);
/* Call found for each address of the file, in its order.  Lenient, linear; what
 * cannot be read is passed over. */
void people_read(struct slice text, enum people_kind kind, people_found found,
                 void *ctx);

#endif
