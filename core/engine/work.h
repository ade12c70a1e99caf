/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may take long and is no matter of accounts: programs of the user's. */
#ifndef ENGINE_WORK_H
#define ENGINE_WORK_H

#include <stdint.h>

#include "util/err.h"

struct engine;

/* Embedded in a struct that holds all that run needs and what it finds. */
struct engine_work {
	/* In a worker thread, alone with its struct.  Stops soon when cancel_fd
	 * is readable.  0, or -1 with err. */
	int (*run)(struct engine_work *w, int cancel_fd, struct err *err);
	void (*free)(struct engine_work *w);
};

/*
 * Run w in a worker; takes it.  It comes back with EVENT_WORK_DONE of that job
 * number, as event.work, which event_free frees; err is what run said.  Stopped
 * by engine_cancel_job.  -1: ERR_RETRY, w is freed.
 */
int64_t engine_work(struct engine *e, struct engine_work *w, struct err *err);

#endif
