/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of a command line: long and short, values, "--". */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>

#include "cli/cli.h"
#include "util/err.h"

struct cli_opt {
	const char *name; /* without "--"; NULL ends a table */
	char letter;      /* 0: none */
	bool has_value;
};

/* Results of args_next beside the index of the option. */
#define ARGS_WORD  (-1) /* value_r is a word that is no option */
#define ARGS_END   (-2)
#define ARGS_ERROR (-3) /* ERR_USAGE */
#define ARGS_HELP  (-4) /* --help was asked for */

/* Where in the command line we are. */
struct args {
	struct cli *cli;
	const struct cli_opt *opts;
	char **argv; /* NULL at the end */
	int at;
	const char *letters; /* rest of a group "-abc", or NULL */
	bool only_words;     /* "--" was seen */
	bool stop_at_word;   /* what follows the first word is not ours */
};

/* argv[0] is skipped. */
void args_init(struct args *a, struct cli *cli, const struct cli_opt *opts,
               char **argv);
/*
 * The next option or word.  Global options (-a, --json, -q, -v, --home, --lang)
 * are taken care of on the way; the command's own of the same name come first.
 * --home and --lang are errors once cli->paths is set.
 *
 * value_r  the option's value or the word; borrowed from argv.
 */
int args_next(struct args *a, const char **value_r, struct err *err);
/* A whole number from min to max.  0, or -1 with ERR_USAGE. */
int args_number(const char *text, long min, long max, long *value_r,
                struct err *err);

#endif
