/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending what is in the outbox and saying what became of it. */
#include "cli/outbox_run.h"

#include <stdlib.h>
#include <sysexits.h>

#include "cli/cmd.h"
#include "cli/out.h"
#include "store/outbox_rows.h"
#include "util/i18n.h"
#include "util/reason.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define OUTBOX_TURN_MS 200

/* What became of the rows asked for. */
struct outcome {
	const int64_t *ids;
	enum err_code *codes; /* of each id; ERR_NONE: nothing was heard */
	size_t n;
	const struct send_as *from; /* of each id, or NULL */
	struct err whole; /* an error that belongs to no row stands for all */
};

static void
take(struct outcome *o, const struct event *ev)
{
	size_t i;

	if (ev->kind != EVENT_SEND_DONE || ev->err.code == ERR_NONE)
		return;
	if (ev->id == 0)
		o->whole = ev->err;
	for (i = 0; i < o->n; i++)
		if (o->ids[i] == ev->id)
			o->codes[i] = ev->err.code;
}

static void
wait_for_all(struct cli *cli, struct engine *e, struct outcome *o)
{
	if (!engine_send_due(e))
		return;
	for (;;) {
		/* Asked before the wait: what a job said last may be heard
		 * after its end. */
		bool over = engine_jobs(e) == 0;
		struct event *ev = engine_wait(e, OUTBOX_TURN_MS);

		if (ev == NULL && over)
			break;
		if (ev != NULL)
			take(o, ev);
		if (ev != NULL && cli->verbose && ev->text != NULL)
			out_note(cli, "%s", ev->text);
		event_free(&ev);
		if (cli->cancelled != NULL && cli->cancelled()) {
			out_note(cli, _("interrupted: what was not sent stays "
			                "in the outbox"));
			break;
		}
	}
}

/* enum smtp_fate's values, which the rows keep. */
enum fate {
	FATE_WAITS,
	FATE_SENT = OUTBOX_FATE_SENT,
	FATE_RETRY,
	FATE_REFUSED
};

bool
outbox_recipients(const struct outbox_row *row,
                  void (*say)(void *ctx, const char *line), void *ctx)
{
	bool any = false;
	struct str line;

	str_init(&line, 4096);
	for (size_t i = 0; i < row->rcpt_count; i++) {
		const struct outbox_rcpt *r = &row->rcpts[i];
		char *words = reason_local(r->words != NULL ? r->words : "");

		str_clear(&line);
		if (r->fate == FATE_SENT)
			str_printf(&line, _("%s: has it"), r->spec);
		else if (r->fate == FATE_REFUSED)
			str_printf(&line, _("%s: refused: %s"), r->spec, words);
		else if (r->fate == FATE_RETRY && words[0] != '\0')
			str_printf(&line, _("%s: later: %s"), r->spec, words);
		if (line.n > 0)
			say(ctx, line.p);
		any |= line.n > 0;
		free(words);
	}
	str_release(&line);
	return any;
}

void
outbox_results_json(struct json *j, const struct outbox_row *row)
{
	static const char *const names[] = { "waiting", "sent", "retry",
		                             "refused" };

	json_key(j, "results");
	json_array(j);
	for (size_t i = 0; i < row->rcpt_count; i++) {
		const struct outbox_rcpt *r = &row->rcpts[i];

		json_object(j);
		json_key(j, "address");
		json_string_z(j, r->spec);
		json_key(j, "state");
		json_string_z(j, r->fate >= 0 && r->fate <= FATE_REFUSED
		                         ? names[r->fate]
		                         : names[FATE_WAITS]);
		json_key(j, "words");
		json_string_z(j, r->words);
		json_end_object(j);
	}
	json_end_array(j);
}

static void
say_note(void *ctx, const char *line)
{
	out_note(ctx, "%s", line);
}

void
outbox_from_json(struct json *j, const struct send_as *as)
{
	json_key(j, "from");
	if (as == NULL || as->does == PROVIDER_FROM_ANY) {
		json_string_z(j, NULL);
		return;
	}
	json_object(j);
	json_key(j, "provider");
	json_string_z(j, as->provider->id);
	json_key(j, "does");
	json_string_z(j, send_as_name(as));
	json_key(j, "login");
	json_string_z(j, as->login);
	json_end_object(j);
}

static void
report_json(const struct outcome *o, size_t at, const struct outbox_row *row)
{
	struct json j;
	struct str text;

	out_json_begin(&j, &text);
	json_key(&j, "id");
	json_int(&j, o->ids[at]);
	json_key(&j, "state");
	json_string_z(&j, row != NULL ? outbox_state_name(row->state) : "sent");
	json_key(&j, "error");
	json_string_z(&j, row != NULL ? row->error : NULL);
	if (o->from != NULL)
		outbox_from_json(&j, &o->from[at]);
	if (row != NULL)
		outbox_results_json(&j, row);
	out_json_end(&j, &text);
}

/* To a person: why it is not sent. */
static void
say_row(struct cli *cli, int64_t id, const struct outbox_row *row,
        const struct outcome *o)
{
	char *why =
		reason_local(row->error != NULL ? row->error : o->whole.text);

	if (row->state != OUTBOX_FAILED)
		out_note(cli,
		         _("kept in the outbox as %lld, to be tried again: %s"),
		         (long long)id, why);
	if (!outbox_recipients(row, say_note, cli) &&
	    row->state == OUTBOX_FAILED)
		out_note(cli, _("not sent: %s"), why);
	free(why);
}

/* A row that is gone was sent. */
static int
report_row(struct cli *cli, int64_t id, const struct outbox_row *row,
           const struct outcome *o, size_t at)
{
	bool sent = row == NULL || row->state == OUTBOX_SENT;

	if (cli->json)
		report_json(o, at, row);
	else if (!sent)
		say_row(cli, id, row, o);
	else if (!cli->quiet)
		out_line(_("sent"));
	if (sent)
		return EX_OK;
	if (row->state != OUTBOX_FAILED)
		return EX_TEMPFAIL;
	return o->codes[at] != ERR_NONE ? err_exit_status(o->codes[at])
	                                : EX_UNAVAILABLE;
}

int
outbox_run(struct cli *cli, struct engine *e, struct store *s,
           const int64_t *ids, size_t n, const struct send_as *from)
{
	struct outbox_row *rows = NULL;
	size_t row_count = 0;
	struct outcome o = { .ids = ids, .n = n, .from = from };
	struct err err = { 0 };
	int status = EX_OK;
	size_t i;
	size_t k;

	o.codes = xcalloc(n + 1, sizeof *o.codes);
	wait_for_all(cli, e, &o);
	if (outbox_list(s, &rows, &row_count, &err) != 0) {
		free(o.codes);
		return cli_fail(cli, &err);
	}
	for (i = 0; i < n; i++) {
		const struct outbox_row *row = NULL;
		int one;

		for (k = 0; k < row_count; k++)
			if (rows[k].id == ids[i])
				row = &rows[k];
		one = report_row(cli, ids[i], row, &o, i);
		/* What will not go away by itself counts most. */
		if (status == EX_OK || (one != EX_OK && one != EX_TEMPFAIL))
			status = one;
	}
	outbox_rows_free(&rows, row_count);
	free(o.codes);
	return status;
}
