/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A job: one worker thread, a cancel pipe, one final event. */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include <pthread.h>
#include <stdatomic.h>

#include "conf/conf.h"
#include "engine/queue.h"
#include "util/secret.h"

enum job_kind {
	JOB_FETCH,
	JOB_FILL,
	JOB_SEND,
	JOB_PROBE,
	JOB_DOCTOR,
	JOB_INDEX,
	JOB_UNSUBSCRIBE,
	JOB_CHORE,
	JOB_WORK
};

enum job_state {
	JOB_WAITING,
	JOB_RUNNING,
	JOB_FINISHED
};

struct job {
	struct job *next;
	enum job_kind kind;
	enum job_state state; /* under the engine's lock */
	int64_t id;
	pthread_t thread;
	int cancel[2]; /* [0] becomes readable when cancelled */
	struct queue *queue;
	const struct paths *paths;
	struct together *together; /* of the stores of all jobs */
	struct account account;    /* all but JOB_SEND, INDEX */
	int64_t message;           /* JOB_FILL */
	char *notify;        /* JOB_FETCH: command for new mail, or NULL */
	struct store *store; /* JOB_FETCH: open already, or NULL; owned */
	bool window; /* JOB_FETCH: the server shows a part of its mailbox */
	struct account *accounts; /* JOB_SEND: copies of all */
	size_t account_count;
	char *host, *target; /* JOB_UNSUBSCRIBE: whom to ask for what */
	int port;
	struct secret secret;    /* JOB_PROBE, DOCTOR */
	struct chore_job *chore; /* JOB_CHORE; owned */
	bool look_up;            /* JOB_PROBE: the account says where it is */
	struct event *final;     /* posted when the thread ends; made by run */
	bool threadless;         /* never got a thread */
	bool missing;            /* JOB_FETCH: also what went lost here */
	bool unwatched;          /* JOB_FETCH: as engine_unwatched says */
	bool outbox;        /* JOB_FETCH: look whether mail is to be sent */
	_Atomic bool due;   /* there is: job_ask_to_send */
	bool queued;        /* JOB_FETCH: rules put mail into the outbox */
	_Atomic bool again; /* asked once more while it was running */
	struct engine *engine;
};

/* Bodies of the threads: do the work, fill job->final. */
void fetch_run(struct job *job);
void fill_run(struct job *job);
void send_run(struct job *job);
void probe_run(struct job *job);
void doctor_run(struct job *job);
void index_run(struct job *job);
void unsubscribe_run(struct job *job);
void chore_run(struct job *job);
void work_run(struct job *job); /* its final is made before */

/* Post a line for people.  text is copied. */
void job_say(struct job *job, enum event_kind kind, const char *text);
bool job_cancelled(const struct job *job);
/* The main thread is to begin sending now, while the job goes on. */
void job_ask_to_send(struct job *job);

#endif
