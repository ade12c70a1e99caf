/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format=flowed (RFC 3676): undo it when reading, make it when sending. */
#ifndef MIME_FLOWED_H
#define MIME_FLOWED_H

#include <stdbool.h>

#include "util/slice.h"
#include "util/str.h"

/* Append text (LF line ends) with flowed lines joined: paragraphs become one
 * line, quote marks stay ("> "), stuffing is taken off. */
void flowed_decode(struct slice text, bool delsp, struct str *out);
/* Append text as flowed lines of at most 78 cells, broken at spaces only, with
 * stuffing; LF line ends. */
void flowed_encode(struct slice text, struct str *out);

#endif
