/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching one account: connect, plan, retrieve, store, only then delete. */
/*
 * Invariants:
 * 1. DELE is sent for a message only after the transaction that holds its row
 *    and UIDL was committed (store_batch_commit returned 0).
 * 2. A UIDL is never forgotten because a listing lacks it.
 * 3. Nothing of a message that was cut stays: store_batch_drop.
 * 4. QUIT comes after the last commit, because servers like Gmail delete or
 *    hide by themselves at QUIT.
 * 5. However it ends, exactly one EVENT_FETCH_DONE and one row of history.
 *
 * Rejected: DELE at once after each RETR (a round trip and a sync a message);
 * keeping whole messages in memory (40 MB mail); one connection a batch.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/deliver.h"
#include "engine/fetch_plan.h"
#include "engine/job.h"
#include "engine/lock.h"
#include "engine/servers.h"
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
#define FETCH_BATCH_BYTES ((uint64_t)32 * 1024 * 1024)
/* Header bytes to name a message without UIDL. */
#define FETCH_TOP_MAX     (256 * 1024)
#define FETCH_PROGRESS_MS 100

struct fetch {
	struct job *job;
	const struct account *account;
	struct deliver deliver;
	struct pop3 *pop3;
	struct pop3_listing listing;
	char **keys; /* one a listing entry; NULL: not known */
	struct uidl_map known;
	struct fetch_plan plan;

	/* The batch being fetched: entries plan.fetch[at .. at + n). */
	size_t at;
	struct store_batch *batch;
	size_t *stored; /* listing indices stored in this batch */
	size_t stored_count;
	struct str memory; /* the message so far, unless spilled */
	int fd;
	bool spilled;

	size_t *removed; /* listing indices with DELE answered +OK */
	size_t removed_count;
	uint64_t done, failed, bytes;
	int64_t told_ms;
	struct err why;  /* of the last message that failed */
	bool shown;      /* the secret, to the server */
	int64_t changed; /* of the secret, before it was read */
};

static void
tell_progress(struct fetch *f, bool force)
{
	int64_t now = clock_mono_ms();
	struct event *e;

	if (!force && now - f->told_ms < FETCH_PROGRESS_MS)
		return;
	f->told_ms = now;
	e = event_new(EVENT_FETCH_PROGRESS, f->account->name);
	e->job = f->job->id;
	e->done = f->done;
	e->total = f->plan.fetch_count;
	e->bytes = f->bytes;
	queue_post(f->job->queue, e);
}

/* ---- a message arrives ---- */

static int
sink_begin(void *ctx, size_t index, struct err *err)
{
	struct fetch *f = ctx;

	(void)index;
	str_clear(&f->memory);
	f->spilled = false;
	return store_batch_file(f->batch, &f->fd, err);
}

static int
spill(struct fetch *f, struct err *err)
{
	int rc = fsx_write_all(f->fd, f->memory.p, f->memory.n, err);

	str_clear(&f->memory);
	return rc;
}

static int
sink_data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct fetch *f = ctx;

	f->bytes += n;
	if (f->memory.n + n > FETCH_MEMORY) {
		f->spilled = true;
		if (spill(f, err) != 0)
			return -1;
	}
	if (n > FETCH_MEMORY)
		return fsx_write_all(f->fd, p, n, err);
	str_add(&f->memory, p, n);
	tell_progress(f, false);
	return 0;
}

/* A message that has no usable UIDL is named by its bytes. */
static char *
key_of_bytes(struct slice raw)
{
	struct str hex;
	char *key;

	str_init(&hex, 2 * DIGEST_SHA256_SIZE);
	digest_sha256_hex(raw, &hex);
	key = xasprintf("sha256:%s", hex.p);
	str_release(&hex);
	return key;
}

static int
deliver_raw(struct fetch *f, size_t entry, struct slice raw, struct err *err)
{
	if (f->keys[entry] == NULL)
		f->keys[entry] = key_of_bytes(raw);
	if (map_has(&f->known.map, slice_of(f->keys[entry]))) {
		/* Only now does it show that this one is here already. */
		store_batch_drop(f->batch);
		f->stored[f->stored_count++] = entry;
		return 0;
	}
	if (deliver_message(&f->deliver, f->batch, raw, f->keys[entry], err) !=
	    0)
		return -1;
	f->stored[f->stored_count++] = entry;
	f->done++;
	return 0;
}

static int
sink_end(void *ctx, size_t index, bool ok, const struct err *why,
         struct err *err)
{
	struct fetch *f = ctx;
	size_t entry = f->plan.fetch[f->at + index];
	struct fsx_map map;
	int rc;

	if (!ok) {
		store_batch_drop(f->batch);
		f->failed++;
		f->why = *why;
		return 0;
	}
	if (spill(f, err) != 0)
		return -1;
	if (fsx_map_fd(f->fd, &map, err) != 0)
		return -1;
	rc = deliver_raw(f, entry, map.data, err);
	fsx_map_close(&map);
	tell_progress(f, false);
	return rc;
}

/* ---- batches ---- */

/* How many of the plan's next entries make one batch. */
static size_t
batch_size(const struct fetch *f)
{
	size_t max = f->at == 0 ? FETCH_BATCH_FIRST : FETCH_BATCH_MAX;
	uint64_t bytes = 0;
	size_t n = 0;

	while (n < max && f->at + n < f->plan.fetch_count &&
	       bytes < FETCH_BATCH_BYTES) {
		bytes += f->listing.v[f->plan.fetch[f->at + n]].size;
		n++;
	}
	return n;
}

static int
remove_entries(struct fetch *f, const size_t *entries, size_t n,
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
	for (size_t i = 0; i < n; i++)
		f->removed[f->removed_count++] = entries[i];
	return 0;
}

/* What came complete is kept even when the connection broke after it. */
static int
finish_batch(struct fetch *f, int rc, struct err *err)
{
	struct event *e;

	if (store_batch_count(f->batch) == 0) {
		store_batch_abort(&f->batch);
	} else if (store_batch_commit(&f->batch, NULL, NULL,
	                              rc == 0 ? err : NULL) != 0) {
		return -1;
	} else {
		e = event_new(EVENT_MAIL, f->account->name);
		e->job = f->job->id;
		queue_post(f->job->queue, e);
	}
	if (rc == 0 && f->account->keep == ACCOUNT_DELETE &&
	    f->stored_count != 0)
		rc = remove_entries(f, f->stored, f->stored_count, err);
	return rc;
}

static int
fetch_batch(struct fetch *f, size_t n, struct err *err)
{
	const struct pop3_sink sink = { sink_begin, sink_data, sink_end, f };
	uint32_t *numbers = xcalloc(n, sizeof *numbers);
	int rc;

	for (size_t i = 0; i < n; i++)
		numbers[i] = f->listing.v[f->plan.fetch[f->at + i]].number;
	f->stored_count = 0;
	f->batch =
		store_batch_begin(f->deliver.store, f->deliver.account_id, err);
	rc = f->batch == NULL ? -1
	                      : pop3_retr(f->pop3, numbers, n,
	                                  FETCH_MESSAGE_MAX, &sink, err);
	free(numbers);
	if (f->batch != NULL) {
		store_batch_drop(f->batch); /* one that was cut */
		rc = finish_batch(f, rc, err);
	}
	return rc;
}

static int
fetch_all(struct fetch *f, struct err *err)
{
	tell_progress(f, true);
	f->stored = xcalloc(f->plan.fetch_count, sizeof *f->stored);
	while (f->at < f->plan.fetch_count) {
		size_t n = batch_size(f);

		if (fetch_batch(f, n, err) != 0)
			return -1;
		f->at += n;
		tell_progress(f, true);
	}
	return 0;
}

/* ---- names for messages ---- */

/*
 * The key of each entry: its UIDL, where there is one and it is the only one of
 * that text; else the hash of what TOP shows; else unknown until RETR.
 */
static int
key_by_top(struct fetch *f, size_t i, struct err *err)
{
	struct str top;
	struct err why = { 0 };
	int rc = 0;

	if ((pop3_capa(f->pop3) & POP3_CAPA_ASKED) != 0 &&
	    (pop3_capa(f->pop3) & POP3_CAPA_TOP) == 0)
		return 0;
	str_init(&top, FETCH_TOP_MAX);
	if (pop3_top(f->pop3, f->listing.v[i].number, 0, &top, &why) == 0) {
		str_printf(&top, "\n%llu",
		           (unsigned long long)f->listing.v[i].size);
		f->keys[i] = key_of_bytes(str_slice(&top));
		memcpy(f->keys[i], "header", 6); /* "sha256:..." */
	} else if (why.code != ERR_REFUSED) {
		*err = why;
		rc = -1;
	}
	str_release(&top);
	return rc;
}

static int
make_keys(struct fetch *f, struct err *err)
{
	struct map seen = { 0 };
	int rc = 0;

	f->keys = xcalloc(f->listing.n, sizeof *f->keys);
	for (size_t i = 0; i < f->listing.n && rc == 0; i++) {
		const char *uidl = f->listing.v[i].uidl;

		if (uidl != NULL && !map_has(&seen, slice_of(uidl))) {
			f->keys[i] = xstrdup(uidl);
			map_set(&seen, slice_of(uidl), f->keys[i]);
		} else {
			rc = key_by_top(f, i, err);
		}
	}
	map_release(&seen);
	return rc;
}

/* ---- the first fetch: only the last days ---- */

/* Date of an entry by its header: 1 known, 0 not, -1 err. */
static int
date_of(struct fetch *f, size_t i, int64_t *date_r, struct err *err)
{
	struct message m = { 0 };
	struct str top;
	struct err why = { 0 };
	int rc;

	str_init(&top, FETCH_TOP_MAX);
	if (pop3_top(f->pop3, f->listing.v[i].number, 0, &top, &why) != 0) {
		str_release(&top);
		if (why.code == ERR_REFUSED)
			return 0;
		*err = why;
		return -1;
	}
	message_parse(&m, str_slice(&top));
	rc = message_date(&m, date_r);
	message_release(&m);
	str_release(&top);
	return rc;
}

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
		int rc = date_of(f, mid, &date, err);

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

static int
connect_pop3(struct fetch *f, struct err *err)
{
	struct secret secret = { 0 };
	struct pop3_opts opts;

	job_say(f->job, EVENT_FETCH_STATE, _("logging in"));
	f->changed = credential_changed(f->job->paths, f->account);
	tick_began(f->deliver.store, f->deliver.account_id);
	if (credential_get(f->job->paths, f->account, &secret, err) != 0)
		return -1;
	log_hide(&secret);
	servers_pop3(f->account, &secret, f->job->cancel[0], &opts);
	f->shown = true;
	f->pop3 = pop3_open(&opts, err);
	secret_release(&secret);
	return f->pop3 != NULL ? 0 : -1;
}

static void
replan(struct fetch *f)
{
	fetch_plan_release(&f->plan);
	fetch_plan_make(f->account, &f->listing, f->keys, &f->known,
	                clock_now(), &f->plan);
}

static int
load_known(struct fetch *f, struct err *err)
{
	uidl_map_release(&f->known);
	return store_uidls(f->deliver.store, f->deliver.account_id, &f->known,
	                   err);
}

static int
plan_session(struct fetch *f, struct err *err)
{
	job_say(f->job, EVENT_FETCH_STATE, _("looking for new mail"));
	if (load_known(f, err) != 0 ||
	    pop3_list(f->pop3, &f->listing, err) != 0)
		return -1;
	f->removed = xcalloc(f->listing.n, sizeof *f->removed);
	if (make_keys(f, err) != 0)
		return -1;
	replan(f);
	if (f->plan.first && f->account->first_days > 0) {
		int rc = skip_old(f, err);

		if (rc < 0 || (rc > 0 && load_known(f, err) != 0))
			return -1;
		replan(f);
		f->plan.first = true;
	}
	return 0;
}

static int
end_session(struct fetch *f, struct err *err)
{
	step("fetch-quit");
	if (pop3_quit(f->pop3, err) != 0)
		return -1;
	for (size_t i = 0; i < f->removed_count; i++) {
		const char *key = f->keys[f->removed[i]];

		if (store_uidl_set(f->deliver.store, f->deliver.account_id, key,
		                   UIDL_DELETED, err) != 0)
			return -1;
	}
	return 0;
}

static int
session(struct fetch *f, struct err *err)
{
	if (deliver_open(&f->deliver, f->job->paths, f->account, err) != 0 ||
	    connect_pop3(f, err) != 0 || plan_session(f, err) != 0 ||
	    fetch_all(f, err) != 0)
		return -1;
	if (f->plan.remove_count != 0 &&
	    remove_entries(f, f->plan.remove, f->plan.remove_count, err) != 0)
		return -1;
	return end_session(f, err);
}

/* ---- the job ---- */

static void
record(struct fetch *f, int64_t started, struct err *err)
{
	struct fetch_record r = {
		.account = f->deliver.account_id,
		.started = started,
		.ended = clock_now(),
		.messages = f->done,
		.skipped = f->plan.too_large + f->failed,
		.bytes = f->bytes,
		.error = err->code != ERR_NONE ? err->text : NULL,
	};
	enum err_code code =
		err->code == ERR_AUTH && !f->shown ? ERR_CONFIG : err->code;
	struct err ignored = { 0 };

	/* History is a courtesy: the fetch itself is done. */
	if (f->deliver.account_id == 0)
		return;
	if (store_fetch_record(f->deliver.store, &r, &ignored) != 0)
		log_line(LOG_ERROR, "%s", ignored.text);
	tick_ended(f->deliver.store, f->deliver.account_id, code,
	           f->pop3 != NULL ? pop3_login_delay(f->pop3) : 0, f->changed);
}

static void
make_final(struct fetch *f, const struct err *err, int64_t start_ms)
{
	struct event *e = event_new(EVENT_FETCH_DONE, f->account->name);
	char text[640];

	e->job = f->job->id;
	e->done = f->done;
	e->total = f->plan.fetch_count;
	e->skipped = f->plan.too_large + f->failed;
	e->bytes = f->bytes;
	e->elapsed_ms = clock_mono_ms() - start_ms;
	e->err = *err;
	if (f->failed != 0)
		(void)snprintf(text, sizeof text, "%s", f->why.text);
	else if (f->plan.too_large != 0)
		(void)snprintf(text, sizeof text, "%s",
		               _("larger than the account's limit"));
	if (e->skipped != 0)
		e->text = xstrdup(text);
	f->job->final = e;
}

static void
release(struct fetch *f)
{
	pop3_close(&f->pop3);
	for (size_t i = 0; f->keys != NULL && i < f->listing.n; i++)
		free(f->keys[i]);
	free(f->keys);
	free(f->stored);
	free(f->removed);
	pop3_listing_release(&f->listing);
	uidl_map_release(&f->known);
	fetch_plan_release(&f->plan);
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
		if (session(&f, &err) != 0 && job_cancelled(job))
			err_set(&err, ERR_CANCELLED, _("cancelled"));
		record(&f, started, &err);
		close(lock);
	}
	make_final(&f, &err, start_ms);
	release(&f);
}
