/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A loopback listener: each connection gets a thread. */
#include "engine/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/array.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

struct visit {
	struct listener *listener;
	pthread_t thread;
	int fd;
};

struct listener {
	listener_serve *serve;
	void *ctx;
	int fd;
	int port;
	int stop[2]; /* [0] becomes readable when it is over */
	pthread_t thread;
	ARRAY(struct visit *) visits; /* the accepting thread's own */
};

static void *
serve_visit(void *arg)
{
	struct visit *v = arg;
	struct stream *s = stream_new_fd(v->fd, v->listener->stop[0]);

	v->listener->serve(v->listener->ctx, s);
	stream_close(&s);
	return NULL;
}

static void
take_visit(struct listener *l)
{
	int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
	struct visit *v;

	if (fd < 0)
		return;
	v = xcalloc(1, sizeof *v);
	v->listener = l;
	v->fd = fd;
	if (pthread_create(&v->thread, NULL, serve_visit, v) != 0) {
		close(fd);
		free(v);
		return;
	}
	array_add(&l->visits, v);
}

static void *
accept_all(void *arg)
{
	struct listener *l = arg;
	struct visit **v;

	for (;;) {
		struct pollfd p[2] = { { l->fd, POLLIN, 0 },
			               { l->stop[0], POLLIN, 0 } };

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		if (p[1].revents != 0)
			break;
		if (p[0].revents != 0)
			take_visit(l);
	}
	array_foreach(&l->visits, v) {
		pthread_join((*v)->thread, NULL);
		free(*v);
	}
	array_release(&l->visits);
	return NULL;
}

static int
listen_on_loopback(struct listener *l, struct err *err)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t size = sizeof to;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0 || bind(l->fd, (struct sockaddr *)&to, sizeof to) != 0 ||
	    listen(l->fd, 64) != 0 ||
	    getsockname(l->fd, (struct sockaddr *)&to, &size) != 0 ||
	    pipe2(l->stop, O_CLOEXEC) != 0)
		return err_sys(err, errno, _("cannot listen on loopback"));
	l->port = ntohs(to.sin_port);
	return 0;
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
listener_start(listener_serve *serve, void *ctx, struct err *err)
{
	struct listener *l = xcalloc(1, sizeof *l);
	int rc;

	l->serve = serve;
	l->ctx = ctx;
	l->stop[0] = -1;
	if (listen_on_loopback(l, err) != 0) {
		close_all(l);
		return NULL;
	}
	rc = pthread_create(&l->thread, NULL, accept_all, l);
	if (rc != 0) {
		err_sys(err, rc, _("cannot listen on loopback"));
		close_all(l);
		return NULL;
	}
	return l;
}

int
listener_port(const struct listener *l)
{
	return l->port;
}

void
listener_stop(struct listener **lp)
{
	struct listener *l;

	if (lp == NULL || *lp == NULL)
		return;
	l = *lp;
	if (fsx_pipe_put(l->stop[1]) != 0)
		abort(); /* an empty pipe of ours takes a byte */
	pthread_join(l->thread, NULL);
	close_all(l);
	*lp = NULL;
}
