/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the SMTP client share. */
#ifndef PROTO_SMTP_CLIENT_PRIV_H
#define PROTO_SMTP_CLIENT_PRIV_H

#include "proto/smtp_client.h"
#include "proto/smtp_reply.h"

struct smtp {
	struct stream *s;
	struct smtp_reply reply; /* the last one read */
	int timeout_ms;
	int64_t turn_ms;     /* the quickest turn; -1: there was none */
	unsigned ext;        /* enum smtp_ext */
	unsigned mechs;      /* bits 1 << enum sasl_mech */
	struct str offered;  /* the AUTH line's words, for messages */
	uint64_t size_limit; /* 0: none told */
	bool broken;         /* out of step or lost: no QUIT */
	bool dirty;          /* a transaction was begun and not ended */
	bool no_chunking;
	bool bdat_works; /* a BDAT of this connection was answered 250 */
	bool bdat_refused;
	bool quitting;             /* QUIT was written behind the last mail */
	const struct watch *watch; /* only while opening */
	bool has_tls;
	struct tls_info tls;
};

/* Read the reply of the oldest command.  0, or -1 and the client is broken; so
 * it is after 421, which is a reply all the same. */
int smtp_get_reply(struct smtp *c, struct err *err);
/* Flush what was written and read the reply. */
int smtp_turn(struct smtp *c, struct err *err);
/* Nothing may have come that was not asked for: a reply too early would be
 * taken for that of the next command.  0, or -1 ERR_PROTO and broken. */
int smtp_in_step(struct smtp *c, struct err *err);
/* The reply to a whole message: it has ten minutes (RFC 5321, 4.5.3.2.6), since
 * to give up early makes duplicates (RFC 1047).  0 or -1. */
int smtp_get_last_reply(struct smtp *c, struct err *err);
/* The connection broke: what its error is. */
int smtp_is_over(struct err *err);
/* Has the server said something, or hung up? */
bool smtp_has_spoken(const struct smtp *c);
/* Is nothing said for a while, so that slow work costs no time? */
bool smtp_is_quiet(const struct smtp *c);
/* All mails of feed by BDAT, pipelined (smtp_client_bdat.c). */
void smtp_send_chunked(struct smtp *c, const struct smtp_feed *feed);
/* AUTH (RFC 4954) with opts' user and secret.  0 or -1. */
int smtp_auth(struct smtp *c, const struct smtp_opts *opts, struct err *err);

#endif
