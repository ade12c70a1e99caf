/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: options, then a command or the screen. */
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>
#ifdef HAVE_SYS_PRCTL_H
# include <sys/prctl.h>
#endif

#include "cli/args.h"
#include "cli/cli.h"
#include "cli/out.h"
#include "cli/terminal.h"
#include "tui/app.h"
#include "tui/layout.h"
#include "tui/term.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/log.h"

#include "util/banned.h"

_Static_assert(CLI_SCREEN_ROWS == LAYOUT_MIN_ROWS &&
                       CLI_SCREEN_COLS == LAYOUT_MIN_COLS,
               "pabal doctor says what the screen needs");

static volatile sig_atomic_t interrupted;

static void
on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

static bool
is_interrupted(void)
{
	return interrupted != 0;
}

/* No core dumps and no ptrace: memory holds passwords.  Files are private. */
static void
harden(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none); /* lowering cannot fail */
#ifdef HAVE_SYS_PRCTL_H
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	(void)umask(077);
	(void)signal(SIGPIPE, SIG_IGN); /* write says EPIPE */
	(void)signal(SIGXFSZ, SIG_IGN); /* and EFBIG */
}

/* The second Ctrl-C ends the program at once. */
static void
catch_interrupts(void)
{
	struct sigaction action, old;

	memset(&action, 0, sizeof action);
	action.sa_handler = on_interrupt;
	action.sa_flags = (int)SA_RESETHAND;
	(void)sigemptyset(&action.sa_mask); /* cannot fail */
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	/* The terminal goes away; nohup says that nobody minds. */
	if (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		(void)sigaction(SIGHUP, &action, NULL);
}

/* The language the user's locale asks for, though it may not be installed. */
static const char *
wanted_language(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return strncmp(value, "ko", 2) == 0 ? "ko" : NULL;
	}
	return NULL;
}

#ifdef ENABLE_NLS
/* Translations beside the program when it runs from its build. */
static void
bind_translations(void)
{
	char *folder = paths_program_folder();
	char *built = folder != NULL ? fsx_join(folder, "po") : NULL;
	char *korean = built != NULL ? fsx_join(built, "ko") : NULL;
	bool use_built = korean != NULL && fsx_exists(korean);

	(void)bindtextdomain("pabal", use_built ? built : PABAL_LOCALEDIR);
	(void)bind_textdomain_codeset("pabal", "UTF-8");
	(void)textdomain("pabal"); /* none of them: English */
	free(korean);
	free(built);
	free(folder);
}
#endif

/* The language that --lang names, known before the options are read, so that
 * what is wrong with one of them is said in it. */
static const char *
asked_language(char **argv)
{
	static const char *const known[] = { "ko", "en" };
	size_t i, k;

	for (i = 1; argv[0] != NULL && argv[i] != NULL; i++) {
		const char *value = argv[i];

		if (strcmp(value, "--") == 0)
			break;
		if (strcmp(value, "--lang") == 0 && argv[i + 1] != NULL)
			value = argv[i + 1];
		else if (strncmp(value, "--lang=", 7) == 0)
			value += 7;
		else
			continue;
		for (k = 0; k < sizeof known / sizeof known[0]; k++)
			if (strcmp(value, known[k]) == 0)
				return known[k];
	}
	return NULL;
}

static void
set_locale(const char *lang)
{
	const char *wanted = lang != NULL ? lang : wanted_language();

	if (setlocale(LC_ALL, "") == NULL ||
	    strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		if (setlocale(LC_ALL, "C.UTF-8") == NULL)
			(void)setlocale(LC_ALL, "en_US.UTF-8");
	(void)setlocale(LC_NUMERIC, "C"); /* JSON needs a point */
	if (lang != NULL || (wanted != NULL && getenv("LANGUAGE") == NULL))
		(void)setenv("LANGUAGE", wanted, 1);
#ifdef ENABLE_NLS
	bind_translations();
#endif
}

/* --lang, else what the configuration says; one that is broken is told by the
 * command that needs it. */
static void
choose_language(struct cli *cli)
{
	struct err ignored = { 0 };
	struct conf conf;

	if (cli->lang == NULL && conf_load(&cli->paths, &conf, &ignored) == 0) {
		if (conf.language != NULL)
			set_locale(conf.language);
		conf_release(&conf);
	}
}

static const char *
last_part(const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	if (slash != NULL)
		return slash + 1;
	return path != NULL ? path : "pabal";
}

static const struct cli_opt main_opts[] = {
	{ "version", 0, false },
	{ NULL, 0, false },
};

static int
usage(const struct cli *cli, const struct err *err)
{
	out_note(cli, "%s", err->text);
	out_note(cli, _("pabal --help lists the commands"));
	return EX_USAGE;
}

static int
run_command(struct cli *cli, int argc, char **argv)
{
	const struct cli_command *c = cli_find(argv[0]);
	struct err err = { 0 };

	if (c == NULL) {
		err_set(&err, ERR_USAGE, _("there is no command '%s'"),
		        argv[0]);
		return usage(cli, &err);
	}
	catch_interrupts();
	return c->run(cli, argc, argv);
}

/* curses would leave out what another charset lacks, and move the rest. */
static int
run_screen(struct cli *cli, const char *mailto)
{
	char charset[TERMINAL_CHARSET_MAX];
	struct err err = { 0 };

	if (!terminal_is_old(STDOUT_FILENO, charset))
		return app_run(cli, mailto);
	err_set(&err, ERR_CONFIG,
	        _("the screen needs UTF-8, and this terminal is set to %s; "
	          "where it does show UTF-8, say LC_ALL=C.UTF-8 pabal"),
	        charset);
	return cli_fail(cli, &err);
}

static int
open_screen(struct cli *cli, const char *mailto)
{
	struct err err = { 0 };

	if (cli->screen != NULL)
		return cli->screen(cli, mailto);
	err_set(&err, ERR_USAGE, _("a command is missing"));
	return usage(cli, &err);
}

/* Options before the command; *status_r when there is nothing more to do. */
static bool
parse_globals(struct cli *cli, struct args *args, const char **word_r,
              int *status_r)
{
	struct err err = { 0 };
	const char *value = NULL;
	int opt = args_next(args, &value, &err);

	*word_r = NULL;
	*status_r = EX_OK;
	if (opt == ARGS_WORD)
		*word_r = value;
	if (opt == ARGS_WORD || opt == ARGS_END)
		return true;
	if (cli->lang != NULL)
		set_locale(cli->lang);
	if (opt == ARGS_ERROR)
		*status_r = usage(cli, &err);
	else if (opt == ARGS_HELP)
		cli_help();
	else
		out_line("pabal %s", PACKAGE_VERSION);
	return false;
}

static int
start(struct cli *cli, struct args *args, const char *word, int argc)
{
	struct err err = { 0 };
	int at = args->at - 1;

	if (cli->lang != NULL && strcmp(cli->lang, "ko") != 0 &&
	    strcmp(cli->lang, "en") != 0) {
		err_set(&err, ERR_USAGE, _("--lang is ko or en"));
		return usage(cli, &err);
	}
	if (paths_init(&cli->paths, cli->home, &err) != 0)
		return cli_fail(cli, &err);
	if (cli->lang != NULL)
		set_locale(cli->lang);
	else
		choose_language(cli);
	if (cli->verbose) {
		log_convert(terminal_text);
		log_open(STDERR_FILENO, LOG_INFO);
	}
	if (word == NULL)
		return open_screen(cli, NULL);
	if (strncmp(word, "mailto:", 7) == 0)
		return open_screen(cli, word);
	return run_command(cli, argc - at, args->argv + at);
}

int
main(int argc, char **argv)
{
	struct cli cli = { .cancelled = is_interrupted,
		           .screen = run_screen,
		           .terminal = term_look };
	struct args args;
	const char *word = NULL;
	int status = EX_OK;
	int flushed;

	harden();
	set_locale(asked_language(argv));
	cli.program = last_part(argv[0]);
	if (strcmp(cli.program, "pabal-sendmail") == 0) {
		if (paths_init(&cli.paths, NULL, &(struct err){ 0 }) == 0)
			status = cli_find("sendmail")->run(&cli, argc, argv);
		else
			status = EX_CONFIG;
	} else {
		args_init(&args, &cli, main_opts, argv);
		if (parse_globals(&cli, &args, &word, &status))
			status = start(&cli, &args, word, argc);
	}
	flushed = out_flush(&cli);
	paths_release(&cli.paths);
	free(cli.accounts);
	log_close();
	return status != EX_OK ? status : flushed;
}
