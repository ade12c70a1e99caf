/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message as SMTP carries it.
 *
 * 1. On the wire CR and LF occur as CRLF only.  A server that takes "\n.\n" or
 *    "\r.\r" for the end of the message therefore never finds it in one of
 *    ours (SMTP smuggling, VU#302671).
 * 2. Line ends are found before dots are stuffed, so that the dot behind a
 *    lone CR or LF is stuffed as well.
 * 3. smtp_body_scan and smtp_body_write cut the same lines: both take them
 *    from next_line.
 */
#include "proto/smtp_body.h"

#include <string.h>

#include "util/utf8.h"

#include "util/banned.h"

/* The next line without its end, and *rest behind it.  false: none left. */
static bool
next_line(struct slice *rest, struct slice *line_r)
{
	size_t end = 0;
	size_t next;

	if (rest->n == 0)
		return false;
	while (end < rest->n && rest->p[end] != '\r' && rest->p[end] != '\n')
		end++;
	next = end + 1;
	if (next < rest->n && rest->p[end] == '\r' && rest->p[next] == '\n')
		next++;
	*line_r = slice_head(*rest, end);
	*rest = slice_from(*rest, next);
	return true;
}

struct smtp_body
smtp_body_scan(struct slice message)
{
	struct smtp_body facts = { 0 };
	struct slice line;

	if (message.n > 0) {
		facts.eight_bit = utf8_has_8bit(message.p, message.n);
		facts.nul = memchr(message.p, '\0', message.n) != NULL;
	}
	while (next_line(&message, &line)) {
		facts.size += line.n + 2;
		if (line.n > facts.longest)
			facts.longest = line.n;
	}
	return facts;
}

static int
write_lines(struct stream *s, struct slice message, bool stuff, struct err *err)
{
	struct slice line;

	while (next_line(&message, &line)) {
		if (stuff && line.n > 0 && line.p[0] == '.' &&
		    stream_write(s, ".", 1, err) != 0)
			return -1;
		if (stream_write(s, line.p, line.n, err) != 0 ||
		    stream_write(s, "\r\n", 2, err) != 0)
			return -1;
	}
	return 0;
}

int
smtp_body_write(struct stream *s, struct slice message, struct err *err)
{
	return write_lines(s, message, true, err);
}

int
smtp_body_write_chunk(struct stream *s, struct slice message, struct err *err)
{
	return write_lines(s, message, false, err);
}

struct slice
smtp_body_first(struct slice message)
{
	struct slice rest = message;
	struct slice line;

	(void)next_line(&rest, &line); /* empty: so is what is taken */
	return slice_head(message, message.n - rest.n);
}
