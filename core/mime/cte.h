/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Content transfer encodings (RFC 2045 6, uuencode): decode and encode. */
#ifndef MIME_CTE_H
#define MIME_CTE_H

#include "mime/parse.h"
#include "util/slice.h"
#include "util/str.h"

/* The encoding a Content-Transfer-Encoding value names. */
enum cte cte_lookup(struct slice value);
/* Append in decoded; lenient, linear, never fails. */
void cte_decode(enum cte cte, struct slice in, struct str *out);
/* Alphabet only counts; the tail without padding is decoded; concatenated
 * streams are decoded one after the other. */
void cte_decode_base64(struct slice in, struct str *out);
/* RFC 2045 6.7; blanks before a line end are dropped. */
void cte_decode_qp(struct slice in, struct str *out);
/* Q of RFC 2047 4.2: "_" is a space, no line ends. */
void cte_decode_q(struct slice in, struct str *out);
/* Everything between "begin" and "end". */
void cte_decode_uu(struct slice in, struct str *out);

/* Lines of 76 characters, each ended by CRLF. */
void cte_encode_base64(struct slice in, struct str *out);
/* Text with LF or CRLF line ends; lines of at most 76, ended by CRLF. */
void cte_encode_qp(struct slice in, struct str *out);

#endif
