/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How to leave the list that a message came through. */
#ifndef MAIL_UNSUBSCRIBE_H
#define MAIL_UNSUBSCRIBE_H

#include "conf/conf.h"
#include "mail/origin.h"
#include "mime/message.h"
#include "util/err.h"
#include "util/str.h"

/* The first of these that a message offers is the way. */
enum unsubscribe_way {
	UNSUBSCRIBE_NONE,
	UNSUBSCRIBE_POST, /* RFC 8058: one request, nothing else to do */
	UNSUBSCRIBE_MAIL, /* RFC 2369: a message to an address */
	UNSUBSCRIBE_WEB,  /* a page for people */
};

/* Body of the request, exactly (RFC 8058, 3.2). */
#define UNSUBSCRIBE_BODY "List-Unsubscribe=One-Click"

/* Strings owned, NULL when there is none. */
struct unsubscribe {
	enum unsubscribe_way way;
	char *url;    /* https, ASCII but for the host */
	char *host;   /* of it */
	int port;     /* of it */
	char *target; /* its path and query */
	char *mailto;
	char *to; /* address of mailto */
	/* One request is offered, but the provider did not find a signature good
	 * that covers the offer: anybody could have written it. */
	bool unsigned_offer;
};

/*
 * What the message's own List-Unsubscribe and List-Unsubscribe-Post say.  http,
 * addresses in place of host names, users in a URL and whatever cannot be a
 * request are left out.
 *
 * hosts  of the account's provider: for one request a DKIM signature that it
 *        found good has to cover both fields (RFC 8058, 4); NULL: nobody did.
 */
void unsubscribe_of(const struct message *m, const struct origin_hosts *hosts,
                    struct unsubscribe *u_r);
void unsubscribe_release(struct unsubscribe *u);
/* The host in the form that cannot be taken for another; safe. */
void unsubscribe_show_host(const struct unsubscribe *u, struct str *out);

/* The message for UNSUBSCRIBE_MAIL, from the address that the list writes to. */
struct unsubscribe_mail {
	const struct account *account; /* of conf */
	char *from;                    /* owned */
	char *subject;                 /* owned */
	struct str message;            /* CRLF */
};

/*
 * fallback  account that m came through.
 * 0, or -1: ERR_CONFIG, ERR_USAGE.  m_r: unsubscribe_mail_release in any case.
 */
int unsubscribe_write(const struct unsubscribe *u, const struct message *m,
                      const struct conf *c, const struct account *fallback,
                      struct unsubscribe_mail *mail_r, struct err *err);
void unsubscribe_mail_release(struct unsubscribe_mail *m);

#endif
