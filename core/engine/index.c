/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking in what other programs did to the Maildir, then filling the search
 * index; behind everything else. */
#include "engine/job.h"
#include "store/senders.h"
#include "store/store.h"
#include "util/step.h"

#include "util/banned.h"

/* Messages a step: short enough that others get the disk in between. */
#define INDEX_STEP 50

static int
take_in_changes(struct job *job, struct store *s, struct err *err)
{
	uint64_t changed = 0;

	if (store_reconcile(s, &changed, err) != 0)
		return -1;
	if (changed != 0)
		queue_post(job->queue, event_new(EVENT_MAIL, NULL));
	return 0;
}

/* Mail of an earlier version of the index. */
static int
note_lists(struct job *job, struct store *s, struct err *err)
{
	bool left = true;

	while (left && !job_cancelled(job))
		if (store_note_lists(s, INDEX_STEP, &left, err) != 0)
			return -1;
	return 0;
}

/* A search finds more now. */
static void
say_progress(struct job *job, uint64_t done, uint64_t total)
{
	struct event *e = event_new(EVENT_INDEXING, NULL);

	e->job = job->id;
	e->done = done;
	e->total = total;
	queue_post(job->queue, e);
}

void
index_run(struct job *job)
{
	struct event *e = event_new(EVENT_INDEX, NULL);
	struct err err = { 0 };
	struct store *s;
	uint64_t left = 1, done = 0;

	e->job = job->id;
	s = store_open(job->paths->data, job->paths->cache, &err);
	if (s != NULL && (take_in_changes(job, s, &err) != 0 ||
	                  note_lists(job, s, &err) != 0))
		left = 0;
	while (s != NULL && left != 0 && !job_cancelled(job)) {
		job->again = false;
		step("index");
		if (store_index_text(s, INDEX_STEP, &left, &err) != 0)
			break;
		done += INDEX_STEP;
		if (left == 0 && job->again)
			left = 1;
		if (left != 0)
			say_progress(job, done, done + left);
	}
	e->total = s != NULL ? left : 0;
	store_close(&s);
	e->err = err;
	job->final = e;
}
