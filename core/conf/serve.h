/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the mailbox is given out over POP3: section [serve] of the config file. */
#ifndef CONF_SERVE_H
#define CONF_SERVE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/paths.h"
#include "util/err.h"
#include "util/secret.h"
#include "util/slice.h"
#include "util/str.h"

enum serve_tls {
	SERVE_TLS_ANY, /* STLS where there is a certificate, else none */
	SERVE_TLS_NONE,
	SERVE_TLS_START,
	SERVE_TLS_IMPLICIT,
};

/* What becomes of a message that a client deletes. */
enum serve_delete {
	SERVE_DELETE_TRASH,
	SERVE_DELETE_ARCHIVE,
	SERVE_DELETE_KEEP, /* nothing */
};

/* All strings owned, NULL when not given. */
struct serve_conf {
	char *listen; /* addresses between blanks, see serve_listen_next */
	char *user;
	char *folder; /* "all": Inbox and Archive */
	int days;     /* only mail of the last N days; 0: all */
	enum serve_delete on_delete;
	char *tls_cert; /* PEM */
	char *tls_key;
	char *password_command;
	char *password_file;
};

#define SERVE_LISTEN_DEFAULT "127.0.0.1:1110"
#define SERVE_USER_DEFAULT   "pabal"

void serve_conf_release(struct serve_conf *c);
/* Set one key, as a line of the section does; an empty value takes it away.
 * "-" and "_" are the same.  -1: ERR_CONFIG. */
int serve_conf_set(struct serve_conf *c, struct slice key, struct slice value,
                   struct err *err);

/* "HOST:PORT" or "HOST:PORT:plain|stls|tls", IPv6 in []. */
struct serve_listen {
	char *host; /* owned */
	int port;   /* 0: any that is free */
	enum serve_tls tls;
};

/* The next address of *rest: 1, 0 when there is none, -1 ERR_CONFIG. */
int serve_listen_next(struct slice *rest, struct serve_listen *l_r,
                      struct err *err);
void serve_listen_release(struct serve_listen *l);

/*
 * What a password is known by: PBKDF2 of it with a salt of its own, so that
 * nobody who reads the file can log in with it.
 */
#define SERVE_SALT_SIZE 16
#define SERVE_KEY_SIZE  32

struct serve_password {
	unsigned rounds;
	unsigned char salt[SERVE_SALT_SIZE];
	unsigned char key[SERVE_KEY_SIZE];
};

/* Append s as passwords are compared (SASLprep); 0 or -1. */
typedef int serve_prepare_fn(struct slice s, struct str *out);

void serve_password_make(struct slice password, serve_prepare_fn *prepare,
                         struct serve_password *p_r);
/* Takes the same time whatever is wrong. */
bool serve_password_right(const struct serve_password *p, struct slice password,
                          serve_prepare_fn *prepare);
/* A new one of 100 random bits that can be typed. */
void serve_password_new(struct secret *secret_r);
/* Keep what it is known by, in place of a former one. */
int serve_password_store(const struct paths *paths,
                         const struct serve_password *p, struct err *err);
/* Of c's command or file, else what was stored.  -1: ERR_CONFIG (there is none,
 * the file is open to others or damaged), ERR_AUTH (the command). */
int serve_password_load(const struct paths *paths, const struct serve_conf *c,
                        serve_prepare_fn *prepare, struct serve_password *p_r,
                        struct err *err);

#endif
