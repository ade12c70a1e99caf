/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in to an account's servers, with the secret it has. */
/*
 * Passwords go out in NFC, as keyboards and web forms give them: a file written
 * on a system that takes syllables apart holds the same password in other bytes.
 * Tokens, and what is no UTF-8, stay as they are.
 */
#include "engine/login.h"

#include "engine/servers.h"
#include "text/unicode.h"
#include "util/log.h"
#include "util/utf8.h"

#include "util/banned.h"

/* What NFC may make of a secret: at most three times its bytes. */
#define COMPOSED_MAX ((size_t)3 * SECRET_MAX)

static void
compose(struct secret *secret)
{
	struct slice s = secret_get(secret);
	struct str out;

	if (!utf8_has_8bit(s.p, s.n) || !utf8_valid(s.p, s.n))
		return;
	str_init(&out, COMPOSED_MAX);
	(void)str_reserve(&out, COMPOSED_MAX);
	unicode_nfc(s, &out);
	secret_set(secret, out.p, out.n);
	secret_wipe(out.p, out.n);
	str_release(&out);
}

static int
find_secret(const struct login *l, struct secret *secret_r, struct err *err)
{
	if (l->secret != NULL) {
		struct slice s = secret_get(l->secret);

		secret_set(secret_r, s.p, s.n);
	} else if (credential_get(l->paths, l->account, secret_r, err) != 0) {
		return -1;
	}
	if (!account_has_token(l->account))
		compose(secret_r);
	return 0;
}

/* One connection, POP3 or SMTP. */
typedef void *open_fn(struct login *l, const struct secret *secret,
                      struct err *err);

static void *
open_pop3(struct login *l, const struct secret *secret, struct err *err)
{
	struct pop3_opts opts;

	servers_pop3(l->account, secret, l->cancel_fd, &opts);
	opts.list = l->list;
	opts.delay_r = &l->delay;
	opts.look = l->look;
	opts.watch = l->watch;
	return pop3_open(&opts, err);
}

static void *
open_smtp(struct login *l, const struct secret *secret, struct err *err)
{
	struct smtp_opts opts;

	servers_smtp(l->account, secret, l->cancel_fd, &opts);
	opts.no_chunking = l->no_chunking;
	opts.look = l->look;
	opts.watch = l->watch;
	return smtp_open(&opts, err);
}

/* The server did not take the token; err says so already. */
static void *
try_fresh(struct login *l, open_fn *open, const struct secret *rejected,
          struct err *err)
{
	struct secret fresh = { 0 };
	struct err why = { 0 };
	void *session = NULL;
	int rc = credential_fresh(l->account, rejected, &fresh, &why);

	if (rc < 0)
		log_line(LOG_ERROR, "%s", why.text);
	if (rc > 0) {
		log_hide(&fresh);
		log_line(LOG_INFO, "%s: trying a fresh token",
		         l->account->name);
		session = open(l, &fresh, &why);
		if (session == NULL)
			*err = why;
	}
	secret_release(&fresh);
	return session;
}

static void *
log_in(struct login *l, open_fn *open, struct err *err)
{
	struct secret secret = { 0 };
	struct err why = { 0 };
	void *session;

	if (l->look)
		return open(l, NULL, err);
	if (find_secret(l, &secret, err) != 0)
		return NULL;
	log_hide(&secret);
	l->shown = true;
	session = open(l, &secret, &why);
	if (session == NULL && why.code == ERR_AUTH)
		session = try_fresh(l, open, &secret, &why);
	secret_release(&secret);
	if (session == NULL)
		*err = why;
	return session;
}

struct pop3 *
login_pop3(struct login *l, struct err *err)
{
	return log_in(l, open_pop3, err);
}

struct smtp *
login_smtp(struct login *l, struct err *err)
{
	return log_in(l, open_smtp, err);
}
