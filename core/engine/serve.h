/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stored mail given out to other programs over POP3. */
#ifndef ENGINE_SERVE_H
#define ENGINE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/paths.h"
#include "conf/serve.h"
#include "util/err.h"

/* What a connection did; strings are borrowed for the call, and come from
 * outside: clean them. */
struct serve_report {
	const char *peer;  /* address */
	const char *user;  /* that logged in; "" nobody did */
	unsigned wrong;    /* logins */
	uint64_t messages; /* in the mailbox */
	uint64_t given;    /* RETR and TOP */
	uint64_t deleted;
	uint64_t bytes;        /* all that was sent */
	const struct err *err; /* code ERR_NONE: it said goodbye */
};

struct serve_opts {
	const struct paths *paths;
	const struct serve_conf *conf;
	const struct serve_password *password;
	/* Names of accounts; none: all of the mailbox. */
	const char *const *accounts;
	size_t account_count;
	/* Called by the threads of connections, one at a time; may be NULL. */
	void (*report)(void *ctx, const struct serve_report *r);
	void *ctx;
	int login_delay_ms; /* as pop3_server_opts; tests */
};

struct serve;

/*
 * Listen on all addresses of conf and serve until serve_stop.  Everything is
 * copied.
 *
 * NULL: ERR_CONFIG (an address that others can reach without a certificate, a
 * certificate that is none, a folder that is not served), ERR_IO (a port that is
 * taken, the store cannot be opened).
 */
struct serve *serve_start(const struct serve_opts *opts, struct err *err);
/* Ends all sessions; what is being deleted at a QUIT is finished. */
void serve_stop(struct serve **v);

/* The addresses as they are: 0, or -1 when there is no i-th. */
struct serve_address {
	const char *host; /* borrowed from v */
	int port;
	enum serve_tls tls; /* not ANY */
	bool loopback;
};

int serve_address(const struct serve *v, size_t i, struct serve_address *a_r);

#endif
