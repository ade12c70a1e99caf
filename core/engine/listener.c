/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A listener: each connection gets a thread. */
/*
 * The accepting thread owns the visits: it starts their threads, and joins those
 * that have ended before it takes another.
 */
#include "engine/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/array.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Out of descriptors or memory: others may give some back. */
#define STARVED_MS 100

struct visit {
	struct listener *listener;
	pthread_t thread;
	int fd;
	char peer[NI_MAXHOST]; /* its address */
	atomic_bool over;
};

struct listener {
	listener_serve *serve;
	void *ctx;
	size_t visits_max;
	const char *full;
	int fd;
	int port;
	bool loopback;
	int stop[2]; /* [0] becomes readable when it is over */
	bool going;
	pthread_t thread;
	ARRAY(struct visit *) visits; /* the accepting thread's own */
};

static void *
serve_visit(void *arg)
{
	struct visit *v = arg;
	struct stream *s = stream_new_fd(v->fd, v->listener->stop[0]);

	v->listener->serve(v->listener->ctx, s, v->peer);
	stream_close(&s);
	atomic_store(&v->over, true);
	return NULL;
}

static void
join(struct visit *v)
{
	(void)pthread_join(v->thread, NULL); /* it is ours */
	free(v);
}

static void
join_ended(struct listener *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->visits.n; i++) {
		struct visit *v = l->visits.v[i];

		if (atomic_load(&v->over))
			join(v);
		else
			l->visits.v[kept++] = v;
	}
	l->visits.n = kept;
}

static void
turn_away(const struct listener *l, int fd)
{
	/* Whoever does not take it at once does without. */
	if (l->full != NULL)
		(void)send(fd, l->full, strlen(l->full),
		           MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void
name_peer(struct visit *v, const struct sockaddr_storage *from, socklen_t size)
{
	if (getnameinfo((const struct sockaddr *)from, size, v->peer,
	                sizeof v->peer, NULL, 0, NI_NUMERICHOST) != 0)
		(void)snprintf(v->peer, sizeof v->peer, "?");
}

/* false: not now, for want of descriptors, memory or threads. */
static bool
take_visit(struct listener *l)
{
	struct sockaddr_storage from;
	socklen_t size = sizeof from;
	int fd = accept4(l->fd, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);
	struct visit *v;

	if (fd < 0)
		return errno != EMFILE && errno != ENFILE && errno != ENOBUFS &&
		       errno != ENOMEM;
	join_ended(l);
	if (l->visits_max > 0 && l->visits.n >= l->visits_max) {
		turn_away(l, fd);
		return true;
	}
	v = xcalloc(1, sizeof *v);
	v->listener = l;
	v->fd = fd;
	name_peer(v, &from, size);
	if (pthread_create(&v->thread, NULL, serve_visit, v) != 0) {
		turn_away(l, fd);
		free(v);
		return false;
	}
	array_add(&l->visits, v);
	return true;
}

static void *
accept_all(void *arg)
{
	struct listener *l = arg;
	struct visit **v;
	bool starved = false;

	for (;;) {
		struct pollfd p[2] = { { l->stop[0], POLLIN, 0 },
			               { l->fd, POLLIN, 0 } };
		int n = poll(p, starved ? 1 : 2, starved ? STARVED_MS : -1);

		if ((n < 0 && errno != EINTR) || (n > 0 && p[0].revents != 0))
			break;
		starved = n > 0 && p[1].revents != 0 && !take_visit(l);
	}
	array_foreach(&l->visits, v)
		join(*v);
	array_release(&l->visits);
	return NULL;
}

static bool
is_loopback(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)a;

		return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	if (a->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const void *)a;

		return IN6_IS_ADDR_LOOPBACK(&in->sin6_addr);
	}
	return false;
}

/* 0, or -1 with errno. */
static int
listen_at(struct listener *l, const struct addrinfo *to)
{
	struct sockaddr_storage at;
	socklen_t size = sizeof at;
	int yes = 1;

	l->fd = socket(to->ai_family,
	               to->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return -1;
	/* Connections of a server before us may still be fading. */
	(void)setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(l->fd, to->ai_addr, to->ai_addrlen) != 0 ||
	    listen(l->fd, 64) != 0 ||
	    getsockname(l->fd, (struct sockaddr *)&at, &size) != 0) {
		int errnum = errno;

		close(l->fd);
		l->fd = -1;
		errno = errnum;
		return -1;
	}
	l->loopback = is_loopback((const struct sockaddr *)&at);
	l->port = ntohs(at.ss_family == AF_INET6
	                        ? ((struct sockaddr_in6 *)&at)->sin6_port
	                        : ((struct sockaddr_in *)&at)->sin_port);
	return 0;
}

static int
listen_on(struct listener *l, const struct listener_opts *o, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		                  .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *all = NULL;
	const struct addrinfo *to;
	bool any = strcmp(o->host, "*") == 0;
	char port[16];
	int rc = -1;

	(void)snprintf(port, sizeof port, "%d", o->port);
	rc = getaddrinfo(any ? NULL : o->host, port, &hints, &all);
	if (rc != 0)
		return err_set(err, ERR_NOHOST,
		               _("there is no host '%s' here: %s"), o->host,
		               gai_strerror(rc));
	rc = -1;
	for (to = all; to != NULL && rc != 0; to = to->ai_next)
		rc = listen_at(l, to);
	if (rc != 0)
		rc = err_sys(err, errno, _("cannot listen on %s, port %d"),
		             o->host, o->port);
	freeaddrinfo(all);
	return rc;
}

static void
close_all(struct listener *l)
{
	if (l->fd >= 0)
		close(l->fd);
	if (l->stop[0] >= 0) {
		close(l->stop[0]);
		close(l->stop[1]);
	}
	free(l);
}

struct listener *
listener_open(const struct listener_opts *opts, struct err *err)
{
	struct listener *l = xcalloc(1, sizeof *l);
	int rc;

	l->serve = opts->serve;
	l->ctx = opts->ctx;
	l->visits_max = opts->visits_max;
	l->full = opts->full;
	l->fd = -1;
	l->stop[0] = -1;
	rc = listen_on(l, opts, err);
	if (rc == 0 && pipe2(l->stop, O_CLOEXEC) != 0) {
		l->stop[0] = -1;
		rc = err_sys(err, errno, _("cannot listen on %s, port %d"),
		             opts->host, opts->port);
	}
	if (rc != 0) {
		close_all(l);
		return NULL;
	}
	return l;
}

int
listener_go(struct listener *l, struct err *err)
{
	if (pthread_create(&l->thread, NULL, accept_all, l) != 0)
		return err_set(err, ERR_RETRY, _("cannot start a thread"));
	l->going = true;
	return 0;
}

struct listener *
listener_start(listener_serve *serve, void *ctx, struct err *err)
{
	const struct listener_opts opts = { .host = "127.0.0.1",
		                            .serve = serve,
		                            .ctx = ctx };
	struct listener *l = listener_open(&opts, err);

	if (l != NULL && listener_go(l, err) != 0)
		listener_stop(&l);
	return l;
}

int
listener_port(const struct listener *l)
{
	return l->port;
}

bool
listener_is_loopback(const struct listener *l)
{
	return l->loopback;
}

void
listener_stop(struct listener **lp)
{
	struct listener *l;

	if (lp == NULL || *lp == NULL)
		return;
	l = *lp;
	if (l->going) {
		if (fsx_pipe_put(l->stop[1]) != 0)
			abort(); /* an empty pipe of ours takes a byte */
		pthread_join(l->thread, NULL);
	}
	close_all(l);
	*lp = NULL;
}
