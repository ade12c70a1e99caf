/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Testing the servers of an account and waiting for the result. */
#ifndef CLI_PROBE_H
#define CLI_PROBE_H

#include "cli/cli.h"
#include "util/err.h"
#include "util/secret.h"

/*
 * Connect to the account's servers and log in; each line of what was found goes
 * to line() at once.  0, or -1 with what the servers said.
 */
int probe_account(struct cli *cli, const struct account *a,
                  const struct secret *secret,
                  void (*line)(void *ctx, const char *text), void *ctx,
                  struct err *err);
/* A line() that prints, indented; ctx is not used. */
void probe_print(void *ctx, const char *text);

#endif
