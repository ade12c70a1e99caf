/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: a table of commands. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cmd.h"
#include "cli/out.h"
#include "util/i18n.h"
#include "util/slice.h"

#include "util/banned.h"

static const struct cli_command commands[] = {
	{ "account",
	  N_("account add|list|show|edit|remove|test [NAME] [OPTION]..."),
	  N_("set up accounts"), cmd_account },
	{ "fetch",
	  N_("fetch [-a ACCOUNT]... [--missing] | fetch --message ID..."),
	  N_("get new mail"), cmd_fetch },
	{ "list", N_("list [--folder FOLDER] [--limit N] [--unread]"),
	  N_("list stored mail, a line each"), cmd_list },
	{ "search", N_("search [--limit N] QUERY..."), N_("find stored mail"),
	  cmd_search },
	{ "show",
	  N_("show [--raw | --parts | --part PATH | --save FOLDER] ID... | --file FILE..."),
	  N_("print messages as text, save attachments"), cmd_show },
	{ "send",
	  N_("send [-t] [-a ACCOUNT] [--attach FILE]... [--at TIME] [--dsn WHAT] [--mbox] [RECIPIENT...] < MESSAGE"),
	  N_("send a message"), cmd_send },
	{ "sendmail",
	  N_("sendmail [-t] [-i] [-f ADDRESS] [-F NAME] [--] [RECIPIENT...]"),
	  N_("send as sendmail does"), cmd_sendmail },
	{ "outbox", N_("outbox list [all] | outbox retry|cancel ID...|all"),
	  N_("mail on its way out"), cmd_outbox },
	{ "spam",
	  N_("spam score|explain FILE-or-ID... | ham|spam FILE-or-ID-or-FOLDER... | import FILE | batch"),
	  N_("ask and teach the spam filter"), cmd_spam },
	{ "rules",
	  N_("rules test|run [-n N] [ID...] | undo N | suggest ID | add RULE | always ID ACTIONS"),
	  N_("try or apply the rules"), cmd_rules },
	{ "import",
	  N_("import [-a ACCOUNT] [--folder FOLDER] [--mbox KIND] PATH... | "
	     "import --settings [--create] [--passwords] [-a NAME] [FILE...] | "
	     "import --people FILE..."),
	  N_("take over mail of other programs"), cmd_import },
	{ "export",
	  N_("export [-a ACCOUNT] [--folder FOLDER] [--format maildir|mbox] "
	     "PATH"),
	  N_("write mail to a Maildir or an mbox"), cmd_export },
	{ "bulk", N_("bulk [--by list|sender] [-n N]"),
	  N_("who sends the most, and is it opened"), cmd_bulk },
	{ "unsubscribe", N_("unsubscribe [--now] FILE-or-NUMBER"),
	  N_("how to leave the list of a message; leave it"), cmd_unsubscribe },
	{ "serve",
	  N_("serve [-a ACCOUNT]... [--listen HOST:PORT]... [--new-password]"),
	  N_("give the mail out over POP3"), cmd_serve },
	{ "trash", N_("trash empty [-a ACCOUNT]..."),
	  N_("delete for good what lies in Trash"), cmd_trash },
	{ "index", "index", N_("rebuild the index from the mail files"),
	  cmd_index },
	{ "doctor", N_("doctor [-a ACCOUNT]"),
	  N_("check servers, logins, clock and disk"), cmd_doctor },
	{ "demo", "demo", N_("see it work, with no account"), cmd_demo },
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

const struct cli_command *
cli_find(const char *name)
{
	size_t i;

	for (i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

const struct cli_command *
cli_table(size_t *n_r)
{
	*n_r = COMMAND_COUNT;
	return commands;
}

void
cli_help(void)
{
	size_t i;

	out_line(_("usage: pabal [OPTION]... [COMMAND [ARGUMENT]...]"));
	out_line(_("       pabal [OPTION]... mailto:ADDRESS"));
	out_line("%s", "");
	out_line(_("Without a command pabal opens the inbox."));
	out_line("%s", "");
	for (i = 0; i < COMMAND_COUNT; i++)
		out_line("  %-11s %s", commands[i].name, _(commands[i].help));
	out_line("%s", "");
	out_line(_("  -a, --account NAME  only this account; any clear part of "
	           "its name"));
	out_line(_("      --home DIR      keep everything below DIR"));
	out_line(_("      --lang ko|en    language"));
	out_line(_("      --json          output for programs"));
	out_line(_("  -q, --quiet         say only what went wrong"));
	out_line(_("  -v, --verbose       say more"));
	out_line(_("      --version       print the version"));
	out_line(_("      --help          print this, or help on a command"));
}

void
cli_command_help(const struct cli_command *c)
{
	out_line(_("usage: pabal %s"), _(c->synopsis));
	out_line("%s", _(c->help));
	out_line(_("The manual page pabal(1) explains the options."));
}

int
cli_fail_advice(const struct cli *cli, const struct err *err,
                const char *advice)
{
	out_note(cli, "%s", err->text);
	if (err->server[0] != '\0')
		out_note(cli, _("the server said: %s"), err->server);
	if (advice != NULL)
		out_note(cli, _("what to do: %s"), advice);
	return err_exit_status(err->code);
}

int
cli_fail(const struct cli *cli, const struct err *err)
{
	return cli_fail_advice(cli, err, NULL);
}

int
cli_usage(const struct cli *cli, const char *command, const struct err *err)
{
	const struct cli_command *c = cli_find(command);

	if (err != NULL && err->code != ERR_NONE)
		out_note(cli, "%s", err->text);
	if (c != NULL)
		out_note(cli, _("usage: pabal %s"), _(c->synopsis));
	return EX_USAGE;
}

int
cli_parse_id(const char *text, int64_t *id_r)
{
	uint64_t n;

	if (slice_u64(slice_of(text), &n) != 0 || n == 0 || n > INT64_MAX)
		return -1;
	*id_r = (int64_t)n;
	return 0;
}

int
cli_conf(struct cli *cli, struct conf *conf_r, struct err *err)
{
	memset(conf_r, 0, sizeof *conf_r);
	if (paths_make(&cli->paths, err) != 0)
		return -1;
	return conf_load(&cli->paths, conf_r, err);
}

const char *
cli_advice(const struct providers *providers, const struct account *a,
           const struct err *err)
{
	const struct provider *p = NULL;

	if (providers == NULL || err->code == ERR_NONE)
		return NULL;
	if (a != NULL && a->provider != NULL)
		p = provider_by_id(providers, a->provider);
	if (p == NULL && a != NULL && a->address != NULL)
		p = provider_for(providers, slice_of(a->address));
	if (p == NULL)
		p = providers_generic(providers);
	return provider_explain(p, err);
}
