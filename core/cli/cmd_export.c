/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal export: stored mail to a Maildir or an mbox. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "engine/export.h"
#include "mail/account_match.h"
#include "util/i18n.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

enum {
	EXPORT_FOLDER,
	EXPORT_FORMAT
};

static const struct cli_opt opts[] = {
	[EXPORT_FOLDER] = { "folder", 0, true },
	[EXPORT_FORMAT] = { "format", 0, true },
	{ NULL, 0, false },
};

struct export_run {
	struct cli *cli;
	struct conf conf;
	struct store *store;
	struct export_opts opts;
	struct progress bar;
	const char *label;
	const char *path;
	enum folder folder;
	uint64_t done;
	int file; /* mbox */
};

static void
draw(void *ctx, uint64_t done, uint64_t total)
{
	struct export_run *r = ctx;

	progress_draw(&r->bar, r->label, done, total);
}

/* PATH or PATH/ACCOUNT, with Maildir++ folders; owned. */
static char *
maildir_path(const struct export_run *r, const char *account, bool many,
             enum folder folder)
{
	char *root = many ? fsx_join(r->path, account) : xstrdup(r->path);
	char *path;

	if (r->folder != FOLDER_ANY || folder == FOLDER_INBOX)
		return root;
	path = xasprintf("%s/.%s", root, folder_name(folder));
	free(root);
	return path;
}

static int
export_folder(struct export_run *r, const char *account, bool many,
              enum folder folder, struct err *err)
{
	struct store_view view = { .folder = folder };
	char *path;
	int rc;

	if (store_account(r->store, account, &view.account, err) != 0)
		return -1;
	r->label = account;
	if (r->opts.mbox)
		return export_mbox(r->store, &view, r->file, &r->opts, &r->done,
		                   err);
	path = maildir_path(r, account, many, folder);
	rc = export_maildir(r->store, &view, path, &r->opts, &r->done, err);
	free(path);
	return rc;
}

static int
export_account(struct export_run *r, const char *account, bool many,
               struct err *err)
{
	int rc = 0;

	if (r->folder != FOLDER_ANY)
		return export_folder(r, account, many, r->folder, err);
	for (int f = 0; rc == 0 && f < FOLDER_COUNT; f++)
		rc = export_folder(r, account, many, (enum folder)f, err);
	return rc;
}

static int
export_accounts(struct export_run *r, struct err *err)
{
	const struct account *a;
	int rc = 0;

	if (r->conf.account_count == 0)
		return err_set(err, ERR_CONFIG, _("there is no account yet"));
	if (r->cli->account_count > 0) {
		for (size_t i = 0; rc == 0 && i < r->cli->account_count; i++) {
			a = account_match(&r->conf, r->cli->accounts[i], err);
			rc = a == NULL
			             ? -1
			             : export_account(r, a->name,
			                              r->cli->account_count > 1,
			                              err);
		}
		return rc;
	}
	for (size_t i = 0; rc == 0 && i < r->conf.account_count; i++)
		rc = export_account(r, r->conf.accounts[i].name,
		                    r->conf.account_count > 1, err);
	return rc;
}

static int
sync_folder_of(const char *path, struct err *err)
{
	size_t slash = slice_rfind(slice_of(path), '/');
	char *folder = slash == strlen(path)
	                       ? xstrdup(".")
	                       : slice_dup(slice_head(slice_of(path),
	                                              slash > 0 ? slash : 1));
	int rc = fsx_fsync_folder(folder, err);

	free(folder);
	return rc;
}

/* What one that was killed left is written anew; what another is writing is
 * not touched. */
static int
open_part(struct export_run *r, const char *tmp, struct err *err)
{
	r->file = open(tmp, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (r->file < 0)
		return err_sys(err, errno, _("cannot make '%s'"), tmp);
	if (fsx_lock(r->file, LOCK_EX | LOCK_NB) != 0)
		(void)err_sys(err, errno, _("cannot make '%s'"), tmp);
	else if (fsx_exists(r->path)) /* the other one has just finished */
		(void)err_set(err, ERR_USAGE, _("'%s' exists already"),
		              r->path);
	else if (ftruncate(r->file, 0) != 0)
		(void)err_sys(err, errno, _("cannot make '%s'"), tmp);
	else
		return 0;
	close(r->file);
	r->file = -1;
	return -1;
}

/* The file stands under its name only when it is whole. */
static int
export_to_mbox(struct export_run *r, struct err *err)
{
	char *tmp = xasprintf("%s.part", r->path);
	int rc;

	if (fsx_exists(r->path)) {
		rc = err_set(err, ERR_USAGE, _("'%s' exists already"), r->path);
		free(tmp);
		return rc;
	}
	rc = open_part(r, tmp, err);
	if (rc == 0)
		rc = export_accounts(r, err);
	if (rc == 0)
		rc = fsx_fsync(r->file, tmp, err);
	step("export-synced");
	/* Under the lock, which goes with the file. */
	if (rc == 0 && rename(tmp, r->path) != 0)
		rc = err_sys(err, errno, _("cannot rename '%s'"), tmp);
	if (rc != 0 && r->file >= 0)
		(void)unlink(tmp); /* nobody can use it */
	if (r->file >= 0 && close(r->file) != 0 && rc == 0)
		rc = err_sys(err, errno, _("cannot write '%s'"), r->path);
	if (rc == 0)
		rc = sync_folder_of(r->path, err);
	free(tmp);
	return rc;
}

static int
report(struct export_run *r, const struct err *err)
{
	struct json j;
	struct str text;

	progress_erase(&r->bar);
	if (r->cli->json) {
		out_json_begin(&j, &text);
		json_key(&j, "exported");
		json_int(&j, (int64_t)r->done);
		out_json_error(&j, err, NULL);
		out_json_end(&j, &text);
	} else if (!r->cli->quiet && err->code == ERR_NONE) {
		out_line(_("%llu exported"), (unsigned long long)r->done);
	}
	return err->code == ERR_NONE ? EX_OK : cli_fail(r->cli, err);
}

static int
run(struct export_run *r)
{
	struct err err = { 0 };
	int status;

	if (cli_conf(r->cli, &r->conf, &err) != 0)
		return cli_fail(r->cli, &err);
	progress_init(&r->bar, !r->cli->quiet && !r->cli->json);
	r->opts.progress = draw;
	r->opts.ctx = r;
	r->opts.cancelled = r->cli->cancelled;
	r->store = cli_store_reading(r->cli, &err);
	if (r->store != NULL)
		(void)(r->opts.mbox ? export_to_mbox(r, &err)
		                    : export_accounts(r, &err));
	status = report(r, &err);
	store_close(&r->store);
	conf_release(&r->conf);
	return status;
}

static int
take_option(struct export_run *r, int opt, const char *value, struct err *err)
{
	if (opt == EXPORT_FOLDER) {
		if (folder_lookup(slice_of(value), &r->folder) == 0)
			return 0;
		return err_set(err, ERR_USAGE, _("there is no folder '%s'"),
		               value);
	}
	if (opt == EXPORT_FORMAT) {
		r->opts.mbox = strcmp(value, "mbox") == 0;
		if (r->opts.mbox || strcmp(value, "maildir") == 0)
			return 0;
		return err_set(err, ERR_USAGE,
		               _("'%s' is neither maildir nor mbox"), value);
	}
	if (r->path != NULL)
		return err_set(err, ERR_USAGE, _("'%s' is one word too many"),
		               value);
	r->path = value;
	return 0;
}

int
cmd_export(struct cli *cli, int argc, char **argv)
{
	struct export_run r = { .cli = cli, .folder = FOLDER_ANY };
	struct err err = { 0 };
	struct args args;
	const char *value;
	int opt;

	(void)argc;
	args_init(&args, cli, opts, argv);
	while ((opt = args_next(&args, &value, &err)) >= ARGS_WORD)
		if (take_option(&r, opt, value, &err) != 0)
			break;
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("export"));
		return EX_OK;
	}
	if (opt != ARGS_END || r.path == NULL)
		return cli_usage(cli, "export", &err);
	return run(&r);
}
