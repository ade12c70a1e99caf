/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presets: what is known of mail providers (data files). */
#ifndef CONF_PROVIDER_H
#define CONF_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/account.h"
#include "conf/paths.h"

enum provider_user {
	PROVIDER_USER_ADDRESS,
	PROVIDER_USER_LOCAL
};

/* What the SMTP server does with a From that is not the account's address and that
 * was not made known to the provider. */
enum provider_from {
	PROVIDER_FROM_ANY, /* nothing, as far as is known */
	PROVIDER_FROM_OWN, /* refuses it */
	PROVIDER_FROM_REWRITTEN,
};

/* All strings owned by the table; NULL when there is none. */
struct provider {
	char *id; /* "naver" */
	char *name_ko, *name_en;
	char **domains; /* NULL at the end; "*.example.com" allowed */
	char **mx;      /* patterns of MX hosts */
	/* Domains of servers that write Authentication-Results, when they are not
	 * those of address and POP host; "-": without a name. */
	char **authserv;
	struct account_server pop; /* host NULL: no POP3, see reason */
	struct account_server smtp, smtp_alt;
	enum provider_user user, user_alt; /* order of attempts */
	enum account_auth auth;
	char *reason_ko, *reason_en; /* why there is no POP3, or no password */
	char *enable_ko, *enable_en; /* what to switch on, where */
	char *secret_ko, *secret_en; /* which password, where it is made */
	char *login_ko, *login_en;   /* both, for who was not let in */
	char *url;                   /* page for it */
	char *secret_shape;          /* PCRE of a right secret, or NULL */
	char *historic; /* date of last sighting when it may be gone */
	char *checked;  /* "2026-11-23" */
	enum provider_from from;
	bool window; /* shows a part of its mailbox at a time */
	int interval_min;
	bool oauth_only;
	struct provider_hint *hints; /* what its error texts mean */
	size_t hint_count;
};

/* A server's words and what to do about them. */
struct provider_hint {
	char *words; /* found anywhere in the text, case folded */
	char *ko, *en;
};

struct providers;

struct providers *providers_load(const struct paths *paths, struct err *err);
void providers_free(struct providers **p);
/* By the address's domain; NULL when unknown.  A row of the user comes first. */
const struct provider *provider_for(const struct providers *p,
                                    struct slice address);
/* By the name of a mail exchanger of the address's domain. */
const struct provider *provider_for_mx(const struct providers *p,
                                       struct slice mx_host);
const struct provider *provider_by_id(const struct providers *p,
                                      const char *id);
size_t providers_count(const struct providers *p);
const struct provider *providers_at(const struct providers *p, size_t i);
/* A row with advice only, for servers that no row knows; may be NULL. */
const struct provider *providers_generic(const struct providers *p);
/* Advice for a server's error text of that provider (may be NULL), in the user's
 * language; owned by p; NULL: none. */
const char *provider_advice(const struct provider *p, const char *server_words);
/*
 * What to do about err, which a server of that provider (may be NULL) gave: by
 * its words (provider_advice), else, when it took the login for wrong, which
 * password it wants and what has to be switched on there.  Owned by p; NULL:
 * nothing is known.
 */
const char *provider_explain(const struct provider *p, const struct err *err);
/* The text in the user's language, else the other one; NULL when both are. */
const char *provider_say(const char *ko, const char *en);
/* Fill servers, user, auth, interval of a (its address set) from p. */
void provider_apply(const struct provider *p, struct account *a);

#endif
