/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may take long and is no matter of accounts: programs of the user's. */
#include "engine/work.h"

#include "engine/engine_private.h"
#include "util/i18n.h"

#include "util/banned.h"

/* The final event is made beforehand: it carries the work, so whatever becomes of
 * the job, the work comes back or is freed with it. */

void
work_run(struct job *job)
{
	struct engine_work *w = job->final->work;
	struct err err = { 0 };

	if (w->run(w, job->cancel[0], &err) == 0)
		return;
	if (job_cancelled(job))
		err_set(&err, ERR_CANCELLED, _("cancelled"));
	job->final->err = err;
}

int64_t
engine_work(struct engine *e, struct engine_work *w, struct err *err)
{
	struct job *job = engine_add_job(e, JOB_WORK);

	if (job == NULL) {
		w->free(w);
		return err_set(err, ERR_RETRY, _("cannot start a worker"));
	}
	job->final = event_new(EVENT_WORK_DONE, NULL);
	job->final->job = job->id;
	job->final->work = w;
	engine_start_job(e, job);
	return job->id;
}
