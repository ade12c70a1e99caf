/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole of a message of which only the header is here. */
/*
 * 1. A session of its own; the account's lock keeps fetches and fills apart, and
 *    a fill waits for a fetch that runs.
 * 2. The listing tells which message it is (fetch_known.c): its UIDL, or its
 *    header where there is none.  Nothing is deleted on the server: the next
 *    fetch does that, when the account wants it.
 * 3. What is cut, cancelled or gone leaves the header as it was.
 * 4. Filter and rules judge anew, now that there is a text; verdict, labels and
 *    what rules send are written with the whole, its place after it.  Killed in
 *    between it stands in the old folder, with the new verdict.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/fetch_priv.h"
#include "engine/lock.h"
#include "engine/tick.h"
#include "mime/message.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A message that goes on beyond this is an attack or a mistake. */
#define FILL_MAX (UINT64_C(512) << 20)
/* How often a fetch that runs is looked at, and how long. */
#define WAIT_MS  200
#define WAIT_FOR 600
#define TELL_MS  100

struct fill {
	struct fetch f;
	int64_t id; /* of the row; at the end of the whole one */
	size_t entry;
	uint64_t total;
	bool refused;
	struct err why;
};

static void
tell(struct fill *fill, bool force)
{
	struct fetch *f = &fill->f;
	int64_t now = clock_mono_ms();
	struct event *e;

	if (!force && now - f->told_ms < TELL_MS)
		return;
	f->told_ms = now;
	e = event_new(EVENT_FILL_PROGRESS, f->account->name);
	e->job = f->job->id;
	e->id = f->job->message;
	e->bytes = f->bytes;
	e->total = fill->total;
	queue_post(f->job->queue, e);
}

/* ---- the message arrives ---- */

static int
sink_begin(void *ctx, size_t index, struct err *err)
{
	struct fill *fill = ctx;

	(void)index;
	return store_batch_file(fill->f.batch, &fill->f.fd, err);
}

static int
sink_data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct fill *fill = ctx;

	fill->f.bytes += n;
	tell(fill, false);
	return fsx_write_all(fill->f.fd, p, n, err);
}

static int
sink_end(void *ctx, size_t index, bool ok, const struct err *why,
         struct err *err)
{
	struct fill *fill = ctx;

	(void)index;
	(void)err;
	if (!ok) {
		fill->refused = true;
		fill->why = *why;
	}
	return 0;
}

/* Is it the message of our header?  A server that numbers its messages anew in
 * the middle would give us another one. */
static bool
same_header(const struct message *a, const struct message *b)
{
	static const char *const names[] = { "From", "To", "Subject", "Date",
		                             "Message-ID" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (!slice_eq(slice_trim(part_field(a->root, names[i], 0)),
		              slice_trim(part_field(b->root, names[i], 0))))
			return false;
	return true;
}

static int
check_same(struct fill *fill, const struct message *m, struct err *err)
{
	struct message header = { 0 };
	struct fsx_map map;
	bool same;

	if (store_map(fill->f.deliver.store, fill->id, &map, err) != 0)
		return -1;
	message_parse(&header, map.data);
	same = same_header(&header, m);
	message_release(&header);
	fsx_map_close(&map);
	if (!same)
		return err_set(err, ERR_RETRY,
		               _("the server sent another message; nothing "
		                 "was changed"));
	return 0;
}

static void
say_notice(void *job, const char *text)
{
	job_say(job, EVENT_NOTICE, text);
}

/* The place and the flags that the whole deserves. */
static int
put_right(struct fill *fill, const struct store_row *row,
          const struct store_new *info, struct err *err)
{
	struct store *s = fill->f.deliver.store;

	if ((info->flags & ~row->flags) != 0 &&
	    store_flags(s, &fill->id, 1, info->flags, 0, NULL, err) != 0)
		return -1;
	if (info->folder == row->folder)
		return 0;
	return store_move(s, &fill->id, 1, info->folder, NULL, err);
}

/* Filter and rules have seen the header only. */
static int
judge_and_put(struct fill *fill, const struct message *m, struct err *err)
{
	struct fetch *f = &fill->f;
	struct deliver_judged j = { 0 };
	struct store_rows rows = { 0 };
	int rc = store_row(f->deliver.store, fill->id, &rows, err);

	if (rc == 0)
		rc = deliver_whole(&f->deliver, f->batch, m, &rows.v[0],
		                   f->keys[fill->entry], &j, err);
	if (rc == 0)
		rc = store_fill(&f->batch, fill->id, m, &j.info, &fill->id,
		                err);
	deliver_after(&f->deliver, &fill->id, rc == 0 ? 1 : 0, say_notice,
	              f->job);
	if (rc == 0) {
		f->job->queued |= f->deliver.queued;
		rc = put_right(fill, &rows.v[0], &j.info, err);
	}
	deliver_judged_release(&j);
	store_rows_release(&rows);
	return rc;
}

static int
take_in(struct fill *fill, struct err *err)
{
	struct fetch *f = &fill->f;
	struct fsx_map map = { 0 };
	struct message m = { 0 };
	int rc;

	if (fsx_map_fd(f->fd, &map, err) != 0)
		return -1;
	message_parse_map(&m, map.data);
	rc = check_same(fill, &m, err);
	if (rc == 0)
		rc = judge_and_put(fill, &m, err);
	message_release(&m);
	fsx_map_close(&map);
	return rc;
}

static int
retrieve(struct fill *fill, struct err *err)
{
	struct fetch *f = &fill->f;
	const struct pop3_sink sink = { sink_begin, sink_data, sink_end, fill,
		                        NULL };
	uint32_t number = f->listing.v[fill->entry].number;
	int rc;

	fill->total = f->listing.v[fill->entry].size;
	tell(fill, true);
	f->batch =
		store_batch_begin(f->deliver.store, f->deliver.account_id, err);
	if (f->batch == NULL)
		return -1;
	rc = pop3_retr(f->pop3, &number, 1, FILL_MAX, &sink, err);
	if (rc == 0 && fill->refused) {
		*err = fill->why;
		rc = -1;
	}
	if (rc == 0)
		rc = take_in(fill, err);
	store_batch_abort(&f->batch);
	return rc;
}

/* ---- which one ---- */

static int
find_entry(struct fill *fill, struct err *err)
{
	struct fetch *f = &fill->f;

	for (size_t i = 0; i < f->listing.n; i++) {
		const struct uidl_row *row = f->rows[i];

		if (row != NULL && row->message == fill->id) {
			fill->entry = i;
			return 0;
		}
	}
	return err_set(err, ERR_NOTFOUND,
	               _("the server does not list this message any more; its "
	                 "header stays here"));
}

static int
session(struct fill *fill, struct err *err)
{
	struct fetch *f = &fill->f;
	struct err ignored = { 0 };

	if (fetch_connect(f, err) != 0)
		return -1;
	f->gone = xcalloc(f->listing.n, sizeof *f->gone);
	if (fetch_identify(f, err) != 0 || find_entry(fill, err) != 0 ||
	    retrieve(fill, err) != 0)
		return -1;
	/* It is safe here, whatever the server answers. */
	(void)pop3_quit(f->pop3, &ignored);
	return 0;
}

/* ---- the job ---- */

static int
wait_for_lock(struct job *job, struct err *err)
{
	int64_t end = clock_mono_ms() + (int64_t)WAIT_FOR * 1000;

	for (;;) {
		struct pollfd p = { job->cancel[0], POLLIN, 0 };
		struct err busy = { 0 };
		int lock = lock_take(job->paths, "fetch", job->account.name,
		                     &busy);

		if (lock >= 0)
			return lock;
		if (busy.code != ERR_RETRY || clock_mono_ms() >= end) {
			*err = busy;
			return -1;
		}
		/* Readable: cancelled; an interruption is a shorter turn. */
		if (poll(&p, 1, WAIT_MS) > 0)
			return err_set(err, ERR_CANCELLED, _("cancelled"));
	}
}

/* 1 it is whole by now, 0 it has to be fetched, -1. */
static int
is_whole(struct fill *fill, struct err *err)
{
	struct store_rows rows = { 0 };
	int rc;

	if (store_fill_settle(fill->f.deliver.store, fill->id, &fill->id,
	                      err) != 0 ||
	    store_row(fill->f.deliver.store, fill->id, &rows, err) != 0)
		return -1;
	rc = rows.v[0].stub == 0;
	store_rows_release(&rows);
	return rc;
}

static int
work(struct fill *fill, struct err *err)
{
	struct fetch *f = &fill->f;
	int lock = -1;
	int rc;

	if (deliver_open(&f->deliver, f->job->paths, &f->job->account,
	                 f->job->together, NULL, err) == 0)
		lock = wait_for_lock(f->job, err);
	if (lock < 0)
		return -1;
	rc = is_whole(fill, err);
	if (rc == 0) {
		rc = session(fill, err);
		tick_ended(f->deliver.store, f->deliver.account_id,
		           &(struct tick_end){ .code = rc == 0 ? ERR_NONE
		                                               : err->code,
		                               .delay = f->delay,
		                               .changed = f->changed });
	}
	close(lock);
	return rc < 0 ? -1 : 0;
}

void
fill_run(struct job *job)
{
	struct fill fill = {
		.f = { .job = job, .account = &job->account, .fd = -1 },
		.id = job->message
	};
	int64_t start_ms = clock_mono_ms();
	struct event *e = event_new(EVENT_FILL_DONE, job->account.name);
	struct err err = { 0 };

	str_init(&fill.f.memory, 1);
	/* A cancel may show as a broken call: name it as it is. */
	if (work(&fill, &err) != 0 && job_cancelled(job))
		err_set(&err, ERR_CANCELLED, _("cancelled"));
	e->job = job->id;
	e->id = job->message;
	e->now = fill.id;
	e->bytes = fill.f.bytes;
	e->elapsed_ms = clock_mono_ms() - start_ms;
	e->err = err;
	job->final = e;
	fetch_release(&fill.f);
}
