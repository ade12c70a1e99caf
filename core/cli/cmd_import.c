/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal import: mail and settings of other programs. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/import_people.h"
#include "cli/import_settings.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "engine/import.h"
#include "mail/account_match.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

enum {
	IMPORT_FOLDER,
	IMPORT_MBOX,
	IMPORT_SETTINGS,
	IMPORT_CREATE,
	IMPORT_PASSWORDS,
	IMPORT_PEOPLE
};

static const struct cli_opt opts[] = {
	[IMPORT_FOLDER] = { "folder", 0, true },
	[IMPORT_MBOX] = { "mbox", 0, true },
	[IMPORT_SETTINGS] = { "settings", 0, false },
	[IMPORT_CREATE] = { "create", 0, false },
	[IMPORT_PASSWORDS] = { "passwords", 0, false },
	[IMPORT_PEOPLE] = { "people", 0, false },
	{ NULL, 0, false },
};

static const char *const kinds[] = {
	[MBOX_AUTO] = "auto", [MBOX_O] = "mboxo",     [MBOX_RD] = "mboxrd",
	[MBOX_CL] = "mboxcl", [MBOX_CL2] = "mboxcl2",
};

struct import_run {
	struct cli *cli;
	struct conf conf;
	struct import_opts opts;
	struct progress bar;
	const char *label;
	bool settings, people;
	struct import_wish wish;
	const char **paths; /* of the command line */
	size_t path_count;
	struct import_result sum;
};

static void
draw(void *ctx, uint64_t done, uint64_t total)
{
	struct import_run *r = ctx;

	progress_draw(&r->bar, r->label, done, total);
}

static int
take_option(struct import_run *r, int opt, const char *value, struct err *err)
{
	if (opt == IMPORT_FOLDER) {
		if (folder_lookup(slice_of(value), &r->opts.folder) == 0)
			return 0;
		return err_set(err, ERR_USAGE, _("there is no folder '%s'"),
		               value);
	}
	if (opt == IMPORT_PEOPLE) {
		r->people = true;
		return 0;
	}
	if (opt != IMPORT_MBOX) {
		r->settings = true;
		r->wish.create |= opt != IMPORT_SETTINGS;
		r->wish.passwords |= opt == IMPORT_PASSWORDS;
		return 0;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i], value) == 0) {
			r->opts.mbox = (enum mbox_kind)i;
			return 0;
		}
	return err_set(err, ERR_USAGE,
	               _("'%s' is none of auto, mboxo, mboxrd, mboxcl, "
	                 "mboxcl2"),
	               value);
}

/* Where the mail goes: -a, the default account, the only one. */
static const struct account *
choose(struct import_run *r, struct err *err)
{
	if (r->cli->account_count > 0)
		return account_match(&r->conf, r->cli->accounts[0], err);
	if (r->conf.default_account != NULL)
		return conf_account(&r->conf, r->conf.default_account);
	if (r->conf.account_count == 1)
		return &r->conf.accounts[0];
	if (r->conf.account_count == 0)
		err_set(err, ERR_CONFIG,
		        _("there is no account yet; make one with: pabal "
		          "account add --address ADDRESS"));
	else
		err_set(err, ERR_USAGE,
		        _("into which account? name it with -a"));
	return NULL;
}

static void
add_sum(struct import_run *r, const struct import_result *one)
{
	r->sum.messages += one->messages;
	r->sum.known += one->known;
	r->sum.skipped += one->skipped;
}

static int
report(struct import_run *r, const struct err *err)
{
	struct json j;
	struct str text;

	progress_erase(&r->bar);
	if (r->cli->json) {
		out_json_begin(&j, &text);
		json_key(&j, "imported");
		json_int(&j, (int64_t)r->sum.messages);
		json_key(&j, "known");
		json_int(&j, (int64_t)r->sum.known);
		json_key(&j, "skipped");
		json_int(&j, (int64_t)r->sum.skipped);
		out_json_error(&j, err, NULL);
		out_json_end(&j, &text);
	} else if (!r->cli->quiet) {
		out_line(_("%llu imported, %llu here already, %llu skipped"),
		         (unsigned long long)r->sum.messages,
		         (unsigned long long)r->sum.known,
		         (unsigned long long)r->sum.skipped);
	}
	return err->code == ERR_NONE ? EX_OK : cli_fail(r->cli, err);
}

static int
import_mail(struct import_run *r, struct err *err)
{
	const struct account *a = choose(r, err);
	struct import_result one;
	struct store *s;
	int64_t id = 0;
	int rc;

	if (a == NULL)
		return -1;
	s = cli_store(r->cli, err);
	rc = s != NULL ? store_account(s, a->name, &id, err) : -1;
	for (size_t i = 0; rc == 0 && i < r->path_count; i++) {
		r->label = r->paths[i];
		rc = import_path(s, id, r->paths[i], &r->opts, &one, err);
		add_sum(r, &one);
	}
	store_close(&s);
	return rc;
}

static int
run(struct import_run *r)
{
	struct err err = { 0 };
	int status;

	if (cli_conf(r->cli, &r->conf, &err) != 0)
		return cli_fail(r->cli, &err);
	if (r->settings) {
		status = import_settings(r->cli, &r->conf, &r->wish, r->paths,
		                         r->path_count);
	} else {
		progress_init(&r->bar, !r->cli->quiet && !r->cli->json);
		r->opts.progress = draw;
		r->opts.ctx = r;
		r->opts.cancelled = r->cli->cancelled;
		if (r->people)
			(void)import_people(r->cli, r->paths, r->path_count,
			                    &r->sum, &err);
		else
			(void)import_mail(r, &err);
		status = report(r, &err);
	}
	conf_release(&r->conf);
	return status;
}

int
cmd_import(struct cli *cli, int argc, char **argv)
{
	struct import_run r = { .cli = cli, .opts.folder = FOLDER_ANY };
	struct err err = { 0 };
	struct args args;
	const char *value;
	int status = -1;
	int opt;

	r.paths = xcalloc((size_t)argc + 1, sizeof *r.paths);
	args_init(&args, cli, opts, argv);
	while ((opt = args_next(&args, &value, &err)) >= ARGS_WORD) {
		if (opt == ARGS_WORD)
			r.paths[r.path_count++] = value;
		else if (take_option(&r, opt, value, &err) != 0)
			break;
	}
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("import"));
		status = EX_OK;
	} else if (opt != ARGS_END || (r.path_count == 0 && !r.settings)) {
		status = cli_usage(cli, "import", &err);
	} else {
		status = run(&r);
	}
	free(r.paths);
	return status;
}
