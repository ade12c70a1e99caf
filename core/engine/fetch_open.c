/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Before the server is called: the store, and what it says about calling. */
#include "engine/fetch_priv.h"
#include "engine/login.h"
#include "engine/tick.h"
#include "store/outbox_rows.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/log.h"

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
	if (deliver_open(&f->deliver, f->job->paths, f->account, err) != 0)
		return -1;
	if (f->job->outbox)
		look_at_outbox(f);
	return f->job->unwatched ? refuse_paused(f, err) : 0;
}
