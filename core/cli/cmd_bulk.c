/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal bulk: who sends the most, and whether it is ever opened. */
#include <string.h>
#include <sysexits.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "store/senders.h"
#include "util/i18n.h"

#include "util/banned.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX     1000000
#define LINE_MAX      4096

enum {
	OPT_LIMIT,
	OPT_BY
};

static const struct cli_opt opts[] = {
	[OPT_LIMIT] = { "limit", 'n', true },
	[OPT_BY] = { "by", 0, true },
	{ NULL, 0, false },
};

static void
print_json(const struct store_sender *s)
{
	struct json j;
	struct str text;

	out_json_begin(&j, &text);
	json_key(&j, "list");
	if (s->list)
		json_string_z(&j, s->key);
	else
		json_null(&j);
	json_key(&j, "from");
	json_string_z(&j, s->address);
	json_key(&j, "from_name");
	json_string_z(&j, s->name);
	json_key(&j, "messages");
	json_int(&j, (int64_t)s->total);
	json_key(&j, "unread");
	json_int(&j, (int64_t)s->unread);
	json_key(&j, "last_opened");
	if (s->last_opened != 0)
		json_int(&j, s->last_opened);
	else
		json_null(&j);
	json_key(&j, "newest");
	json_int(&j, s->newest);
	out_json_end(&j, &text);
}

static void
print_line(const struct store_sender *s)
{
	struct str line;

	str_init(&line, LINE_MAX);
	str_printf(&line, _("%6llu, unread %6llu, opened "),
	           (unsigned long long)s->total, (unsigned long long)s->unread);
	if (s->last_opened != 0)
		out_date(&line, s->last_opened);
	else
		str_add_z(&line, _("never"));
	str_printf(&line, "  %7lld  ", (long long)s->newest);
	out_column(&line, s->key, 34);
	str_printf(&line, " %s", s->name);
	out_line("%s", line.p);
	str_release(&line);
}

static int
run(struct cli *cli, enum store_senders_by by, size_t limit)
{
	struct err err = { 0 };
	struct store_sender *v = NULL;
	struct store *s = cli_store(cli, &err);
	size_t n = 0;
	size_t i;
	int rc = s != NULL ? store_senders(s, by, limit, &v, &n, &err) : -1;

	for (i = 0; rc == 0 && i < n; i++) {
		if (cli->json)
			print_json(&v[i]);
		else
			print_line(&v[i]);
	}
	if (rc == 0 && n > 0 && !cli->json && !cli->quiet)
		out_note(cli, _("all of one, past and future: pabal rules "
		                "always NUMBER archive; leave a list: pabal "
		                "unsubscribe NUMBER"));
	store_senders_free(&v, n);
	store_close(&s);
	return rc == 0 ? EX_OK : cli_fail(cli, &err);
}

static int
parse_by(const char *value, enum store_senders_by *by_r, struct err *err)
{
	if (strcmp(value, "list") == 0)
		*by_r = STORE_BY_LIST;
	else if (strcmp(value, "sender") == 0)
		*by_r = STORE_BY_SENDER;
	else
		return err_set(err, ERR_USAGE,
		               _("'%s' is neither 'list' nor 'sender'"), value);
	return 0;
}

int
cmd_bulk(struct cli *cli, int argc, char **argv)
{
	struct err err = { 0 };
	struct args args;
	const char *value;
	enum store_senders_by by = STORE_BY_BOTH;
	long limit = LIMIT_DEFAULT;
	int opt;

	(void)argc;
	args_init(&args, cli, opts, argv);
	while ((opt = args_next(&args, &value, &err)) >= 0)
		if ((opt == OPT_LIMIT
		             ? args_number(value, 1, LIMIT_MAX, &limit, &err)
		             : parse_by(value, &by, &err)) != 0)
			return cli_usage(cli, "bulk", &err);
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("bulk"));
		return EX_OK;
	}
	if (opt == ARGS_WORD)
		err_set(&err, ERR_USAGE, _("'%s' is one word too many"), value);
	if (opt != ARGS_END)
		return cli_usage(cli, "bulk", &err);
	return run(cli, by, (size_t)limit);
}
