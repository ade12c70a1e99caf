/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store, opened while the server is called, and what it says about that. */
/*
 * Twenty accounts that open their stores at once keep each other waiting longer
 * than one of them needs: it is done while the login is under way.
 *
 * 1. Until fetch_open_end the store is the other thread's.
 * 2. Nothing is asked of the server beyond the login and its listing before
 *    fetch_open_end said that the store is there.
 * 3. A job that may have to leave its server alone (unwatched) opens the store
 *    first: see fetch_run's sessions.
 */
#include "engine/fetch_priv.h"

#include <pthread.h>

#include "engine/login.h"
#include "engine/tick.h"
#include "store/outbox_rows.h"
#include "text/charset.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/step.h"

#include "util/banned.h"

/* The store is open here anyway: sending needs one of its own, and a thread,
 * only when there is something to send. */
static void
look_at_outbox(struct fetch *f)
{
	struct err err = { 0 };
	bool waiting = false;

	if (outbox_waiting(f->deliver.store, clock_now(), &waiting, &err) != 0)
		log_line(LOG_ERROR, "%s", err.text);
	else if (waiting)
		job_ask_to_send(f->job);
}

/* Was the password rejected so often that only a person may try it again? */
static int
refuse_paused(struct fetch *f, struct err *err)
{
	const struct sched_rule rule = {
		.changed = credential_changed(f->job->paths, f->account),
	};
	struct sched_state state;

	if (tick_load(f->deliver.store, f->deliver.account_id, &state, err) !=
	    0)
		return -1;
	if (!sched_paused(&state, &rule) || state.rejected < SCHED_REJECTED_MAX)
		return 0;
	f->paused = true;
	return err_set(err, ERR_AUTH,
	               _("the server rejected the password again and again; "
	                 "pabal waits for a new one, or for: pabal fetch -a "
	                 "%s"),
	               f->account->name);
}

int
fetch_open(struct fetch *f, struct err *err)
{
	struct store *s = f->job->store;

	f->job->store = NULL;
	if (deliver_open(&f->deliver, f->job->paths, f->account,
	                 f->job->together, s, err) != 0)
		return -1;
	if (f->job->outbox)
		look_at_outbox(f);
	return f->job->unwatched ? refuse_paused(f, err) : 0;
}

static void
open_store(struct fetch_opening *o)
{
	struct fetch *f = o->f;

	step("opening");
	o->rc = fetch_open(f, &o->err);
	if (o->rc == 0)
		tick_began(f->deliver.store, f->deliver.account_id);
}

static void *
open_beside(void *arg)
{
	open_store(arg);
	charset_release_thread();
	return NULL;
}

void
fetch_open_begin(struct fetch *f, struct fetch_opening *o)
{
	*o = (struct fetch_opening){ .f = f };
	if (f->deliver.store != NULL) {
		tick_began(f->deliver.store, f->deliver.account_id);
		return;
	}
	o->beside = pthread_create(&o->thread, NULL, open_beside, o) == 0;
	if (!o->beside)
		open_store(o); /* later, but as well */
}

int
fetch_open_end(struct fetch_opening *o, struct err *err)
{
	if (o->beside)
		(void)pthread_join(o->thread, NULL); /* cannot fail */
	o->beside = false;
	if (o->rc != 0)
		*err = o->err;
	return o->rc;
}
