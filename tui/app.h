/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen program: panes, keys, events. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "cli/cli.h"

/*
 * Run until the user quits.  The first of cli->accounts, when given, opens that
 * account's inbox; without any account the wizard starts.  mailto (may be
 * NULL): a mailto: link, opens the composer.  Returns a sysexits status.
 */
int app_run(struct cli *cli, const char *mailto);

#endif
