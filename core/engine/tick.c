/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens by itself as time passes: fetch, send, index. */
/*
 * 1. The state of attempts lies in the store, so that two processes agree: the
 *    one that begins writes it at once, the other sees that nothing is due.
 * 2. A job that could not write its state (no store, another process at the
 *    account) must not be started again at each turn: ticks remembers what this
 *    process started, TICK_AGAIN keeps them apart.
 * 3. Indexing begins when no fetch runs.
 *
 * Rejected: next times kept in memory only (two processes, and each start of
 * the program, would log in more often than the provider allows).
 */
#include "engine/tick.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine_private.h"
#include "store/outbox_rows.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Seconds between two starts of the same thing by this process. */
#define TICK_AGAIN      60
#define TICK_SEND_AGAIN 5
/* How long a change of the Maildir by another program may go unseen. */
#define TICK_LOOK 15
/* Other processes and a changed clock are noticed after so long at the most. */
#define TICK_MAX       60
#define TICK_KEY_MAX   40
#define TICK_STATE_MAX 200

/* ---- state ---- */

static void
key_of(int64_t account, struct str *key)
{
	str_init(key, TICK_KEY_MAX);
	str_printf(key, "sched/%lld", (long long)account);
}

int
tick_load(struct store *s, int64_t account, struct sched_state *state_r,
          struct err *err)
{
	struct str key;
	struct str text;
	int rc;

	key_of(account, &key);
	str_init(&text, TICK_STATE_MAX);
	rc = store_state_get(s, key.p, &text, err);
	sched_read(str_slice(&text), state_r);
	str_release(&text);
	str_release(&key);
	return rc < 0 ? -1 : 0;
}

int
tick_save(struct store *s, int64_t account, const struct sched_state *state,
          bool durable, struct err *err)
{
	struct str key;
	struct str text;
	int rc;

	key_of(account, &key);
	str_init(&text, TICK_STATE_MAX);
	sched_write(state, &text);
	rc = durable ? store_state_set(s, key.p, str_slice(&text), err)
	             : store_state_note(s, key.p, str_slice(&text), err);
	str_release(&text);
	str_release(&key);
	return rc;
}

void
tick_began(struct store *s, int64_t account)
{
	struct sched_state state;
	struct err err = { 0 };

	if (tick_load(s, account, &state, &err) == 0) {
		sched_began(&state, clock_now());
		if (tick_save(s, account, &state, false, &err) == 0)
			return;
	}
	log_line(LOG_ERROR, "%s", err.text);
}

static int
save_with(struct store *s, int64_t account, const struct sched_state *state,
          const struct tick_end *end, struct err *err)
{
	bool durable = end->code == ERR_AUTH;
	struct store_state row;
	struct str key;
	struct str text;
	int rc;

	if (end->record == NULL)
		return tick_save(s, account, state, durable, err);
	key_of(account, &key);
	str_init(&text, TICK_STATE_MAX);
	sched_write(state, &text);
	row = (struct store_state){ key.p, str_slice(&text) };
	rc = store_fetch_record(s, end->record, &row, durable, err);
	str_release(&text);
	str_release(&key);
	return rc;
}

void
tick_ended(struct store *s, int64_t account, const struct tick_end *end)
{
	struct sched_state state;
	struct err err = { 0 };

	if (tick_load(s, account, &state, &err) == 0) {
		sched_ended(&state, end->code, end->delay, end->changed);
		if (save_with(s, account, &state, end, &err) == 0)
			return;
	}
	log_line(LOG_ERROR, "%s", err.text);
}

bool
tick_rejected(struct store *s, const char *account)
{
	struct sched_state state = { 0 };
	struct err ignored = { 0 };
	int64_t id;
	int rc = store_find_account(s, account, &id, &ignored);

	return rc < 0 || (rc > 0 && (tick_load(s, id, &state, &ignored) != 0 ||
	                             state.rejected != 0));
}

/* ---- fetching ---- */

static const struct provider *
provider_of(struct engine *e, const struct account *a)
{
	struct err ignored = { 0 };

	/* Without the table an account has its own interval only. */
	if (e->providers == NULL && !e->no_providers) {
		e->providers = providers_load(e->paths, &ignored);
		e->no_providers = e->providers == NULL;
	}
	if (e->providers == NULL)
		return NULL;
	if (a->provider != NULL)
		return provider_by_id(e->providers, a->provider);
	return a->address != NULL
	               ? provider_for(e->providers, slice_of(a->address))
	               : NULL;
}

bool
tick_window(struct engine *e, const struct account *a)
{
	const struct provider *p = provider_of(e, a);

	return p != NULL && p->window && !account_is_recent(a);
}

static int64_t
provider_minimum(struct engine *e, const struct account *a)
{
	const struct provider *p = provider_of(e, a);

	return p != NULL ? (int64_t)p->interval_min * 60 : 0;
}

static struct tick_mark *
mark_of(struct engine *e, const char *name)
{
	struct tick_mark *m;

	array_foreach(&e->ticks, m) {
		if (strcmp(m->name, name) == 0)
			return m;
	}
	m = array_add_new(&e->ticks);
	m->name = xstrdup(name);
	return m;
}

int
engine_schedule(struct engine *e, struct store *s, const struct account *a,
                struct engine_schedule *schedule_r, struct err *err)
{
	struct sched_rule rule = {
		.interval = (int64_t)a->interval_min * 60,
		.minimum = provider_minimum(e, a),
		.changed = credential_changed(e->paths, a),
	};
	struct sched_state state;
	int64_t id;

	*schedule_r = (struct engine_schedule){ 0 };
	if (store_account(s, a->name, &id, err) != 0 ||
	    tick_load(s, id, &state, err) != 0)
		return -1;
	schedule_r->last = state.attempted;
	schedule_r->next = a->pop.host != NULL
	                           ? sched_next(&state, &rule, clock_now())
	                           : 0;
	schedule_r->rejected = sched_paused(&state, &rule) ? state.rejected : 0;
	schedule_r->failures = state.failures;
	return 0;
}

/* Start it when it is due; the time of the next, 0 none. */
static int64_t
tick_account(struct engine *e, struct store *s, const struct account *a)
{
	struct tick_mark *mark = mark_of(e, a->name);
	int64_t now = clock_now();
	struct engine_schedule plan;
	struct err err = { 0 };

	if (engine_find_job(e, JOB_FETCH, a->name) != NULL)
		return 0;
	if (mark->started > now)
		mark->started = 0; /* the clock was set back */
	if (engine_schedule(e, s, a, &plan, &err) != 0) {
		log_line(LOG_ERROR, "%s", err.text);
		return 0;
	}
	if (plan.next == 0)
		return 0;
	if (mark->started != 0 && plan.next < mark->started + TICK_AGAIN)
		plan.next = mark->started + TICK_AGAIN;
	if (plan.next > now)
		return plan.next;
	mark->started = now;
	(void)engine_fetch(e, a->name);
	return 0;
}

/* ---- sending, indexing ---- */

static int64_t
tick_outbox(struct engine *e, struct store *s)
{
	int64_t now = clock_now();
	int64_t when = 0;
	struct err err = { 0 };

	if (outbox_next(s, &when, &err) != 0) {
		log_line(LOG_ERROR, "%s", err.text);
		return 0;
	}
	if (when == 0 || when > now ||
	    engine_find_job(e, JOB_SEND, NULL) != NULL)
		return when > now ? when : 0;
	/* A row that stays due cannot even be marked (a full disk). */
	if (when == e->send_when && now >= e->send_started &&
	    now < e->send_started + TICK_SEND_AGAIN)
		return e->send_started + TICK_SEND_AGAIN;
	e->send_when = when;
	e->send_started = now;
	(void)engine_send_due(e);
	return 0;
}

static void
watch_folders(struct watch *w, const char *mail)
{
	for (int f = 0; f < FOLDER_COUNT; f++) {
		for (int cur = 0; cur < 2; cur++) {
			char *path = xasprintf("%s/%s/%s", mail,
			                       folder_name((enum folder)f),
			                       cur != 0 ? "cur" : "new");

			watch_add(w, path);
			free(path);
		}
	}
}

/* Folders may be new, or made anew: said again at each look. */
static void
watch_mail(struct engine *e, struct store *s)
{
	struct err ignored = { 0 }; /* no mail yet */

	if (!e->watching)
		e->watch = watch_new();
	e->watching = true;
	for (size_t i = 0; e->watch != NULL && i < e->conf->account_count;
	     i++) {
		char *mail = store_account_path(s, e->conf->accounts[i].name,
		                                &ignored);

		if (mail != NULL)
			watch_folders(e->watch, mail);
		free(mail);
	}
}

/* Others may change the Maildir: what is watched says so at once, and where it
 * cannot be watched a look from time to time finds out. */
static void
tick_index(struct engine *e, struct store *s, int64_t now)
{
	if (e->next_look > now + TICK_LOOK)
		e->next_look = now; /* the clock was set back */
	if (now >= e->next_look)
		watch_mail(e, s);
	if (watch_take(e->watch))
		e->next_look = now;
	if ((e->to_index || now >= e->next_look) && !engine_fetching(e)) {
		e->to_index = false;
		e->next_look = now + TICK_LOOK;
		(void)engine_index(e);
	}
}

static void
earlier(int64_t *next, int64_t t)
{
	if (t != 0 && t < *next)
		*next = t;
}

int
engine_tick(struct engine *e, struct store *s)
{
	int64_t now = clock_now();
	int64_t next = now + TICK_MAX;

	for (size_t i = 0; i < e->conf->account_count; i++)
		earlier(&next, tick_account(e, s, &e->conf->accounts[i]));
	earlier(&next, tick_outbox(e, s));
	tick_index(e, s, now);
	return next > now ? (int)(next - now) * 1000 : 1000;
}

void
tick_seen(struct engine *e, const struct event *event)
{
	if (event->kind == EVENT_MAIL ||
	    (event->kind == EVENT_SEND_DONE && event->err.code == ERR_NONE))
		e->to_index = true;
}

void
tick_release(struct engine *e)
{
	struct tick_mark *m;

	array_foreach(&e->ticks, m) {
		free(m->name);
	}
	array_release(&e->ticks);
	watch_free(&e->watch);
	providers_free(&e->providers);
}
