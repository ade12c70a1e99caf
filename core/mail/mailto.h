/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailto: links (RFC 6068); only fields that are safe to fill in. */
#ifndef MAIL_MAILTO_H
#define MAIL_MAILTO_H

#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/* Bytes of a link's body we take. */
#define MAILTO_BODY_MAX 65536

struct mailto {
	struct str to, cc, subject, in_reply_to; /* one safe line each */
	struct str body;                         /* LF */
};

/*
 * Parse uri.  to, cc, subject, body and in-reply-to are taken; attach, bcc,
 * from and all other fields are left out: a link must not choose files or
 * secret recipients.  m_r is released with mailto_release in any case.
 * 0, or -1 ERR_USAGE when it is no mailto link.
 */
int mailto_parse(struct slice uri, struct mailto *m_r, struct err *err);
void mailto_release(struct mailto *m);

#endif
