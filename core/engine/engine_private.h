/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's inside, for the files of this folder. */
#ifndef ENGINE_ENGINE_PRIVATE_H
#define ENGINE_ENGINE_PRIVATE_H

#include "conf/provider.h"
#include "engine/chore.h"
#include "engine/engine.h"
#include "engine/job.h"
#include "mail/spam.h"
#include "store/together.h"
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
		struct str taught; /* what the filter had of it */
	} * before;
};

/* What a chore does, and what its thread leaves behind; strings owned. */
struct chore_job {
	enum chore_kind kind;
	char *rule;
	uint64_t last;
	char *key;
	bool list;
	enum bulk_act act;
	char *label;
	int64_t *ids;
	size_t n;
	bool spam;
	struct store_wish wish; /* without label */
	int64_t token;
	/* MARK: what was marked; UNDO: what was not taken back yet. */
	struct mark mark;
};

void chore_free(struct chore_job **c);

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
	struct together *together; /* the jobs' stores write together */
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
	bool missing;           /* fetches get what went lost here, too */
	bool unwatched, outbox; /* of fetches, see engine.h */
};

/* Questions take a const engine but have to lock it. */
static inline struct engine *
engine_writable(const struct engine *e)
{
	return (struct engine *)(uintptr_t)e;
}

/* Under the lock: a worker sets it, too. */
enum job_state engine_job_state(struct engine *e, const struct job *job);
/* A new job at the end of the list, or NULL (no descriptors left). */
struct job *engine_add_job(struct engine *e, enum job_kind kind);
void engine_start_job(struct engine *e, struct job *job);
/* One that has not finished; account NULL: any. */
struct job *engine_find_job(struct engine *e, enum job_kind kind,
                            const char *account);
void mark_release(struct mark *m);
/* Remember it, to be taken back; m is empty then.  One that has no token is
 * forgotten. */
void mark_keep(struct engine *e, struct mark *m);
/* Give away the marking with that token; false: there is none. */
bool mark_find(struct engine *e, int64_t token, struct mark *m_r);
/* Move, teach and remember, a piece at a time; go may be NULL.  m_r: what was
 * done, in any case.  -1, ERR_CANCELLED: go stopped it. */
int mark_teach(struct spam *spam, struct store *s, const int64_t *ids, size_t n,
               bool is_spam, const struct bulk_go *go, struct mark *m_r,
               struct err *err);
/* Take back what token did, and what the filter learned (m; no token: nothing,
 * spam may be NULL then).  What is left of it in m and under the token, when this
 * fails, can be taken back yet. */
int mark_take_back(struct spam *spam, struct store *s, int64_t token,
                   struct mark *m, const struct bulk_go *go, struct err *err);
/* An event is handed out: does it leave something to do? */
void tick_seen(struct engine *e, const struct event *event);
/* Does the account's server show its mailbox a part at a time? */
bool tick_window(struct engine *e, const struct account *a);
void tick_release(struct engine *e);

#endif
