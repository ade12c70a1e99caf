/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching one account: the job, its sessions, and how it ends. */
/*
 * A session: log in (fetch_connect), see what there is to do (fetch_prepare.c),
 * headers alone (fetch_stub.c), whole messages (fetch_retrieve.c), DELE what is due
 * to go (fetch_leave.c), QUIT.
 *
 * Invariants:
 * 1. DELE is sent for a message only after the transaction that holds its row
 *    and UIDL was committed (store_batch_commit returned 0).
 * 2. QUIT comes after the last commit, because servers like Gmail delete or
 *    hide by themselves at QUIT.  Its answer is waited for where something
 *    depends on it: what was deleted, what a window shows next.
 * 3. However it ends, exactly one EVENT_FETCH_DONE and one row of history.
 * 4. DELE comes at the end of the session.  The server deletes at QUIT and not
 *    before, so nothing is gained by earlier ones, and each would empty the pipe.
 *
 * Rejected: DELE at once after each RETR (a round trip and a sync a message).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/fetch_priv.h"
#include "engine/lock.h"
#include "engine/login.h"
#include "engine/notify.h"
#include "engine/tick.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/reason.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define FETCH_PROGRESS_MS 100
/* Sessions of one fetch: Gmail's window has some 250 messages. */
#define WINDOWS_MAX 400

void
fetch_tell_progress(struct fetch *f, bool force)
{
	int64_t now = clock_mono_ms();
	struct event *e;

	if (!force && now - f->told_ms < FETCH_PROGRESS_MS)
		return;
	f->told_ms = now;
	e = event_new(EVENT_FETCH_PROGRESS, f->account->name);
	e->job = f->job->id;
	e->done = f->done;
	e->total = f->plan.fetch_count + f->plan.head_count;
	e->bytes = f->bytes;
	queue_post(f->job->queue, e);
}

/* ---- a session ---- */

/* Log in and ask what is there. */
static int
call_server(struct fetch *f, struct login *login, struct err *err)
{
	f->pop3 = login_pop3(login, err);
	f->shown = login->shown;
	f->delay = login->delay;
	if (f->pop3 == NULL)
		return -1;
	if (f->job->kind == JOB_FETCH)
		job_say(f->job, EVENT_FETCH_STATE, _("looking for new mail"));
	return pop3_list(f->pop3, &f->listing, err);
}

int
fetch_connect(struct fetch *f, struct err *err)
{
	struct login login = { .paths = f->job->paths,
		               .account = f->account,
		               .cancel_fd = f->job->cancel[0],
		               .list = true };
	struct fetch_opening opening;
	struct err unopened = { 0 };
	int rc;

	/* Of a fill EVENT_FILL_PROGRESS tells; this would begin a fetch. */
	if (f->job->kind == JOB_FETCH)
		job_say(f->job, EVENT_FETCH_STATE, _("logging in"));
	f->changed = credential_changed(f->job->paths, f->account);
	fetch_open_begin(f, &opening);
	rc = call_server(f, &login, err);
	if (fetch_open_end(&opening, &unopened) != 0) {
		*err = unopened;
		return -1;
	}
	return rc;
}

/*
 * All is stored when QUIT goes out, so a bad end of the session is no failure:
 * what the server did not delete it will be asked again.
 */
static int
end_session(struct fetch *f, struct err *err)
{
	struct err why = { 0 };

	step("fetch-quit");
	/* Nothing depends on the answer: not to wait is a round trip less. */
	if (f->removed_count == 0 && !f->job->window) {
		pop3_leave(f->pop3);
		return 0;
	}
	if (pop3_quit(f->pop3, &why) != 0) {
		if (job_cancelled(f->job)) {
			*err = why;
			return -1;
		}
		log_line(LOG_INFO, "%s: QUIT: %s", f->account->name, why.text);
		if (f->removed_count != 0 && f->note == NULL)
			f->note = xasprintf(
				_("the server did not confirm that it deleted "
			          "%zu messages; the next fetch asks again "
			          "(%s%s%s)"),
				f->removed_count, why.text,
				why.server[0] != '\0' ? ": " : "", why.server);
		return 0;
	}
	for (size_t i = 0; i < f->removed_count; i++) {
		const char *key = f->keys[f->removed[i]];

		if (store_uidl_set(f->deliver.store, f->deliver.account_id, key,
		                   UIDL_DELETED, err) != 0)
			return -1;
	}
	return 0;
}

/* Of this session only: what the server showed. */
static void
forget_session(struct fetch *f)
{
	pop3_close(&f->pop3);
	for (size_t i = 0; f->keys != NULL && i < f->listing.n; i++)
		free(f->keys[i]);
	free(f->keys);
	free(f->rows);
	free(f->stored);
	free(f->removed);
	free(f->gone);
	free(f->aliases);
	free(f->stuck_key);
	free(f->unchecked_key);
	f->keys = NULL;
	f->rows = NULL;
	f->stored = f->removed = NULL;
	f->gone = NULL;
	f->aliases = NULL;
	f->stuck_key = f->unchecked_key = NULL;
	f->stored_count = f->safe_count = f->removed_count = f->alias_count =
		f->at = 0;
	f->arriving = f->match_content = false;
	pop3_listing_release(&f->listing);
	uidl_map_release(&f->known);
	fetch_plan_release(&f->plan);
}

/* DELE what is due to go of earlier sessions, and what this one made safe. */
static int
remove_due(struct fetch *f, struct err *err)
{
	const struct fetch_plan *p = &f->plan;

	if (fetch_remove(f, p->remove, p->remove_count, err) != 0)
		return -1;
	if (f->account->keep != ACCOUNT_DELETE ||
	    account_is_recent(f->account) || f->safe_count == 0)
		return 0;
	return fetch_remove_entries(f, f->stored, f->safe_count, err);
}

static int
session(struct fetch *f, struct err *err)
{
	if (fetch_connect(f, err) != 0 || fetch_prepare(f, err) != 0 ||
	    fetch_stubs(f, err) != 0 || fetch_retrieve(f, err) != 0 ||
	    remove_due(f, err) != 0 || fetch_keep_below(f, err) != 0)
		return -1;
	return end_session(f, err);
}

/* New here: not what came again under another name. */
static uint64_t
fresh(const struct fetch *f)
{
	return f->deliver.store != NULL ? store_fresh(f->deliver.store) : 0;
}

/* A server that shows its mailbox a window at a time is asked until nothing new
 * comes. */
static int
sessions(struct fetch *f, struct err *err)
{
	uint64_t before;
	unsigned n = 0;

	/* The others open it while they log in: fetch_connect. */
	if (f->job->unwatched && fetch_open(f, err) != 0)
		return -1;
	do {
		before = fresh(f); /* 0: not open yet */
		f->freed = false;
		if (n > 0)
			forget_session(f);
		if (session(f, err) != 0)
			return -1;
		n++;
	} while (f->job->window && (fresh(f) > before || f->freed) &&
	         n < WINDOWS_MAX && !job_cancelled(f->job));
	return 0;
}

/* ---- the job ---- */

/* Why some were not fetched, for people; NULL: none. */
static const char *
skipped_why(const struct fetch *f)
{
	if (f->failed != 0)
		return f->why.text;
	return f->plan.too_large != 0 ? _("larger than the account's limit")
	                              : NULL;
}

static void
record(struct fetch *f, int64_t started, int64_t began_ms, struct err *err)
{
	const char *why = skipped_why(f);
	struct fetch_record r = {
		.account = f->deliver.account_id,
		.started = started,
		.ended = clock_now(),
		.took_ms = clock_mono_ms() - began_ms,
		.messages = fresh(f),
		.skipped = f->plan.too_large + f->failed,
		.bytes = f->bytes,
		.why = why != NULL ? reason_neutral(why) : NULL,
		.error = err->code != ERR_NONE ? reason_neutral(err->text)
		                               : NULL,
	};
	struct tick_end end = {
		.code = err->code == ERR_AUTH && !f->shown ? ERR_CONFIG
		                                           : err->code,
		.delay = f->delay,
		.changed = f->changed,
		.record = &r,
	};
	struct err ignored = { 0 };

	if (f->deliver.account_id != 0) {
		/* History is a courtesy: the fetch itself is done. */
		tick_ended(f->deliver.store, f->deliver.account_id, &end);
		if (store_copy_daily(f->deliver.store, &ignored) != 0)
			log_line(LOG_ERROR, "%s", ignored.text);
	}
	free(r.why);
	free(r.error);
}

/* What was known already does not count, though it came again. */
static uint64_t
arrived(const struct fetch *f)
{
	uint64_t n = fresh(f);

	return f->deliver.arrived < n ? f->deliver.arrived : n;
}

static void
say_command(struct fetch *f, const struct err *err)
{
	struct str text;

	str_init(&text, sizeof err->text + sizeof err->server + 2);
	str_add_z(&text, err->text);
	if (err->server[0] != '\0')
		str_printf(&text, ": %s", err->server);
	job_say(f->job, EVENT_NOTICE, text.p);
	str_release(&text);
}

/* The user's command for new mail; that it fails is no failure of the fetch. */
static void
tell_user(struct fetch *f)
{
	struct notify n = { .count = arrived(f),
		            .account = f->account->name,
		            .from = f->deliver.from,
		            .subject = f->deliver.subject };
	struct err err = { 0 };

	if (f->job->notify == NULL || n.count == 0 || job_cancelled(f->job))
		return;
	if (notify_run(f->job->notify, &n, &err) == 0)
		return;
	(void)err_wrap(&err, _("command '%s' for new mail"), f->job->notify);
	say_command(f, &err);
}

static void
make_final(struct fetch *f, const struct err *err, int64_t start_ms)
{
	struct event *e = event_new(EVENT_FETCH_DONE, f->account->name);
	const char *why = skipped_why(f);

	e->job = f->job->id;
	e->done = fresh(f);
	e->unread = arrived(f);
	e->total = f->plan.fetch_count + f->plan.head_count;
	e->skipped = f->plan.too_large + f->failed;
	e->bytes = f->bytes;
	e->elapsed_ms = clock_mono_ms() - start_ms;
	e->err = *err;
	e->note = f->note;
	f->note = NULL;
	if (why != NULL)
		e->text = xstrdup(why);
	f->job->final = e;
}

void
fetch_release(struct fetch *f)
{
	forget_session(f);
	free(f->note);
	str_release(&f->memory);
	deliver_release(&f->deliver);
}

void
fetch_run(struct job *job)
{
	struct fetch f = { .job = job, .account = &job->account, .fd = -1 };
	int64_t started = clock_now();
	int64_t start_ms = clock_mono_ms();
	struct err err = { 0 };
	int lock;

	str_init(&f.memory, FETCH_MEMORY);
	lock = lock_take(job->paths, "fetch", job->account.name, &err);
	if (lock >= 0) {
		/* A cancel may show as a broken call: name it as it is. */
		if (sessions(&f, &err) != 0 && job_cancelled(job))
			err_set(&err, ERR_CANCELLED, _("cancelled"));
		if (!f.paused)
			record(&f, started, start_ms, &err);
		close(lock);
		tell_user(&f);
	} else if (job->outbox) {
		job_ask_to_send(job); /* it was not looked at */
	}
	make_final(&f, &err, start_ms);
	fetch_release(&f);
}
