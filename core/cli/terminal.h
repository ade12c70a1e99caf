/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the terminal that we print to can read. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>

#include "util/slice.h"
#include "util/str.h"

#define TERMINAL_CHARSET_MAX 64

/*
 * Is fd a terminal that does not read UTF-8?  The locale of the environment
 * tells (LC_ALL, LC_CTYPE, LANG), installed or not.  "C" names no charset: then
 * only a video terminal of old (TERM=vt...) without the mode for UTF-8 is one.
 *
 * name_r    the charset to write, when the answer is true.
 */
bool terminal_is_old(int fd, char name_r[TERMINAL_CHARSET_MAX]);
/* The charset of the locale that the environment asks for, installed or not; is
 * it UTF-8? */
bool terminal_locale_charset(char name_r[TERMINAL_CHARSET_MAX]);
/* Is that locale installed? */
bool terminal_locale_installed(void);
/* Append text, which is safe UTF-8, as what reads fd wants it: UTF-8, but for
 * an old terminal its own charset. */
void terminal_text(int fd, struct slice text, struct str *out);

#endif
