/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal index: rebuild what can be rebuilt from the mail files. */
#include <sysexits.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "store/store.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Messages a step of the text index. */
#define INDEX_STEP 200

static const struct cli_opt no_opts[] = { { NULL, 0, false } };

static void
draw_files(void *ctx, uint64_t done, uint64_t total)
{
	progress_draw(ctx, _("mail files"), done, total);
}

static int
index_text(struct cli *cli, struct store *s, struct progress *bar,
           struct err *err)
{
	uint64_t total = 0;
	uint64_t left = 1;

	while (left > 0) {
		if (cli->cancelled != NULL && cli->cancelled())
			return err_set(err, ERR_CANCELLED, _("cancelled"));
		if (store_index_text(s, INDEX_STEP, &left, err) != 0)
			return -1;
		if (left + INDEX_STEP > total)
			total = left + INDEX_STEP;
		progress_draw(bar, _("words"), total - left, total);
	}
	return 0;
}

static int
rebuild(struct cli *cli, struct progress *bar, struct err *err)
{
	struct store_view all = { .folder = FOLDER_ANY };
	struct store *s = cli_store(cli, err);
	uint64_t total = 0;
	uint64_t unread = 0;
	int rc = s != NULL ? 0 : -1;

	if (rc == 0)
		rc = store_rebuild(s, draw_files, bar, err);
	if (rc == 0)
		rc = index_text(cli, s, bar, err);
	if (rc == 0)
		rc = store_count(s, &all, &total, &unread, err);
	progress_erase(bar);
	store_close(&s);
	if (rc == 0 && !cli->quiet)
		out_line(_("%llu messages, %llu unread"),
		         (unsigned long long)total, (unsigned long long)unread);
	return rc;
}

/* A damaged index is kept aside: what only it knew may be of use yet. */
static int
begin_anew(struct cli *cli, struct progress *bar, struct err *err)
{
	*err = (struct err){ 0 };
	if (store_set_aside(cli->paths.data, err) != 0)
		return -1;
	out_note(cli,
	         _("the damaged index is kept as pabal.db.damaged-TIME in "
	           "%s"),
	         cli->paths.data);
	return rebuild(cli, bar, err);
}

static int
run(struct cli *cli)
{
	struct err err = { 0 };
	struct progress bar;
	int rc;

	progress_init(&bar, !cli->quiet && !cli->json);
	rc = rebuild(cli, &bar, &err);
	if (rc != 0 && store_damaged(&err))
		rc = begin_anew(cli, &bar, &err);
	return rc == 0 ? EX_OK : cli_fail(cli, &err);
}

int
cmd_index(struct cli *cli, int argc, char **argv)
{
	struct err err = { 0 };
	struct args args;
	const char *value;
	int opt;

	(void)argc;
	args_init(&args, cli, no_opts, argv);
	opt = args_next(&args, &value, &err);
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("index"));
		return EX_OK;
	}
	return opt == ARGS_END ? run(cli) : cli_usage(cli, "index", &err);
}
