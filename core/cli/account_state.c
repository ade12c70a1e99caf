/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When an account is fetched, and what came of it so far. */
#include "cli/account_state.h"

#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/out.h"
#include "engine/engine.h"
#include "store/store.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/reason.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Fetches shown; JSON has all that are kept. */
#define HISTORY_LINES 10
#define HISTORY_ALL   1000
#define LINE_MAX      2048

struct state {
	struct engine_schedule plan;
	struct fetch_record *history;
	size_t n;
	struct store_leaving *leaving;
	size_t leaving_n;
	struct store_rows rows; /* of leaving, in its order */
};

/* Without a store there is nothing to tell, and none is made for that. */
static bool
have_store(struct account_run *r)
{
	char *path = fsx_join(r->cli->paths.data, "pabal.db");
	bool there = fsx_exists(path);

	free(path);
	return there;
}

/* Whose row is gone by now is told without its subject. */
static void
load_rows(struct store *s, struct state *st)
{
	st->rows.v = xcalloc(st->leaving_n, sizeof *st->rows.v);
	for (size_t i = 0; i < st->leaving_n; i++) {
		struct store_rows one = { 0 };
		struct err ignored = { 0 };

		if (store_row(s, st->leaving[i].message, &one, &ignored) == 0)
			st->rows.v[i] = one.v[0];
		free(one.v);
		st->rows.n++;
	}
}

static void
state_release(struct state *st)
{
	fetch_records_free(&st->history, st->n);
	store_leaving_free(&st->leaving, st->leaving_n);
	store_rows_release(&st->rows);
}

static int
load(struct account_run *r, const struct account *a, size_t most,
     struct state *state_r)
{
	struct err err = { 0 };
	struct store *s = cli_store(r->cli, &err);
	struct engine *e = engine_new(&r->cli->paths, &r->conf, &err);
	int64_t id = 0;
	int rc = s != NULL && e != NULL ? 0 : -1;

	*state_r = (struct state){ 0 };
	if (rc == 0)
		rc = engine_schedule(e, s, a, &state_r->plan, &err);
	if (rc == 0)
		rc = store_account(s, a->name, &id, &err);
	if (rc == 0)
		rc = store_fetch_history(s, id, most, &state_r->history,
		                         &state_r->n, &err);
	if (rc == 0)
		rc = store_leaving(s, id, &state_r->leaving,
		                   &state_r->leaving_n, &err);
	if (rc == 0)
		load_rows(s, state_r);
	engine_free(&e);
	store_close(&s);
	if (rc != 0)
		(void)cli_fail(r->cli, &err);
	return rc;
}

static void
print_next(const struct account *a, const struct engine_schedule *plan)
{
	struct str when;

	str_init(&when, 100);
	if (plan->next != 0)
		out_date(&when, plan->next);
	if (a->pop.host == NULL)
		;
	else if (plan->rejected > 0)
		out_line(_("next fetch: when you ask for it, or with another "
		           "password: the server rejected this one"));
	else if (plan->next == 0)
		out_line(_("next fetch: only when you ask for it"));
	else
		out_line(_("next fetch: %s, every %d minutes"), when.p,
		         a->interval_min);
	if (plan->failures > 0)
		out_line(N_N("failed %d time", "failed %d times in a row",
		             (unsigned long)plan->failures),
		         plan->failures);
	str_release(&when);
}

static void
print_record(const struct fetch_record *h)
{
	struct str line;

	str_init(&line, LINE_MAX);
	str_add_z(&line, "  ");
	out_date(&line, h->started);
	str_add_z(&line, "  ");
	str_printf(&line, _("%llu new"), (unsigned long long)h->messages);
	if (h->skipped > 0) {
		str_add_z(&line, ", ");
		str_printf(&line, _("%llu skipped"),
		           (unsigned long long)h->skipped);
		if (h->why != NULL)
			reason_add(" (", h->why, ")", &line);
	}
	str_add_z(&line, ", ");
	str_add_size(&line, h->bytes);
	str_add_z(&line, ", ");
	str_add_seconds(&line, h->took_ms);
	str_add_z(&line, _(" s"));
	if (h->error != NULL)
		reason_add(": ", h->error, "", &line);
	out_line("%s", line.p);
	str_release(&line);
}

static void
print_leaving(const struct state *st, size_t i)
{
	const struct store_row *row = &st->rows.v[i];
	struct str line;

	str_init(&line, LINE_MAX);
	str_add_z(&line, "  ");
	str_add_size(&line, st->leaving[i].size);
	if (row->id != 0) {
		str_add_z(&line, "  ");
		out_date(&line, row->date);
		str_printf(&line, "  %s  %s", row->from_name, row->subject);
	}
	out_line("%s", line.p);
	str_release(&line);
}

void
account_state_print(struct account_run *r, const struct account *a)
{
	struct state st;

	if (!have_store(r) || load(r, a, HISTORY_LINES, &st) != 0)
		return;
	out_line("%s", "");
	print_next(a, &st.plan);
	if (st.n > 0)
		out_line("%s", _("last fetches:"));
	for (size_t i = 0; i < st.n; i++)
		print_record(&st.history[i]);
	if (st.leaving_n > 0)
		out_line("%s", _("to be deleted on the server by the next "
		                 "fetch; safe here:"));
	for (size_t i = 0; i < st.leaving_n; i++)
		print_leaving(&st, i);
	state_release(&st);
}

static void
json_time(struct json *j, const char *key, int64_t t)
{
	json_key(j, key);
	if (t != 0)
		json_int(j, t);
	else
		json_null(j);
}

static void
json_schedule(struct json *j, const struct account *a,
              const struct engine_schedule *plan)
{
	json_key(j, "schedule");
	json_object(j);
	json_key(j, "interval_minutes");
	json_int(j, a->interval_min);
	json_time(j, "last", plan->last);
	json_time(j, "next", plan->next);
	json_key(j, "failures");
	json_int(j, plan->failures);
	json_key(j, "rejected");
	json_int(j, plan->rejected);
	json_end_object(j);
}

static void
json_record(struct json *j, const struct fetch_record *h)
{
	json_object(j);
	json_key(j, "started");
	json_int(j, h->started);
	json_key(j, "ended");
	json_int(j, h->ended);
	json_key(j, "seconds");
	json_real(j, (double)h->took_ms / 1000.0);
	json_key(j, "new");
	json_int(j, (int64_t)h->messages);
	json_key(j, "skipped");
	json_int(j, (int64_t)h->skipped);
	json_key(j, "skipped_why");
	json_string_z(j, h->why);
	json_key(j, "bytes");
	json_int(j, (int64_t)h->bytes);
	json_key(j, "error");
	json_string_z(j, h->error);
	json_end_object(j);
}

void
account_state_json(struct account_run *r, const struct account *a,
                   struct json *j)
{
	struct state st = { 0 };

	if (have_store(r) && load(r, a, HISTORY_ALL, &st) != 0)
		return;
	json_schedule(j, a, &st.plan);
	json_key(j, "history");
	json_array(j);
	for (size_t i = 0; i < st.n; i++)
		json_record(j, &st.history[i]);
	json_end_array(j);
	json_key(j, "leaving");
	json_array(j);
	for (size_t i = 0; i < st.leaving_n; i++) {
		json_object(j);
		json_key(j, "id");
		json_int(j, st.leaving[i].message);
		json_key(j, "size");
		json_int(j, (int64_t)st.leaving[i].size);
		json_key(j, "subject");
		json_string_z(j, st.rows.v[i].subject);
		json_end_object(j);
	}
	json_end_array(j);
	state_release(&st);
}
