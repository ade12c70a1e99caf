/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching one account: connect, plan, retrieve, store, only then delete. */
/*
 * Invariants:
 * 1. DELE is sent for a message only after the transaction that holds its row
 *    and UIDL was committed (store_batch_commit returned 0).
 * 2. A UIDL is never forgotten because a listing lacks it.
 * 3. Nothing of a message that was cut stays: store_batch_drop.
 * 4. QUIT comes after the last commit, because servers like Gmail delete or
 *    hide by themselves at QUIT.  Its answer is waited for where something
 *    depends on it: what was deleted, what a window shows next.
 * 5. However it ends, exactly one EVENT_FETCH_DONE and one row of history.
 *
 * 6. Nothing is stored under a name or deleted by a number that moved meanwhile
 *    (retrieve, fetch_remove).
 * 7. Messages are parsed, judged, put into the batch and committed by the
 *    intake's thread while the next ones arrive.  While anything waits there, the
 *    store, the batch, keys and stored are its own; a message too large for
 *    memory waits for it (intake_drain) and goes on alone.
 * 8. One pipe of RETR runs over all batches.  The end of a batch is a mark in it:
 *    the numbers are checked there, and only what was fetched before a mark that
 *    was passed is committed.  Without PIPELINING each mark is a round trip:
 *    there are fewer.
 * 9. DELE comes at the end of the session.  The server deletes at QUIT and not
 *    before, so nothing is gained by earlier ones, and each would empty the pipe.
 *
 * Rejected: DELE at once after each RETR (a round trip and a sync a message);
 * keeping whole messages in memory (40 MB mail); one connection a batch; one pipe
 * a batch (at 100 ms a quarter of the time is waiting for the first answer).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/fetch_priv.h"
#include "engine/lock.h"
#include "engine/login.h"
#include "engine/notify.h"
#include "engine/tick.h"
#include "util/clock.h"
#include "util/digest.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A message that goes on beyond this is an attack or a mistake. */
#define FETCH_MESSAGE_MAX ((uint64_t)512 * 1024 * 1024)
/* Messages up to this are parsed from memory, larger ones from the file. */
#define FETCH_MEMORY ((size_t)1024 * 1024)
/* A batch shares one sync; the first are small so that mail shows early. */
#define FETCH_BATCH_FIRST 25
#define FETCH_BATCH_MAX   500
/* Without PIPELINING the check at its end is a round trip, as each message is:
 * one for so many. */
#define FETCH_BATCH_ALONE 50
#define FETCH_BATCH_BYTES ((uint64_t)32 * 1024 * 1024)
/* A message that is listed with more than a line end has something in it. */
#define EMPTY_SIZE        2
#define FETCH_PROGRESS_MS 100
/* Sessions of one fetch: Gmail's window has some 250 messages. */
#define WINDOWS_MAX 400
#define WINDOW_FULL 100
/* A key of a message. */
#define STUCK_MAX 256

void
fetch_tell_progress(struct fetch *f, bool force)
{
	int64_t now = clock_mono_ms();
	struct event *e;

	if (!force && now - f->told_ms < FETCH_PROGRESS_MS)
		return;
	f->told_ms = now;
	e = event_new(EVENT_FETCH_PROGRESS, f->account->name);
	e->job = f->job->id;
	e->done = f->done;
	e->total = f->plan.fetch_count + f->plan.head_count;
	e->bytes = f->bytes;
	queue_post(f->job->queue, e);
}

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

/* How many messages the batch has that begins with that one of the plan. */
static size_t
batch_max(const struct fetch *f, size_t at)
{
	if ((pop3_capa(f->pop3) & POP3_CAPA_PIPELINING) == 0)
		return FETCH_BATCH_ALONE;
	return at == 0 ? FETCH_BATCH_FIRST : FETCH_BATCH_MAX;
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

int
fetch_remove_entries(struct fetch *f, const size_t *entries, size_t n,
                     struct err *err)
{
	uint32_t *numbers = xcalloc(n, sizeof *numbers);
	size_t refused = 0;
	int rc;

	for (size_t i = 0; i < n; i++)
		numbers[i] = f->listing.v[entries[i]].number;
	step("fetch-dele");
	rc = pop3_dele(f->pop3, numbers, n, &refused, err);
	free(numbers);
	if (rc != 0)
		return -1;
	if (refused != 0)
		log_line(LOG_INFO, "%s: %zu DELE refused", f->account->name,
		         refused);
	for (size_t i = 0; i < n; i++) {
		f->removed[f->removed_count++] = entries[i];
		f->gone[entries[i]] = true;
	}
	return 0;
}

static void
say_notice(void *job, const char *text)
{
	job_say(job, EVENT_NOTICE, text);
}

/* The intake's thread at a mark, and the fetch's own while nothing waits there. */
int
fetch_commit(struct fetch *f, struct err *err)
{
	struct event *e;
	int64_t *ids = NULL;
	size_t n = 0;

	if (f->batch != NULL && store_batch_count(f->batch) == 0)
		store_batch_abort(&f->batch);
	if (f->batch == NULL) {
		deliver_arrived(&f->deliver, false);
	} else {
		if (store_batch_commit(&f->batch, &ids, &n, err) != 0) {
			deliver_arrived(&f->deliver, false);
			return -1;
		}
		deliver_arrived(&f->deliver, true);
		deliver_after(&f->deliver, ids, n, say_notice, f->job);
		free(ids);
		f->job->queued |= f->deliver.queued;
		e = event_new(EVENT_MAIL, f->account->name);
		e->job = f->job->id;
		queue_post(f->job->queue, e);
	}
	f->safe_count = f->stored_count;
	return 0;
}

static int
settle_batch(void *ctx, struct err *err)
{
	return fetch_commit(ctx, err);
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
	if (rc != 0)
		*err = why;
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

static int
fetch_all(struct fetch *f, struct err *err)
{
	int rc;

	fetch_tell_progress(f, true);
	if (f->plan.fetch_count == 0)
		return 0;
	f->stored = xcalloc(f->plan.fetch_count, sizeof *f->stored);
	memset(&f->intake, 0, sizeof f->intake); /* of a session before */
	f->intake.store = store_memory;
	f->intake.settle = settle_batch;
	f->intake.ctx = f;
	if (intake_open(&f->intake, err) != 0)
		return -1;
	rc = fetch_batches(f, err);
	intake_close(&f->intake);
	return rc;
}

/* ---- the first fetch: only the last days ---- */

/*
 * Mailboxes are in order of arrival, so the first one that is young enough is
 * found by bisection in a few round trips.  Dates are the senders' and may lie:
 * a day of grace, and what has no date counts as young.
 */
static int
skip_old(struct fetch *f, struct err *err)
{
	int64_t oldest =
		clock_now() - (int64_t)(f->account->first_days + 1) * 86400;
	size_t low = 0;
	size_t high = f->listing.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int64_t date = 0;
		int rc = fetch_date_of(f, mid, &date, err);

		if (rc < 0)
			return -1;
		if (rc == 0 || date >= oldest)
			high = mid;
		else
			low = mid + 1;
	}
	for (size_t i = 0; i < low; i++)
		if (f->keys[i] != NULL &&
		    store_uidl_set(f->deliver.store, f->deliver.account_id,
		                   f->keys[i], UIDL_SKIPPED, err) != 0)
			return -1;
	return low == 0 ? 0 : 1;
}

/* ---- a session ---- */

int
fetch_connect(struct fetch *f, struct err *err)
{
	struct login login = { .paths = f->job->paths,
		               .account = f->account,
		               .cancel_fd = f->job->cancel[0],
		               .list = true };
	struct fetch_opening opening;
	struct err unopened = { 0 };

	/* Of a fill EVENT_FILL_PROGRESS tells; this would begin a fetch. */
	if (f->job->kind == JOB_FETCH)
		job_say(f->job, EVENT_FETCH_STATE, _("logging in"));
	f->changed = credential_changed(f->job->paths, f->account);
	fetch_open_begin(f, &opening);
	f->pop3 = login_pop3(&login, err);
	f->shown = login.shown;
	f->delay = login.delay;
	if (fetch_open_end(&opening, &unopened) != 0) {
		*err = unopened;
		return -1;
	}
	return f->pop3 != NULL ? 0 : -1;
}

void
fetch_replan(struct fetch *f)
{
	const struct fetch_listed listed = { .listing = &f->listing,
		                             .keys = f->keys,
		                             .rows = f->rows,
		                             .first = f->known.map.n == 0 };

	fetch_plan_release(&f->plan);
	fetch_plan_make(f->account, &listed, clock_now(), &f->plan);
}

/* What earlier fetches have learnt about this server. */
static int
load_quirks(struct fetch *f, struct err *err)
{
	long long id = (long long)f->deliver.account_id;
	struct str value;
	int rc;

	f->stuck_key = xasprintf("stuck.%lld", id);
	f->unchecked_key = xasprintf("unchecked.%lld", id);
	str_init(&value, STUCK_MAX);
	rc = store_state_get(f->deliver.store, f->unchecked_key, &value, err);
	str_release(&value);
	f->unchecked = rc > 0;
	return rc < 0 ? -1 : 0;
}

/* What broke the connection last time comes after all others. */
static int
put_stuck_last(struct fetch *f, struct err *err)
{
	struct fetch_plan *p = &f->plan;
	struct str key;
	int rc;

	str_init(&key, STUCK_MAX);
	rc = store_state_get(f->deliver.store, f->stuck_key, &key, err);
	for (size_t i = 0; rc > 0 && i + 1 < p->fetch_count; i++) {
		size_t entry = p->fetch[i];

		if (f->keys[entry] == NULL ||
		    strcmp(f->keys[entry], key.p) != 0)
			continue;
		memmove(&p->fetch[i], &p->fetch[i + 1],
		        (p->fetch_count - i - 1) * sizeof *p->fetch);
		p->fetch[p->fetch_count - 1] = entry;
		break;
	}
	str_release(&key);
	return rc < 0 ? -1 : 0;
}

/*
 * A window moves on when its messages were retrieved and QUIT was heard.  When
 * that QUIT was lost, all that it shows is known here, and what lies behind it
 * would never be seen: they are retrieved once more (and not stored), at most
 * once a day, in case the server just has no more.
 */
static int
free_window(struct fetch *f, struct err *err)
{
	struct fetch_plan *p = &f->plan;
	char *key = xasprintf("window.%lld", (long long)f->deliver.account_id);
	char *today = xasprintf("%lld", (long long)(clock_now() / 86400));
	struct str last;
	int rc;

	str_init(&last, STUCK_MAX);
	rc = store_state_get(f->deliver.store, key, &last, err);
	if (rc >= 0 && p->fetch_count + p->head_count == 0 &&
	    f->listing.n >= WINDOW_FULL && strcmp(last.p, today) != 0) {
		for (size_t i = 0; i < f->listing.n; i++) {
			const struct uidl_row *row = f->rows[i];

			if (row != NULL && !row->stub)
				p->fetch[p->fetch_count++] = i;
		}
		f->freed = p->fetch_count != 0;
		rc = store_state_note(f->deliver.store, key, slice_of(today),
		                      err);
	}
	str_release(&last);
	free(key);
	free(today);
	return rc < 0 ? -1 : 0;
}

static int
plan_session(struct fetch *f, struct err *err)
{
	int quiet;

	job_say(f->job, EVENT_FETCH_STATE, _("looking for new mail"));
	if (pop3_list(f->pop3, &f->listing, err) != 0)
		return -1;
	f->removed = xcalloc(f->listing.n, sizeof *f->removed);
	f->gone = xcalloc(f->listing.n, sizeof *f->gone);
	if (fetch_spare_earlier(f, err) != 0)
		return -1;
	quiet = fetch_is_quiet(f, err);
	if (quiet != 0)
		return quiet < 0 ? -1 : 0;
	if (load_quirks(f, err) != 0 || fetch_identify(f, err) != 0 ||
	    fetch_find_missing(f, err) != 0)
		return -1;
	fetch_replan(f);
	if (f->plan.first && f->account->first_days > 0 && f->job->window &&
	    f->note == NULL) {
		/* What is not fetched would stand in the window for ever. */
		f->note = xstrdup(_("this server shows its oldest mail first "
		                    "and only a part of it, so all of it "
		                    "comes; the last 30 days alone come with "
		                    "recent:ADDRESS as user name"));
	} else if (f->plan.first && f->account->first_days > 0 &&
	           !f->job->window) {
		int rc = skip_old(f, err);

		if (rc < 0 || (rc > 0 && fetch_load_known(f, err) != 0))
			return -1;
		fetch_replan(f);
		f->plan.first = true;
	}
	/* What the rows say is here may have gone since the last look. */
	if (f->plan.remove_count != 0) {
		if (fetch_look_here(f, err) != 0)
			return -1;
		fetch_replan(f);
	}
	if (fetch_verify_plan(f, err) != 0)
		return -1;
	if (f->job->window && free_window(f, err) != 0)
		return -1;
	fetch_note_quiet(f);
	return put_stuck_last(f, err);
}

/*
 * All is stored when QUIT goes out, so a bad end of the session is no failure:
 * what the server did not delete it will be asked again.
 */
static int
end_session(struct fetch *f, struct err *err)
{
	struct err why = { 0 };

	step("fetch-quit");
	/* Nothing depends on the answer: not to wait is a round trip less. */
	if (f->removed_count == 0 && !f->job->window) {
		pop3_leave(f->pop3);
		return 0;
	}
	if (pop3_quit(f->pop3, &why) != 0) {
		if (job_cancelled(f->job)) {
			*err = why;
			return -1;
		}
		log_line(LOG_INFO, "%s: QUIT: %s", f->account->name, why.text);
		if (f->removed_count != 0 && f->note == NULL)
			f->note = xasprintf(
				_("the server did not confirm that it deleted "
			          "%zu messages; the next fetch asks again "
			          "(%s%s%s)"),
				f->removed_count, why.text,
				why.server[0] != '\0' ? ": " : "", why.server);
		return 0;
	}
	for (size_t i = 0; i < f->removed_count; i++) {
		const char *key = f->keys[f->removed[i]];

		if (store_uidl_set(f->deliver.store, f->deliver.account_id, key,
		                   UIDL_DELETED, err) != 0)
			return -1;
	}
	return 0;
}

/* Of this session only: what the server showed. */
static void
forget_session(struct fetch *f)
{
	pop3_close(&f->pop3);
	for (size_t i = 0; f->keys != NULL && i < f->listing.n; i++)
		free(f->keys[i]);
	free(f->keys);
	free(f->rows);
	free(f->stored);
	free(f->removed);
	free(f->gone);
	free(f->aliases);
	free(f->stuck_key);
	free(f->unchecked_key);
	f->keys = NULL;
	f->rows = NULL;
	f->stored = f->removed = NULL;
	f->gone = NULL;
	f->aliases = NULL;
	f->stuck_key = f->unchecked_key = NULL;
	f->stored_count = f->safe_count = f->removed_count = f->alias_count =
		f->at = 0;
	f->arriving = f->match_content = false;
	pop3_listing_release(&f->listing);
	uidl_map_release(&f->known);
	fetch_plan_release(&f->plan);
}

/* DELE what is due to go of earlier sessions, and what this one made safe. */
static int
remove_due(struct fetch *f, struct err *err)
{
	const struct fetch_plan *p = &f->plan;

	if (fetch_remove(f, p->remove, p->remove_count, err) != 0)
		return -1;
	if (f->account->keep != ACCOUNT_DELETE ||
	    account_is_recent(f->account) || f->safe_count == 0)
		return 0;
	return fetch_remove_entries(f, f->stored, f->safe_count, err);
}

static int
session(struct fetch *f, struct err *err)
{
	if (fetch_connect(f, err) != 0 || plan_session(f, err) != 0 ||
	    fetch_stubs(f, err) != 0 || fetch_all(f, err) != 0 ||
	    remove_due(f, err) != 0 || fetch_keep_below(f, err) != 0)
		return -1;
	return end_session(f, err);
}

/* New here: not what came again under another name. */
static uint64_t
fresh(const struct fetch *f)
{
	return f->deliver.store != NULL ? store_fresh(f->deliver.store) : 0;
}

/* A server that shows its mailbox a window at a time is asked until nothing new
 * comes. */
static int
sessions(struct fetch *f, struct err *err)
{
	uint64_t before;
	unsigned n = 0;

	/* The others open it while they log in: fetch_connect. */
	if (f->job->unwatched && fetch_open(f, err) != 0)
		return -1;
	do {
		before = fresh(f); /* 0: not open yet */
		f->freed = false;
		if (n > 0)
			forget_session(f);
		if (session(f, err) != 0)
			return -1;
		n++;
	} while (f->job->window && (fresh(f) > before || f->freed) &&
	         n < WINDOWS_MAX && !job_cancelled(f->job));
	return 0;
}

/* ---- the job ---- */

/* Why some were not fetched, for people; NULL: none. */
static const char *
skipped_why(const struct fetch *f)
{
	if (f->failed != 0)
		return f->why.text;
	return f->plan.too_large != 0 ? _("larger than the account's limit")
	                              : NULL;
}

static void
record(struct fetch *f, int64_t started, struct err *err)
{
	const char *why = skipped_why(f);
	struct fetch_record r = {
		.account = f->deliver.account_id,
		.started = started,
		.ended = clock_now(),
		.messages = fresh(f),
		.skipped = f->plan.too_large + f->failed,
		.bytes = f->bytes,
		.why = why != NULL ? xstrdup(why) : NULL,
		.error = err->code != ERR_NONE ? err->text : NULL,
	};
	enum err_code code =
		err->code == ERR_AUTH && !f->shown ? ERR_CONFIG : err->code;
	struct err ignored = { 0 };

	/* History is a courtesy: the fetch itself is done. */
	if (f->deliver.account_id != 0 &&
	    store_fetch_record(f->deliver.store, &r, &ignored) != 0)
		log_line(LOG_ERROR, "%s", ignored.text);
	free(r.why);
	if (f->deliver.account_id == 0)
		return;
	tick_ended(f->deliver.store, f->deliver.account_id, code, f->delay,
	           f->changed);
	if (store_copy_daily(f->deliver.store, &ignored) != 0)
		log_line(LOG_ERROR, "%s", ignored.text);
}

/* What was known already does not count, though it came again. */
static uint64_t
arrived(const struct fetch *f)
{
	uint64_t n = fresh(f);

	return f->deliver.arrived < n ? f->deliver.arrived : n;
}

static void
say_command(struct fetch *f, const struct err *err)
{
	struct str text;

	str_init(&text, sizeof err->text + sizeof err->server + 2);
	str_add_z(&text, err->text);
	if (err->server[0] != '\0')
		str_printf(&text, ": %s", err->server);
	job_say(f->job, EVENT_NOTICE, text.p);
	str_release(&text);
}

/* The user's command for new mail; that it fails is no failure of the fetch. */
static void
tell_user(struct fetch *f)
{
	struct notify n = { .count = arrived(f),
		            .account = f->account->name,
		            .from = f->deliver.from,
		            .subject = f->deliver.subject };
	struct err err = { 0 };

	if (f->job->notify == NULL || n.count == 0 || job_cancelled(f->job))
		return;
	if (notify_run(f->job->notify, &n, &err) == 0)
		return;
	(void)err_wrap(&err, _("command '%s' for new mail"), f->job->notify);
	say_command(f, &err);
}

static void
make_final(struct fetch *f, const struct err *err, int64_t start_ms)
{
	struct event *e = event_new(EVENT_FETCH_DONE, f->account->name);
	const char *why = skipped_why(f);

	e->job = f->job->id;
	e->done = fresh(f);
	e->unread = arrived(f);
	e->total = f->plan.fetch_count + f->plan.head_count;
	e->skipped = f->plan.too_large + f->failed;
	e->bytes = f->bytes;
	e->elapsed_ms = clock_mono_ms() - start_ms;
	e->err = *err;
	e->note = f->note;
	f->note = NULL;
	if (why != NULL)
		e->text = xstrdup(why);
	f->job->final = e;
}

void
fetch_release(struct fetch *f)
{
	forget_session(f);
	free(f->note);
	str_release(&f->memory);
	deliver_release(&f->deliver);
}

void
fetch_run(struct job *job)
{
	struct fetch f = { .job = job, .account = &job->account, .fd = -1 };
	int64_t started = clock_now();
	int64_t start_ms = clock_mono_ms();
	struct err err = { 0 };
	int lock;

	str_init(&f.memory, FETCH_MEMORY);
	lock = lock_take(job->paths, "fetch", job->account.name, &err);
	if (lock >= 0) {
		/* A cancel may show as a broken call: name it as it is. */
		if (sessions(&f, &err) != 0 && job_cancelled(job))
			err_set(&err, ERR_CANCELLED, _("cancelled"));
		if (!f.paused)
			record(&f, started, &err);
		close(lock);
		tell_user(&f);
	} else if (job->outbox) {
		job_ask_to_send(job); /* it was not looked at */
	}
	make_final(&f, &err, start_ms);
	fetch_release(&f);
}
