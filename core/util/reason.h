/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reasons that are kept: in English on disk, in the user's language when told. */
#ifndef UTIL_REASON_H
#define UTIL_REASON_H

#include "util/str.h"

/* A reason as err.text has it, in English: how it is kept.  What is no text of
 * ours (a server's words) stays as it is.  Owned. */
char *reason_neutral(const char *text);
/* The same the other way: a kept reason in the language of now.  Owned. */
char *reason_local(const char *text);
/* Append a kept reason in the language of now, between two texts. */
void reason_add(const char *before, const char *text, const char *behind,
                struct str *out);

#endif
