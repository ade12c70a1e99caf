/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal unsubscribe: how to leave the list of a message, and doing it. */
#include <stdlib.h>
#include <sysexits.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/input.h"
#include "cli/out.h"
#include "cli/outbox_run.h"
#include "engine/engine.h"
#include "store/store.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Milliseconds between looks whether the user broke it off. */
#define LOOK_MS 200
/* A host in its longest form. */
#define HOST_MAX 4096

enum {
	OPT_NOW
};

static const struct cli_opt opts[] = {
	[OPT_NOW] = { "now", 0, false },
	{ NULL, 0, false },
};

struct leaving {
	struct cli *cli;
	struct conf conf;
	struct store *store;
	struct engine *engine;
	struct input in;
	struct unsubscribe way;
	const struct account *account; /* the message came through; or NULL */
};

static const char *
way_name(enum unsubscribe_way way)
{
	switch (way) {
	case UNSUBSCRIBE_POST:
		return "one-click";
	case UNSUBSCRIBE_MAIL:
		return "mail";
	case UNSUBSCRIBE_WEB:
		return "web";
	case UNSUBSCRIBE_NONE:
		break;
	}
	return "none";
}

static void
show_json(const struct unsubscribe *u)
{
	struct json j;
	struct str text;

	out_json_begin(&j, &text);
	json_key(&j, "way");
	json_string_z(&j, way_name(u->way));
	json_key(&j, "unsigned_offer");
	json_bool(&j, u->unsigned_offer);
	json_key(&j, "url");
	json_string_z(&j, u->url);
	json_key(&j, "mail");
	json_string_z(&j, u->mailto);
	out_json_end(&j, &text);
}

static void
show(struct leaving *l, bool now)
{
	const struct unsubscribe *u = &l->way;
	struct str host;

	if (l->cli->json) {
		show_json(u);
		return;
	}
	str_init(&host, HOST_MAX);
	if (u->host != NULL)
		unsubscribe_show_host(u, &host);
	if (u->way == UNSUBSCRIBE_POST)
		out_line(_("one request to %s: %s"), host.p, u->url);
	else if (u->way == UNSUBSCRIBE_MAIL)
		out_line(_("a mail to %s"), u->to);
	else if (u->way == UNSUBSCRIBE_WEB)
		out_line(_("only in a browser: %s"), u->url);
	else
		out_line(_("the message does not say how to leave its list"));
	if (u->unsigned_offer)
		out_note(l->cli,
		         _("it offers to leave by one request, but your "
		           "provider confirms no signature for that"));
	if (!now && (u->way == UNSUBSCRIBE_POST || u->way == UNSUBSCRIBE_MAIL))
		out_note(l->cli, _("nothing was sent; --now does it"));
	str_release(&host);
}

static int
ask(struct leaving *l, struct err *err)
{
	int64_t job = engine_unsubscribe(l->engine, &l->way, l->account, err);
	bool stopped = false;
	bool done = false;
	int rc = -1;

	while (job >= 0 && !done) {
		struct event *e = engine_wait(l->engine, LOOK_MS);

		if (e != NULL && e->kind == EVENT_UNSUBSCRIBED) {
			done = true;
			rc = e->err.code == ERR_NONE ? 0 : -1;
			*err = e->err;
		}
		event_free(&e);
		if (!stopped && l->cli->cancelled != NULL &&
		    l->cli->cancelled()) {
			stopped = true;
			engine_cancel_job(l->engine, job);
		}
	}
	return rc;
}

/* The status to exit with, or -1 with err. */
static int
leave(struct leaving *l, struct err *err)
{
	int64_t id = 0;

	l->engine = engine_new(&l->cli->paths, &l->conf, err);
	if (l->engine == NULL)
		return -1;
	if (l->way.way == UNSUBSCRIBE_POST) {
		if (ask(l, err) != 0)
			return -1;
		out_note(l->cli, _("done: the server took it"));
		return EX_OK;
	}
	if (engine_unsubscribe_mail(l->engine, l->store, &l->way, &l->in.m,
	                            l->account, 0, &id, err) != 0)
		return -1;
	return outbox_run(l->cli, l->engine, l->store, &id, 1, NULL);
}

/* The account that the stored message came through. */
static int
find_account(struct leaving *l, struct err *err)
{
	struct store_rows rows = { 0 };
	char *name;

	if (l->store == NULL)
		l->store = cli_store(l->cli, err);
	if (l->store == NULL)
		return -1;
	if (l->in.id == 0)
		return 0;
	if (store_row(l->store, l->in.id, &rows, err) != 0)
		return -1;
	name = store_account_name(l->store, rows.v[0].account);
	if (name != NULL)
		l->account = conf_account(&l->conf, name);
	free(name);
	store_rows_release(&rows);
	return 0;
}

static int
run(struct cli *cli, const char *word, bool now)
{
	struct leaving l = { .cli = cli };
	struct origin_hosts hosts;
	struct err err = { 0 };
	int status;

	if (cli_conf(cli, &l.conf, &err) != 0 ||
	    input_open(cli, word, &l.store, &l.in, &err) != 0) {
		store_close(&l.store);
		conf_release(&l.conf);
		return cli_fail(cli, &err);
	}
	input_hosts(cli, &l.conf, l.store, &l.in, &hosts);
	unsubscribe_of(&l.in.m, &hosts, &l.way);
	origin_hosts_release(&hosts);
	show(&l, now);
	status = l.way.way == UNSUBSCRIBE_NONE ? EX_DATAERR : EX_OK;
	if (now &&
	    (l.way.way == UNSUBSCRIBE_POST || l.way.way == UNSUBSCRIBE_MAIL)) {
		status = find_account(&l, &err);
		if (status == 0)
			status = leave(&l, &err);
		if (status < 0)
			status = cli_fail(cli, &err);
	} else if (now && l.way.way == UNSUBSCRIBE_WEB) {
		status = EX_UNAVAILABLE;
	}
	engine_free(&l.engine);
	unsubscribe_release(&l.way);
	input_close(&l.in);
	store_close(&l.store);
	conf_release(&l.conf);
	return status;
}

int
cmd_unsubscribe(struct cli *cli, int argc, char **argv)
{
	struct err err = { 0 };
	struct args args;
	const char *value;
	const char *word = NULL;
	bool now = false;
	int words = 0;
	int opt;

	(void)argc;
	args_init(&args, cli, opts, argv);
	while ((opt = args_next(&args, &value, &err)) >= ARGS_WORD) {
		if (opt == OPT_NOW) {
			now = true;
		} else {
			word = value;
			words++;
		}
	}
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("unsubscribe"));
		return EX_OK;
	}
	if (opt != ARGS_END || words != 1)
		return cli_usage(cli, "unsubscribe", &err);
	return run(cli, word, now);
}
