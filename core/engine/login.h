/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in to an account's servers, with the secret it has. */
#ifndef ENGINE_LOGIN_H
#define ENGINE_LOGIN_H

#include <stdbool.h>

#include "conf/conf.h"
#include "proto/pop3_client.h"
#include "proto/smtp_client.h"

/* Everything but the last is borrowed. */
struct login {
	const struct paths *paths;
	const struct account *account;
	const struct secret *secret; /* NULL: the account's, credential_get */
	int cancel_fd;
	bool list;        /* POP3: pop3_list comes next */
	bool no_chunking; /* SMTP: BDAT was of no use */
	bool look;        /* no secret: end where the login would come */
	const struct watch *watch; /* told what is seen; NULL: nobody */
	bool shown;                /* set: a secret went to the server */
	int delay; /* set, POP3: seconds between two logins, 0 none told */
};

/*
 * Connect and log in.  A rejected password is never sent again; a rejected token
 * is replaced once by a fresh one of the account's command (credential_fresh).
 *
 * The server has said more than yes when this returns: STAT was answered, which
 * some refuse after a login with a token that is no good.
 *
 * Returns owned, or NULL: as pop3_open and smtp_open, and as credential_get.
 */
struct pop3 *login_pop3(struct login *l, struct err *err);
struct smtp *login_smtp(struct login *l, struct err *err);

#endif
