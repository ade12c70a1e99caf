/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the POP3 client share. */
#ifndef PROTO_POP3_CLIENT_PRIV_H
#define PROTO_POP3_CLIENT_PRIV_H

#include "proto/pop3_client.h"
#include "proto/pop3_reply.h"

/* RFC 1939: 512; some say more.  Larger is no status line. */
#define POP3_REPLY_MAX 8192

struct pop3 {
	struct stream *s;
	const struct pop3_opts *opts; /* only while opening */
	int timeout_ms;
	unsigned capa;
	unsigned sasl; /* 1 << enum sasl_mech for those offered */
	int login_delay;
	bool broken;    /* in an unknown state: nothing can be asked any more */
	bool deleted;   /* a DELE was accepted */
	bool listing;   /* UIDL is asked for already, with PIPELINING LIST */
	bool uncounted; /* no STAT yet: the listing shows whether we are in */
	bool has_tls;
	struct tls_info tls;
	char *timestamp; /* of the greeting, for APOP; NULL: none usable */
	uint64_t count;
	uint64_t bytes;
};

/* Append a command, "\r\n" added; not flushed. */
int pop3_command(struct pop3 *p, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Before a command while no answer is owed: is nothing here that nobody asked for?
 * An answer too many would be taken for the next command's, and so on. */
int pop3_in_step(struct pop3 *p, struct err *err);
/* The next status line.  0, or -1 when there is none. */
int pop3_read_reply(struct pop3 *p, struct pop3_reply *reply_r,
                    struct err *err);
/* Flush, then the next status line. */
int pop3_ask(struct pop3 *p, struct pop3_reply *reply_r, struct err *err);
/* The next line of a multi-line answer: 1, 0 at the dot, -1. */
int pop3_read_more(struct pop3 *p, struct slice *line_r, struct err *err);
/* Set code and text, with the server's words beside. */
int pop3_refused(const struct pop3_reply *reply, struct err *err,
                 enum err_code code, const char *text);
/* Watch for a peer that drips, or no longer. */
void pop3_want_speed(struct pop3 *p, bool want);

/* The timestamp of a greeting (RFC 1939, 7); owned.  NULL when there is none or
 * it is no message identifier as RFC 5322, 3.6.4 has it: a server that may choose
 * any bytes can find out the password (CVE-2007-1558). */
char *pop3_timestamp(struct slice greeting);
int pop3_login(struct pop3 *p, struct err *err);
/* The answer to a STAT that was asked for; token: its refusal may be of that. */
int pop3_read_stat(struct pop3 *p, bool token, struct err *err);

#endif
