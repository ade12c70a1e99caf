/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lexical pieces of header values (RFC 5322 3.2): comments, quoted strings. */
#ifndef MIME_LEX_H
#define MIME_LEX_H

#include <stddef.h>

#include "util/slice.h"
#include "util/str.h"

/* s begins with '"': length with both quotes, or 0 when it is never closed. */
size_t lex_quoted(struct slice s);
/* s begins with '(': length with both parentheses, nested ones included, or 0
 * when it is never closed. */
size_t lex_comment(struct slice s);
/* s without leading blanks and comments. */
struct slice lex_skip_cfws(struct slice s);
/* Append the inside of a quoted string.  A backslash is taken off before a
 * quote and a backslash only: "C:\dir" is meant as it stands. */
void lex_unescape(struct slice inside, struct str *out);
/* Append s with runs of blanks made one space, none at the ends, C0, DEL and C1
 * controls left out. */
void lex_squeeze(struct slice s, struct str *out);

#endif
