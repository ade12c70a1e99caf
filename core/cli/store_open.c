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

struct store *
cli_store_now(struct cli *cli, struct err *err)
{
	struct store *s = cli_store(cli, err);
	uint64_t changed;

	if (s != NULL && store_reconcile(s, &changed, err) != 0)
		store_close(&s);
	return s;
}
