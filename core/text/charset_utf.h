/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms of Unicode and windows-1252, decoded by ourselves. */
#ifndef TEXT_CHARSET_UTF_H
#define TEXT_CHARSET_UTF_H

#include <stdbool.h>

#include "text/sink.h"
#include "util/slice.h"

/* UTF-8 itself: ill-formed bytes and C1 controls are replaced. */
void charset_utf8(struct slice in, struct sink *out);
/* No byte order mark is looked for. */
void charset_utf16(struct slice in, bool little, struct sink *out);
/* RFC 2152; what is ill-formed becomes U+FFFD. */
void charset_utf7(struct slice in, struct sink *out);
void charset_windows_1252(struct slice in, struct sink *out);

#endif
