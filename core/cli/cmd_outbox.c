/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal outbox: what waits to be sent; try again; cancel. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/outbox_run.h"
#include "store/outbox_rows.h"
#include "text/unicode.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/reason.h"

#include "util/banned.h"

#define SUBJECT_CELLS 60

static const struct cli_opt no_opts[] = { { NULL, 0, false } };

struct outbox {
	struct cli *cli;
	struct store *store;
	struct outbox_row *rows;
	size_t row_count;
	const char *action;
	bool all;
	ARRAY(int64_t) ids;
};

static void
list_json(struct outbox *o, const struct outbox_row *row)
{
	char *account = store_account_name(o->store, row->account);
	struct json j;
	struct str text;
	size_t i;

	out_json_begin(&j, &text);
	json_key(&j, "id");
	json_int(&j, row->id);
	json_key(&j, "account");
	json_string_z(&j, account);
	json_key(&j, "state");
	json_string_z(&j, outbox_state_name(row->state));
	json_key(&j, "subject");
	json_string_z(&j, row->subject);
	json_key(&j, "from");
	json_string_z(&j, row->from);
	json_key(&j, "recipients");
	json_array(&j);
	for (i = 0; i < row->rcpt_count; i++)
		json_string_z(&j, row->rcpts[i].spec);
	json_end_array(&j);
	json_key(&j, "not_before");
	json_int(&j, row->not_before);
	json_key(&j, "tries");
	json_int(&j, row->tries);
	json_key(&j, "error");
	json_string_z(&j, row->error);
	outbox_results_json(&j, row);
	out_json_end(&j, &text);
	free(account);
}

static void
say_indented(void *ctx, const char *line)
{
	(void)ctx;
	out_line("      %s", line);
}

static void
list_line(const struct outbox_row *row)
{
	struct str line;

	str_init(&line, 65536);
	str_printf(&line, "%5lld ", (long long)row->id);
	out_column(&line, outbox_state_name(row->state), 9);
	str_add_c(&line, ' ');
	out_date(&line, row->not_before);
	str_add_c(&line, ' ');
	out_column(&line, row->rcpt_count > 0 ? row->rcpts[0].spec : "", 28);
	if (row->rcpt_count > 1)
		str_printf(&line, " +%zu", row->rcpt_count - 1);
	if (row->subject != NULL && row->subject[0] != '\0') {
		str_add_c(&line, ' ');
		str_add_slice(&line, unicode_fit(slice_of(row->subject),
		                                 SUBJECT_CELLS, NULL));
	}
	out_line("%s", line.p);
	if (!outbox_recipients(row, say_indented, NULL) && row->error != NULL &&
	    row->error[0] != '\0') {
		char *why = reason_local(row->error);

		out_line("      %s", why);
		free(why);
	}
	str_release(&line);
}

static int
list(struct outbox *o)
{
	size_t i;

	for (i = 0; i < o->row_count; i++) {
		/* Not on its way any more; its number still brings it back. */
		if (o->rows[i].state == OUTBOX_CANCELLED && !o->all)
			continue;
		if (o->cli->json)
			list_json(o, &o->rows[i]);
		else
			list_line(&o->rows[i]);
	}
	return EX_OK;
}

static struct outbox_row *
find(struct outbox *o, int64_t id)
{
	size_t i;

	for (i = 0; i < o->row_count; i++)
		if (o->rows[i].id == id)
			return &o->rows[i];
	return NULL;
}

/* What is being sent right now is left alone. */
static int
make_due(struct outbox *o, struct err *err)
{
	for (size_t i = 0; i < o->ids.n; i++)
		if (find(o, o->ids.v[i]) == NULL)
			return err_set(
				err, ERR_NOTFOUND,
				_("there is no message %lld in the outbox"),
				(long long)o->ids.v[i]);
	return outbox_requeue_many(o->store, o->ids.v, o->ids.n, clock_now(),
	                           err);
}

static int
retry(struct outbox *o)
{
	struct err err = { 0 };
	struct conf conf;
	struct engine *e;
	int status;

	if (cli_conf(o->cli, &conf, &err) != 0)
		return cli_fail(o->cli, &err);
	e = engine_new(&o->cli->paths, &conf, &err);
	if (e == NULL || make_due(o, &err) != 0)
		status = cli_fail(o->cli, &err);
	else
		status = outbox_run(o->cli, e, o->store, o->ids.v, o->ids.n,
		                    NULL);
	engine_free(&e);
	conf_release(&conf);
	return status;
}

static int
cancel(struct outbox *o)
{
	struct err err = { 0 };
	int status = EX_OK;
	size_t i;

	for (i = 0; i < o->ids.n; i++) {
		int rc = outbox_cancel(o->store, o->ids.v[i], &err);

		if (rc < 0)
			return cli_fail(o->cli, &err);
		if (rc == 0) {
			out_note(o->cli,
			         _("message %lld is being sent: too late"),
			         (long long)o->ids.v[i]);
			status = EX_UNAVAILABLE;
		}
	}
	return status;
}

static int
run(struct outbox *o)
{
	struct err err = { 0 };
	int status;
	size_t i;

	o->store = cli_store_reading(o->cli, &err);
	if (o->store == NULL ||
	    outbox_list(o->store, &o->rows, &o->row_count, &err) != 0) {
		store_close(&o->store);
		return cli_fail(o->cli, &err);
	}
	/* What was cancelled comes back only by its number. */
	for (i = 0; o->all && i < o->row_count; i++)
		if (o->rows[i].state != OUTBOX_CANCELLED)
			array_add(&o->ids, o->rows[i].id);
	if (strcmp(o->action, "retry") == 0)
		status = retry(o);
	else if (strcmp(o->action, "cancel") == 0)
		status = cancel(o);
	else
		status = list(o);
	outbox_rows_free(&o->rows, o->row_count);
	store_close(&o->store);
	return status;
}

static int
take_word(struct outbox *o, const char *word, struct err *err)
{
	int64_t id;

	if (o->action == NULL) {
		o->action = word;
		if (strcmp(word, "list") == 0 || strcmp(word, "retry") == 0 ||
		    strcmp(word, "cancel") == 0)
			return 0;
		return err_set(err, ERR_USAGE,
		               _("'%s' is none of list, retry, cancel"), word);
	}
	if (strcmp(word, "all") == 0) {
		o->all = true;
		return 0;
	}
	if (cli_parse_id(word, &id) != 0)
		return err_set(err, ERR_USAGE, _("'%s' is no message number"),
		               word);
	array_add(&o->ids, id);
	return 0;
}

int
cmd_outbox(struct cli *cli, int argc, char **argv)
{
	struct outbox o = { .cli = cli };
	struct err err = { 0 };
	struct args args;
	const char *value;
	bool is_list;
	int status;
	int opt;

	(void)argc;
	args_init(&args, cli, no_opts, argv);
	while ((opt = args_next(&args, &value, &err)) == ARGS_WORD)
		if (take_word(&o, value, &err) != 0) {
			opt = ARGS_ERROR;
			break;
		}
	is_list = o.action != NULL && strcmp(o.action, "list") == 0;
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("outbox"));
		status = EX_OK;
	} else if (opt == ARGS_ERROR || o.action == NULL ||
	           is_list != (o.ids.n == 0 && (is_list || !o.all))) {
		status = cli_usage(cli, "outbox", &err);
	} else {
		status = run(&o);
	}
	array_release(&o.ids);
	return status;
}
