/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message as SMTP carries it: CRLF lines, dots stuffed (RFC 5321, 4.5.2). */
#ifndef PROTO_SMTP_BODY_H
#define PROTO_SMTP_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "net/stream.h"

/* RFC 5321, 4.5.3.1.6: a text line without its CRLF. */
#define SMTP_TEXT_LINE_MAX 998

/* What decides whether and how a message can be sent. */
struct smtp_body {
	uint64_t size;  /* octets with CRLF, without stuffing (RFC 1870) */
	size_t longest; /* line, without CRLF */
	bool eight_bit;
	bool nul;
};

struct smtp_body smtp_body_scan(struct slice message);

/*
 * Write the message with every line end (CRLF, lone CR, lone LF) as CRLF, a dot
 * before each line that begins with one, and a line end at the end.  The
 * final dot is not written.  Returns 0, or -1 of stream_write.
 */
int smtp_body_write(struct stream *s, struct slice message, struct err *err);
/* The same for BDAT (RFC 3030): no dots are stuffed, smtp_body_scan's size is
 * what goes out. */
int smtp_body_write_chunk(struct stream *s, struct slice message,
                          struct err *err);
/* The first line of a message, with its line end. */
struct slice smtp_body_first(struct slice message);

#endif
