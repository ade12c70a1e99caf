/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the provider of an account found out about a message. */
#ifndef MAIL_ORIGIN_H
#define MAIL_ORIGIN_H

#include <stdbool.h>

#include "conf/conf.h"
#include "conf/provider.h"
#include "mime/message.h"
#include "store/store.h"
#include "util/array.h"

/* The servers of an account's provider: the domains they are in.  Zeroed: of
 * nobody, so that nothing is believed. */
struct origin_hosts {
	ARRAY(char *) domains; /* owned, lower case */
	bool nameless;         /* they do not write who they are */
};

/*
 * The domains of the account's address and server, and what its preset adds
 * ("authserv").
 *
 * a, p  may be NULL: nobody, and no preset.
 */
void origin_hosts_of(const struct account *a, const struct provider *p,
                     struct origin_hosts *h_r);
/* The same; the preset is looked up. */
void origin_hosts_load(const struct paths *paths, const struct account *a,
                       struct origin_hosts *h_r);
/* Of the account that a stored message came through; c may be NULL. */
void origin_hosts_stored(const struct paths *paths, const struct conf *c,
                         struct store *s, int64_t id, struct origin_hosts *h_r);
void origin_hosts_release(struct origin_hosts *h);
/* Is it the host of a server of theirs?  h may be NULL. */
bool origin_has(const struct origin_hosts *h, struct slice host);
/* What belongs to one owner: "mail.a.example.co.kr" is of "example.co.kr". */
struct slice origin_domain(struct slice host);

/* Who wrote a field of the header? */
enum origin_trust {
	ORIGIN_ANYBODY,
	ORIGIN_LIKELY, /* the provider, or who gave it the message: to be
	                * believed against the message only */
	ORIGIN_SURE,   /* the provider */
};

/* For the first n fields of the root (trust_r: n of them).  h may be NULL. */
void origin_trust(const struct message *m, const struct origin_hosts *h,
                  enum origin_trust *trust_r, size_t n);

enum origin_says {
	ORIGIN_SILENT,
	ORIGIN_PASS,
	ORIGIN_FAIL,
	ORIGIN_UNCLEAR, /* none, neutral, softfail, errors */
};

/* What the provider says of the sender (RFC 8601). */
struct origin {
	enum origin_says spf, dkim, dmarc;
	struct str signers; /* domains whose signature is good, a line each,
	                     * lower case */
};

/* h may be NULL: nobody says anything.  origin_release. */
void origin_of(const struct message *m, const struct origin_hosts *h,
               struct origin *o_r);
void origin_release(struct origin *o);
bool origin_signed_by(const struct origin *o, struct slice domain);
/* Is the sender of m somebody else than From says?  Not knowing is no. */
bool origin_refutes(const struct origin *o, const struct message *m);
/*
 * Did the provider's filter call it spam (X-Spam-Flag, X-Spam-Status, X-Spam,
 * X-Bogosity, X-Spamd-Result, X-MS-Exchange-Organization-SCL)?  No field makes
 * good mail.
 */
bool origin_calls_spam(const struct message *m, const struct origin_hosts *h);

#endif
