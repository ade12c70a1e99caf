/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine says, and what happens by itself as time passes. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "tui/text_fmt.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Milliseconds between looks at what other processes did to the store. */
#define TICK_MS 1000
/* And between looks whether a store can be written again. */
#define RETRY_MS 10000

/* ---- fetching ---- */

static struct app_fetch *
find_fetch(struct app *a, const char *account)
{
	struct app_fetch *f;

	if (account == NULL)
		account = "";
	array_foreach(&a->fetches, f) {
		if (slice_eq_z(slice_of(f->account), account))
			return f;
	}
	f = array_add_new(&a->fetches);
	f->account = xstrdup(account);
	return f;
}

static void
forget_fetch(struct app *a, const char *account)
{
	struct app_fetch *f = find_fetch(a, account);

	free(f->account);
	free(f->text);
	*f = a->fetches.v[--a->fetches.n];
}

void
app_fetch_all(struct app *a)
{
	const struct account *acc = app_account(a, a->view.account);

	if (a->conf.account_count == 0) {
		app_wizard_start(a);
		return;
	}
	if (a->fetches.n == 0)
		a->fetched = 0;
	if (engine_fetch(a->engine, acc != NULL ? acc->name : NULL) == 0 &&
	    !engine_fetching(a->engine))
		app_say(a, STYLE_WARN, _("no account can be fetched now"));
}

/* The status line is short: where advice is to be had, it says where. */
static void
say_fetch_error(struct app *a, const struct event *e, bool advice)
{
	struct str key;

	str_init(&key, 40);
	if (advice && keymap_name(a->keys, CTX_MAIN, ACTION_FETCHES, &key))
		app_say(a, STYLE_ERROR, _("%s: %s · what to do: %s"),
		        e->account, e->err.text, key.p);
	else
		app_say(a, STYLE_ERROR, "%s: %s%s%s", e->account, e->err.text,
		        e->err.server[0] != '\0' ? " · " : "", e->err.server);
	str_release(&key);
}

static void
fetch_done(struct app *a, const struct event *e)
{
	bool advice = app_fetch_ended(a, e) != NULL;

	forget_fetch(a, e->account);
	a->fetched += e->done;
	if (a->conf.bell && e->unread > 0)
		term_bell();
	a->stale = true;
	(void)engine_index(a->engine);
	if (e->err.code == ERR_CANCELLED)
		app_say(a, STYLE_STATUS, _("fetching was stopped"));
	else if (e->err.code != ERR_NONE)
		say_fetch_error(a, e, advice);
	else if (app_says_problem(a))
		return; /* what went wrong matters more than how much came */
	else if (e->note != NULL)
		app_say(a, STYLE_STATUS, "%s: %s", e->account, e->note);
	else if (a->fetches.n == 0 && a->fetched == 0)
		app_say(a, STYLE_OK, _("no new mail"));
	else if (a->fetches.n == 0)
		app_say(a, STYLE_OK,
		        N_N("%llu new message", "%llu new messages",
		            (unsigned long)a->fetched),
		        (unsigned long long)a->fetched);
}

/* ---- events ---- */

static void
send_done(struct app *a, const struct event *e)
{
	a->stale = true;
	if (e->err.code == ERR_NONE) {
		app_say(a, STYLE_OK, _("sent"));
	} else {
		app_say(a, STYLE_ERROR, _("not sent: %s%s%s"), e->err.text,
		        e->err.server[0] != '\0' ? " · " : "", e->err.server);
		term_bell();
	}
	if (a->held != NULL && e->id == a->held_id)
		compose_free(&a->held);
}

static void
set_text(char **to, const char *text)
{
	free(*to);
	*to = text != NULL ? xstrdup(text) : NULL;
}

static void
handle(struct app *a, const struct event *e)
{
	struct app_fetch *f;

	switch (e->kind) {
	case EVENT_FETCH_STATE:
		set_text(&find_fetch(a, e->account)->text, e->text);
		break;
	case EVENT_FETCH_PROGRESS:
		f = find_fetch(a, e->account);
		f->done = e->done;
		f->total = e->total;
		break;
	case EVENT_FETCH_DONE:
		fetch_done(a, e);
		break;
	case EVENT_MAIL:
		a->stale = true;
		(void)engine_index(a->engine);
		break;
	case EVENT_SEND_STATE:
	case EVENT_FINDING:
	case EVENT_DOCTOR_DONE:
		break;
	case EVENT_SEND_DONE:
		send_done(a, e);
		break;
	case EVENT_PROBE_LINE:
		if (a->wizard_on && e->job == a->probe && e->text != NULL)
			wizard_test_line(&a->wizard, e->text);
		break;
	case EVENT_PROBE_DONE:
		if (a->wizard_on && e->job == a->probe)
			wizard_test_done(&a->wizard, &e->err);
		break;
	case EVENT_NOTICE:
		app_say(a, STYLE_OK, "%s: %s", e->account, e->text);
		term_bell();
		break;
	case EVENT_FILL_PROGRESS:
		app_fill_progress(a, e);
		break;
	case EVENT_FILL_DONE:
		app_fill_done(a, e);
		break;
	case EVENT_WORK_DONE:
		app_work_done(a, e);
		break;
	case EVENT_UNSUBSCRIBED:
		app_unsubscribed(a, e);
		break;
	case EVENT_CHORE:
		app_chore_progress(a, e);
		break;
	case EVENT_CHORE_DONE:
		app_chore_done(a, e);
		break;
	case EVENT_INDEXING:
	case EVENT_INDEX:
		a->index_done = e->done;
		a->index_total = e->total;
		/* a search may find more now */
		a->stale = a->stale || a->query.n > 0;
		break;
	}
}

void
app_engine_events(struct app *a)
{
	struct event *e;

	while ((e = engine_next(a->engine)) != NULL) {
		handle(a, e);
		event_free(&e);
		a->dirty = true;
	}
}

/* ---- time ---- */

/* Has the disk room again, is it writable again? */
static void
look_for_room(struct app *a)
{
	int64_t now = clock_mono_ms();

	if (now < a->retry_ms)
		return;
	a->retry_ms = now + RETRY_MS;
	if (!store_retry(a->store))
		return;
	app_say(a, STYLE_OK, _("the store can be written again"));
	(void)engine_index(a->engine);
	a->stale = true;
}

void
app_tick(struct app *a)
{
	if (a->message_until != 0 && clock_mono_ms() >= a->message_until) {
		a->message_until = 0;
		str_clear(&a->message);
		a->dirty = true;
	}
	if (a->held != NULL || a->work != 0)
		a->dirty = true; /* the seconds */
	if (a->held != NULL && clock_now() >= a->held_until)
		compose_free(&a->held);
	if (store_read_only(a->store) == NULL)
		(void)engine_tick(a->engine, a->store);
	else
		look_for_room(a);
	app_autosave(a, false);
	if (a->leaving && a->held == NULL && !engine_sending(a->engine))
		a->quit = true;
	if (a->stale || store_version(a->store) != a->version)
		app_reload(a);
	app_await_go_on(a);
}

/* Milliseconds the loop may sleep. */
int
app_timeout(const struct app *a)
{
	bool busy = a->held != NULL || a->fetches.n > 0 || a->work != 0;
	int ms = busy ? TICK_MS / 4 : TICK_MS;
	int64_t left = a->autosave_at - clock_mono_ms();

	if (a->autosave_at == 0 || left >= ms)
		return ms;
	return left > 0 ? (int)left : 0;
}
