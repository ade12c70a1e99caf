/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes of several threads in one transaction, their files in one sync. */
/*
 * Twenty accounts end their fetches at the same moment.  One after the other they
 * would wait for the lock of the database, read its pages anew and pay for a
 * commit of their own, each of them.
 *
 * 1. Who wants to write while another one does lines up.  The first in the line
 *    then writes for all in it, with its own store, in one transaction.  What the
 *    others handed in is its own until they are told; they only wait.
 * 2. Each is told of its own: when one fails nothing of the transaction is kept,
 *    and each is written alone.  When the commit fails all have failed: nothing
 *    is tried again after a disk that did not sync.
 * 3. So a write may be made twice: it sets anew whatever it leaves behind.
 * 4. What has to be on disk before a transaction (files, folders) is so before its
 *    writer lines up.
 * 5. A transaction takes as many as one batch may have: nobody, and no other
 *    process, waits longer for the lock than for one account.
 * 6. A sync of the file system counts for all who asked before it began.  It goes
 *    through a descriptor that is older than any batch, so it tells of an error
 *    once; who had a batch then is told as well (syncs_failed), whichever sync it
 *    was that saw it.
 *
 * Rejected: a lock around transactions of their own (nobody polls, but each still
 * pays for its commit); a thread that writes for all (one store more, and two
 * switches for whoever writes alone); savepoints (a copy of each page).
 */
#include "store/together.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_impl.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Rows of one transaction: those of the largest batch of a fetch. */
#define TOGETHER_ROWS 500

/* A write that waits; of its thread's stack. */
struct turn {
	struct turn *next;
	const struct store_write *what;
	struct err *err;
	int rc;
	bool done;
	pthread_cond_t moved; /* it is done, or the first in the line */
};

struct together {
	pthread_mutex_t lock;
	struct turn *first; /* who waits, in order */
	struct turn *last;
	bool busy; /* somebody writes */
	size_t stores;

	int sync_fd; /* while there are stores; -1: each syncs by itself */
	dev_t device;
	bool syncing,
		cannot_sync;   /* all at once: the system has no such call */
	uint64_t begun, ended; /* syncs */
	pthread_cond_t synced;
	uint64_t failed;
	struct err why; /* of the last that failed */
};

struct together *
together_new(void)
{
	struct together *t = xcalloc(1, sizeof *t);

	(void)pthread_mutex_init(&t->lock, NULL); /* cannot fail on Linux */
	(void)pthread_cond_init(&t->synced, NULL);
	t->sync_fd = -1;
	return t;
}

void
together_free(struct together **t)
{
	if (t == NULL || *t == NULL)
		return;
	(void)pthread_cond_destroy(&(*t)->synced); /* nobody waits */
	(void)pthread_mutex_destroy(&(*t)->lock);
	free(*t);
	*t = NULL;
}

static void
lock(struct together *t)
{
	(void)pthread_mutex_lock(&t->lock); /* cannot fail: initialised */
}

static void
unlock(struct together *t)
{
	(void)pthread_mutex_unlock(&t->lock); /* cannot fail: held */
}

/* err: may be NULL, as everywhere. */
static void
tell_why(struct err *err, const struct err *why)
{
	if (err != NULL)
		*err = *why;
}

bool
together_join(struct together *t)
{
	bool first;

	lock(t);
	first = t->stores++ == 0;
	unlock(t);
	return first;
}

size_t
together_waiting(struct together *t)
{
	size_t n = 0;

	lock(t);
	for (const struct turn *w = t->first; w != NULL; w = w->next)
		n++;
	unlock(t);
	return n;
}

void
together_leave(struct together *t)
{
	lock(t);
	if (--t->stores == 0 && t->sync_fd >= 0) {
		close(t->sync_fd); /* only a folder */
		t->sync_fd = -1;
	}
	unlock(t);
}

/* ---- syncing ---- */

/* Before the first file of a batch is written. */
static void
open_sync_locked(struct together *t, const struct store *s)
{
	struct stat st;

	if (t->sync_fd >= 0)
		return;
	t->sync_fd =
		openat(s->mail_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->sync_fd >= 0 && fstat(t->sync_fd, &st) == 0)
		t->device = st.st_dev;
	else
		t->device = 0;
}

uint64_t
store_syncs_failed(const struct store *s)
{
	struct together *t = s->together;
	uint64_t n;

	if (t == NULL)
		return 0;
	lock(t);
	open_sync_locked(t, s);
	n = t->failed;
	unlock(t);
	return n;
}

static bool
is_ours_locked(const struct together *t, int fd)
{
	struct stat st;

	return t->sync_fd >= 0 && t->device != 0 && fstat(fd, &st) == 0 &&
	       st.st_dev == t->device;
}

/* For all who wait for it by now. */
static void
sync_locked(struct together *t)
{
	uint64_t number = ++t->begun;
	struct err err = { 0 };
	int rc;

	t->syncing = true;
	unlock(t);
	rc = fsx_sync_all(t->sync_fd, &err);
	lock(t);
	t->syncing = false;
	t->ended = number;
	t->cannot_sync = rc > 0;
	if (rc < 0) {
		t->failed++;
		t->why = err;
	}
	(void)pthread_cond_broadcast(&t->synced); /* cannot fail */
}

/* 0, 1 there is no such thing, -1. */
static int
sync_together_locked(struct together *t, uint64_t failed, struct err *err)
{
	uint64_t number = t->begun + 1; /* one that runs began too early */

	while (t->ended < number) {
		if (t->syncing)
			(void)pthread_cond_wait(&t->synced, &t->lock);
		else
			sync_locked(t);
	}
	if (t->failed != failed) {
		tell_why(err, &t->why);
		return -1;
	}
	return t->cannot_sync ? 1 : 0;
}

int
store_sync_all(struct store *s, int fd, uint64_t failed, struct err *err)
{
	struct together *t = s->together;
	int rc;

	if (t == NULL)
		return fsx_sync_all(fd, err);
	lock(t);
	if (is_ours_locked(t, fd)) {
		rc = sync_together_locked(t, failed, err);
		unlock(t);
		return rc;
	}
	unlock(t);
	return fsx_sync_all(fd, err);
}

/* ---- writing ---- */

static int
write_alone(struct store *s, const struct store_write *w, struct err *err)
{
	int rc = db_begin(s->db, w->durable, err);

	if (rc == 0)
		rc = w->write(s, w->ctx, err);
	return db_end(s->db, rc, err);
}

/* The whole line up to its commit: 0, 1 when one of them failed, -1. */
static int
write_each(struct store *s, const struct turn *line, bool durable,
           struct err *err)
{
	struct err why = { 0 }; /* it will be told when it is alone */

	if (db_begin(s->db, durable, err) != 0)
		return -1;
	for (const struct turn *w = line; w != NULL; w = w->next)
		if (w->what->write(s, w->what->ctx, &why) != 0)
			return 1;
	return db_commit(s->db, err);
}

static void
write_line(struct store *s, struct turn *line)
{
	struct err err = { 0 };
	bool durable = false;
	bool alone = line->next == NULL;
	int rc = 0;

	for (const struct turn *w = line; w != NULL; w = w->next)
		durable |= w->what->durable;
	if (!alone)
		rc = write_each(s, line, durable, &err);
	if (rc != 0)
		db_rollback(s->db);
	for (struct turn *w = line; w != NULL; w = w->next) {
		w->rc = alone || rc > 0 ? write_alone(s, w->what, w->err) : rc;
		if (!alone && rc < 0)
			tell_why(w->err, &err);
	}
}

/* ---- the line ---- */

static void
line_up_locked(struct together *t, struct turn *w)
{
	if (t->first == NULL)
		t->first = w;
	else
		t->last->next = w;
	t->last = w;
}

/* Take the first out of the line, and who fits beside it. */
static struct turn *
take_line_locked(struct together *t)
{
	struct turn *line = t->first;
	struct turn *end = line;
	size_t rows = line->what->rows;

	while (end->next != NULL &&
	       rows + end->next->what->rows <= TOGETHER_ROWS) {
		end = end->next;
		rows += end->what->rows;
	}
	t->first = end->next;
	end->next = NULL;
	return line;
}

/* Theirs are the turns again as soon as the lock is given up. */
static void
tell_locked(struct turn *line)
{
	while (line != NULL) {
		struct turn *w = line;

		line = w->next;
		w->done = true;
		(void)pthread_cond_signal(&w->moved); /* cannot fail */
	}
}

int
store_write(struct store *s, const struct store_write *what, struct err *err)
{
	struct together *t = s->together;
	struct turn own = { .what = what, .err = err };

	if (t == NULL)
		return write_alone(s, what, err);
	(void)pthread_cond_init(&own.moved, NULL); /* cannot fail on Linux */
	lock(t);
	line_up_locked(t, &own);
	while (!own.done && (t->busy || t->first != &own))
		(void)pthread_cond_wait(&own.moved, &t->lock);
	if (!own.done) {
		struct turn *line = take_line_locked(t);

		t->busy = true;
		unlock(t);
		write_line(s, line);
		lock(t);
		t->busy = false;
		tell_locked(line);
		if (t->first != NULL)
			(void)pthread_cond_signal(&t->first->moved);
	}
	unlock(t);
	(void)pthread_cond_destroy(&own.moved); /* nobody waits */
	return own.rc;
}
