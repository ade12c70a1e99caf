/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking for a secret without showing it. */
#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include <stdbool.h>

#include "util/err.h"
#include "util/secret.h"

/*
 * One line from the terminal, without echo; from standard input when that is no
 * terminal.  The terminal is as before however it ends.  0, or -1: ERR_AUTH when
 * nothing was given, ERR_CANCELLED, ERR_IO.
 */
int prompt_secret(const char *question, bool (*cancelled)(void),
                  struct secret *secret_r, struct err *err);

#endif
