/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields of who sent a message on as it is (RFC 5322, 3.6.6). */
#ifndef MIME_RESENT_H
#define MIME_RESENT_H

#include "mime/message.h"

/* Fields of the header's first level, first up to but without end; other fields
 * may stand between them. */
struct resent {
	size_t first, end;
};

/* Is it one of these fields? */
bool resent_is(struct slice name);
/*
 * The block of who sent it on last, the topmost one.  It ends where what there is
 * once in a block comes again, and at the lines of servers: older blocks stand
 * below these.
 *
 * false: nobody sent it on.
 */
bool resent_find(const struct message *m, struct resent *r);
/* The value of the first field of that name in the block; p NULL: none. */
struct slice resent_field(const struct message *m, const struct resent *r,
                          const char *name);

#endif
