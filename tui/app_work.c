/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs of the user's that work behind the screen. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "util/clock.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/*
 * 1. One at a time is waited for: the status line names it and how long it has
 *    been at it, Escape stops it.  Keys go on working meanwhile.
 * 2. So whoever gets an answer looks first whether it still fits: the message may
 *    be another one, its text may have changed.
 */

bool
app_work_start(struct app *a, struct app_work *w, const char *what)
{
	struct err err = { 0 };
	int64_t job;

	if (a->work != 0) {
		app_say(a, STYLE_WARN, _("%s is still at it, Esc stops it"),
		        a->work_what);
		w->work.free(&w->work);
		return false;
	}
	job = engine_work(a->engine, &w->work, &err);
	if (job < 0) {
		app_say_err(a, &err);
		return false;
	}
	str_clear(&a->message);
	a->work = job;
	a->work_since = clock_mono_ms();
	free(a->work_what);
	a->work_what = xstrdup(what);
	a->dirty = true;
	return true;
}

bool
app_work_cancel(struct app *a)
{
	if (a->work == 0)
		return false;
	engine_cancel_job(a->engine, a->work);
	return true;
}

void
app_work_text(const struct app *a, struct str *out)
{
	str_printf(out, _("%s: %lld s, Esc stops"), a->work_what,
	           (long long)((clock_mono_ms() - a->work_since) / 1000));
}

void
app_work_done(struct app *a, const struct event *e)
{
	struct app_work *w = (struct app_work *)e->work;

	if (e->job == a->work)
		a->work = 0;
	if (e->err.code == ERR_CANCELLED)
		app_say(a, STYLE_STATUS, _("stopped"));
	else if (e->err.code != ERR_NONE)
		app_say_err(a, &e->err);
	else if (w->done != NULL)
		w->done(a, w);
}

/* ---- a message that may be another one by then ---- */

char *
app_compose_key_dup(const struct app *a)
{
	return xstrdup(a->compose != NULL ? a->compose->key : "");
}

bool
app_composes(const struct app *a, const char *key)
{
	return a->screen == APP_COMPOSE && a->compose != NULL &&
	       a->pick == PICK_NONE && a->prompt == PROMPT_NONE &&
	       slice_eq_z(slice_of(a->compose->key), key);
}
