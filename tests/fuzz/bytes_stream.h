/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream whose peer says given bytes and hears everything. */
#ifndef TESTS_FUZZ_BYTES_STREAM_H
#define TESTS_FUZZ_BYTES_STREAM_H

#include <stdlib.h>
#include <string.h>

#include "net/stream.h"
#include "util/str.h"
#include "util/xalloc.h"

/* linewise: a read gives one line at most, as a peer that waits its turn. */
struct bytes {
	struct slice rest;
	bool linewise;
	struct str *heard; /* NULL: dropped */
};

static inline ssize_t
bytes_read(void *ctx, void *p, size_t n, int64_t deadline_ms, struct err *err)
{
	struct bytes *b = ctx;
	size_t give = b->rest.n;

	(void)deadline_ms;
	(void)err;
	if (b->linewise) {
		size_t lf = slice_find(b->rest, '\n');

		give = lf < b->rest.n ? lf + 1 : b->rest.n;
	}
	if (give > n)
		give = n;
	if (give > 0)
		memcpy(p, b->rest.p, give);
	b->rest = slice_from(b->rest, give);
	return (ssize_t)give;
}

static inline ssize_t
bytes_write(void *ctx, const void *p, size_t n, int64_t deadline_ms,
            struct err *err)
{
	struct bytes *b = ctx;

	(void)deadline_ms;
	(void)err;
	if (b->heard != NULL)
		str_add(b->heard, p, n);
	return (ssize_t)n;
}

static inline void
bytes_close(void *ctx)
{
	free(ctx);
}

static inline struct stream *
bytes_stream(struct slice what, bool linewise, struct str *heard)
{
	static const struct stream_ops ops = { bytes_read, bytes_write,
		                               bytes_close };
	struct bytes *b = xcalloc(1, sizeof *b);

	b->rest = what;
	b->linewise = linewise;
	b->heard = heard;
	return stream_new(&ops, b, -1);
}

#endif
