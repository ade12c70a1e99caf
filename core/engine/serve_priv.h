/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the server share. */
#ifndef ENGINE_SERVE_PRIV_H
#define ENGINE_SERVE_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/listener.h"
#include "engine/serve.h"
#include "engine/serve_text.h"
#include "proto/pop3_server.h"
#include "store/served.h"
#include "util/array.h"

struct serve_door {
	struct serve *v;
	struct listener *listener;
	char *host;
	enum serve_tls tls;
};

/* Written by serve_start only, but for what is said. */
struct serve {
	struct paths paths; /* strings owned */
	char *user;
	char *cert, *key;
	unsigned folders; /* bits */
	int days;
	enum serve_delete on_delete;
	struct serve_password password;
	ARRAY(char *) accounts;
	ARRAY(struct serve_door *) doors;
	void (*report)(void *ctx, const struct serve_report *r);
	void *ctx;
	int login_delay_ms;
	atomic_uint wrong;       /* logins since the last right one */
	pthread_mutex_t telling; /* report() */
	pthread_mutex_t looking; /* a password is compared: one at a time */
	pthread_mutex_t lock;
	bool busy; /* under lock: the mailbox, where no file can be locked */
};

/* One connection: ctx of serve_maildrop. */
struct serve_session {
	struct serve *v;
	struct store *store; /* after login */
	struct served *list;
	size_t n;
	int locks[2]; /* files, -1 */
	bool has_busy;
	struct serve_text text;
	char *user; /* as it logged in */
	unsigned wrong;
	uint64_t given, deleted;
};

extern const struct maildrop_ops serve_maildrop;

#endif
