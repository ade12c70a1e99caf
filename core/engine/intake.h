/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A second thread of a fetch: it stores messages while the next ones arrive. */
#ifndef ENGINE_INTAKE_H
#define ENGINE_INTAKE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/* Messages that may wait, and their bytes: enough to bridge a sync. */
#define INTAKE_SLOTS 256
#define INTAKE_BYTES ((size_t)4 * 1024 * 1024)

enum intake_kind {
	INTAKE_MESSAGE,
	INTAKE_MARK, /* the end of a batch */
	INTAKE_PAUSE /* nothing comes for a while */
};

struct intake_slot {
	enum intake_kind kind;
	size_t entry;
	struct str message;
};

/*
 * What these functions touch belongs to the second thread from the first intake_put
 * until intake_drain returns.
 */
struct intake {
	int (*store)(void *ctx, size_t entry, struct slice raw,
	             struct err *err);
	int (*settle)(void *ctx, struct err *err); /* at a mark */
	int (*pause)(void *ctx, struct err *err);  /* at a pause */
	void *ctx;
	pthread_t thread;
	bool running;

	pthread_mutex_t lock; /* holds what follows */
	pthread_cond_t moved;
	struct intake_slot *slots; /* a ring of INTAKE_SLOTS */
	size_t first, count;
	size_t bytes;   /* of the waiting messages */
	bool ending;    /* no more will come */
	bool failed;    /* what still waits is dropped */
	struct err why; /* it failed */
};

/* Start the thread; store and ctx are set, the rest is zero.  0, or -1 with
 * ERR_RETRY, and nothing is to close. */
int intake_open(struct intake *in, struct err *err);
/* Stores what waits, then ends the thread. */
void intake_close(struct intake *in);
/*
 * Hand a message over; waits for room.  Takes the content of message and leaves
 * it empty.  0, or -1 with the error of an earlier message: none is stored
 * after it.
 */
int intake_put(struct intake *in, size_t entry, struct str *message,
               struct err *err);
/* After what was put so far, settle is called there, too; as intake_put. */
int intake_mark(struct intake *in, struct err *err);
/* The same with pause: a moment in which it has nothing else to do. */
int intake_pause(struct intake *in, struct err *err);
/* Wait until everything is stored.  0, or -1 as intake_put; then it is told,
 * and what comes next is stored again. */
int intake_drain(struct intake *in, struct err *err);

#endif
