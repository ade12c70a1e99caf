/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts from the settings of other mail programs. */
#ifndef CLI_IMPORT_SETTINGS_H
#define CLI_IMPORT_SETTINGS_H

#include "cli/cli.h"
#include "conf/conf.h"

struct import_wish {
	bool create;    /* make accounts of what is found */
	bool passwords; /* take over those that stand there, ask for others */
};

/*
 * Show the mailboxes that the files (n == 0: those found in the home folder)
 * name and that are not set up yet, or make accounts of them and say what each
 * still needs; with -a only those named so.  The files are only read.  Returns an
 * exit status.
 */
int import_settings(struct cli *cli, const struct conf *conf,
                    const struct import_wish *wish, const char *const *files,
                    size_t n);

#endif
