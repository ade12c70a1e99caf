/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening the store for a command. */
#include "cli/cmd.h"
#include "conf/paths.h"
#include "store/store.h"

#include "util/banned.h"

struct store *
cli_store(struct cli *cli, struct err *err)
{
	if (paths_make(&cli->paths, err) != 0)
		return NULL;
	return store_open(cli->paths.data, cli->paths.cache, err);
}
