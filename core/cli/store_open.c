/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening the store for a command. */
#include "cli/cmd.h"
#include "cli/out.h"
#include "conf/paths.h"
#include "store/store.h"
#include "util/i18n.h"

#include "util/banned.h"

struct store *
cli_store(struct cli *cli, struct err *err)
{
	if (paths_make(&cli->paths, err) != 0)
		return NULL;
	return store_open(cli->paths.data, cli->paths.cache, err);
}

struct store *
cli_store_reading(struct cli *cli, struct err *err)
{
	struct err missing = { 0 };
	bool made = paths_make(&cli->paths, &missing) == 0;
	struct store *s =
		store_open_reading(cli->paths.data, cli->paths.cache, err);

	if (s == NULL && !made)
		*err = missing;
	if (s != NULL && store_read_only(s) != NULL)
		out_note(cli,
		         _("the store is read-only: nothing will be kept (%s)"),
		         store_read_only(s));
	return s;
}

struct store *
cli_store_now(struct cli *cli, struct err *err)
{
	struct store *s = cli_store_reading(cli, err);
	struct err why = { 0 };
	uint64_t changed;

	if (s != NULL && store_read_only(s) == NULL &&
	    store_reconcile(s, &changed, &why) != 0)
		out_note(cli, _("what other programs changed is not seen: %s"),
		         why.text);
	return s;
}
