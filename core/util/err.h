/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went wrong: a code for the caller, a sentence part for the user. */
#ifndef UTIL_ERR_H
#define UTIL_ERR_H

#include <stddef.h>

/* What the caller should do. */
enum err_code {
	ERR_NONE = 0,
	ERR_RETRY,    /* later: network, busy, temporary */
	ERR_AUTH,     /* the secret was rejected: ask, never retry by itself */
	ERR_CERT,     /* the server could not be verified */
	ERR_REFUSED,  /* the server said no for good */
	ERR_PROTO,    /* the server does not speak the protocol */
	ERR_LIMIT,    /* more than we accept */
	ERR_IO,       /* disk, file, permission */
	ERR_CONFIG,   /* the user's configuration; text has file and line */
	ERR_USAGE,    /* the user's command */
	ERR_NOHOST,   /* the host name does not exist */
	ERR_NOTFOUND, /* no such account, message, file */
	ERR_CANCELLED,
};

/*
 * Lives in the caller's memory, needs no release.  Initialise with { 0 }.
 * text    sentence part in the user's language, no control characters.
 * server  the server's own words, cleaned; "" when there are none.
 * pin     ERR_CERT: fingerprint of the certificate that was refused, as a pin
 *         has it ("sha256:HEX"); "" when there is none.
 */
struct err {
	enum err_code code;
	char text[512];
	char server[512];
	char pin[80];
};

/* Set code and text; err may be NULL.  Always return -1. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same, followed by ": " and the words of errnum (ENOSPC and the like). */
int err_sys(struct err *err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Put "context: " before the text.  Always returns -1. */
int err_wrap(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Keep the server's words, n bytes from outside: cleaned, shortened, and without
 * the secrets that log_hide knows. */
void err_set_server(struct err *err, const char *words, size_t n);
/* The sysexits status of a code: 0, 65 to 78. */
int err_exit_status(enum err_code code);
/* A stable name for logs and JSON: "retry", "auth", ...; static. */
const char *err_code_name(enum err_code code);

#endif
