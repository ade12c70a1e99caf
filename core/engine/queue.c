/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one thing that threads share: a queue of events with a descriptor. */
#include "engine/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

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

/* One byte lies in the pipe exactly while the queue is not empty. */
void
queue_post(struct queue *q, struct event *e)
{
	pthread_mutex_lock(&q->lock);
	e->next = NULL;
	if (q->first == NULL) {
		q->first = e;
		if (write(q->fds[1], "", 1) != 1)
			abort(); /* an empty pipe of ours takes a byte */
	} else {
		q->last->next = e;
	}
	q->last = e;
	pthread_mutex_unlock(&q->lock);
}

struct event *
queue_take(struct queue *q)
{
	struct event *e;
	char byte;

	pthread_mutex_lock(&q->lock);
	e = q->first;
	if (e != NULL) {
		q->first = e->next;
		e->next = NULL;
		if (q->first == NULL && read(q->fds[0], &byte, 1) != 1)
			abort(); /* queue_post put it there */
	}
	pthread_mutex_unlock(&q->lock);
	return e;
}
