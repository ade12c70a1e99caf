/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account: one mailbox elsewhere, how to fetch it and send as it. */
#ifndef CONF_ACCOUNT_H
#define CONF_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

enum account_tls {
	ACCOUNT_TLS_IMPLICIT,
	ACCOUNT_TLS_START,
	ACCOUNT_TLS_NONE
};

enum account_auth {
	ACCOUNT_AUTH_PASSWORD, /* by the best way the server offers */
	ACCOUNT_AUTH_XOAUTH2,
	ACCOUNT_AUTH_OAUTHBEARER,
	/* A password, by this way and no other. */
	ACCOUNT_AUTH_PLAIN,
	ACCOUNT_AUTH_LOGIN,
	ACCOUNT_AUTH_CRAM_MD5,
	ACCOUNT_AUTH_SCRAM_SHA_1,
	ACCOUNT_AUTH_SCRAM_SHA_256,
	ACCOUNT_AUTH_APOP, /* POP3 only; SMTP as with PASSWORD */
};

/* What becomes of the server's copy. */
enum account_keep {
	ACCOUNT_KEEP,
	ACCOUNT_DELETE,
	ACCOUNT_DELETE_AFTER,
	ACCOUNT_AS_HERE, /* deleted here for good: there, too */
};

struct account_server {
	char *host; /* NULL: none (send-only, fetch-only) */
	int port;
	enum account_tls tls;
};

/* Written as conf/identity.h says; all but the address may be NULL. */
struct account_identity {
	char *name;
	char *address;   /* or a pattern, "*@example.org" */
	char *reply_to;  /* where answers go */
	char *via;       /* account whose server it is sent through */
	char *signature; /* NULL: the account's; "": none */
};

/* All strings owned.  name is the key: letters, digits, - _ . and Hangul. */
struct account {
	char *name;
	char *address;
	char *full_name;
	struct account_server pop;
	struct account_server smtp;
	char *user;      /* NULL: the address */
	char *smtp_user; /* NULL: as user */
	enum account_auth auth;
	char *password_command;
	char *password_file;
	char *ca_file;
	char *pop_pin;
	char *smtp_pin;
	char *provider; /* preset it came from, or NULL */
	enum account_keep keep;
	int keep_days;     /* for ACCOUNT_DELETE_AFTER */
	int first_days;    /* first fetch: only the last N days; 0: all */
	int interval_min;  /* minutes between automatic fetches; 0: off */
	uint64_t max_size; /* bytes; larger are skipped and said; 0: none */
	/* Of larger ones only the header comes, until the whole is wanted; 0:
	 * all come whole. */
	uint64_t headers_above;
	uint64_t quota;    /* bytes that may stay on the server; 0: any */
	char *label;       /* labels what it brings; NULL: none */
	char *signature;   /* text, or NULL */
	char *reply_to;    /* where answers go, or NULL */
	bool legacy;       /* write EUC-KR where it is enough */
	bool skip_inbox;   /* straight to Archive */
	int forward_limit; /* messages a day that rules may send */
	unsigned dsn;      /* enum dsn, of all that is sent */
	bool spam_filter;
	bool trust_filter; /* what its provider calls spam is spam */
	bool rules;
	struct account_identity *identities; /* more than the address itself */
	size_t identity_count;
};

void account_init(struct account *a); /* defaults */
void account_release(struct account *a);
void account_copy(struct account *to, const struct account *from);
/* Takes the strings. */
void account_add_identity(struct account *a, struct account_identity id);
void account_clear_identities(struct account *a);
/* Letters, digits, - _ . and Hangul, not beginning with - or .: a key that is
 * safe as the name of a folder. */
bool account_name_ok(struct slice name);
/* One @, a host behind it, nothing a mail server or terminal could mistake. */
bool account_address_ok(struct slice address);
/* "HOST:PORT:tls|stls|starttls|plain", IPv6 in [], or "none".  server_r's host
 * is owned (account_server_release).  0, or -1 with ERR_CONFIG. */
int account_parse_server(struct slice text, struct account_server *server_r,
                         struct err *err);
/* The same text again; start_word: "stls" or "starttls". */
void account_show_server(const struct account_server *s, const char *start_word,
                         struct str *out);
void account_server_release(struct account_server *s);
/* Is the secret a token and not a password? */
bool account_has_token(const struct account *a);
/* Complete and consistent?  0, or -1 ERR_CONFIG saying what is missing. */
int account_check(const struct account *a, struct err *err);
/* Does it log in to Gmail's view of the last 30 days ("recent:ADDRESS")?  It
 * shows what other programs have fetched; nothing may be deleted there. */
bool account_is_recent(const struct account *a);

#endif
