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
/* Is spec an address of a's?  *identity_r (may be NULL): the identity that has
 * it or whose pattern it fits; NULL for the account's own address. */
bool account_has_address(const struct account *a, struct slice spec,
                         const struct account_identity **identity_r);
/* The first account that can send from this address, or NULL. */
const struct account *account_of_address(const struct conf *c,
                                         struct slice spec);
/*
 * The account whose server takes mail of a from this address: a itself, or the
 * one its identity is sent via.
 *
 * all  the accounts to find that one in, n of them.
 *
 * Returns one that has an SMTP server, or NULL with ERR_CONFIG.
 */
const struct account *account_carrier(const struct account *all, size_t n,
                                      const struct account *a,
                                      struct slice from, struct err *err);
/* The account and the address of it that a message was written to (To, Cc,
 * Delivered-To), else fallback.  *address_r: owned, or NULL. */
const struct account *account_for_reply(const struct conf *c,
                                        const struct message *m,
                                        const struct account *fallback,
                                        char **address_r);

#endif
