/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of message_display that stand in files of their own. */
#ifndef MIME_DISPLAY_H
#define MIME_DISPLAY_H

#include <stddef.h>

#include "mime/parse.h"
#include "util/str.h"

/* The lines of a text/calendar part that people want to know (RFC 5545). */
void display_calendar(const struct message *m, const struct part *p,
                      struct str *out);

#endif
