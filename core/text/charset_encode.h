/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 written in the charset of an old terminal. */
#ifndef TEXT_CHARSET_ENCODE_H
#define TEXT_CHARSET_ENCODE_H

#include "util/slice.h"
#include "util/str.h"

/* A character becomes at most so many bytes. */
#define CHARSET_ENCODE_GROWTH 8

/*
 * Append text, which is UTF-8 that may be shown, in the charset that a locale
 * calls name.  What the charset does not have becomes a "?" for each cell.  The
 * bytes 80 to 9F, which such a terminal obeys, come only inside a character of
 * two bytes and more.  A name that is not known is taken for ASCII.  C0 passes.
 */
void charset_encode(const char *name, struct slice text, struct str *out);

#endif
