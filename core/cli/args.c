/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of a command line. */
#include "cli/args.h"

#include <string.h>

#include "util/i18n.h"
#include "util/slice.h"
#include "util/xalloc.h"

#include "util/banned.h"

enum global {
	GLOBAL_ACCOUNT,
	GLOBAL_JSON,
	GLOBAL_QUIET,
	GLOBAL_VERBOSE,
	GLOBAL_HELP,
	GLOBAL_HOME,
	GLOBAL_LANG
};

static const struct cli_opt globals[] = {
	[GLOBAL_ACCOUNT] = { "account", 'a', true },
	[GLOBAL_JSON] = { "json", 0, false },
	[GLOBAL_QUIET] = { "quiet", 'q', false },
	[GLOBAL_VERBOSE] = { "verbose", 'v', false },
	[GLOBAL_HELP] = { "help", 'h', false },
	[GLOBAL_HOME] = { "home", 0, true },
	[GLOBAL_LANG] = { "lang", 0, true },
	{ NULL, 0, false },
};

/* Results of find_*: an index, or how a global one is told apart. */
#define NONE        (-1)
#define GLOBAL_BASE 1000

void
args_init(struct args *a, struct cli *cli, const struct cli_opt *opts,
          char **argv)
{
	memset(a, 0, sizeof *a);
	a->cli = cli;
	a->opts = opts;
	a->argv = argv;
	a->at = 1;
}

static int
find_in(const struct cli_opt *opts, struct slice name, char letter)
{
	int i;

	for (i = 0; opts[i].name != NULL; i++)
		if (letter != 0 ? opts[i].letter == letter
		                : slice_eq_z(name, opts[i].name))
			return i;
	return NONE;
}

static const struct cli_opt *
find(const struct args *a, struct slice name, char letter, int *index_r)
{
	int i = find_in(a->opts, name, letter);

	if (i != NONE) {
		*index_r = i;
		return &a->opts[i];
	}
	i = find_in(globals, name, letter);
	if (i == NONE)
		return NULL;
	*index_r = GLOBAL_BASE + i;
	return &globals[i];
}

/* "--name" or "--name=value" */
static int
take_long(struct args *a, const char *word, const char **value_r,
          struct err *err)
{
	struct slice name = slice_of(word + 2);
	size_t eq = slice_find(name, '=');
	const char *value = eq < name.n ? name.p + eq + 1 : NULL;
	const struct cli_opt *opt;
	int index;

	name = slice_head(name, eq);
	opt = find(a, name, 0, &index);
	if (opt == NULL) {
		err_set(err, ERR_USAGE, _("unknown option '--%.*s'"),
		        SLICE_ARG(name));
		return ARGS_ERROR;
	}
	if (!opt->has_value && value != NULL) {
		err_set(err, ERR_USAGE, _("option '--%s' takes no value"),
		        opt->name);
		return ARGS_ERROR;
	}
	if (opt->has_value && value == NULL)
		value = a->argv[a->at] != NULL ? a->argv[a->at++] : NULL;
	if (opt->has_value && value == NULL) {
		err_set(err, ERR_USAGE, _("option '--%s' needs a value"),
		        opt->name);
		return ARGS_ERROR;
	}
	*value_r = value;
	return index;
}

/* The first of a->letters. */
static int
take_letter(struct args *a, const char **value_r, struct err *err)
{
	char letter = *a->letters++;
	const struct cli_opt *opt;
	int index;

	opt = find(a, SLICE_NONE, letter, &index);
	if (opt == NULL) {
		err_set(err, ERR_USAGE, _("unknown option '-%c'"), letter);
		return ARGS_ERROR;
	}
	*value_r = NULL;
	if (!opt->has_value) {
		if (*a->letters == '\0')
			a->letters = NULL;
		return index;
	}
	*value_r = *a->letters != '\0' ? a->letters : a->argv[a->at];
	if (*a->letters == '\0' && *value_r != NULL)
		a->at++;
	a->letters = NULL;
	if (*value_r != NULL)
		return index;
	err_set(err, ERR_USAGE, _("option '-%c' needs a value"), letter);
	return ARGS_ERROR;
}

static int
take(struct args *a, const char **value_r, struct err *err)
{
	const char *word;

	if (a->letters != NULL)
		return take_letter(a, value_r, err);
	word = a->argv[a->at];
	if (word == NULL)
		return ARGS_END;
	a->at++;
	*value_r = word;
	if (a->only_words || word[0] != '-' || word[1] == '\0') {
		a->only_words |= a->stop_at_word;
		return ARGS_WORD;
	}
	if (strcmp(word, "--") == 0) {
		a->only_words = true;
		return take(a, value_r, err);
	}
	if (word[1] == '-')
		return take_long(a, word, value_r, err);
	a->letters = word + 1;
	return take_letter(a, value_r, err);
}

static void
add_account(struct cli *cli, const char *name)
{
	cli->accounts = xreallocarray(cli->accounts, cli->account_count + 1,
	                              sizeof cli->accounts[0]);
	cli->accounts[cli->account_count++] = name;
}

static void
apply_global(struct cli *cli, enum global option, const char *value)
{
	switch (option) {
	case GLOBAL_ACCOUNT:
		add_account(cli, value);
		break;
	case GLOBAL_JSON:
		cli->json = true;
		break;
	case GLOBAL_QUIET:
		cli->quiet = true;
		break;
	case GLOBAL_VERBOSE:
		cli->verbose = true;
		break;
	case GLOBAL_HELP:
		break;
	case GLOBAL_HOME:
		cli->home = value;
		break;
	case GLOBAL_LANG:
		cli->lang = value;
		break;
	}
}

/* Where files lie and how we speak is settled before a command begins. */
static bool
comes_too_late(const struct cli *cli, enum global option)
{
	return cli->paths.config != NULL &&
	       (option == GLOBAL_HOME || option == GLOBAL_LANG);
}

int
args_next(struct args *a, const char **value_r, struct err *err)
{
	for (;;) {
		int rc = take(a, value_r, err);
		enum global option;

		if (rc < GLOBAL_BASE)
			return rc;
		option = (enum global)(rc - GLOBAL_BASE);
		if (option == GLOBAL_HELP)
			return ARGS_HELP;
		if (comes_too_late(a->cli, option)) {
			err_set(err, ERR_USAGE,
			        _("'--%s' must stand before the command"),
			        globals[option].name);
			return ARGS_ERROR;
		}
		apply_global(a->cli, option, *value_r);
	}
}

int
args_number(const char *text, long min, long max, long *value_r,
            struct err *err)
{
	uint64_t n;

	if (slice_u64(slice_of(text), &n) != 0 || n > (uint64_t)max ||
	    n < (uint64_t)min)
		return err_set(err, ERR_USAGE,
		               _("'%s' is no number from %ld to %ld"), text,
		               min, max);
	*value_r = (long)n;
	return 0;
}
