/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal fetch: get new mail, a line an account. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/fetch_message.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "engine/engine.h"
#include "mail/account_match.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* How often a pressed Ctrl-C is looked for. */
#define FETCH_TURN_MS 200
/* More accounts than that keep several processors busy at once. */
#define FEW        4
#define MANY_HEAPS 4

enum {
	OPT_MESSAGE,
	OPT_MISSING
};

static const struct cli_opt opts[] = {
	[OPT_MESSAGE] = { "message", 0, true },
	[OPT_MISSING] = { "missing", 0, false },
	{ NULL, 0, false },
};

struct fetch_run {
	struct cli *cli;
	struct conf conf;
	struct providers *providers;
	struct engine *engine;
	struct progress bar;
	uint64_t *done, *total; /* one an account */
	size_t left;            /* fetches without their final event */
	int status;
	bool cancelled;
	bool missing; /* --missing */
};

static size_t
index_of(const struct fetch_run *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->conf.account_count; i++)
		if (name != NULL && strcmp(r->conf.accounts[i].name, name) == 0)
			break;
	return i;
}

/* All accounts together; label: the one that moved last. */
static void
draw(struct fetch_run *r, const char *label)
{
	uint64_t done = 0;
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < r->conf.account_count; i++) {
		done += r->done[i];
		total += r->total[i];
	}
	progress_draw(&r->bar, label, done, total);
}

static void
print_json(const struct event *ev, const char *advice)
{
	struct json j;
	struct str text;

	out_json_begin(&j, &text);
	json_key(&j, "account");
	json_string_z(&j, ev->account);
	json_key(&j, "new");
	json_int(&j, (int64_t)ev->done);
	json_key(&j, "skipped");
	json_int(&j, (int64_t)ev->skipped);
	json_key(&j, "skipped_why");
	json_string_z(&j, ev->skipped > 0 ? ev->text : NULL);
	json_key(&j, "note");
	json_string_z(&j, ev->note);
	json_key(&j, "bytes");
	json_int(&j, (int64_t)ev->bytes);
	json_key(&j, "seconds");
	json_real(&j, (double)ev->elapsed_ms / 1000.0);
	out_json_error(&j, &ev->err, advice);
	out_json_end(&j, &text);
}

static void
print_line(const struct event *ev)
{
	struct str line;

	str_init(&line, 4096);
	str_printf(&line, _("%s: %llu new"), ev->account,
	           (unsigned long long)ev->done);
	if (ev->skipped > 0) {
		str_add_z(&line, ", ");
		str_printf(&line, _("%llu skipped"),
		           (unsigned long long)ev->skipped);
		if (ev->text != NULL && ev->text[0] != '\0')
			str_printf(&line, " (%s)", ev->text);
	}
	str_add_z(&line, ", ");
	str_add_size(&line, ev->bytes);
	str_add_z(&line, ", ");
	str_printf(&line, _("%lld.%lld s"), (long long)(ev->elapsed_ms / 1000),
	           (long long)(ev->elapsed_ms % 1000 / 100));
	out_line("%s", line.p);
	str_release(&line);
}

static const char *
advice_for(struct fetch_run *r, const struct account *a, const struct err *err)
{
	struct err ignored = { 0 };

	/* Read when it is wanted; a courtesy: fetching works without it. */
	if (err->code != ERR_NONE && r->providers == NULL)
		r->providers = providers_load(&r->cli->paths, &ignored);
	return cli_advice(r->providers, a, err);
}

static void
report(struct fetch_run *r, struct event *ev)
{
	size_t i = index_of(r, ev->account);
	const struct account *a =
		i < r->conf.account_count ? &r->conf.accounts[i] : NULL;
	const char *advice = advice_for(r, a, &ev->err);

	progress_erase(&r->bar);
	if (ev->err.code != ERR_NONE && r->status == EX_OK)
		r->status = err_exit_status(ev->err.code);
	if (r->cli->json) {
		print_json(ev, advice);
	} else {
		if (ev->err.code == ERR_NONE ? !r->cli->quiet : ev->done > 0)
			print_line(ev);
		if (ev->note != NULL)
			out_note(r->cli, "%s: %s", ev->account, ev->note);
		if (ev->err.code != ERR_NONE) {
			if (ev->account != NULL && ev->account[0] != '\0')
				(void)err_wrap(&ev->err, "%s", ev->account);
			(void)cli_fail_advice(r->cli, &ev->err, advice);
		}
	}
	/* Another account may take minutes; out_flush reports errors. */
	(void)fflush(stdout);
	if (r->left > 0)
		r->left--;
}

static void
say_notice(struct fetch_run *r, const char *account, const char *text)
{
	progress_erase(&r->bar);
	if (!r->cli->quiet)
		out_note(r->cli, "%s%s%s", account != NULL ? account : "",
		         account != NULL ? ": " : "", text);
}

/* What rules send and what was due; it stays in the outbox.  What is tried again
 * by itself has not gone wrong yet. */
static void
say_unsent(struct fetch_run *r, const struct event *ev)
{
	const char *subject = ev->text != NULL ? ev->text : "";

	if (ev->err.code == ERR_NONE ||
	    (r->cli->quiet && ev->err.code == ERR_RETRY))
		return;
	progress_erase(&r->bar);
	out_note(r->cli, "%s%s%s%s%s%s", ev->account != NULL ? ev->account : "",
	         ev->account != NULL ? ": " : "", subject[0] != '\0' ? "'" : "",
	         subject, subject[0] != '\0' ? "': " : "", ev->err.text);
}

static void
take(struct fetch_run *r, struct event *ev)
{
	size_t i = index_of(r, ev->account);

	switch (ev->kind) {
	case EVENT_FETCH_PROGRESS:
		if (i < r->conf.account_count) {
			r->done[i] = ev->done;
			r->total[i] = ev->total;
		}
		draw(r, ev->account);
		break;
	case EVENT_FETCH_STATE:
		if (r->cli->verbose && ev->text != NULL) {
			progress_erase(&r->bar);
			out_note(r->cli, "%s: %s", ev->account, ev->text);
		}
		break;
	case EVENT_FETCH_DONE:
		report(r, ev);
		break;
	case EVENT_NOTICE:
		say_notice(r, ev->account, ev->text);
		break;
	case EVENT_SEND_DONE:
		say_unsent(r, ev);
		break;
	case EVENT_MAIL:
	case EVENT_SEND_STATE:
	case EVENT_PROBE_LINE:
	case EVENT_PROBE_DONE:
	case EVENT_FINDING:
	case EVENT_DOCTOR_DONE:
	case EVENT_INDEXING:
	case EVENT_INDEX:
	case EVENT_UNSUBSCRIBED:
	case EVENT_WORK_DONE:
	case EVENT_FILL_PROGRESS:
	case EVENT_FILL_DONE:
	case EVENT_CHORE:
	case EVENT_CHORE_DONE:
		break;
	}
}

static void
wait_for_all(struct fetch_run *r)
{
	for (;;) {
		/* Beyond the fetches there may be mail to send.  Asked before
		 * the wait: what a job said last may be heard after its end. */
		bool over = r->left == 0 &&
		            (r->cancelled || engine_jobs(r->engine) == 0);
		struct event *ev =
			engine_wait(r->engine, over ? 0 : FETCH_TURN_MS);

		if (ev == NULL && over)
			break;
		if (ev != NULL)
			take(r, ev);
		event_free(&ev);
		if (!r->cancelled && r->cli->cancelled != NULL &&
		    r->cli->cancelled()) {
			r->cancelled = true;
			progress_erase(&r->bar);
			out_note(r->cli, _("cancelling..."));
			engine_cancel_fetch(r->engine, NULL);
		}
	}
	progress_erase(&r->bar);
}

/* Start what was asked for. */
static int
start(struct fetch_run *r, struct err *err)
{
	size_t i;

	if (r->conf.account_count == 0)
		return err_set(err, ERR_CONFIG,
		               _("there is no account yet; make one with: "
		                 "pabal account add --address ADDRESS"));
	if (r->cli->account_count == 0) {
		if (!isatty(STDIN_FILENO) && !isatty(STDERR_FILENO))
			engine_unwatched(r->engine);
		r->left = engine_fetch(r->engine, NULL);
		return 0;
	}
	for (i = 0; i < r->cli->account_count; i++) {
		const struct account *a =
			account_match(&r->conf, r->cli->accounts[i], err);

		if (a == NULL)
			return -1;
		if (a->pop.host == NULL)
			return err_set(err, ERR_CONFIG,
			               _("account '%s' has no POP3 server"),
			               a->name);
		r->left += engine_fetch(r->engine, a->name);
	}
	return 0;
}

static int
run(struct fetch_run *r)
{
	struct err err = { 0 };

	if (cli_conf(r->cli, &r->conf, &err) != 0)
		return cli_fail(r->cli, &err);
	xalloc_share_heap(r->conf.account_count > FEW ? MANY_HEAPS : 1);
	r->done = xcalloc(r->conf.account_count + 1, sizeof *r->done);
	r->total = xcalloc(r->conf.account_count + 1, sizeof *r->total);
	progress_init(&r->bar, !r->cli->quiet && !r->cli->json);
	r->engine = engine_new(&r->cli->paths, &r->conf, &err);
	if (r->engine != NULL) {
		/* Mail for a certain time, and what is to be tried again, goes
		 * out by cron, too. */
		engine_want_outbox(r->engine);
		if (r->missing)
			engine_want_missing(r->engine);
	}
	if (r->engine == NULL || start(r, &err) != 0) {
		r->status = cli_fail(r->cli, &err);
	} else {
		if (r->left == 0)
			(void)engine_send_due(r->engine); /* no fetch looks */
		wait_for_all(r);
	}
	engine_free(&r->engine);
	providers_free(&r->providers);
	free(r->done);
	free(r->total);
	conf_release(&r->conf);
	return r->status;
}

int
cmd_fetch(struct cli *cli, int argc, char **argv)
{
	struct fetch_run r = { .cli = cli, .status = EX_OK };
	struct err err = { 0 };
	struct args args;
	const char *value;
	int64_t *ids = xcalloc((size_t)argc, sizeof *ids);
	size_t n = 0;
	int status = EX_USAGE;
	int opt;

	args_init(&args, cli, opts, argv);
	while ((opt = args_next(&args, &value, &err)) >= 0 ||
	       (opt == ARGS_WORD && n > 0)) {
		if (opt == OPT_MISSING) {
			r.missing = true;
			continue;
		}
		if (cli_parse_id(value, &ids[n++]) != 0) {
			err_set(&err, ERR_USAGE, _("'%s' is no message number"),
			        value);
			opt = ARGS_ERROR;
			break;
		}
	}
	if (opt == ARGS_WORD)
		err_set(&err, ERR_USAGE, _("'%s' is one word too many"), value);
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("fetch"));
		status = EX_OK;
	} else if (opt != ARGS_END) {
		status = cli_usage(cli, "fetch", &err);
	} else {
		status = n > 0 ? fetch_messages(cli, ids, n) : run(&r);
	}
	free(ids);
	return status;
}
