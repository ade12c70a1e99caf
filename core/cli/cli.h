/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: a table of commands. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "util/err.h"

/* What the global options said. */
struct cli {
	struct paths paths;
	const char **accounts; /* each -a NAME */
	size_t account_count;
	bool json, quiet, verbose;
	const char *lang;
	const char *home;
	const char *program;     /* argv[0]'s last part */
	bool (*cancelled)(void); /* Ctrl-C was pressed */
	/* Open the screen (demo on a terminal); NULL: there is none. */
	int (*screen)(struct cli *cli, const char *mailto);
	/* Can the screen be shown in this TERM, in how many colours?  NULL: as
	 * screen. */
	int (*terminal)(int *colours_r, struct err *err);
};

/* The smallest window that the screen can be shown in. */
#define CLI_SCREEN_COLS 30
#define CLI_SCREEN_ROWS 7

struct cli_command {
	const char *name;
	const char *synopsis;
	const char *help; /* N_() */
	/* argv[0] is the command's name; returns a sysexits status. */
	int (*run)(struct cli *cli, int argc, char **argv);
};

/* NULL when there is no such command. */
const struct cli_command *cli_find(const char *name);
const struct cli_command *cli_table(size_t *n_r);
/* Help on all commands or one of them, on standard output. */
void cli_help(void);
void cli_command_help(const struct cli_command *c);
/* Print "pabal: text" and the server's words and advice; returns the status. */
int cli_fail(const struct cli *cli, const struct err *err);

#endif
