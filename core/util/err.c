/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went wrong: a code for the caller, a sentence part for the user. */
#include "util/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "util/i18n.h"
#include "util/log.h"
#include "util/slice.h"
#include "util/str.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Texts may quote what came from outside: no control gets through. */
static void
clean_into(char *to, size_t size, const char *from, size_t n)
{
	size_t used = utf8_clean_line(from, n, to, size - 1);

	to[used] = '\0';
}

static void
set_text(struct err *err, const char *fmt, va_list ap)
{
	char raw[sizeof err->text];

	if (vsnprintf(raw, sizeof raw, fmt, ap) < 0)
		raw[0] = '\0';
	clean_into(err->text, sizeof err->text, raw, strlen(raw));
}

int
err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return -1;
	err->code = code;
	err->server[0] = '\0';
	err->pin[0] = '\0';
	va_start(ap, fmt);
	set_text(err, fmt, ap);
	va_end(ap);
	return -1;
}

/* What the user can do something about says what. */
static const char *
system_words(int errnum, char *buf, size_t size)
{
	switch (errnum) {
	case ENOSPC:
		return _("the disk is full: make room");
	case EDQUOT:
		return _("your share of the disk is full: make room");
	default:
		return strerror_r(errnum, buf, size);
	}
}

int
err_sys(struct err *err, int errnum, const char *fmt, ...)
{
	char words[128];
	const char *why = system_words(errnum, words, sizeof words);
	char raw[sizeof err->text];
	va_list ap;

	if (err == NULL)
		return -1;
	va_start(ap, fmt);
	if (vsnprintf(raw, sizeof raw, fmt, ap) < 0)
		raw[0] = '\0';
	va_end(ap);
	return err_set(err, ERR_IO, "%s: %s", raw, why);
}

int
err_wrap(struct err *err, const char *fmt, ...)
{
	char old[sizeof err->text];
	char context[sizeof err->text];
	char both[sizeof err->text * 2 + 2];
	va_list ap;

	if (err == NULL)
		return -1;
	memcpy(old, err->text, sizeof old);
	va_start(ap, fmt);
	if (vsnprintf(context, sizeof context, fmt, ap) < 0)
		context[0] = '\0';
	va_end(ap);
	(void)snprintf(both, sizeof both, "%s: %s", context, old); /* fits */
	clean_into(err->text, sizeof err->text, both, strlen(both));
	return -1;
}

void
err_set_server(struct err *err, const char *words, size_t n)
{
	struct str said;

	if (err == NULL)
		return;
	str_init(&said, n);
	str_add_slice(&said, slice_make(words, n));
	log_redact(&said); /* some repeat what they reject */
	clean_into(err->server, sizeof err->server, said.p, said.n);
	str_release(&said);
}

int
err_exit_status(enum err_code code)
{
	switch (code) {
	case ERR_NONE:
		return EX_OK;
	case ERR_RETRY:
	case ERR_CANCELLED:
		return EX_TEMPFAIL;
	case ERR_AUTH:
		return EX_NOPERM;
	case ERR_CERT:
	case ERR_REFUSED:
	case ERR_PROTO:
		return EX_UNAVAILABLE;
	case ERR_LIMIT:
		return EX_DATAERR;
	case ERR_IO:
		return EX_IOERR;
	case ERR_CONFIG:
		return EX_CONFIG;
	case ERR_USAGE:
		return EX_USAGE;
	case ERR_NOHOST:
		return EX_NOHOST;
	case ERR_NOTFOUND:
		return EX_NOINPUT;
	}
	return EX_SOFTWARE;
}

const char *
err_code_name(enum err_code code)
{
	static const char *const names[] = {
		[ERR_NONE] = "ok",
		[ERR_RETRY] = "retry",
		[ERR_AUTH] = "auth",
		[ERR_CERT] = "cert",
		[ERR_REFUSED] = "refused",
		[ERR_PROTO] = "protocol",
		[ERR_LIMIT] = "limit",
		[ERR_IO] = "io",
		[ERR_CONFIG] = "config",
		[ERR_USAGE] = "usage",
		[ERR_NOHOST] = "nohost",
		[ERR_NOTFOUND] = "notfound",
		[ERR_CANCELLED] = "cancelled",
	};

	return (size_t)code < sizeof names / sizeof names[0] ? names[code]
	                                                     : "unknown";
}
