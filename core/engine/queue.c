/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one thing that threads share: a queue of events with a descriptor. */
#include "engine/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

int
queue_init(struct queue *q, struct err *err)
{
	*q = (struct queue){ 0 };
	if (pipe2(q->fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return err_sys(err, errno, _("cannot start the engine"));
	pthread_mutex_init(&q->lock, NULL);
	return 0;
}

void
queue_release(struct queue *q)
{
	struct event *e;

	while ((e = queue_take(q)) != NULL)
		event_free(&e);
	close(q->fds[0]);
	close(q->fds[1]);
	pthread_mutex_destroy(&q->lock);
}

static bool
is_ready(const struct queue *q)
{
	return q->first != NULL || q->woken;
}

/* One byte lies in the pipe exactly while the queue is ready; was: before. */
static void
signal_locked(struct queue *q, bool was)
{
	/* Both are our own pipe: there is room, there is a byte. */
	if (!was && is_ready(q) && fsx_pipe_put(q->fds[1]) != 0)
		abort();
	if (was && !is_ready(q) && fsx_pipe_take(q->fds[0]) != 0)
		abort();
}

void
queue_post_all(struct queue *q, struct event *first)
{
	struct event *last = first;
	bool was;

	if (first == NULL)
		return;
	while (last->next != NULL)
		last = last->next;
	pthread_mutex_lock(&q->lock);
	was = is_ready(q);
	if (q->first == NULL)
		q->first = first;
	else
		q->last->next = first;
	q->last = last;
	signal_locked(q, was);
	pthread_mutex_unlock(&q->lock);
}

void
queue_post(struct queue *q, struct event *e)
{
	e->next = NULL;
	queue_post_all(q, e);
}

void
queue_wake(struct queue *q)
{
	bool was;

	pthread_mutex_lock(&q->lock);
	was = is_ready(q);
	q->woken = true;
	signal_locked(q, was);
	pthread_mutex_unlock(&q->lock);
}

struct event *
queue_take(struct queue *q)
{
	struct event *e;
	bool was;

	pthread_mutex_lock(&q->lock);
	was = is_ready(q);
	q->woken = false;
	e = q->first;
	if (e != NULL) {
		q->first = e->next;
		e->next = NULL;
	}
	signal_locked(q, was);
	pthread_mutex_unlock(&q->lock);
	return e;
}
