/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal demo: the real thing on sample mail, in a home that goes away. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/demo_play.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Folders held open while the home is removed. */
#define REMOVE_DEPTH 16

static const struct cli_opt no_opts[] = { { NULL, 0, false } };

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* A new folder that only we may enter; owned. */
static char *
make_home(struct err *err)
{
	const char *base = getenv("TMPDIR");
	char *path = xasprintf("%s/pabal-demo-XXXXXX",
	                       base != NULL && base[0] == '/' ? base : "/tmp");

	if (mkdtemp(path) != NULL)
		return path;
	err_sys(err, errno, _("cannot make a folder for the demo"));
	free(path);
	return NULL;
}

/* On a terminal the screen, else the play. */
static int
run_in(struct cli *cli, const char *home)
{
	struct paths before = cli->paths;
	struct err err = { 0 };
	struct demo *demo = NULL;
	int status;

	if (paths_init(&cli->paths, home, &err) == 0 &&
	    paths_make(&cli->paths, &err) == 0)
		demo = demo_start(&cli->paths, &err);
	if (demo == NULL) {
		(void)cli_fail(cli, &err);
		status = 1;
	} else if (cli->screen != NULL && isatty(STDOUT_FILENO) == 1 &&
	           isatty(STDIN_FILENO) == 1) {
		status = cli->screen(cli, NULL);
	} else {
		status = demo_play(cli, demo);
	}
	demo_stop(&demo);
	paths_release(&cli->paths);
	cli->paths = before;
	return status;
}

int
cmd_demo(struct cli *cli, int argc, char **argv)
{
	struct err err = { 0 };
	struct args args;
	const char *value;
	char *home;
	int status;
	int opt;

	(void)argc;
	args_init(&args, cli, no_opts, argv);
	opt = args_next(&args, &value, &err);
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("demo"));
		return EX_OK;
	}
	if (opt != ARGS_END)
		return cli_usage(cli, "demo", &err);
	home = make_home(&err);
	if (home == NULL)
		return cli_fail(cli, &err);
	status = run_in(cli, home);
	/* What cannot be removed stays in the folder for temporary files. */
	(void)nftw(home, remove_one, REMOVE_DEPTH, FTW_DEPTH | FTW_PHYS);
	free(home);
	return status;
}
