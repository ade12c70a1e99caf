/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stored message as it goes over the wire: lines end in CRLF, the last, too. */
#ifndef ENGINE_SERVE_TEXT_H
#define ENGINE_SERVE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/err.h"

/* { .fd = -1 } is closed. */
struct serve_text {
	int fd;
	bool convert; /* a lone LF becomes CRLF */
	bool ended;
	char last; /* byte that was given, 0: none */
};

/*
 * Read a message from its beginning.
 *
 * fd       taken.
 * foreign  it may not be as it was fetched: where its first line ends in a lone
 *          LF, all are given with CRLF.  Any other is given byte for byte.
 *
 * 0, or -1 with ERR_IO; fd is closed then.
 */
int serve_text_open(struct serve_text *t, int fd, bool foreign,
                    struct err *err);
/* The next bytes, at least one; n is 2 at least.  0 at the end, -1 ERR_IO. */
ssize_t serve_text_read(struct serve_text *t, char *p, size_t n,
                        struct err *err);
void serve_text_close(struct serve_text *t);
/* How many bytes all reads from the beginning would give.  A text that is
 * converted is read for it.  0 or -1. */
int serve_text_size(struct serve_text *t, uint64_t *size_r, struct err *err);

#endif
