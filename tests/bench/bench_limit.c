/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least a fetch can do and be durable: every message into a file, one sync
 * for each batch.  usage: bench_limit PORT USER PASSWORD-FILE CA FOLDER */
#include <fcntl.h>
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
	size_t first; /* index of the batch's first message */
	struct str buffer;
};

static void
name_of(const struct limit *l, size_t index, const char *end, char out[32])
{
	(void)snprintf(out, 32, "%zu%s", l->first + index, end);
}

static int
begin(void *ctx, size_t index, struct err *err)
{
	struct limit *l = ctx;
	char name[32];

	name_of(l, index, ".tmp", name);
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
settle(const struct limit *l, size_t n, struct err *err)
{
	if (syncfs(l->folder) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		char from[32];
		char to[32];

		name_of(l, i, ".tmp", from);
		name_of(l, i, "", to);
		if (renameat(l->folder, from, l->folder, to) != 0)
			return -1;
	}
	return fsx_fsync(l->folder, "folder", err);
}

static int
fetch(struct pop3 *pop3, struct limit *l, struct err *err)
{
	const struct pop3_sink sink = { begin, data, end, l, NULL };
	struct pop3_listing list = { 0 };
	int rc = pop3_list(pop3, &list, err);

	for (l->first = 0; rc == 0 && l->first < list.n; l->first += BATCH) {
		uint32_t numbers[BATCH];
		size_t n = 0;

		while (n < BATCH && l->first + n < list.n) {
			numbers[n] = list.v[l->first + n].number;
			n++;
		}
		rc = pop3_retr(pop3, numbers, n, 0, &sink, err);
		if (rc == 0)
			rc = settle(l, n, err);
	}
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
	struct limit l = { 0 };
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
