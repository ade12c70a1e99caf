/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection: read, write, lines with a cap, deadline and cancel on every call. */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/err.h"
#include "util/slice.h"

struct stream;

/* The backend of a stream: sockets, TLS, tests' scripts. */
struct stream_ops {
	/* > 0 bytes, 0 end, -1 with err (ERR_RETRY timeout or reset,
	 * ERR_CANCELLED).  deadline_ms is clock_mono_ms time. */
	ssize_t (*read)(void *ctx, void *p, size_t n, int64_t deadline_ms,
	                struct err *err);
	ssize_t (*write)(void *ctx, const void *p, size_t n,
	                 int64_t deadline_ms, struct err *err);
	void (*close)(void *ctx);
};

/* Takes ctx; returns owned.  cancel_fd: readable means cancel; -1: none. */
struct stream *stream_new(const struct stream_ops *ops, void *ctx,
                          int cancel_fd);
/* Takes fd, a connected socket (non-blocking is set). */
struct stream *stream_new_fd(int fd, int cancel_fd);
/* What was written but not flushed is dropped. */
void stream_close(struct stream **s);

/* Idle time allowed per call, ms (default 60000), and for slow senders the
 * least bytes per second over a minute (0: no floor) or over timeout_ms when
 * that is shorter; counted from the last flush.  One line of
 * stream_read_line must be complete within timeout_ms. */
void stream_set_timeout(struct stream *s, int timeout_ms, int min_rate);

/* Next line without CRLF or LF, valid until the next call.  1 line, 0 clean
 * end, -1 err (ERR_LIMIT when longer than max). */
int stream_read_line(struct stream *s, size_t max, struct slice *line_r,
                     struct err *err);
/* Whatever is there, at least one byte: slice valid until the next call.
 * 1, 0 end, -1.  stream_consume tells how much of it was used. */
int stream_peek(struct stream *s, struct slice *data_r, struct err *err);
void stream_consume(struct stream *s, size_t n);
/* Bytes read from the peer but not consumed (must be 0 before TLS starts). */
size_t stream_buffered(const struct stream *s);
/* Buffered write; stream_flush sends.  A secret that was written is wiped from
 * the buffer once it is sent. */
int stream_write(struct stream *s, const void *p, size_t n, struct err *err);
int stream_printf(struct stream *s, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int stream_flush(struct stream *s, struct err *err);
uint64_t stream_bytes_in(const struct stream *s);
/* Bytes given to stream_write, and those of them that the network took: what is
 * above them the peer cannot have (for writes of at most 16384 bytes). */
uint64_t stream_written(const struct stream *s);
uint64_t stream_handed(const struct stream *s);
int stream_fd(const struct stream *s); /* -1 for scripts */
bool stream_is_tls(const struct stream *s);
int stream_cancel_fd(const struct stream *s);

/* For tls.c: the backend under the buffers, and another in its place, which
 * takes over the closing of the former one. */
void stream_get_backend(const struct stream *s, const struct stream_ops **ops_r,
                        void **ctx_r);
void stream_set_backend(struct stream *s, const struct stream_ops *ops,
                        void *ctx, bool tls);

/* Wait until fd has one of the poll(2) events.  deadline_ms is clock_mono_ms
 * time.  0, or -1: ERR_RETRY at the deadline, ERR_CANCELLED. */
int stream_wait_fd(int fd, short events, int cancel_fd, int64_t deadline_ms,
                   struct err *err);

#endif
