/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's inside, for the files of this folder. */
#ifndef ENGINE_ENGINE_PRIVATE_H
#define ENGINE_ENGINE_PRIVATE_H

#include "conf/provider.h"
#include "engine/engine.h"
#include "engine/job.h"
#include "mail/spam.h"
#include "util/array.h"
#include "util/watch.h"

/* A marking as spam or not that can be taken back. */
struct mark {
	int64_t token;
	size_t n;

	struct mark_before {
		int64_t id;
		enum spam_verdict verdict;
		double score;
		char *reasons;
	} * before;
};

/* A fetch that engine_tick started, and when. */
struct tick_mark {
	char *name; /* of the account */
	int64_t started;
};

struct engine {
	struct queue queue;
	pthread_mutex_t lock; /* of each job's state */
	struct job *jobs;
	int64_t last_id;
	const struct paths *paths;
	const struct conf *conf;
	struct spam *spam; /* the main thread's, opened when first needed */
	ARRAY(struct mark) marks; /* the last ones */
	/* of engine_tick */
	struct providers *providers; /* loaded when first needed */
	bool no_providers;           /* that failed */
	ARRAY(struct tick_mark) ticks;
	int64_t send_when, send_started;
	bool to_index;
	int64_t next_look;   /* at the Maildir, for changes by others */
	struct watch *watch; /* of it; NULL: none, or none yet */
	bool watching;       /* it was tried */
	bool closing;
	bool missing; /* fetches get what went lost here, too */
};

/* Questions take a const engine but have to lock it. */
static inline struct engine *
engine_writable(const struct engine *e)
{
	return (struct engine *)(uintptr_t)e;
}

/* A new job at the end of the list, or NULL (no descriptors left). */
struct job *engine_add_job(struct engine *e, enum job_kind kind);
void engine_start_job(struct engine *e, struct job *job);
/* One that has not finished; account NULL: any. */
struct job *engine_find_job(struct engine *e, enum job_kind kind,
                            const char *account);
void mark_release(struct mark *m);
/* An event is handed out: does it leave something to do? */
void tick_seen(struct engine *e, const struct event *event);
/* Does the account's server show its mailbox a part at a time? */
bool tick_window(struct engine *e, const struct account *a);
void tick_release(struct engine *e);

#endif
