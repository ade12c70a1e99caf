/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least a fetch can do and be durable: every message into a file, one sync
 * for each batch.  usage: bench_limit PORT USER PASSWORD-FILE CA FOLDER */
/*
 * It never stops between batches: one pipe of RETR over all, and a thread that
 * makes a batch durable while the next ones arrive.  Batches are not put
 * together when the disk is slow: each has its sync.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/pop3_client.h"
#include "util/fsx.h"
#include "util/xalloc.h"

/* As many messages as pabal's batches have. */
#define BATCH        500
#define PASSWORD_MAX 1024
#define BUFFER       ((size_t)1024 * 1024)

struct limit {
	int folder;
	int fd;
	struct str buffer;
	size_t *ends; /* of batches: indices behind their last messages */
	size_t count;

	pthread_mutex_t lock; /* holds what follows */
	pthread_cond_t moved;
	size_t arrived; /* batches that are complete */
	bool ending;    /* no more will arrive */
};

static void
name_of(size_t index, const char *end, char out[32])
{
	(void)snprintf(out, 32, "%zu%s", index, end);
}

static int
begin(void *ctx, size_t index, struct err *err)
{
	struct limit *l = ctx;
	char name[32];

	name_of(index, ".tmp", name);
	l->fd = fsx_create_at(l->folder, name, err);
	return l->fd >= 0 ? 0 : -1;
}

static int
flush(struct limit *l, struct err *err)
{
	int rc = fsx_write_all(l->fd, l->buffer.p, l->buffer.n, err);

	str_clear(&l->buffer);
	return rc;
}

static int
data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct limit *l = ctx;

	if (l->buffer.n + n > BUFFER && flush(l, err) != 0)
		return -1;
	if (n > BUFFER)
		return fsx_write_all(l->fd, p, n, err);
	str_add(&l->buffer, p, n);
	return 0;
}

static int
end(void *ctx, size_t index, bool ok, const struct err *why, struct err *err)
{
	struct limit *l = ctx;
	int rc = flush(l, err);

	(void)index;
	(void)why;
	return close(l->fd) == 0 && ok ? rc : -1;
}

static int
settle(const struct limit *l, size_t first, size_t end, struct err *err)
{
	if (syncfs(l->folder) != 0)
		return -1;
	for (size_t i = first; i < end; i++) {
		char from[32];
		char to[32];

		name_of(i, ".tmp", from);
		name_of(i, "", to);
		if (renameat(l->folder, from, l->folder, to) != 0)
			return -1;
	}
	return fsx_fsync(l->folder, "folder", err);
}

/* How many batches are complete, when that is more than done; 0 at the end. */
static size_t
wait_for(struct limit *l, size_t done)
{
	size_t arrived;

	(void)pthread_mutex_lock(&l->lock);
	while (l->arrived == done && !l->ending)
		(void)pthread_cond_wait(&l->moved, &l->lock);
	arrived = l->arrived > done ? l->arrived : 0;
	(void)pthread_mutex_unlock(&l->lock);
	return arrived;
}

/* The thread that syncs; what it returns is not NULL when that failed. */
static void *
settle_all(void *arg)
{
	struct limit *l = arg;
	struct err err = { 0 };
	size_t done = 0;

	while (wait_for(l, done) != 0) {
		size_t first = done > 0 ? l->ends[done - 1] : 0;

		if (settle(l, first, l->ends[done], &err) != 0)
			return l;
		done++;
	}
	return NULL;
}

static void
tell(struct limit *l, bool ending)
{
	(void)pthread_mutex_lock(&l->lock);
	if (ending)
		l->ending = true;
	else
		l->arrived++;
	(void)pthread_cond_signal(&l->moved);
	(void)pthread_mutex_unlock(&l->lock);
}

static int
reached(void *ctx, struct err *err)
{
	(void)err;
	tell(ctx, false);
	return 0;
}

static int
retrieve(struct pop3 *pop3, struct limit *l, const uint32_t *numbers, size_t n,
         struct err *err)
{
	struct pop3_check check = { .marks = l->ends,
		                    .mark_count = l->count,
		                    .reached = reached };
	const struct pop3_sink sink = { begin, data, end, l, &check };
	pthread_t thread;
	void *failed = NULL;
	int rc;

	if (pthread_create(&thread, NULL, settle_all, l) != 0)
		return -1;
	rc = pop3_retr(pop3, numbers, n, 0, &sink, err);
	tell(l, true);
	(void)pthread_join(thread, &failed);
	return failed == NULL ? rc : -1;
}

static int
fetch(struct pop3 *pop3, struct limit *l, struct err *err)
{
	struct pop3_listing list = { 0 };
	uint32_t *numbers;
	int rc;

	if (pop3_list(pop3, &list, err) != 0)
		return -1;
	numbers = xcalloc(list.n + 1, sizeof *numbers);
	l->ends = xcalloc(list.n / BATCH + 1, sizeof *l->ends);
	for (size_t i = 0; i < list.n; i++) {
		numbers[i] = list.v[i].number;
		if ((i + 1) % BATCH == 0 || i + 1 == list.n)
			l->ends[l->count++] = i + 1;
	}
	rc = list.n > 0 ? retrieve(pop3, l, numbers, list.n, err) : 0;
	free(l->ends);
	free(numbers);
	pop3_listing_release(&list);
	return rc;
}

int
main(int argc, char **argv)
{
	struct pop3_opts opts = { .host = "localhost",
		                  .tls = POP3_TLS_IMPLICIT,
		                  .timeout_ms = 60000,
		                  .cancel_fd = -1 };
	struct secret secret = { 0 };
	struct limit l = { .lock = PTHREAD_MUTEX_INITIALIZER,
		           .moved = PTHREAD_COND_INITIALIZER };
	struct err err = { 0 };
	struct str password;
	struct pop3 *pop3;
	int rc = -1;

	if (argc != 6)
		return 2;
	opts.port = (int)strtol(argv[1], NULL, 10);
	opts.user = argv[2];
	opts.ca_file = argv[4];
	opts.secret = &secret;
	str_init(&password, PASSWORD_MAX);
	str_init(&l.buffer, BUFFER);
	l.folder = open(argv[5], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fsx_read(argv[3], PASSWORD_MAX, &password, &err) == 0 &&
	    l.folder >= 0) {
		secret_set(&secret, password.p, password.n);
		pop3 = pop3_open(&opts, &err);
		rc = pop3 != NULL ? fetch(pop3, &l, &err) : -1;
		if (rc == 0)
			rc = pop3_quit(pop3, &err);
		pop3_close(&pop3);
	}
	str_release(&l.buffer);
	str_release(&password);
	secret_release(&secret);
	if (rc != 0)
		fprintf(stderr, "bench_limit: %s\n", err.text);
	return rc == 0 ? 0 : 1;
}
