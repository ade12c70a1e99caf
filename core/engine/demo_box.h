/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mailboxes of the demo's servers, shared by their threads. */
#ifndef ENGINE_DEMO_BOX_H
#define ENGINE_DEMO_BOX_H

#include <pthread.h>

#include "proto/pop3_server.h"
#include "util/array.h"
#include "util/err.h"

/* One message on the server. */
struct demo_mail {
	char *bytes; /* CRLF */
	size_t n;
	unsigned serial; /* makes its UIDL */
};

/* Everything under lock. */
struct demo_box {
	pthread_mutex_t lock;
	const char *name;  /* of the account */
	const char *title; /* full name of its user */
	const char *address;
	const char *password;
	ARRAY(struct demo_mail) mails;
	unsigned serials;
	bool busy; /* a POP3 session has it */
};

void demo_box_init(struct demo_box *b, const char *name, const char *title,
                   const char *address);
void demo_box_release(struct demo_box *b);
/* A copy of the bytes goes in; LF becomes CRLF, @DATE-N@ a date. */
void demo_box_add(struct demo_box *b, struct slice bytes);
/* The sample mail of account b->name from the shipped folder. */
int demo_box_fill(struct demo_box *b, const char *folder, struct err *err);

/* A POP3 session on one of n boxes: ctx of demo_maildrop. */
struct demo_session {
	struct demo_box *boxes;
	size_t n;
	struct demo_box *open; /* after login */
	size_t count;
	struct slice reading; /* what is left of the open message */
};

extern const struct maildrop_ops demo_maildrop;

#endif
