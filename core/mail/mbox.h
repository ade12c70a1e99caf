/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading and writing mbox files, in all four ways of quoting. */
#ifndef MAIL_MBOX_H
#define MAIL_MBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"
#include "util/str.h"

/*
 * What tells where a message ends, and which lines are quoted:
 *
 *   mboxo    a line "From " after an empty one; ">" before "From "
 *   mboxrd   the same; ">" before "From ", ">From ", ">>From ", ...
 *   mboxcl   Content-Length; quoted as mboxo or mboxrd
 *   mboxcl2  Content-Length; nothing is quoted
 *
 * No file says which it is.  A Content-Length counts when a "From " line or the
 * end stands behind it.  Nothing is unquoted when a message framed so has a
 * "From " line in its body; else one ">" is taken away, as mboxrd asks.
 */
enum mbox_kind {
	MBOX_AUTO,
	MBOX_O,
	MBOX_RD,
	MBOX_CL,
	MBOX_CL2
};

struct mbox {
	struct slice all; /* borrowed */
	size_t at;
	enum mbox_kind kind; /* never MBOX_AUTO after mbox_init */
	bool guessed;
};

struct mbox_item {
	struct slice raw; /* header and body as they stand in the file */
	int64_t received; /* of the "From " line, 0: not known */
	unsigned flags;   /* enum store_flag, of Status, X-Status and others */
	bool deleted;     /* marked so */
	bool hidden;      /* expunged, or the program's own: no message */
};

/* Does it begin as an mbox does? */
bool mbox_is(struct slice all);
void mbox_init(struct mbox *m, struct slice all, enum mbox_kind kind);
/* false at the end. */
bool mbox_next(struct mbox *m, struct mbox_item *item_r);
/* Append the message with CRLF, unquoted, without the fields that programs add
 * to their mbox. */
void mbox_message(const struct mbox *m, const struct mbox_item *item,
                  struct str *out);

/* Append a message as mboxrd with LF.  from: address or ""; flags: enum
 * store_flag. */
void mbox_write(struct slice message, const char *from, int64_t received,
                unsigned flags, struct str *out);

#endif
