/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection: buffers, lines, deadlines and cancelling over a backend. */
/*
 * 1. Every byte from the peer passes fill(), every byte to it push(): the only
 *    places that wait.  Both look for a cancel first, so a peer that always has
 *    something ready cannot outrun it.
 * 2. in.p[in.at .. in.n) is what was read and not used.  Slices given out point
 *    into it and live until the next call that may fill.
 * 3. Waiting is bounded three times: the deadline of the call, the whole line in
 *    stream_read_line(), and the rate floor, which only counts time spent
 *    waiting.  A flush starts a new floor: round trips of short commands are no
 *    slowness.
 * 4. What was handed to the network is counted by the backend's word: a write
 *    that fails sent nothing of its bytes that the peer could use.  A TLS record
 *    that is not complete cannot be read, and no write is larger than one.
 * 5. No signal: send() has MSG_NOSIGNAL.
 *
 * Rejected: stdio (no deadlines, blocking), an event loop (protocols read like
 * the RFC when they block, and there is one worker per account).
 */
#include "net/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/i18n.h"
#include "util/secret.h"
#include "util/str.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Four TLS records: large enough that a fill is rare beside its work. */
#define IN_SIZE  65536
#define OUT_SIZE 16384
/* A printed command: the longest is a base64 token of SECRET_MAX bytes. */
#define PRINT_MAX          65536
#define DEFAULT_TIMEOUT_MS 60000
#define RATE_WINDOW_MS     60000

struct stream {
	const struct stream_ops *ops;
	void *ctx;
	int fd;
	int cancel_fd;
	int timeout_ms;
	int min_rate;
	bool tls;
	uint64_t bytes_in;
	uint64_t written;
	uint64_t handed;
	/* The rate floor's window. */
	int64_t waited_ms;
	uint64_t window_bytes;

	struct {
		char *p;
		size_t at;
		size_t n;
		size_t cap;
	} in;

	struct {
		char *p;
		size_t n;
	} out;
};

/* Sockets */

struct socket_ctx {
	int fd;
	int cancel_fd;
};

static int
milliseconds_left(int64_t deadline_ms)
{
	int64_t left = deadline_ms - clock_mono_ms();

	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

int
stream_wait_fd(int fd, short events, int cancel_fd, int64_t deadline_ms,
               struct err *err)
{
	struct pollfd fds[2] = {
		{ .fd = fd, .events = events },
		{ .fd = cancel_fd, .events = POLLIN },
	};
	int n;

	do
		n = poll(fds, 2, milliseconds_left(deadline_ms));
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		(void)err_sys(err, errno, _("waiting for the network failed"));
		return -1;
	}
	if (fds[1].revents != 0)
		return err_set(err, ERR_CANCELLED, _("cancelled"));
	if (n == 0)
		return err_set(err, ERR_RETRY,
		               _("the server did not answer in time"));
	return 0;
}

/* The words for errno of a connection; every network error may pass. */
static ssize_t
socket_error(struct err *err, int errnum)
{
	char words[128];

	return err_set(err, ERR_RETRY, _("the connection was lost: %s"),
	               strerror_r(errnum, words, sizeof words));
}

static bool
would_block(int errnum)
{
#if EAGAIN != EWOULDBLOCK
	if (errnum == EWOULDBLOCK)
		return true;
#endif
	return errnum == EAGAIN;
}

static ssize_t
socket_read(void *ctx, void *p, size_t n, int64_t deadline_ms, struct err *err)
{
	const struct socket_ctx *c = ctx;

	for (;;) {
		ssize_t got = recv(c->fd, p, n, 0);

		if (got >= 0)
			return got;
		if (errno == EINTR)
			continue;
		if (!would_block(errno))
			return socket_error(err, errno);
		if (stream_wait_fd(c->fd, POLLIN, c->cancel_fd, deadline_ms,
		                   err) < 0)
			return -1;
	}
}

static ssize_t
socket_write(void *ctx, const void *p, size_t n, int64_t deadline_ms,
             struct err *err)
{
	const struct socket_ctx *c = ctx;

	for (;;) {
		ssize_t sent = send(c->fd, p, n, MSG_NOSIGNAL);

		if (sent >= 0)
			return sent;
		if (errno == EINTR)
			continue;
		if (!would_block(errno))
			return socket_error(err, errno);
		if (stream_wait_fd(c->fd, POLLOUT, c->cancel_fd, deadline_ms,
		                   err) < 0)
			return -1;
	}
}

static void
socket_close(void *ctx)
{
	struct socket_ctx *c = ctx;

	/* Nothing hangs on it: what counts was answered by the peer. */
	(void)close(c->fd);
	free(c);
}

static const struct stream_ops socket_ops = {
	.read = socket_read,
	.write = socket_write,
	.close = socket_close,
};

/* Life */

struct stream *
stream_new(const struct stream_ops *ops, void *ctx, int cancel_fd)
{
	struct stream *s = xcalloc(1, sizeof *s);

	s->ops = ops;
	s->ctx = ctx;
	s->fd = -1;
	s->cancel_fd = cancel_fd;
	s->timeout_ms = DEFAULT_TIMEOUT_MS;
	s->in.cap = IN_SIZE;
	s->in.p = xmalloc(s->in.cap);
	s->out.p = xmalloc(OUT_SIZE);
	return s;
}

struct stream *
stream_new_fd(int fd, int cancel_fd)
{
	struct socket_ctx *c = xcalloc(1, sizeof *c);
	struct stream *s;
	int flags = fcntl(fd, F_GETFL);

	/* Fails only for what is no descriptor; reading tells then. */
	if (flags >= 0)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	c->fd = fd;
	c->cancel_fd = cancel_fd;
	s = stream_new(&socket_ops, c, cancel_fd);
	s->fd = fd;
	return s;
}

void
stream_close(struct stream **sp)
{
	struct stream *s = *sp;

	if (s == NULL)
		return;
	*sp = NULL;
	s->ops->close(s->ctx);
	secret_wipe(s->out.p, s->out.n);
	free(s->in.p);
	free(s->out.p);
	free(s);
}

void
stream_set_timeout(struct stream *s, int timeout_ms, int min_rate)
{
	s->timeout_ms = timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS;
	s->min_rate = min_rate;
	s->waited_ms = 0;
	s->window_bytes = 0;
}

void
stream_get_backend(const struct stream *s, const struct stream_ops **ops_r,
                   void **ctx_r)
{
	*ops_r = s->ops;
	*ctx_r = s->ctx;
}

void
stream_set_backend(struct stream *s, const struct stream_ops *ops, void *ctx,
                   bool tls)
{
	s->ops = ops;
	s->ctx = ctx;
	s->tls = tls;
}

/* Reading */

static int
check_cancel(const struct stream *s, struct err *err)
{
	struct pollfd fd = { .fd = s->cancel_fd, .events = POLLIN };

	if (s->cancel_fd >= 0 && poll(&fd, 1, 0) > 0)
		return err_set(err, ERR_CANCELLED, _("cancelled"));
	return 0;
}

/* Count a wait of ms that brought n bytes; is the peer fast enough? */
static int
check_rate(struct stream *s, int64_t ms, size_t n, struct err *err)
{
	int64_t window_ms =
		s->timeout_ms < RATE_WINDOW_MS ? s->timeout_ms : RATE_WINDOW_MS;
	uint64_t least;

	s->waited_ms += ms;
	s->window_bytes += n;
	if (s->min_rate <= 0 || s->waited_ms < window_ms)
		return 0;
	least = (uint64_t)s->min_rate * (uint64_t)s->waited_ms / 1000;
	if (s->window_bytes < least)
		return err_set(err, ERR_RETRY,
		               _("the server sends too slowly"));
	s->waited_ms = 0;
	s->window_bytes = 0;
	return 0;
}

/* Room at the end of in, at least one byte. */
static void
make_room(struct stream *s)
{
	if (s->in.at == s->in.n) {
		s->in.at = s->in.n = 0;
	} else if (s->in.n == s->in.cap && s->in.at > 0) {
		s->in.n -= s->in.at;
		memmove(s->in.p, s->in.p + s->in.at, s->in.n);
		s->in.at = 0;
	} else if (s->in.n == s->in.cap) {
		/* Bounded: only lines grow it, and they have a maximum. */
		s->in.cap *= 2;
		s->in.p = xrealloc(s->in.p, s->in.cap);
	}
}

/* Read once more: 1, 0 end, -1. */
static int
fill(struct stream *s, int64_t deadline_ms, struct err *err)
{
	int64_t before;
	ssize_t got;

	if (check_cancel(s, err) < 0)
		return -1;
	make_room(s);
	before = clock_mono_ms();
	got = s->ops->read(s->ctx, s->in.p + s->in.n, s->in.cap - s->in.n,
	                   deadline_ms, err);
	if (got <= 0)
		return (int)got;
	s->in.n += (size_t)got;
	s->bytes_in += (uint64_t)got;
	if (check_rate(s, clock_mono_ms() - before, (size_t)got, err) < 0)
		return -1;
	return 1;
}

static int
line_too_long(size_t max, struct err *err)
{
	return err_set(err, ERR_LIMIT,
	               _("the server sent a line of more than %zu bytes"), max);
}

/* n: bytes of the line with its LF, which is there. */
static int
give_line(struct stream *s, size_t n, size_t max, struct slice *line_r,
          struct err *err)
{
	const char *p = s->in.p + s->in.at;

	s->in.at += n;
	n--;
	if (n > 0 && p[n - 1] == '\r')
		n--;
	if (n > max)
		return line_too_long(max, err);
	*line_r = slice_make(p, n);
	return 1;
}

int
stream_read_line(struct stream *s, size_t max, struct slice *line_r,
                 struct err *err)
{
	int64_t deadline_ms = 0;
	size_t seen = 0;

	for (;;) {
		const char *p = s->in.p + s->in.at;
		size_t n = s->in.n - s->in.at;
		const char *lf =
			n > seen ? memchr(p + seen, '\n', n - seen) : NULL;
		int rc;

		if (lf != NULL)
			return give_line(s, (size_t)(lf - p) + 1, max, line_r,
			                 err);
		if (n > max + 1)
			return line_too_long(max, err);
		seen = n;
		if (deadline_ms == 0)
			deadline_ms = clock_mono_ms() + s->timeout_ms;
		rc = fill(s, deadline_ms, err);
		if (rc < 0)
			return -1;
		if (rc == 0 && n == 0)
			return 0;
		if (rc == 0)
			return err_set(err, ERR_RETRY,
			               _("the connection was closed in the "
			                 "middle of a line"));
	}
}

int
stream_peek(struct stream *s, struct slice *data_r, struct err *err)
{
	if (s->in.at == s->in.n) {
		int rc = fill(s, clock_mono_ms() + s->timeout_ms, err);

		if (rc <= 0)
			return rc;
	}
	*data_r = slice_make(s->in.p + s->in.at, s->in.n - s->in.at);
	return 1;
}

void
stream_consume(struct stream *s, size_t n)
{
	size_t left = s->in.n - s->in.at;

	s->in.at += n < left ? n : left;
}

size_t
stream_buffered(const struct stream *s)
{
	return s->in.n - s->in.at;
}

/* Writing */

static int
push(struct stream *s, const char *p, size_t n, struct err *err)
{
	while (n > 0) {
		ssize_t sent;

		if (check_cancel(s, err) < 0)
			return -1;
		sent = s->ops->write(s->ctx, p, n,
		                     clock_mono_ms() + s->timeout_ms, err);
		if (sent < 0)
			return -1;
		p += sent;
		n -= (size_t)sent;
		s->handed += (uint64_t)sent;
	}
	return 0;
}

int
stream_flush(struct stream *s, struct err *err)
{
	size_t n = s->out.n;
	int rc;

	s->waited_ms = 0;
	s->window_bytes = 0;
	if (n == 0)
		return 0;
	rc = push(s, s->out.p, n, err);
	secret_wipe(s->out.p, n);
	s->out.n = 0;
	return rc;
}

int
stream_write(struct stream *s, const void *p, size_t n, struct err *err)
{
	s->written += n;
	if (n > OUT_SIZE - s->out.n && stream_flush(s, err) < 0)
		return -1;
	if (n > OUT_SIZE)
		return push(s, p, n, err);
	if (n > 0)
		memcpy(s->out.p + s->out.n, p, n);
	s->out.n += n;
	return 0;
}

int
stream_printf(struct stream *s, struct err *err, const char *fmt, ...)
{
	struct str text;
	va_list ap;
	int rc;

	str_init(&text, PRINT_MAX);
	va_start(ap, fmt);
	str_vprintf(&text, fmt, ap);
	va_end(ap);
	if (text.full)
		rc = err_set(err, ERR_LIMIT, _("a command is too long"));
	else
		rc = stream_write(s, text.p, text.n, err);
	str_release(&text);
	return rc;
}

uint64_t
stream_written(const struct stream *s)
{
	return s->written;
}

uint64_t
stream_handed(const struct stream *s)
{
	return s->handed;
}

uint64_t
stream_bytes_in(const struct stream *s)
{
	return s->bytes_in;
}

int
stream_fd(const struct stream *s)
{
	return s->fd;
}

bool
stream_is_tls(const struct stream *s)
{
	return s->tls;
}

int
stream_cancel_fd(const struct stream *s)
{
	return s->cancel_fd;
}
