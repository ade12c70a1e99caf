/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a provider does with a sender's address that is not the login's. */
#ifndef MAIL_SEND_AS_H
#define MAIL_SEND_AS_H

#include "conf/conf.h"
#include "conf/provider.h"

/* Borrowed from the accounts and the table of providers. */
struct send_as {
	enum provider_from does; /* PROVIDER_FROM_ANY: nothing to say */
	const struct provider *provider;
	const char *login; /* the address of the account whose server it is */
};

/*
 * What becomes of a From that bears address, in a message of account a.
 *
 * Nothing is known of providers that are in no table, and of an account without
 * a server: PROVIDER_FROM_ANY.
 */
void send_as_find(const struct conf *c, const struct providers *all,
                  const struct account *a, struct slice address,
                  struct send_as *as_r);
/* That as a sentence in the user's language; nothing for PROVIDER_FROM_ANY. */
void send_as_say(const struct send_as *as, struct slice address,
                 struct str *out);
/* "own" or "rewritten" for programs; NULL for PROVIDER_FROM_ANY. */
const char *send_as_name(const struct send_as *as);

#endif
