/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which charset it is when the label is missing or wrong. */
#ifndef TEXT_DETECT_H
#define TEXT_DETECT_H

#include <stdbool.h>

#include "text/charset.h"

/* What is known about the bytes.  Zero-initialised: nothing. */
struct detect_hint {
	enum charset label;    /* declared; CHARSET_UNKNOWN: none or junk */
	enum charset sibling;  /* of another part or of the Subject */
	enum charset fallback; /* the account's default */
	bool html;             /* look for <meta charset> */
};

/* The charset to decode a body with.  Never CHARSET_UNKNOWN.
 * bom_r (may be NULL): bytes to skip at the start. */
enum charset detect_body(struct slice bytes, const struct detect_hint *hint,
                         size_t *bom_r);
/* The same for raw 8-bit header text. */
enum charset detect_header(struct slice bytes, const struct detect_hint *hint);
/* Detect and append decoded, as detect_body or detect_header and charset_decode
 * would; but where the label is right the bytes are read once or twice only.
 * Return the charset. */
enum charset detect_decode_body(struct slice bytes,
                                const struct detect_hint *hint,
                                struct str *out);
enum charset detect_decode_header(struct slice bytes,
                                  const struct detect_hint *hint,
                                  struct str *out);
/* All bytes decode as CP949, at least 2 Hangul and half of the non-ASCII
 * characters are Hangul. */
bool detect_is_korean(struct slice bytes);

#endif
