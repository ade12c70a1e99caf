/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of which only the header is here: fetching the whole of one. */
#include "tui/app_priv.h"

#include "util/i18n.h"

#include "util/banned.h"

/* The list reads its rows again; the reader shows what the message became. */
static void
become(struct app *a, int64_t id, int64_t now)
{
	struct store_rows rows = { 0 };
	struct err err = { 0 };
	bool open = a->reader.id == id;

	app_reload(a);
	if (!open)
		return;
	if (store_row(a->store, now, &rows, &err) != 0 ||
	    pane_reader_open(&a->reader, &rows.v[0], &err) != 0)
		app_say_err(a, &err);
	store_rows_release(&rows);
}

bool
app_header_only(const struct app *a)
{
	const struct store_row *r = model_list_get(&a->list.list);

	if (a->focus == PANE_READER && a->reader.id != 0)
		return a->reader.stub != 0;
	return r != NULL && r->stub != 0;
}

void
app_fill(struct app *a)
{
	struct err err = { 0 };
	int64_t now;

	if (a->reader.id == 0 || a->reader.stub == 0)
		return;
	/* A crash may have left the whole of it behind. */
	if (store_fill_settle(a->store, a->reader.id, &now, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	if (now != a->reader.id) {
		become(a, a->reader.id, now);
		return;
	}
	a->fill = engine_fill(a->engine, a->store, now, &err);
	if (a->fill < 0) {
		a->fill = 0;
		app_say_err(a, &err);
	} else {
		app_say(a, STYLE_STATUS,
		        _("asking for the message, Esc stops"));
	}
}

bool
app_fill_cancel(struct app *a)
{
	if (a->fill == 0)
		return false;
	engine_cancel_job(a->engine, a->fill);
	return true;
}

void
app_fill_progress(struct app *a, const struct event *e)
{
	struct str done, total;

	if (e->job != a->fill)
		return;
	str_init(&done, 64);
	str_init(&total, 64);
	str_add_size(&done, e->bytes);
	str_add_size(&total, e->total);
	app_say(a, STYLE_STATUS, _("%s of %s, Esc stops"), done.p, total.p);
	str_release(&done);
	str_release(&total);
}

void
app_fill_done(struct app *a, const struct event *e)
{
	if (e->job == a->fill)
		a->fill = 0;
	if (e->err.code == ERR_CANCELLED) {
		app_say(a, STYLE_STATUS,
		        _("stopped; the header stays, Enter tries again"));
	} else if (e->err.code != ERR_NONE) {
		app_say_err(a, &e->err);
	} else {
		app_say(a, STYLE_OK, _("the whole message is here"));
		become(a, e->id, e->now);
		(void)engine_index(a->engine);
	}
}
