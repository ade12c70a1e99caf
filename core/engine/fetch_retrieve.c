/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Retrieving what the plan says, and storing it in batches. */
/*
 * Invariants:
 * 1. Nothing of a message that was cut stays: store_batch_drop.
 * 2. Nothing is stored under a name that moved meanwhile (retrieve).
 * 3. Messages are parsed, judged, put into the batch and committed by the
 *    intake's thread while the next ones arrive.  While anything waits there, the
 *    store, the batch, keys and stored are its own; a message too large for
 *    memory waits for it (intake_drain) and goes on alone.  The files of a batch
 *    that is closed are synced by a thread of the store meanwhile; it is
 *    committed before the next one is closed.
 * 4. One pipe of RETR runs over all batches.  The end of a batch is a mark in it:
 *    the numbers are checked there, and only what was fetched before a mark that
 *    was passed is committed.  Without PIPELINING each mark is a round trip:
 *    there are fewer.  Where the connection breaks before a mark, what came is
 *    kept, or a line that always breaks would bring nothing; but in doubt
 *    (store_batch_doubt): the next fetch asks for the headers.
 *
 * Rejected: keeping whole messages in memory (40 MB mail); one connection a batch;
 * one pipe a batch (at 100 ms a quarter of the time is waiting for the first
 * answer).
 */
#include <stdlib.h>
#include <string.h>

#include "engine/fetch_priv.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A message that goes on beyond this is an attack or a mistake. */
#define FETCH_MESSAGE_MAX ((uint64_t)512 * 1024 * 1024)
/* A batch shares one sync; the first are small so that mail shows early. */
#define FETCH_BATCH_FIRST 25
#define FETCH_BATCH_MAX   500
/* Without PIPELINING the check at its end is a round trip, as each message is: one
 * after so many, and then after twice as many as came before. */
#define FETCH_BATCH_ALONE 50
#define FETCH_BATCH_BYTES ((uint64_t)32 * 1024 * 1024)
/* A message that is listed with more than a line end has something in it. */
#define EMPTY_SIZE 2

/* ---- a message arrives ---- */

static int
sink_begin(void *ctx, size_t index, struct err *err)
{
	struct fetch *f = ctx;

	(void)err;
	f->current = f->plan.fetch[f->at + index];
	f->arriving = true;
	f->spilled = false;
	str_clear(&f->memory);
	return 0;
}

/* A size that the server understates ends somewhere too. */
static uint64_t
message_limit(const struct account *a)
{
	uint64_t max = a->max_size;

	if (max == 0 || max > FETCH_MESSAGE_MAX / 2)
		return FETCH_MESSAGE_MAX;
	return 2 * max;
}

static int
flush_memory(struct fetch *f, struct err *err)
{
	int rc = fsx_write_all(f->fd, f->memory.p, f->memory.n, err);

	str_clear(&f->memory);
	return rc;
}

/* A batch begins with its first message. */
static int
open_file(struct fetch *f, int *fd_r, struct err *err)
{
	if (f->batch == NULL)
		f->batch = store_batch_begin(f->deliver.store,
		                             f->deliver.account_id, err);
	return f->batch != NULL ? store_batch_file(f->batch, fd_r, err) : -1;
}

/* What is in memory goes into the batch's next file. */
static int
spill(struct fetch *f, struct err *err)
{
	if (!f->spilled && (intake_drain(&f->intake, err) != 0 ||
	                    open_file(f, &f->fd, err) != 0))
		return -1;
	f->spilled = true;
	return flush_memory(f, err);
}

static int
sink_data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct fetch *f = ctx;

	f->bytes += n;
	if (f->memory.n + n > FETCH_MEMORY && spill(f, err) != 0)
		return -1;
	if (n > FETCH_MEMORY)
		return fsx_write_all(f->fd, p, n, err);
	str_add(&f->memory, p, n);
	fetch_tell_progress(f, false);
	return 0;
}

static int
deliver_raw(struct fetch *f, size_t entry, struct slice raw, bool mapped,
            struct err *err)
{
	const struct uidl_row *known;
	struct deliver_name name = { .size = f->listing.v[entry].size,
		                     .match_content = f->match_content,
		                     .mapped = mapped };

	if (f->keys[entry] == NULL)
		f->keys[entry] = fetch_key_of_bytes(raw);
	name.uidl = f->keys[entry];
	known = map_get(&f->known.map, slice_of(name.uidl));
	if (known != NULL && !known->lost) {
		/* Only now does it show that this one is here already. */
		store_batch_drop(f->batch);
		f->stored[f->stored_count++] = entry;
		return 0;
	}
	if (deliver_message(&f->deliver, f->batch, raw, &name, err) != 0)
		return -1;
	f->stored[f->stored_count++] = entry;
	f->done++;
	return 0;
}

/* The intake's thread: a message that came in memory. */
static int
store_memory(void *ctx, size_t entry, struct slice raw, struct err *err)
{
	struct fetch *f = ctx;
	int fd;

	if (fetch_commit_ready(f, err) != 0)
		return -1;
	if (open_file(f, &fd, err) != 0 ||
	    fsx_write_all(fd, raw.p, raw.n, err) != 0)
		return -1;
	return deliver_raw(f, entry, raw, false, err);
}

static int
store_spilled(struct fetch *f, size_t entry, struct err *err)
{
	struct fsx_map map;
	int rc;

	if (flush_memory(f, err) != 0 || fsx_map_fd(f->fd, &map, err) != 0)
		return -1;
	rc = deliver_raw(f, entry, map.data, true, err);
	fsx_map_close(&map);
	return rc;
}

/* Nothing at all came of a message that was listed with a size: servers whose
 * disk fails do that.  What is stored may be deleted there, so this is not. */
static bool
is_withheld(const struct fetch *f, size_t entry, struct err *why)
{
	if (f->spilled || f->memory.n > 0 ||
	    f->listing.v[entry].size <= EMPTY_SIZE)
		return false;
	(void)err_set(why, ERR_REFUSED,
	              _("the server does not hand out a message"));
	return true;
}

static int
sink_end(void *ctx, size_t index, bool ok, const struct err *why,
         struct err *err)
{
	struct fetch *f = ctx;
	size_t entry = f->plan.fetch[f->at + index];
	struct err withheld = { 0 };
	int rc;

	f->arriving = false;
	if (ok && is_withheld(f, entry, &withheld)) {
		ok = false;
		why = &withheld;
	}
	if (!ok) {
		if (f->spilled)
			store_batch_drop(f->batch);
		f->failed++;
		f->why = *why;
		return 0;
	}
	if (f->spilled)
		rc = store_spilled(f, entry, err);
	else
		rc = intake_put(&f->intake, entry, &f->memory, err);
	fetch_tell_progress(f, false);
	return rc;
}

/* ---- batches ---- */

/* How many messages the batch has that begins with that one of the plan.  For a
 * few more the first one does not end: a sync takes longer than they do. */
static size_t
batch_max(const struct fetch *f, size_t at)
{
	if ((pop3_capa(f->pop3) & POP3_CAPA_PIPELINING) != 0)
		return at == 0 && f->plan.fetch_count > 2 * FETCH_BATCH_FIRST
		               ? FETCH_BATCH_FIRST
		               : FETCH_BATCH_MAX;
	if (at == 0)
		return FETCH_BATCH_ALONE;
	return 2 * at < FETCH_BATCH_MAX ? 2 * at : FETCH_BATCH_MAX;
}

/* Where the batches of the plan's entries from at on end; owned. */
static size_t *
batch_ends(const struct fetch *f, size_t *n_r)
{
	size_t count = f->plan.fetch_count - f->at;
	size_t *ends = xcalloc(count, sizeof *ends);
	size_t first = 0;
	uint64_t bytes = 0;

	*n_r = 0;
	for (size_t i = 0; i < count; i++) {
		size_t max = batch_max(f, f->at + first);

		bytes += f->listing.v[f->plan.fetch[f->at + i]].size;
		if (i + 1 - first < max && bytes < FETCH_BATCH_BYTES &&
		    i + 1 < count)
			continue;
		ends[(*n_r)++] = i + 1;
		first = i + 1;
		bytes = 0;
	}
	return ends;
}

/* Its answer takes a round trip. */
static int
at_check(void *ctx, struct err *err)
{
	struct fetch *f = ctx;

	return intake_pause(&f->intake, err);
}

/* The check at the end of a batch was passed. */
static int
at_mark(void *ctx, struct err *err)
{
	struct fetch *f = ctx;

	if (f->passed < f->mark_count)
		f->passed++;
	return intake_mark(&f->intake, err);
}

/*
 * RETR what is left of the plan.  Numbers that moved meanwhile would give messages
 * wrong names here and delete wrong ones there: then all since the last mark is
 * nothing.  at_r: how many were answered.
 */
static int
retrieve(struct fetch *f, size_t *answered_r, struct err *err)
{
	const size_t *entries = &f->plan.fetch[f->at];
	size_t n = f->plan.fetch_count - f->at;
	uint32_t *numbers = xcalloc(n, sizeof *numbers);
	size_t *ends = batch_ends(f, &f->mark_count);
	struct pop3_check check = { 0 };
	struct pop3_sink sink = { sink_begin, sink_data, sink_end, f, &check };
	struct err late = { 0 };
	size_t from;
	int rc;

	for (size_t i = 0; i < n; i++)
		numbers[i] = f->listing.v[entries[i]].number;
	(void)fetch_choose_check(f, &check);
	check.marks = ends;
	check.mark_count = f->mark_count;
	check.reached = at_mark;
	check.waiting = at_check;
	f->passed = 0;
	rc = pop3_retr(f->pop3, numbers, n, message_limit(f->account), &sink,
	               err);
	if (intake_drain(&f->intake, &late) != 0 && rc == 0) {
		*err = late;
		rc = -1;
	}
	from = f->passed > 0 ? ends[f->passed - 1] : 0;
	if (rc == 0 && !check.same &&
	    fetch_look_again(f, entries + from, check.answered - from, err) !=
	            0) {
		store_batch_abort(&f->batch);
		rc = -1;
	}
	*answered_r = check.answered;
	free(ends);
	free(numbers);
	return rc;
}

/* The message that broke the connection: never again when it has no end, and
 * after all others next time when it was cut. */
static int
remember_culprit(struct fetch *f, enum err_code code)
{
	const char *key = f->keys[f->current];
	struct err ignored = { 0 }; /* the first error is the one to tell */
	int rc = 0;

	if (!f->arriving || key == NULL)
		return 0;
	if (code == ERR_LIMIT)
		rc = store_uidl_set(f->deliver.store, f->deliver.account_id,
		                    key, UIDL_SKIPPED, &ignored);
	else if (code == ERR_RETRY)
		rc = store_state_set(f->deliver.store, f->stuck_key,
		                     slice_of(key), &ignored);
	if (rc != 0)
		log_line(LOG_ERROR, "%s", ignored.text);
	return rc;
}

/* What came complete is kept even when the connection broke after it. */
static int
fetch_some(struct fetch *f, struct err *err)
{
	struct err why = { 0 };
	size_t answered = 0;
	int rc = retrieve(f, &answered, &why);

	f->at += answered;
	if (f->batch != NULL)
		store_batch_drop(f->batch); /* one that was cut */
	if (rc != 0) {
		*err = why;
		/* Those since the last mark. */
		if (f->batch != NULL)
			store_batch_doubt(f->batch);
	}
	if (fetch_commit(f, rc == 0 ? err : NULL) != 0)
		return -1;
	if (why.code != ERR_NONE && !job_cancelled(f->job))
		(void)remember_culprit(f, why.code);
	return rc;
}

static int
fetch_batches(struct fetch *f, struct err *err)
{
	while (f->at < f->plan.fetch_count) {
		if (fetch_some(f, err) != 0)
			return -1;
		fetch_tell_progress(f, true);
	}
	return 0;
}

int
fetch_retrieve(struct fetch *f, struct err *err)
{
	int rc;

	fetch_tell_progress(f, true);
	if (f->plan.fetch_count == 0)
		return 0;
	f->stored = xcalloc(f->plan.fetch_count, sizeof *f->stored);
	memset(&f->intake, 0, sizeof f->intake); /* of a session before */
	f->intake.store = store_memory;
	f->intake.settle = fetch_settle_batch;
	f->intake.pause = fetch_start_batch;
	f->intake.ctx = f;
	if (intake_open(&f->intake, err) != 0)
		return -1;
	rc = fetch_batches(f, err);
	intake_close(&f->intake);
	return rc;
}
