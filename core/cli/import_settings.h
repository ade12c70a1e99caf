/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts from the settings of other mail programs. */
#ifndef CLI_IMPORT_SETTINGS_H
#define CLI_IMPORT_SETTINGS_H

#include "cli/cli.h"
#include "conf/conf.h"

/*
 * Show the mailboxes that the files (n == 0: those found in the home folder)
 * name and that are not set up yet; create: make accounts of them, and say what
 * each still needs.  The files are only read; no password is copied.  Returns an
 * exit status.
 */
int import_settings(struct cli *cli, const struct conf *conf, bool create,
                    const char *const *files, size_t n);

#endif
