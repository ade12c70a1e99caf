/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The demo without a screen: the whole job once, each step checked. */
#ifndef CLI_DEMO_PLAY_H
#define CLI_DEMO_PLAY_H

#include "cli/cli.h"
#include "engine/demo.h"

/* cli->paths is the demo's home.  Prints each step; 0, or 1 when one did not
 * come out as expected. */
int demo_play(struct cli *cli, struct demo *demo);

#endif
