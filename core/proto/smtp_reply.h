/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMTP replies (RFC 5321, section 4.2): lines in, one code and its text out. */
#ifndef PROTO_SMTP_REPLY_H
#define PROTO_SMTP_REPLY_H

#include "net/stream.h"
#include "util/str.h"

/* A line of a reply.  RFC 5321 has 512; AUTH challenges may have 12288
 * (RFC 4954, section 4). */
#define SMTP_REPLY_LINE_MAX 12290
/* All lines of one reply; the longest EHLO answers have some forty lines. */
#define SMTP_REPLY_TEXT_MAX  65536
#define SMTP_REPLY_LINES_MAX 512

/*
 * text   the lines without code and separator, each ended by LF.
 * lines  how many; 0: nothing was read yet.
 */
struct smtp_reply {
	int code;
	size_t lines;
	struct str text;
};

void smtp_reply_init(struct smtp_reply *r);
void smtp_reply_release(struct smtp_reply *r);
void smtp_reply_clear(struct smtp_reply *r);

/*
 * Take the next line of a reply (RFC 5321, section 4.2.1).
 *
 * line  borrowed; without CRLF.
 *
 * Returns 1 when more lines follow, 0 when the reply is complete, -1: ERR_PROTO
 * (no reply line, or a code other than that of the lines before), ERR_LIMIT.
 */
int smtp_reply_line(struct smtp_reply *r, struct slice line, struct err *err);

/*
 * Read one whole reply.
 *
 * timeout_ms  for all lines together; each line has the stream's own as well.
 *
 * Returns 0, or -1: ERR_RETRY when the connection ends or the time is over,
 * ERR_PROTO, ERR_LIMIT, ERR_CANCELLED.
 */
int smtp_reply_read(struct smtp_reply *r, struct stream *s, int timeout_ms,
                    struct err *err);

/* The first line's text; valid until r changes. */
struct slice smtp_reply_first(const struct smtp_reply *r);

/*
 * Turn a reply that is no success into an error with the server's words: 421
 * and 4xx give ERR_RETRY, 5xx ERR_REFUSED, all others ERR_PROTO.
 *
 * what  sentence part for the user: what the server said no to.
 *
 * Returns -1.
 */
int smtp_reply_error(const struct smtp_reply *r, const char *what,
                     struct err *err);

#endif
