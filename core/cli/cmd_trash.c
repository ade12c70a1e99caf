/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal trash empty: what lies in Trash goes for good. */
#include <string.h>
#include <sysexits.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "mail/account_match.h"
#include "store/store.h"
#include "util/i18n.h"

#include "util/banned.h"

static const struct cli_opt no_opts[] = { { NULL, 0, false } };

/* The accounts of -a one after the other; all without it. */
static int
empty_each(struct cli *cli, const struct conf *conf, struct store *s,
           uint64_t *n_r, struct err *err)
{
	*n_r = 0;
	if (cli->account_count == 0)
		return store_empty_trash(s, 0, n_r, err);
	for (size_t i = 0; i < cli->account_count; i++) {
		const struct account *a =
			account_match(conf, cli->accounts[i], err);
		int64_t id;
		uint64_t n;

		if (a == NULL || store_account(s, a->name, &id, err) != 0 ||
		    store_empty_trash(s, id, &n, err) != 0)
			return -1;
		*n_r += n;
	}
	return 0;
}

static void
report(const struct cli *cli, uint64_t n)
{
	struct json j;
	struct str text;

	if (cli->json) {
		out_json_begin(&j, &text);
		json_key(&j, "deleted");
		json_int(&j, (int64_t)n);
		out_json_end(&j, &text);
	} else if (!cli->quiet) {
		out_line(N_N("%llu message deleted for good",
		             "%llu messages deleted for good",
		             (unsigned long)n),
		         (unsigned long long)n);
	}
}

static int
empty(struct cli *cli)
{
	struct err err = { 0 };
	struct conf conf = { 0 };
	struct store *s = NULL;
	uint64_t n = 0;
	int rc = cli_conf(cli, &conf, &err);

	if (rc == 0) {
		s = cli_store_now(cli, &err);
		rc = s != NULL ? empty_each(cli, &conf, s, &n, &err) : -1;
	}
	if (rc == 0)
		report(cli, n);
	store_close(&s);
	conf_release(&conf);
	return rc == 0 ? EX_OK : cli_fail(cli, &err);
}

int
cmd_trash(struct cli *cli, int argc, char **argv)
{
	struct err err = { 0 };
	struct args args;
	const char *value;
	const char *word = NULL;
	int opt;

	(void)argc;
	args_init(&args, cli, no_opts, argv);
	while ((opt = args_next(&args, &value, &err)) == ARGS_WORD &&
	       word == NULL)
		word = value;
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("trash"));
		return EX_OK;
	}
	if (opt == ARGS_WORD)
		err_set(&err, ERR_USAGE, _("'%s' is one word too many"), value);
	if (opt != ARGS_END || word == NULL || strcmp(word, "empty") != 0)
		return cli_usage(cli, "trash",
		                 err.code != ERR_NONE ? &err : NULL);
	return empty(cli);
}
