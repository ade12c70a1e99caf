/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail that rules send: whether it may go, and how it is made. */
#ifndef MAIL_FORWARD_H
#define MAIL_FORWARD_H

#include "conf/conf.h"
#include "mail/origin.h"
#include "mail/rule.h"
#include "mime/message.h"
#include "util/err.h"
#include "util/str.h"

/* On whose behalf. */
struct forward_as {
	const struct conf *conf;       /* all addresses in it are our own */
	const struct account *account; /* that the message came through */
	const char *name;              /* to show, or NULL */
	const char *address;           /* of the identity */
	/* Of the account's provider; NULL: nobody says who the sender is. */
	const struct origin_hosts *hosts;
};

/*
 * Why this must not be sent on or answered, for people; NULL: it may be.
 * Loops end here: what bears our own mark, was delivered to the recipient
 * before, has passed too many servers, is automatic or bulk, or would go to
 * where it came from (RFC 3834, RFC 5321 6.3).
 */
const char *forward_refused(const struct message *m,
                            const struct rule_out *what,
                            const struct forward_as *as);
/* Our account that has this address as its own or an identity, or NULL;
 * *name_r (may be NULL): to show with it, may be NULL. */
const struct account *forward_identity(const struct conf *c,
                                       const char *address,
                                       const char **name_r);
/* To whom an automatic answer goes: the Return-Path, else From (RFC 3834, 4).
 * Empty when nobody; slice of m's arena or a. */
struct slice forward_reply_to(const struct message *m, struct arena *a);

/*
 * Make the message that goes out, CRLF.
 *
 * what      RULE_REPLY: template is the text of it.
 * key       makes the id of the new message: the same for the same key.
 * Returns 0 or -1 (ERR_USAGE, ERR_LIMIT).
 */
struct forward_in {
	const struct message *m;
	const struct rule_out *what;
	const struct forward_as *as;
	struct slice to; /* RULE_REPLY: forward_reply_to */
	struct slice template;
	const char *key;
	int64_t now;
	int zone;
};

int forward_make(const struct forward_in *in, struct str *out, struct err *err);

#endif
