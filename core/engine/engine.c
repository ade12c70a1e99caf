/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine: jobs in worker threads, events to the screen. */
#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine_private.h"
#include "text/charset.h"
#include "util/clock.h"
#include "util/digest.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/*
 * 1. jobs is only touched by the main thread, but for state, which a worker
 *    sets to JOB_FINISHED under lock as its last act before its final event.
 * 2. A finished job's thread is joined and the job freed by the main thread
 *    (reap), never by the worker itself.
 * 3. Each job posts exactly one final event.  The event is posted under lock
 *    together with the state, so who sees the state will see the event.
 */

/* Fetches at the same time; more accounts wait their turn. */
#define ENGINE_FETCHES_MAX 24

struct engine *
engine_new(const struct paths *paths, const struct conf *conf, struct err *err)
{
	struct engine *e = xcalloc(1, sizeof *e);

	digest_warm_up(); /* no mail is under way, no terminal changed */
	if (queue_init(&e->queue, err) != 0) {
		free(e);
		return NULL;
	}
	pthread_mutex_init(&e->lock, NULL);
	e->together = together_new();
	e->paths = paths;
	e->conf = conf;
	e->to_index = true; /* what an earlier run left */
	return e;
}

static void
job_free(struct job *job)
{
	account_release(&job->account);
	for (size_t i = 0; i < job->account_count; i++)
		account_release(&job->accounts[i]);
	free(job->accounts);
	free(job->notify);
	free(job->host);
	free(job->target);
	chore_free(&job->chore);
	store_close(&job->store);
	secret_release(&job->secret);
	event_free(&job->final);
	close(job->cancel[0]);
	close(job->cancel[1]);
	free(job);
}

enum job_state
engine_job_state(struct engine *e, const struct job *job)
{
	enum job_state state;

	pthread_mutex_lock(&e->lock);
	state = job->state;
	pthread_mutex_unlock(&e->lock);
	return state;
}

static void *
thread_main(void *arg)
{
	struct job *job = arg;
	struct engine *e = job->engine;
	struct event *final;

	switch (job->kind) {
	case JOB_FETCH:
		fetch_run(job);
		break;
	case JOB_FILL:
		fill_run(job);
		break;
	case JOB_SEND:
		send_run(job);
		break;
	case JOB_PROBE:
		probe_run(job);
		break;
	case JOB_DOCTOR:
		doctor_run(job);
		break;
	case JOB_INDEX:
		index_run(job);
		break;
	case JOB_UNSUBSCRIBE:
		unsubscribe_run(job);
		break;
	case JOB_CHORE:
		chore_run(job);
		break;
	case JOB_WORK:
		work_run(job);
		break;
	}
	charset_release_thread();
	final = job->final;
	job->final = NULL;
	pthread_mutex_lock(&e->lock);
	job->state = JOB_FINISHED;
	if (final != NULL)
		queue_post(&e->queue, final);
	else
		queue_wake(&e->queue);
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

/* Of a job that never ran. */
static enum event_kind
final_kind(enum job_kind kind)
{
	switch (kind) {
	case JOB_FILL:
		return EVENT_FILL_DONE;
	case JOB_UNSUBSCRIBE:
		return EVENT_UNSUBSCRIBED;
	case JOB_PROBE:
		return EVENT_PROBE_DONE;
	case JOB_DOCTOR:
		return EVENT_DOCTOR_DONE;
	case JOB_CHORE:
		return EVENT_CHORE_DONE;
	case JOB_WORK:
		return EVENT_WORK_DONE;
	case JOB_FETCH:
	case JOB_SEND:
	case JOB_INDEX:
		break;
	}
	return EVENT_FETCH_DONE;
}

static void
start_thread(struct engine *e, struct job *job)
{
	int rc;

	job->state = JOB_RUNNING;
	rc = pthread_create(&job->thread, NULL, thread_main, job);
	if (rc == 0)
		return;
	/* No thread to be had: the job ends as any other, with its event. */
	job->state = JOB_FINISHED;
	job->threadless = true;
	if (job->final == NULL)
		job->final =
			event_new(final_kind(job->kind), job->account.name);
	job->final->id = job->message;
	job->final->job = job->id;
	err_sys(&job->final->err, rc, _("cannot start a worker"));
	queue_post(&e->queue, job->final);
	job->final = NULL;
}

static size_t
count_jobs(struct engine *e, enum job_kind kind, enum job_state state)
{
	size_t n = 0;

	for (struct job *job = e->jobs; job != NULL; job = job->next)
		n += job->kind == kind && engine_job_state(e, job) == state;
	return n;
}

static void
start_waiting(struct engine *e)
{
	size_t running = count_jobs(e, JOB_FETCH, JOB_RUNNING);

	for (struct job *job = e->jobs;
	     job != NULL && running < ENGINE_FETCHES_MAX; job = job->next) {
		if (engine_job_state(e, job) == JOB_WAITING) {
			start_thread(e, job);
			running++;
		}
	}
}

/* Join and free what has finished; start what waits. */
static void
reap(struct engine *e)
{
	struct job **at = &e->jobs;
	bool send_again = false;

	while (*at != NULL) {
		struct job *job = *at;

		send_again |= atomic_exchange(&job->due, false);
		if (engine_job_state(e, job) != JOB_FINISHED) {
			at = &job->next;
			continue;
		}
		if (!job->threadless)
			pthread_join(job->thread, NULL);
		send_again |= job->kind == JOB_SEND && job->again;
		send_again |= job->queued;
		if (job->chore != NULL)
			mark_keep(e, &job->chore->mark);
		*at = job->next;
		job_free(job);
	}
	start_waiting(e);
	if (send_again && !e->closing)
		engine_send_due(e);
}

struct job *
engine_add_job(struct engine *e, enum job_kind kind)
{
	struct job *job = xcalloc(1, sizeof *job);
	struct job **at = &e->jobs;

	if (pipe2(job->cancel, O_CLOEXEC | O_NONBLOCK) != 0) {
		free(job);
		return NULL;
	}
	job->kind = kind;
	job->id = ++e->last_id;
	job->queue = &e->queue;
	job->paths = e->paths;
	job->together = e->together;
	job->engine = e;
	account_init(&job->account);
	while (*at != NULL)
		at = &(*at)->next;
	*at = job;
	return job;
}

void
engine_start_job(struct engine *e, struct job *job)
{
	if (job->kind == JOB_FETCH)
		start_waiting(e);
	else
		start_thread(e, job);
}

struct job *
engine_find_job(struct engine *e, enum job_kind kind, const char *account)
{
	for (struct job *job = e->jobs; job != NULL; job = job->next) {
		if (job->kind != kind ||
		    engine_job_state(e, job) == JOB_FINISHED)
			continue;
		if (account == NULL ||
		    (job->account.name != NULL &&
		     strcmp(job->account.name, account) == 0))
			return job;
	}
	return NULL;
}

static void
cancel(struct engine *e, struct job *job)
{
	/* A full pipe is as good: it is readable. */
	if (fsx_pipe_put(job->cancel[1]) != 0 && errno != EAGAIN)
		abort();
	if (engine_job_state(e, job) == JOB_WAITING) {
		job->final = event_new(EVENT_FETCH_DONE, job->account.name);
		job->final->job = job->id;
		err_set(&job->final->err, ERR_CANCELLED, _("cancelled"));
		job->threadless = true;
		job->state = JOB_FINISHED;
		queue_post(&e->queue, job->final);
		job->final = NULL;
	}
}

void
engine_free(struct engine **ep)
{
	struct engine *e;

	if (ep == NULL || *ep == NULL)
		return;
	e = *ep;
	e->closing = true;
	for (struct job *job = e->jobs; job != NULL; job = job->next)
		cancel(e, job);
	while (e->jobs != NULL) {
		struct job *job = e->jobs;

		if (!job->threadless)
			pthread_join(job->thread, NULL);
		e->jobs = job->next;
		job_free(job);
	}
	for (size_t i = 0; i < e->marks.n; i++)
		mark_release(&e->marks.v[i]);
	array_release(&e->marks);
	tick_release(e);
	spam_close(&e->spam);
	queue_release(&e->queue);
	together_free(&e->together);
	pthread_mutex_destroy(&e->lock);
	free(e);
	*ep = NULL;
}

void
engine_set_conf(struct engine *e, const struct conf *conf)
{
	e->conf = conf;
}

int
engine_fd(const struct engine *e)
{
	return e->queue.fds[0];
}

struct event *
engine_next(struct engine *e)
{
	struct event *event;

	reap(e);
	event = queue_take(&e->queue);
	if (event != NULL)
		tick_seen(e, event);
	return event;
}

struct event *
engine_wait(struct engine *e, int timeout_ms)
{
	int64_t end = clock_mono_ms() + timeout_ms;

	for (;;) {
		struct pollfd p = { engine_fd(e), POLLIN, 0 };
		struct event *event = engine_next(e);
		int64_t left = timeout_ms < 0 ? 1000 : end - clock_mono_ms();

		if (event != NULL)
			return event;
		if (engine_jobs(e) == 0 || left <= 0)
			return queue_take(&e->queue);
		if (poll(&p, 1, left < 1000 ? (int)left : 1000) < 0)
			return NULL; /* a signal: the caller looks why */
	}
}

void
engine_cancel_fetch(struct engine *e, const char *account)
{
	for (struct job *job = e->jobs; job != NULL; job = job->next)
		if (job->kind == JOB_FETCH &&
		    engine_job_state(e, job) != JOB_FINISHED &&
		    (account == NULL ||
		     strcmp(job->account.name, account) == 0))
			cancel(e, job);
}

bool
engine_fetching(const struct engine *e)
{
	return engine_find_job(engine_writable(e), JOB_FETCH, NULL) != NULL;
}

bool
engine_sending(const struct engine *e)
{
	return engine_find_job(engine_writable(e), JOB_SEND, NULL) != NULL;
}

size_t
engine_jobs(const struct engine *e)
{
	struct engine *w = engine_writable(e);
	size_t n = 0;

	for (struct job *job = e->jobs; job != NULL; job = job->next)
		n += engine_job_state(w, job) != JOB_FINISHED;
	return n;
}

void
engine_cancel_job(struct engine *e, int64_t id)
{
	for (struct job *job = e->jobs; job != NULL; job = job->next)
		if (job->id == id && engine_job_state(e, job) != JOB_FINISHED)
			cancel(e, job);
}

void
job_say(struct job *job, enum event_kind kind, const char *text)
{
	struct event *e = event_new(kind, job->account.name);

	e->job = job->id;
	e->text = xstrdup(text);
	queue_post(job->queue, e);
}

void
job_ask_to_send(struct job *job)
{
	atomic_store(&job->due, true);
	queue_wake(job->queue);
}

bool
job_cancelled(const struct job *job)
{
	struct pollfd p = { job->cancel[0], POLLIN, 0 };

	return poll(&p, 1, 0) > 0;
}
