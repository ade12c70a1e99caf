/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of the engine: each becomes a job, unless one is at it. */
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_private.h"
#include "engine/tick.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* s: what is said of rejected accounts, may be NULL; the job takes it when it is
 * the last that is asked for. */
static void
fetch_one(struct engine *e, const struct account *a, struct store **s,
          bool last)
{
	struct job *job = engine_add_job(e, JOB_FETCH);

	if (job == NULL) {
		/* Whoever waits for its end gets it. */
		struct event *done = event_new(EVENT_FETCH_DONE, a->name);

		err_sys(&done->err, errno, _("cannot start a worker"));
		queue_post(&e->queue, done);
		return;
	}
	account_copy(&job->account, a);
	job->window = tick_window(e, a);
	job->missing = e->missing;
	/* Most were not rejected: they may call before they look. */
	job->unwatched =
		e->unwatched && (*s == NULL || tick_rejected(*s, a->name));
	job->outbox = e->outbox;
	if (e->conf->notify != NULL)
		job->notify = xstrdup(e->conf->notify);
	if (last) {
		job->store = *s;
		*s = NULL;
	}
	engine_start_job(e, job);
}

/* Is it to be fetched now? */
static bool
is_wanted(struct engine *e, const struct account *a, const char *name)
{
	return a->pop.host != NULL &&
	       (name == NULL || strcmp(a->name, name) == 0) &&
	       engine_find_job(e, JOB_FETCH, a->name) == NULL;
}

void
engine_want_missing(struct engine *e)
{
	e->missing = true;
}

void
engine_unwatched(struct engine *e)
{
	e->unwatched = true;
}

void
engine_want_outbox(struct engine *e)
{
	e->outbox = true;
}

size_t
engine_fetch(struct engine *e, const char *account)
{
	struct err ignored = { 0 }; /* each fetch finds it out and says it */
	struct store *s =
		e->unwatched ? store_open_with(e->paths->data, e->paths->cache,
	                                       e->together, &ignored)
			     : NULL;
	const struct account *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < e->conf->account_count; i++)
		if (is_wanted(e, &e->conf->accounts[i], account))
			last = &e->conf->accounts[i];
	for (size_t i = 0; i < e->conf->account_count; i++) {
		const struct account *a = &e->conf->accounts[i];

		if (!is_wanted(e, a, account))
			continue;
		fetch_one(e, a, &s, a == last);
		n++;
	}
	store_close(&s);
	return n;
}

static struct job *
find_fill(struct engine *e, int64_t id)
{
	for (struct job *job = e->jobs; job != NULL; job = job->next)
		if (job->kind == JOB_FILL && job->message == id &&
		    engine_job_state(e, job) != JOB_FINISHED)
			return job;
	return NULL;
}

/* The account of conf that a stored message came through. */
static const struct account *
account_of(struct engine *e, struct store *s, int64_t id, struct err *err)
{
	struct store_rows rows = { 0 };
	const struct account *a = NULL;
	char *name;

	if (store_row(s, id, &rows, err) != 0)
		return NULL;
	name = store_account_name(s, rows.v[0].account);
	store_rows_release(&rows);
	if (name != NULL)
		a = conf_account(e->conf, name);
	free(name);
	if (a == NULL || a->pop.host == NULL) {
		err_set(err, ERR_NOTFOUND,
		        _("the account of this message is not fetched any "
		          "more"));
		return NULL;
	}
	return a;
}

int64_t
engine_fill(struct engine *e, struct store *s, int64_t id, struct err *err)
{
	const struct account *a = account_of(e, s, id, err);
	struct job *job = find_fill(e, id);

	if (a == NULL || job != NULL)
		return a == NULL ? -1 : job->id;
	job = engine_add_job(e, JOB_FILL);
	if (job == NULL)
		return err_set(err, ERR_RETRY, _("cannot start a worker"));
	job->message = id;
	account_copy(&job->account, a);
	engine_start_job(e, job);
	return job->id;
}

int64_t
engine_probe(struct engine *e, const struct account *a,
             const struct secret *secret)
{
	struct job *job = engine_add_job(e, JOB_PROBE);

	if (job == NULL)
		return -1;
	account_copy(&job->account, a);
	if (secret != NULL)
		secret_set(&job->secret, secret->p, secret->n);
	else
		job->look_up = true;
	engine_start_job(e, job);
	return job->id;
}

int64_t
engine_doctor(struct engine *e, const struct account *a)
{
	struct job *job = engine_add_job(e, JOB_DOCTOR);

	if (job == NULL)
		return -1;
	account_copy(&job->account, a);
	engine_start_job(e, job);
	return job->id;
}

bool
engine_send_due(struct engine *e)
{
	struct job *job = engine_find_job(e, JOB_SEND, NULL);
	size_t n = e->conf->account_count;

	if (job != NULL) {
		job->again = true;
		return true;
	}
	job = engine_add_job(e, JOB_SEND);
	if (job == NULL)
		return false;
	job->accounts = xcalloc(n, sizeof *job->accounts);
	job->account_count = n;
	for (size_t i = 0; i < n; i++) {
		account_init(&job->accounts[i]);
		account_copy(&job->accounts[i], &e->conf->accounts[i]);
	}
	engine_start_job(e, job);
	return true;
}

bool
engine_index(struct engine *e)
{
	struct job *job = engine_find_job(e, JOB_INDEX, NULL);

	if (job != NULL) {
		job->again = true;
		return true;
	}
	job = engine_add_job(e, JOB_INDEX);
	if (job == NULL)
		return false;
	engine_start_job(e, job);
	return true;
}

bool
engine_indexing(const struct engine *e)
{
	const struct job *job;

	/* one that has finished is there until its event is taken */
	for (job = e->jobs; job != NULL; job = job->next)
		if (job->kind == JOB_INDEX)
			return true;
	return false;
}
