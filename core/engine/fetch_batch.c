/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The batches of a fetch: filled, closed, on disk, committed. */
/*
 *   f->batch    messages are put into it
 *   f->closed   its files are on their way to disk (fetch_settle_batch)
 *   committed   rows and UIDLs are written, it is told (commit_closed)
 *
 * 1. Two batches at most: the closed one is committed before the next is closed,
 *    so they are committed in the order of their messages.
 * 2. The closed one is committed as soon as it need not be waited for; while it
 *    must, messages are parsed and judged.
 * 3. When one fails nothing that came after it is stored.
 *
 * All of this is for the thread of the intake, and for the fetch's own while
 * nothing waits there (intake_drain).
 */
#include <stdlib.h>

#include "engine/fetch_priv.h"

#include "util/banned.h"

static void
say_notice(void *job, const char *text)
{
	job_say(job, EVENT_NOTICE, text);
}

/* What follows belongs to another batch. */
static void
close_batch(struct fetch *f)
{
	f->closed = f->batch;
	f->batch = NULL;
	f->closed_count = f->stored_count;
	deliver_hold(&f->deliver);
}

static void
tell_mail(struct fetch *f)
{
	struct event *e = event_new(EVENT_MAIL, f->account->name);

	e->job = f->job->id;
	queue_post(f->job->queue, e);
}

/* When that fails, what came after it is nothing either. */
static int
commit_closed(struct fetch *f, struct err *err)
{
	struct err why = { 0 };
	int64_t *ids = NULL;
	size_t n = 0;

	if (f->closed == NULL)
		return 0;
	if (store_batch_commit(&f->closed, &ids, &n, &why) != 0) {
		if (err != NULL)
			*err = why;
		store_batch_abort(&f->batch);
		deliver_forget(&f->deliver);
		f->stored_count = f->safe_count;
		return -1;
	}
	deliver_arrived(&f->deliver, true);
	deliver_after(&f->deliver, ids, n, say_notice, f->job);
	free(ids);
	f->job->queued |= f->deliver.queued;
	tell_mail(f);
	f->safe_count = f->closed_count;
	return 0;
}

/* The batch, when it has something. */
static bool
has_batch(struct fetch *f)
{
	if (f->batch != NULL && store_batch_count(f->batch) == 0)
		store_batch_abort(&f->batch);
	return f->batch != NULL;
}

int
fetch_commit(struct fetch *f, struct err *err)
{
	if (commit_closed(f, err) != 0)
		return -1;
	if (has_batch(f)) {
		close_batch(f);
		if (commit_closed(f, err) != 0)
			return -1;
	}
	deliver_arrived(&f->deliver, false);
	f->safe_count = f->stored_count;
	return 0;
}

int
fetch_settle_batch(void *ctx, struct err *err)
{
	struct fetch *f = ctx;

	if (commit_closed(f, err) != 0)
		return -1;
	if (!has_batch(f))
		return fetch_commit(f, err);
	close_batch(f);
	store_batch_start(f->closed);
	return 0;
}

int
fetch_start_batch(void *ctx, struct err *err)
{
	struct fetch *f = ctx;

	(void)err;
	if (has_batch(f))
		store_batch_start(f->batch);
	return 0;
}

int
fetch_commit_ready(struct fetch *f, struct err *err)
{
	if (f->closed == NULL || !store_batch_ready(f->closed))
		return 0;
	return commit_closed(f, err);
}
