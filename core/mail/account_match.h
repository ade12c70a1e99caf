/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding an account by any part of its name or address. */
#ifndef MAIL_ACCOUNT_MATCH_H
#define MAIL_ACCOUNT_MATCH_H

#include "conf/conf.h"
#include "mime/message.h"

/* By any unambiguous part of name or address, 초성 too; an exact name wins.
 * NULL: ERR_NOTFOUND, the text names the candidates. */
const struct account *account_match(const struct conf *c, const char *part,
                                    struct err *err);
/* The account and identity address that a message was written to (To, Cc,
 * Delivered-To), else fallback.  *address_r borrowed from c. */
const struct account *account_for_reply(const struct conf *c,
                                        const struct message *m,
                                        const struct account *fallback,
                                        const char **address_r);

#endif
