/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fetches brought, and when the next ones are; emptying the trash. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "cli/cmd.h"
#include "tui/text_fmt.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/reason.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Fetches shown: two days of five accounts every fifteen minutes. */
#define SHOWN_MAX 960
#define TEXT_MAX  ((size_t)512 * 1024)

static void
add_next(struct app *a, const struct account *acc, struct str *out)
{
	struct engine_schedule plan;
	struct err err = { 0 };

	if (acc->pop.host == NULL ||
	    engine_schedule(a->engine, a->store, acc, &plan, &err) != 0)
		return;
	str_printf(out, "%s: ", acc->name);
	if (plan.rejected > 0) {
		str_add_z(out, _("the server rejected the password; it waits "
		                 "for another one, or for you"));
	} else if (plan.next == 0) {
		str_add_z(out, _("fetched when you ask for it"));
	} else if (plan.next <= clock_now()) {
		str_add_z(out, _("is due now"));
	} else {
		str_add_z(out, _("next at "));
		fmt_date_short(plan.next, clock_now(), out);
	}
	str_add_c(out, '\n');
}

/* ---- what went wrong last ---- */

static void
free_problem(struct app_problem *p)
{
	free(p->account);
	free(p->server);
	free(p->advice);
}

void
app_free_problems(struct app *a)
{
	struct app_problem *p;

	array_foreach(&a->problems, p) {
		free_problem(p);
	}
	array_release(&a->problems);
}

static struct app_problem *
find_problem(struct app *a, const char *account)
{
	struct app_problem *p;

	array_foreach(&a->problems, p) {
		if (slice_eq_z(slice_of(p->account), account))
			return p;
	}
	return NULL;
}

static const char *
advice_for(struct app *a, const char *account, const struct err *err)
{
	struct err ignored = { 0 };

	/* Advice is a courtesy: without the table there is none. */
	if (a->providers == NULL)
		a->providers = providers_load(&a->cli->paths, &ignored);
	return cli_advice(a->providers, conf_account(&a->conf, account), err);
}

const char *
app_fetch_ended(struct app *a, const struct event *e)
{
	const char *account = e->account != NULL ? e->account : "";
	struct app_problem *p = find_problem(a, account);
	const char *advice;

	if (p != NULL) {
		free_problem(p);
		*p = a->problems.v[--a->problems.n];
	}
	if (e->err.code == ERR_NONE || e->err.code == ERR_CANCELLED)
		return NULL;
	advice = advice_for(a, account, &e->err);
	p = array_add_new(&a->problems);
	p->account = xstrdup(account);
	p->server = e->err.server[0] != '\0' ? xstrdup(e->err.server) : NULL;
	p->advice = advice != NULL ? xstrdup(advice) : NULL;
	return p->advice;
}

static void
add_problem(struct app *a, const char *account, struct str *out)
{
	const struct app_problem *p = find_problem(a, account);

	if (p == NULL)
		return;
	if (p->server != NULL) {
		str_add_z(out, "  ");
		str_printf(out, _("the server said: %s"), p->server);
		str_add_c(out, '\n');
	}
	if (p->advice != NULL) {
		str_add_z(out, "  ");
		str_printf(out, _("what to do: %s"), p->advice);
		str_add_c(out, '\n');
	}
}

/* ---- what comes and goes ---- */

/* What its quota makes leave. */
static void
add_leaving(struct app *a, int64_t account, struct str *out)
{
	struct store_leaving *v = NULL;
	struct err err = { 0 };
	size_t n = 0;

	if (store_leaving(a->store, account, &v, &n, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	if (n > 0)
		str_printf(out, "%s\n",
		           _("to be deleted on the server by the next fetch; "
		             "safe here:"));
	for (size_t i = 0; i < n; i++) {
		struct store_rows rows = { 0 };
		struct err ignored = { 0 }; /* its row is gone by now */

		str_add_z(out, "  ");
		str_add_size(out, v[i].size);
		if (store_row(a->store, v[i].message, &rows, &ignored) == 0)
			str_printf(out, "  %s  %s", rows.v[0].from_name,
			           rows.v[0].subject);
		str_add_c(out, '\n');
		store_rows_release(&rows);
	}
	store_leaving_free(&v, n);
}

static void
add_record(const struct fetch_record *r, const char *account, struct str *out)
{
	fmt_date_long(r->started, out);
	str_printf(out, " %s: ", account);
	str_printf(out, _("%llu new"), (unsigned long long)r->messages);
	if (r->skipped > 0) {
		str_add_z(out, ", ");
		str_printf(out, _("%llu skipped"),
		           (unsigned long long)r->skipped);
		if (r->why != NULL)
			reason_add(" (", r->why, ")", out);
	}
	str_add_z(out, ", ");
	str_add_size(out, r->bytes);
	str_add_z(out, ", ");
	str_add_seconds(out, r->took_ms);
	str_add_z(out, _(" s"));
	if (r->error != NULL)
		reason_add(": ", r->error, "", out);
	str_add_c(out, '\n');
}

static int
add_history(struct app *a, struct str *out, struct err *err)
{
	struct fetch_record *v = NULL;
	size_t n = 0;

	if (store_fetch_history(a->store, a->view.account, SHOWN_MAX, &v, &n,
	                        err) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct account *acc = app_account(a, v[i].account);

		/* one that was removed has no name any more */
		add_record(&v[i], acc != NULL ? acc->name : "-", out);
	}
	if (n == 0)
		str_add_z(out, _("nothing was fetched yet"));
	fetch_records_free(&v, n);
	return 0;
}

/* Of the account shown, or of all. */
void
app_show_fetches(struct app *a)
{
	const struct account *only = app_account(a, a->view.account);
	struct err err = { 0 };
	struct str text;

	str_init(&text, TEXT_MAX);
	for (size_t i = 0; i < a->conf.account_count; i++)
		if (only == NULL || only == &a->conf.accounts[i]) {
			add_next(a, &a->conf.accounts[i], &text);
			add_problem(a, a->conf.accounts[i].name, &text);
			if (i < a->accounts.n)
				add_leaving(a, a->accounts.v[i], &text);
		}
	if (add_history(a, &text, &err) != 0)
		app_say_err(a, &err);
	else
		app_show_text(a, _("Fetches"), str_slice(&text));
	str_release(&text);
}

/* Nothing takes it back, so only who looks at it can do it. */
void
app_empty_trash(struct app *a)
{
	struct err err = { 0 };
	uint64_t n = 0;

	if (a->view.folder != FOLDER_TRASH) {
		app_say(a, STYLE_WARN, _("open Trash first, then empty it"));
		return;
	}
	pane_reader_close(&a->reader);
	a->focus = PANE_LIST;
	if (store_empty_trash(a->store, a->view.account, &n, &err) != 0)
		app_say_err(a, &err);
	else
		app_say(a, STYLE_OK,
		        N_N("%llu message deleted for good",
		            "%llu messages deleted for good", (unsigned long)n),
		        (unsigned long long)n);
	app_reload(a);
}
