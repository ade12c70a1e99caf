/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of message_display that stand in files of their own. */
#ifndef MIME_DISPLAY_H
#define MIME_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "mime/parse.h"
#include "util/str.h"

/* The lines of a text/calendar part that people want to know (RFC 5545). */
void display_calendar(const struct message *m, const struct part *p,
                      struct str *out);

/* Encrypted, or signed in one piece: what it is and what opens it, a text of the
 * program's own; NULL: it is neither. */
const char *display_sealed(const struct part *p);
/* The part beside an encrypted one that only says how it is encrypted. */
bool display_is_seal(const struct part *p);

#endif
