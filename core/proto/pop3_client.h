/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POP3 client (RFC 1939, 2449, 2595, 5034): blocking, sequential, pipelined where offered. */
#ifndef PROTO_POP3_CLIENT_H
#define PROTO_POP3_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/sasl.h"
#include "net/stream.h"
#include "net/tls.h"
#include "proto/watch.h"
#include "util/arena.h"
#include "util/str.h"

enum pop3_tls {
	POP3_TLS_IMPLICIT,
	POP3_TLS_STLS,
	POP3_TLS_NONE
};

struct pop3_opts {
	const char *host;
	int port;
	enum pop3_tls tls;
	const char *ca_file;
	const char *pin;
	const char *user;
	const struct secret *secret; /* NULL, with look alone: none */
	enum sasl_mech mech; /* SASL_NONE: the best of what is offered */
	bool apop; /* log in by APOP and by nothing else; mech is not looked at */
	sasl_prepare_fn *prepare; /* for SCRAM; may be NULL */
	bool list; /* pop3_list comes next: ask for it with STAT, or leave STAT
	            * to it where they cannot be asked together */
	bool look; /* end where the login would come: only pop3_close is next */
	const struct watch *watch; /* may be NULL */
	int *delay_r; /* may be NULL; set to pop3_login_delay, also when the
	               * server refuses to let us in */
	int timeout_ms;
	int cancel_fd;
};

struct pop3;

enum pop3_capa {
	POP3_CAPA_TOP = 1,
	POP3_CAPA_UIDL = 2,
	POP3_CAPA_PIPELINING = 4,
	POP3_CAPA_STLS = 8,
	POP3_CAPA_USER = 16,
	POP3_CAPA_RESP_CODES = 32,
	POP3_CAPA_UTF8 = 64,
	POP3_CAPA_SASL = 128,
	POP3_CAPA_ASKED = 256, /* the server knows CAPA */
};

/* One message of the listing. */
struct pop3_item {
	uint32_t number;
	uint64_t size; /* a hint only; 0 unknown */
	char *uidl;    /* owned by the listing; NULL when there is none that is
	                * usable: hash the message instead */
};

/* In order of number, each number once. */
struct pop3_listing {
	struct pop3_item *v;
	size_t n;
	struct arena arena; /* holds the uidls */
	bool no_uidl;       /* UIDL was refused */
	size_t uidl_empty;  /* lines of UIDL with none */
	size_t uidl_odd; /* and with one too long, or with control characters */
};

/* Connect, TLS, log in, STAT.  NULL with err: ERR_AUTH only when the secret was
 * rejected (not [IN-USE], [SYS/TEMP], a closed connection). */
struct pop3 *pop3_open(const struct pop3_opts *opts, struct err *err);
/* The same over a stream that is open already (tests); takes s.  TLS by opts. */
struct pop3 *pop3_open_stream(struct stream *s, const struct pop3_opts *opts,
                              struct err *err);
unsigned pop3_capa(const struct pop3 *p);
int pop3_login_delay(const struct pop3 *p); /* seconds, 0 none */
const struct tls_info *pop3_tls_info(const struct pop3 *p); /* NULL: plain */
void pop3_stat(const struct pop3 *p, uint64_t *count_r, uint64_t *bytes_r);
/* UIDL and LIST; release with pop3_listing_release. */
int pop3_list(struct pop3 *p, struct pop3_listing *listing_r, struct err *err);
void pop3_listing_release(struct pop3_listing *l);

/* Where a message's bytes go, dot-stuffing undone, CRLF kept.  Return -1 with
 * err to stop: the connection cannot be used after.  Each begin has one end,
 * also when the server refuses the message; but when pop3_retr returns -1 in
 * the middle of a message, there is none: forget what has begun. */
struct pop3_sink {
	int (*begin)(void *ctx, size_t index, struct err *err);
	int (*data)(void *ctx, const char *p, size_t n, struct err *err);
	/* ok: complete; else why (the server's -ERR): go on with the next. */
	int (*end)(void *ctx, size_t index, bool ok, const struct err *why,
	           struct err *err);
	void *ctx;
	struct pop3_check *check; /* may be NULL */
};

/*
 * Does this number still name this message, after all that was asked for?  Some
 * servers close the gap at once when another client deletes.  It costs no round
 * trip when the server takes PIPELINING.
 *
 * With marks it is asked several times on the way, and the pipe stays full: after
 * the first marks[0] messages, after marks[1] of them and so on, in ascending
 * order.  What is passed is told by reached.  From one that is not passed on
 * nothing more is asked for; what is under way already comes to the sink, and
 * answered tells where it ended.
 */
struct pop3_check {
	uint32_t number;
	const char *uidl; /* NULL: nothing is asked, the marks are passed */
	bool same; /* set; false also when the server does not answer it */
	const size_t *marks; /* NULL: one, at the end */
	size_t mark_count;
	int (*reached)(void *ctx, struct err *err); /* ctx is the sink's */
	/* A mark's answer is waited for and nothing else is under way; NULL: not
	 * to be told. */
	int (*waiting)(void *ctx, struct err *err);
	size_t answered; /* set: messages */
};

/*
 * RETR each of numbers[0..n), in that order, pipelined when CAPA offers it.
 * max_size: a longer message ends the connection with ERR_LIMIT (0: none).
 * index of the sink's calls counts into numbers.
 */
int pop3_retr(struct pop3 *p, const uint32_t *numbers, size_t n,
              uint64_t max_size, const struct pop3_sink *sink, struct err *err);
/* The same with TOP number 0: the headers.  More than max_size bytes of one are
 * left out. */
int pop3_heads(struct pop3 *p, const uint32_t *numbers, size_t n,
               size_t max_size, const struct pop3_sink *sink, struct err *err);
/* TOP number lines; appended to out (its max holds). */
int pop3_top(struct pop3 *p, uint32_t number, unsigned lines, struct str *out,
             struct err *err);
/* DELE each; refused_r (may be NULL) counts -ERR answers. */
int pop3_dele(struct pop3 *p, const uint32_t *numbers, size_t n,
              size_t *refused_r, struct err *err);
/* QUIT: 0 when the server said yes; deletes count only then. */
int pop3_quit(struct pop3 *p, struct err *err);
/* QUIT without waiting for its answer: where nothing was deleted and nothing
 * depends on it, that is a round trip for nothing.  Only pop3_close may follow. */
void pop3_leave(struct pop3 *p);
/* Close without QUIT if still open: deletes are undone by the server. */
void pop3_close(struct pop3 **p);

#endif
