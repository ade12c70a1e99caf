/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Header blocks (RFC 5322 2.2): lines, fields, where the body begins. */
#ifndef MIME_HEADER_H
#define MIME_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "mime/parse.h"
#include "util/slice.h"

enum header_line {
	HEADER_LINE_FIELD, /* a new field begins */
	HEADER_LINE_FOLD,  /* goes on with the field before */
	HEADER_LINE_END,   /* empty: the body follows it */
	HEADER_LINE_OTHER, /* no header line: the body begins here */
};

/* The line at p, n > 0 bytes left.  next_r: behind its line end.  colon_r: set
 * for HEADER_LINE_FIELD only. */
enum header_line header_line(const char *p, size_t n, const char **next_r,
                             const char **colon_r);
/* The field whose line is at p, without its line end. */
struct header_field header_field_make(const char *p, const char *colon,
                                      const char *end);

#endif
