/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal fetch --message: the whole of messages of which only the header is here. */
#include "cli/fetch_message.h"

#include <sysexits.h>

#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "engine/engine.h"
#include "util/i18n.h"

#include "util/banned.h"

/* How often a pressed Ctrl-C is looked for. */
#define TURN_MS 200

struct filling {
	struct cli *cli;
	struct conf conf;
	struct providers *providers;
	struct store *store;
	struct engine *engine;
	struct progress bar;
	int status;
};

static void
failed(struct filling *f, int status)
{
	if (f->status == EX_OK)
		f->status = status;
}

static void
print_json(const struct event *ev, const char *advice)
{
	struct json j;
	struct str text;

	out_json_begin(&j, &text);
	json_key(&j, "message");
	json_int(&j, ev->id);
	json_key(&j, "now");
	json_int(&j, ev->now);
	json_key(&j, "bytes");
	json_int(&j, (int64_t)ev->bytes);
	json_key(&j, "seconds");
	json_real(&j, (double)ev->elapsed_ms / 1000.0);
	out_json_error(&j, &ev->err, advice);
	out_json_end(&j, &text);
}

static void
print_done(const struct event *ev)
{
	struct str size;

	if (ev->bytes == 0) {
		out_line(_("%lld: the whole message is here already"),
		         (long long)ev->id);
		return;
	}
	str_init(&size, 64);
	str_add_size(&size, ev->bytes);
	out_line(_("%lld: the whole message is here as %lld, %s"),
	         (long long)ev->id, (long long)ev->now, size.p);
	str_release(&size);
}

static void
report(struct filling *f, struct event *ev)
{
	const char *advice =
		cli_advice(f->providers,
	                   ev->account != NULL
	                           ? conf_account(&f->conf, ev->account)
	                           : NULL,
	                   &ev->err);

	progress_erase(&f->bar);
	if (ev->err.code != ERR_NONE)
		failed(f, err_exit_status(ev->err.code));
	if (f->cli->json)
		print_json(ev, advice);
	else if (ev->err.code != ERR_NONE)
		(void)cli_fail_advice(f->cli, &ev->err, advice);
	else if (!f->cli->quiet)
		print_done(ev);
}

static void
fill_one(struct filling *f, int64_t id)
{
	struct err err = { 0 };
	int64_t job = engine_fill(f->engine, f->store, id, &err);
	bool done = job < 0;

	if (done)
		failed(f, cli_fail(f->cli, &err));
	while (!done) {
		struct event *ev = engine_wait(f->engine, TURN_MS);

		if (ev != NULL && ev->kind == EVENT_FILL_PROGRESS)
			progress_draw(&f->bar, ev->account, ev->bytes,
			              ev->total);
		if (ev != NULL && ev->kind == EVENT_FILL_DONE) {
			report(f, ev);
			done = true;
		}
		event_free(&ev);
		if (f->cli->cancelled != NULL && f->cli->cancelled())
			engine_cancel_job(f->engine, job);
	}
}

int
fetch_messages(struct cli *cli, const int64_t *ids, size_t n)
{
	struct filling f = { .cli = cli, .status = EX_OK };
	struct err err = { 0 };
	struct err ignored = { 0 };
	int rc = cli_conf(cli, &f.conf, &err);

	if (rc == 0) {
		/* Advice is a courtesy: fetching works without it. */
		f.providers = providers_load(&cli->paths, &ignored);
		f.store = cli_store(cli, &err);
		f.engine = engine_new(&cli->paths, &f.conf, &err);
		rc = f.store != NULL && f.engine != NULL ? 0 : -1;
	}
	progress_init(&f.bar, !cli->quiet && !cli->json);
	if (rc != 0)
		f.status = cli_fail(cli, &err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		fill_one(&f, ids[i]);
	engine_free(&f.engine);
	store_close(&f.store);
	providers_free(&f.providers);
	conf_release(&f.conf);
	return f.status;
}
