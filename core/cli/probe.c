/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Testing the servers of an account and waiting for the result. */
#include "cli/probe.h"

#include <stdio.h>

#include "cli/out.h"
#include "engine/engine.h"
#include "util/i18n.h"

#include "util/banned.h"

/* How often a pressed Ctrl-C is looked for. */
#define PROBE_TURN_MS 200

void
probe_print(void *ctx, const char *text)
{
	(void)ctx;
	out_line("  %s", text);
	(void)fflush(stdout); /* out_flush reports errors at the end */
}

/* true: the final event came. */
static bool
take_event(struct engine *e, int64_t job,
           void (*line)(void *ctx, const char *text), void *ctx,
           struct err *err)
{
	struct event *ev = engine_wait(e, PROBE_TURN_MS);
	bool done = false;

	if (ev == NULL)
		return false;
	if (ev->job == job && ev->kind == EVENT_PROBE_LINE && ev->text != NULL)
		line(ctx, ev->text);
	if (ev->job == job && ev->kind == EVENT_PROBE_DONE) {
		*err = ev->err;
		done = true;
	}
	event_free(&ev);
	return done;
}

int
probe_account(struct cli *cli, const struct account *a,
              const struct secret *secret,
              void (*line)(void *ctx, const char *text), void *ctx,
              struct err *err)
{
	struct conf none = { 0 };
	struct engine *e = engine_new(&cli->paths, &none, err);
	struct err result = { 0 };
	bool asked = false;
	int64_t job;

	if (e == NULL)
		return -1;
	job = engine_probe(e, a, secret);
	while (job > 0 && !take_event(e, job, line, ctx, &result)) {
		if (!asked && cli->cancelled != NULL && cli->cancelled()) {
			engine_cancel_job(e, job);
			asked = true;
		}
	}
	engine_free(&e);
	if (job <= 0)
		return err_set(err, ERR_IO, _("the test cannot be started"));
	if (result.code == ERR_NONE)
		return 0;
	*err = result;
	return -1;
}
