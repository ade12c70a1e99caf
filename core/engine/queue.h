/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one thing that threads share: a queue of events with a descriptor. */
#ifndef ENGINE_QUEUE_H
#define ENGINE_QUEUE_H

#include <pthread.h>

#include "engine/event.h"

struct queue {
	pthread_mutex_t lock;
	struct event *first, *last;
	bool woken; /* queue_wake was called since the last queue_take */
	int fds[2]; /* [0] is readable while events wait or woken */
};

/* 0, or -1 when no pipe could be made. */
int queue_init(struct queue *q, struct err *err);
void queue_release(struct queue *q);
/* Takes the event. */
void queue_post(struct queue *q, struct event *e);
/* The same for a chain of them (event.next) at once: whoever waits wakes up once.
 * NULL is accepted. */
void queue_post_all(struct queue *q, struct event *first);
/* Let a waiting thread look around although there is no event. */
void queue_wake(struct queue *q);
/* The oldest event, owned by the caller, or NULL. */
struct event *queue_take(struct queue *q);

#endif
