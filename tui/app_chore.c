/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work on many messages: begun here, done by the engine, told when it ends. */
#include "tui/app_priv.h"

#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* More than these at once are no moment's work. */
#define MANY 100

bool
app_is_many(size_t n)
{
	return n > MANY;
}

bool
app_chore(struct app *a, const struct chore *c, int64_t id)
{
	struct err err = { 0 };
	int64_t job = engine_chore(a->engine, c, &err);

	if (job < 0) {
		app_say_err(a, &err);
		return false;
	}
	a->chore = job;
	a->chore_kind = c->kind;
	a->chore_id = id;
	app_say(a, STYLE_STATUS, _("working, Esc stops"));
	return true;
}

bool
app_chore_cancel(struct app *a)
{
	if (a->chore == 0)
		return false;
	engine_cancel_job(a->engine, a->chore);
	app_say(a, STYLE_STATUS, _("stopping"));
	return true;
}

void
app_chore_progress(struct app *a, const struct event *e)
{
	if (e->job == a->chore && e->total > 0 && e->done > 0)
		app_say(a, STYLE_STATUS, _("%llu of %llu, Esc stops"),
		        (unsigned long long)e->done,
		        (unsigned long long)e->total);
}

/* What it did can be taken back, however it ended. */
static void
remember(struct app *a, const struct event *e, enum chore_kind kind)
{
	struct app_undo u = { .token = e->id,
		              .spam = kind == CHORE_MARK,
		              .id = a->chore_id };

	if (kind == CHORE_UNDO)
		u.spam = a->chore_spam;
	if (e->text != NULL)
		u.rule = xstrdup(e->text);
	if (u.token != 0 || u.rule != NULL)
		app_remember(a, u);
}

static void
say_end(struct app *a, const struct event *e, enum chore_kind kind)
{
	unsigned long long done = e->done;

	if (e->err.code == ERR_CANCELLED && kind == CHORE_TRY) {
		app_say(a, STYLE_WARN, _("stopped"));
	} else if (e->err.code == ERR_CANCELLED && kind == CHORE_UNDO) {
		app_say(a, STYLE_WARN,
		        _("stopped; z takes the rest back, too"));
	} else if (e->err.code == ERR_CANCELLED) {
		app_say(a, STYLE_WARN,
		        _("stopped; z takes back what was done"));
	} else if (e->err.code != ERR_NONE) {
		app_say_err(a, &e->err);
	} else if (kind == CHORE_UNDO) {
		app_say(a, STYLE_OK, _("taken back"));
	} else if (kind == CHORE_CHANGE) {
		app_say(a, STYLE_STATUS,
		        N_N("%llu message changed; z takes it back",
		            "%llu messages changed; z takes it back",
		            (unsigned long)done),
		        done);
	} else if (kind == CHORE_MARK) {
		app_say(a, STYLE_STATUS,
		        N_N("%llu message marked and learned; z takes it back",
		            "%llu messages marked and learned; z takes it back",
		            (unsigned long)done),
		        done);
	} else {
		app_say(a, STYLE_STATUS,
		        N_N("%llu message, and a rule for what comes; z takes "
		            "both back",
		            "%llu messages, and a rule for what comes; z takes "
		            "both back",
		            (unsigned long)done),
		        done);
	}
}

void
app_chore_done(struct app *a, const struct event *e)
{
	enum chore_kind kind = a->chore_kind;

	if (e->job != a->chore)
		return;
	a->chore = 0;
	if (kind != CHORE_TRY)
		remember(a, e, kind);
	if (kind == CHORE_TRY && e->err.code != ERR_CANCELLED) {
		app_rule_tried(a, e);
		return;
	}
	say_end(a, e, kind);
	if (kind == CHORE_TRY)
		return;
	if (a->focus == PANE_READER && kind != CHORE_UNDO)
		app_close_reader(a);
	app_reload(a);
	if (kind == CHORE_UNDO)
		(void)model_list_select(&a->list.list, a->chore_id);
}
