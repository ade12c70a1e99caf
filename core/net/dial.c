/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connecting to a host by name, with deadline and cancel. */
/*
 * 1. getaddrinfo() has neither a deadline nor a way to stop it.  It runs in a
 *    thread of its own; who waits, waits on a pipe.  Whoever is last of the two
 *    frees the lookup: a thread that was given up ends by itself later.
 * 2. Addresses are tried in the resolver's order (RFC 6724), the next one when
 *    the former failed or kept silent for STAGGER_MS, all running on (RFC 8305
 *    without its caches): a dead IPv6 route costs a moment, not the timeout.
 */
#include "net/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef HAVE_LIBIDN2
# include <idn2.h>
#endif

#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define DEFAULT_TIMEOUT_MS 30000
/* RFC 8305, 5: the recommended delay between attempts. */
#define STAGGER_MS 250
/* Attempts running at once; hosts with more addresses are tried as room comes. */
#define RACERS_MAX 8

/* Names */

bool
dial_is_address(const char *host)
{
	unsigned char buf[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, buf) == 1 ||
	       inet_pton(AF_INET6, host, buf) == 1;
}

bool
dial_is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return slice_ieq_z(slice_of(host), "localhost");
}

char *
dial_ascii_host(const char *host, struct err *err)
{
	if (!utf8_has_8bit(host, strlen(host)))
		return xstrdup(host);
#ifdef HAVE_LIBIDN2
	{
		uint8_t *ascii = NULL;
		char *owned;

		if (idn2_lookup_u8((const uint8_t *)host, &ascii,
		                   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) ==
		    IDN2_OK) {
			owned = xstrdup((const char *)ascii);
			idn2_free(ascii);
			return owned;
		}
	}
#endif
	(void)err_set(err, ERR_NOHOST,
	              _("'%s' cannot be used as a host name; write it in its "
	                "'xn--' form"),
	              host);
	return NULL;
}

/* Lookup */

struct lookup {
	pthread_mutex_t lock;
	int users; /* guarded by lock; the last one frees */
	int pipe[2];
	char *host;
	char port[16];
	int status; /* getaddrinfo's; read after the pipe told */
	struct addrinfo *found;
};

static void
lookup_leave(struct lookup *l)
{
	int left;

	(void)pthread_mutex_lock(&l->lock);
	left = --l->users;
	(void)pthread_mutex_unlock(&l->lock);
	if (left > 0)
		return;
	if (l->found != NULL)
		freeaddrinfo(l->found);
	(void)close(l->pipe[0]);
	(void)close(l->pipe[1]);
	(void)pthread_mutex_destroy(&l->lock);
	free(l->host);
	free(l);
}

static void
lookup_run(struct lookup *l, int flags)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | flags,
	};

	l->status = getaddrinfo(l->host, l->port, &hints, &l->found);
	if (l->status != 0)
		l->found = NULL;
}

static void *
lookup_thread(void *arg)
{
	struct lookup *l = arg;

	lookup_run(l, AI_ADDRCONFIG);
	/* No address on this machine but loopback: ask again without.  Not when
	 * nobody answered: that takes as long again. */
	if (l->status != 0 && l->status != EAI_AGAIN)
		lookup_run(l, 0);
	/* The reader waits for one byte; a pipe has room for it.  Under the
	 * lock, which the reader takes before it looks at the result. */
	(void)pthread_mutex_lock(&l->lock);
	(void)fsx_pipe_put(l->pipe[1]);
	(void)pthread_mutex_unlock(&l->lock);
	lookup_leave(l);
	return NULL;
}

static struct lookup *
lookup_new(const char *host, int port, struct err *err)
{
	struct lookup *l = xcalloc(1, sizeof *l);

	l->host = dial_ascii_host(host, err);
	if (l->host == NULL) {
		free(l);
		return NULL;
	}
	if (pipe2(l->pipe, O_CLOEXEC) < 0) {
		(void)err_sys(err, errno, _("no pipe for the name lookup"));
		free(l->host);
		free(l);
		return NULL;
	}
	(void)snprintf(l->port, sizeof l->port, "%d", port);
	(void)pthread_mutex_init(&l->lock, NULL);
	l->users = 1;
	return l;
}

/* The thread takes no signals: they are the screen's. */
static int
lookup_start(struct lookup *l, struct err *err)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all;
	sigset_t old;
	int rc;

	l->users = 2;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &attr, lookup_thread, l);
	(void)pthread_attr_destroy(&attr);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return 0;
	l->users = 1;
	(void)err_sys(err, rc, _("no thread for the name lookup"));
	return -1;
}

static int
lookup_error(const char *host, int status, struct err *err)
{
	bool none = status == EAI_NONAME;

#ifdef EAI_NODATA
	none = none || status == EAI_NODATA;
#endif
	if (none)
		return err_set(err, ERR_NOHOST,
		               _("there is no host named '%s'"), host);
	return err_set(
		err, ERR_RETRY, _("the name '%s' could not be looked up: %s"),
		host,
		status == EAI_AGAIN
			? _("no name server could tell: is there a network?")
			: gai_strerror(status));
}

/* Fill l->found, at the latest by deadline_ms. */
static int
lookup_wait(struct lookup *l, const struct dial_opts *opts, int64_t deadline_ms,
            struct err *err)
{
	struct err why = { 0 };

	if (dial_is_address(l->host)) {
		lookup_run(l, AI_NUMERICHOST);
	} else {
		if (lookup_start(l, err) < 0)
			return -1;
		if (stream_wait_fd(l->pipe[0], POLLIN, opts->cancel_fd,
		                   deadline_ms, &why) < 0) {
			if (why.code == ERR_RETRY)
				return err_set(err, ERR_RETRY,
				               _("the name '%s' could not be "
				                 "looked up in time"),
				               opts->host);
			return err_set(err, why.code, "%s", why.text);
		}
	}
	/* What the thread wrote before the pipe is seen after taking its lock.
	 */
	(void)pthread_mutex_lock(&l->lock);
	(void)pthread_mutex_unlock(&l->lock);
	return l->status == 0 ? 0 : lookup_error(opts->host, l->status, err);
}

static int
deadline_of(const struct dial_opts *opts)
{
	return opts->timeout_ms > 0 ? opts->timeout_ms : DEFAULT_TIMEOUT_MS;
}

int
dial_look_up(const struct dial_opts *opts, struct dial_addresses *addresses_r,
             struct err *err)
{
	struct lookup *l = lookup_new(opts->host, opts->port, err);
	struct dial_addresses *to = addresses_r;
	int rc;

	to->n = 0;
	if (l == NULL)
		return -1;
	rc = lookup_wait(l, opts, clock_mono_ms() + deadline_of(opts), err);
	for (const struct addrinfo *a = rc == 0 ? l->found : NULL;
	     a != NULL && to->n < DIAL_ADDRESSES_MAX; a = a->ai_next) {
		struct dial_address *one = &to->v[to->n];

		one->v6 = a->ai_family == AF_INET6;
		if (getnameinfo(a->ai_addr, a->ai_addrlen, one->text,
		                sizeof one->text, NULL, 0, NI_NUMERICHOST) == 0)
			to->n++;
	}
	lookup_leave(l);
	return rc;
}

/* Connecting */

struct race {
	const struct addrinfo *next;
	struct pollfd fds[RACERS_MAX + 1]; /* the last: cancel */
	size_t n;
	int errnum; /* of the last attempt that failed */
};

static void
race_drop(struct race *r, size_t i)
{
	(void)close(r->fds[i].fd);
	r->fds[i] = r->fds[--r->n];
}

/* Start the next address.  Attempts that fail at once are skipped. */
static void
race_add(struct race *r)
{
	while (r->next != NULL && r->n < RACERS_MAX) {
		const struct addrinfo *a = r->next;
		int fd = socket(a->ai_family,
		                SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		r->next = a->ai_next;
		if (fd >= 0 && (connect(fd, a->ai_addr, a->ai_addrlen) == 0 ||
		                errno == EINPROGRESS)) {
			r->fds[r->n++] =
				(struct pollfd){ .fd = fd, .events = POLLOUT };
			return;
		}
		r->errnum = errno;
		if (fd >= 0)
			(void)close(fd);
	}
}

/* The first that is connected, taken out of the race; -1: none yet. */
static int
race_winner(struct race *r)
{
	size_t i = 0;

	while (i < r->n) {
		int problem = 0;
		socklen_t size = sizeof problem;
		int fd = r->fds[i].fd;

		if (r->fds[i].revents == 0) {
			i++;
			continue;
		}
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) < 0)
			problem = errno;
		if (problem == 0) {
			r->fds[i] = r->fds[--r->n];
			return fd;
		}
		r->errnum = problem;
		race_drop(r, i);
	}
	return -1;
}

/* Wait until something happens, the next may start, or the deadline. */
static int
race_wait(struct race *r, int cancel_fd, int64_t deadline_ms, struct err *err)
{
	int64_t left = deadline_ms - clock_mono_ms();
	bool more = r->next != NULL && r->n < RACERS_MAX;
	int n;

	if (left <= 0)
		return err_set(err, ERR_RETRY,
		               _("the connection could not be made in time"));
	if (more && left > STAGGER_MS)
		left = STAGGER_MS;
	r->fds[r->n] = (struct pollfd){ .fd = cancel_fd, .events = POLLIN };
	n = poll(r->fds, (nfds_t)r->n + 1, (int)left);
	if (n < 0 && errno != EINTR) {
		(void)err_sys(err, errno, _("waiting for the network failed"));
		return -1;
	}
	if (n > 0 && r->fds[r->n].revents != 0)
		return err_set(err, ERR_CANCELLED, _("cancelled"));
	if (n < 0)
		return 1;
	if (n == 0 && more)
		race_add(r);
	return n == 0 ? 1 : 0;
}

/* The connected descriptor, or -1. */
static int
race_run(struct race *r, const struct dial_opts *opts, int64_t deadline_ms,
         struct err *err)
{
	char words[128];
	int rc;

	for (;;) {
		int fd;

		if (r->n == 0)
			race_add(r);
		if (r->n == 0)
			break;
		rc = race_wait(r, opts->cancel_fd, deadline_ms, err);
		if (rc < 0)
			return -1;
		if (rc > 0)
			continue;
		fd = race_winner(r);
		if (fd >= 0)
			return fd;
	}
	return err_set(err, ERR_RETRY, _("no connection to %s port %d: %s"),
	               opts->host, opts->port,
	               strerror_r(r->errnum, words, sizeof words));
}

struct stream *
dial(const struct dial_opts *opts, struct err *err)
{
	int64_t deadline_ms = clock_mono_ms() + deadline_of(opts);
	struct lookup *l = lookup_new(opts->host, opts->port, err);
	struct race race = { 0 };
	int one = 1;
	int fd = -1;

	if (l == NULL)
		return NULL;
	if (lookup_wait(l, opts, deadline_ms, err) == 0) {
		race.next = l->found;
		fd = race_run(&race, opts, deadline_ms, err);
		while (race.n > 0)
			race_drop(&race, 0);
	}
	lookup_leave(l);
	if (fd < 0)
		return NULL;
	/* We gather our writes ourselves; failing costs only time. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return stream_new_fd(fd, opts->cancel_fd);
}
