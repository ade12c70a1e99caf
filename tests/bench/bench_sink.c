/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An SMTP server that takes mail and forgets it; one session after the other. */
/*
 * usage: bench_sink [-p] [-c] [-a]
 *
 * Says its port on the first line.  -p: without PIPELINING, -c: without
 * CHUNKING, -a: without a login.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/smtp_sink.h"

#include "util/banned.h"

static int
forget(void *ctx, struct slice from, const struct slice *rcpt,
       size_t rcpt_count, struct slice data)
{
	(void)ctx;
	(void)from;
	(void)rcpt;
	(void)rcpt_count;
	(void)data;
	return 0;
}

static bool
let_in(void *ctx, struct slice user, struct slice password)
{
	(void)ctx;
	(void)user;
	(void)password;
	return true;
}

static int
listen_here(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) != 0 ||
	    listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		return -1;
	printf("%d\n", ntohs(at.sin_port));
	(void)fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	struct smtp_sink_opts opts = { .message = forget, .login = let_in };
	int listener = listen_here();
	int fd;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-p") == 0)
			opts.without |= SMTP_EXT_PIPELINING;
		if (strcmp(argv[i], "-c") == 0)
			opts.without |= SMTP_EXT_CHUNKING;
		if (strcmp(argv[i], "-a") == 0)
			opts.login = NULL;
	}
	while (listener >= 0 && (fd = accept(listener, NULL, NULL)) >= 0) {
		struct stream *s;
		struct err err = { 0 };
		int on = 1;

		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		s = stream_new_fd(fd, -1);
		if (smtp_sink_run(s, &opts, &err) != 0)
			(void)fprintf(stderr, "%s\n", err.text);
		stream_close(&s);
	}
	return 1;
}
