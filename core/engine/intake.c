/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A second thread of a fetch: it stores messages while the next ones arrive.
 *
 * 1. Messages are stored in the order they were put.
 * 2. The lock is never held while a message is stored.
 * 3. After one that failed nothing is stored until intake_drain told it.
 * 4. Buffers go around: put gives a full one and gets an empty one back; only
 *    small ones are kept, so that memory does not depend on the largest mails.
 *
 * 5. A mark has its place among the messages: what was put before it is stored,
 *    nothing after it is.
 *
 * Rejected: several threads that store (the order of one batch, one handle of
 * the store).
 */
#include "engine/intake.h"

#include <stdlib.h>
#include <string.h>

#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Buffers up to this are used again. */
#define KEEP_MAX ((size_t)32 * 1024)

static void
wake_locked(struct intake *in)
{
	(void)pthread_cond_broadcast(&in->moved); /* cannot fail */
}

static void
wait_locked(struct intake *in)
{
	(void)pthread_cond_wait(&in->moved, &in->lock); /* cannot fail */
}

static void
lock(struct intake *in)
{
	(void)pthread_mutex_lock(&in->lock); /* cannot fail: initialised */
}

static void
unlock(struct intake *in)
{
	(void)pthread_mutex_unlock(&in->lock); /* cannot fail: held */
}

static void
empty(struct str *buffer)
{
	size_t max = buffer->max;

	if (buffer->cap > KEEP_MAX) {
		str_release(buffer);
		str_init(buffer, max);
	} else {
		str_clear(buffer);
	}
}

static int
do_slot(struct intake *in, struct intake_slot *slot, struct err *err)
{
	switch (slot->kind) {
	case INTAKE_MESSAGE:
		return in->store(in->ctx, slot->entry,
		                 str_slice(&slot->message), err);
	case INTAKE_MARK:
		return in->settle(in->ctx, err);
	case INTAKE_PAUSE:
		return in->pause(in->ctx, err);
	}
	return 0;
}

/* The slot is counted until its message is stored, so nobody else uses it. */
static void
store_first_locked(struct intake *in)
{
	struct intake_slot *slot = &in->slots[in->first];
	struct err err = { 0 };
	bool wanted = !in->failed;
	size_t n = slot->message.n;
	int rc = 0;

	unlock(in);
	if (wanted)
		rc = do_slot(in, slot, &err);
	empty(&slot->message);
	lock(in);
	in->bytes -= n;
	in->first = (in->first + 1) % INTAKE_SLOTS;
	in->count--;
	if (rc != 0) {
		in->failed = true;
		in->why = err;
	}
	wake_locked(in);
}

static void *
thread_main(void *arg)
{
	struct intake *in = arg;

	lock(in);
	for (;;) {
		if (in->count > 0)
			store_first_locked(in);
		else if (in->ending)
			break;
		else
			wait_locked(in);
	}
	unlock(in);
	return NULL;
}

int
intake_open(struct intake *in, struct err *err)
{
	(void)pthread_mutex_init(&in->lock, NULL); /* cannot fail on Linux */
	(void)pthread_cond_init(&in->moved, NULL);
	in->slots = xcalloc(INTAKE_SLOTS, sizeof *in->slots);
	for (size_t i = 0; i < INTAKE_SLOTS; i++)
		str_init(&in->slots[i].message, INTAKE_BYTES);
	if (pthread_create(&in->thread, NULL, thread_main, in) != 0) {
		intake_close(in);
		return err_set(err, ERR_RETRY, _("cannot start a thread"));
	}
	in->running = true;
	return 0;
}

void
intake_close(struct intake *in)
{
	if (in->running) {
		lock(in);
		in->ending = true;
		wake_locked(in);
		unlock(in);
		(void)pthread_join(in->thread, NULL); /* it is ours */
		in->running = false;
	}
	for (size_t i = 0; i < INTAKE_SLOTS; i++)
		str_release(&in->slots[i].message);
	free(in->slots);
	in->slots = NULL;
	(void)pthread_cond_destroy(&in->moved); /* nobody waits */
	(void)pthread_mutex_destroy(&in->lock);
}

static int
fail_locked(const struct intake *in, struct err *err)
{
	*err = in->why;
	return -1;
}

static bool
has_room_locked(const struct intake *in, size_t n)
{
	return in->count == 0 ||
	       (in->count < INTAKE_SLOTS && in->bytes + n <= INTAKE_BYTES);
}

static struct intake_slot *
next_locked(struct intake *in)
{
	return &in->slots[(in->first + in->count) % INTAKE_SLOTS];
}

static void
put_locked(struct intake *in, size_t entry, struct str *message)
{
	struct intake_slot *slot = next_locked(in);
	struct str spare = slot->message;

	slot->entry = entry;
	slot->kind = INTAKE_MESSAGE;
	slot->message = *message;
	spare.max = message->max;
	*message = spare;
	in->bytes += slot->message.n;
	in->count++;
	wake_locked(in);
}

int
intake_put(struct intake *in, size_t entry, struct str *message,
           struct err *err)
{
	int rc = 0;

	lock(in);
	while (!in->failed && !has_room_locked(in, message->n))
		wait_locked(in);
	if (in->failed)
		rc = fail_locked(in, err);
	else
		put_locked(in, entry, message);
	unlock(in);
	return rc;
}

static int
put_sign(struct intake *in, enum intake_kind kind, struct err *err)
{
	int rc = 0;

	lock(in);
	while (!in->failed && !has_room_locked(in, 0))
		wait_locked(in);
	if (in->failed) {
		rc = fail_locked(in, err);
	} else {
		next_locked(in)->kind = kind;
		in->count++;
		wake_locked(in);
	}
	unlock(in);
	return rc;
}

int
intake_mark(struct intake *in, struct err *err)
{
	return put_sign(in, INTAKE_MARK, err);
}

int
intake_pause(struct intake *in, struct err *err)
{
	return put_sign(in, INTAKE_PAUSE, err);
}

int
intake_drain(struct intake *in, struct err *err)
{
	int rc = 0;

	lock(in);
	while (in->count > 0)
		wait_locked(in);
	if (in->failed)
		rc = fail_locked(in, err);
	in->failed = false;
	unlock(in);
	return rc;
}
