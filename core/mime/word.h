/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encoded words of headers (RFC 2047) and raw 8-bit between them. */
#ifndef MIME_WORD_H
#define MIME_WORD_H

#include "text/detect.h"
#include "util/slice.h"
#include "util/str.h"

struct message;

/* What m knows that helps with its headers: its forced charset, that of its
 * first text, the account's.  m may be NULL. */
struct detect_hint word_hint(const struct message *m);
/* Append raw decoded to UTF-8.  Blanks between words are dropped, others stay
 * as they are (line ends too).  Linear; never fails. */
void word_decode(const struct detect_hint *hint, struct slice raw,
                 struct str *out);
/* Append bytes that are in hint->label, or in what detection makes of it. */
void word_bytes(const struct detect_hint *hint, struct slice bytes,
                struct str *out);
/* The charset of the first encoded word; CHARSET_UNKNOWN when there is none. */
enum charset word_first_charset(struct slice raw);

/* Append text (well-formed UTF-8) as B words of at most 75 characters, cut
 * between grapheme clusters, separated by "\r\n ".  legacy: in EUC-KR when it
 * has all of its characters, else in UTF-8.  column: where the text will stand in
 * its line; may begin with a line break when there is no room. */
void word_encode(struct slice text, bool legacy, size_t column,
                 struct str *out);

#endif
