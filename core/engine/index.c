/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling the search index behind everything else. */
#include "engine/job.h"
#include "store/store.h"
#include "util/log.h"

#include "util/banned.h"

/* Messages a step: short enough that others get the disk in between. */
#define INDEX_STEP 50

void
index_run(struct job *job)
{
	struct event *e = event_new(EVENT_INDEX, NULL);
	struct err err = { 0 };
	struct store *s;
	uint64_t left = 1;

	e->job = job->id;
	s = store_open(job->paths->data, job->paths->cache, &err);
	while (s != NULL && left != 0 && !job_cancelled(job)) {
		job->again = false;
		if (store_index_text(s, INDEX_STEP, &left, &err) != 0)
			break;
		if (left == 0 && job->again)
			left = 1;
	}
	store_close(&s);
	e->total = left;
	e->err = err;
	job->final = e;
}
