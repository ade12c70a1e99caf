/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that end with a line of one dot (RFC 1939, section 3; RFC 5321, 4.5.2). */
#ifndef NET_DOT_H
#define NET_DOT_H

#include <stdbool.h>

#include "net/stream.h"
#include "util/slice.h"

/*
 * Undoing: bytes come in any pieces, the text goes out in runs as long as
 * possible.  Zero-initialised is ready and stands at the beginning of a line.
 */
struct dot_reader {
	enum dot_state {
		DOT_BOL,    /* after CRLF */
		DOT_MID,    /* inside a line */
		DOT_CR,     /* CR seen, given out */
		DOT_DOT,    /* CRLF "." seen, kept back */
		DOT_DOT_CR, /* CRLF ".", CR seen, kept back */
		DOT_LF,     /* after LF without CR */
		DOT_LF_DOT, /* LF "." without CR seen, given out */
		DOT_END,    /* CRLF "." CRLF seen */
	} state;
};

/*
 * Take the next run of text from the beginning of *in.
 *
 * run_r  slice of *in, or of a constant: a CR that was kept back.
 *
 * Returns true with a run of at least one byte; false when *in is used up or the
 * end was met (d->state == DOT_END; *in then starts behind it).  Only CRLF "."
 * CRLF ends; bare CR and LF are text.  Of two dots after a bare LF one goes: who
 * sends such lines takes them for lines and has stuffed them.
 */
bool dot_next(struct dot_reader *d, struct slice *in, struct slice *run_r);

/*
 * Write text with its lines ended by CRLF, whatever ended them (CRLF, LF, CR),
 * dots stuffed, and the final line of a dot.  Not flushed.  0 or -1.
 */
int dot_write(struct stream *s, struct slice text, struct err *err);

#endif
