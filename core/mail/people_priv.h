/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people.c and vcard.c share. */
#ifndef MAIL_PEOPLE_PRIV_H
#define MAIL_PEOPLE_PRIV_H

#include "mail/people.h"

/* Bytes of a name or a line that counts; photos are longer and do not. */
#define PEOPLE_LINE_MAX 65536

/* Clean both, and report the address if it is one. */
void people_report(people_found found, void *ctx, struct slice name,
                   struct slice address);
void vcard_read(struct slice text, people_found found, void *ctx);

#endif
