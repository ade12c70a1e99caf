/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream that plays a transcript: the other side of a protocol in tests. */
#ifndef TESTS_LIB_SCRIPT_STREAM_H
#define TESTS_LIB_SCRIPT_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "net/stream.h"

/*
 * A transcript, line by line:
 *
 *   S: text   we receive text CRLF
 *   s: text   we receive text, no CRLF
 *   C: text   we must send exactly text CRLF, after all S lines before it were
 *             read
 *   c: text   we must send exactly text, no CRLF
 *   X: close  the peer closes;  X: reset, X: stall: reading fails
 *   # note, or an empty line
 *
 * In texts \r \n \t \0 \\ \xHH are bytes.  After the last line the peer has
 * closed.
 */
struct script_opts {
	size_t max_io;    /* bytes per read and write; 0: all there is */
	size_t cut_after; /* close after so many bytes to us; 0: do not */
	bool cut_stalls;  /* ... and time out in place of closing */
	int cancel_fd;    /* 0: none */
};

struct script;

/* Returns owned; the script is the test's, script_free after stream_close. */
struct stream *script_stream_new(const char *transcript,
                                 const struct script_opts *opts,
                                 struct script **script_r);
void script_free(struct script **s);
/* What went against the transcript, or NULL. */
const char *script_problem(const struct script *s);
/* Was every line played? */
bool script_done(const struct script *s);
/* All bytes the transcript has for us. */
size_t script_bytes(const struct script *s);
/* A transcript file under $srcdir/tests; owned.  Fails the test when missing. */
char *script_load(const char *name);

#endif
