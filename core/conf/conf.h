/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's configuration: settings and accounts, in files people may edit. */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/account.h"
#include "conf/paths.h"
#include "conf/serve.h"
#include "util/secret.h"

/* Loaded configuration.  A copy is handed to each worker. */
struct conf {
	struct account *accounts;
	size_t account_count;
	char *language; /* NULL: by locale */
	char *editor;   /* NULL: $VISUAL, $EDITOR, vi */
	char *keys;     /* preset: mutt (default), alpine, gmail */
	char *browser;
	char *speller;        /* as "ispell -a"; NULL: hunspell, aspell */
	char *people_command; /* finds people, or NULL */
	char *theme;
	int undo_seconds;    /* before a message leaves; default 5 */
	int ambiguous_cells; /* 1 or 2 */
	bool mouse;
	char *notify; /* command for new mail, NULL: none */
	bool bell;    /* the terminal's, for new mail */
	char *default_account;
	struct serve_conf serve; /* section [serve] */
};

/* Read config and accounts; both may be absent.  -1: ERR_CONFIG with file and
 * line. */
int conf_load(const struct paths *paths, struct conf *conf_r, struct err *err);
void conf_release(struct conf *c);
const struct account *conf_account(const struct conf *c, const char *name);
/* Add or replace an account in the file, comments and order kept; atomic. */
int conf_save_account(const struct paths *paths, const struct account *a,
                      struct err *err);
int conf_remove_account(const struct paths *paths, const char *name,
                        struct err *err);
/* Set one key in memory, as a line of the config file does.  -1: ERR_CONFIG. */
int conf_setting_set(struct conf *c, const char *key, const char *value,
                     struct err *err);
/* Set one key of the config file; value NULL takes it away. */
int conf_set(const struct paths *paths, const char *key, const char *value,
             struct err *err);

/* The account's secret: command, file (0600 or refused), or the one stored by
 * credential_store.  -1: ERR_AUTH when there is none, ERR_CONFIG. */
int credential_get(const struct paths *paths, const struct account *a,
                   struct secret *secret_r, struct err *err);
/*
 * The server rejected a token: run password_command once more, with
 * PABAL_TOKEN_REJECTED=yes in its environment, for another one.
 *
 * Returns 1 with a token that differs from the rejected one, 0 when there is none
 * (a password; a file; the same again), -1 as credential_get.
 */
int credential_fresh(const struct account *a, const struct secret *rejected,
                     struct secret *secret_r, struct err *err);
int credential_store(const struct paths *paths, const char *account_name,
                     const struct secret *secret, struct err *err);
/* A number that changes when the account's stored password, password_file or the
 * accounts file is written. */
int64_t credential_changed(const struct paths *paths, const struct account *a);
int credential_remove(const struct paths *paths, const char *account_name,
                      struct err *err);

#endif
