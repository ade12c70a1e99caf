/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes known while a connection is opened, for who tells people. */
#ifndef PROTO_WATCH_H
#define PROTO_WATCH_H

#include "net/tls.h"
#include "util/slice.h"

enum watch_what {
	WATCH_GREETING, /* text: the greeting */
	WATCH_TLS,      /* tls: whom we met, let in or not */
	WATCH_OFFER,    /* text: CAPA or EHLO's extensions, a line each; empty
	                 * when the server does not know the command */
	WATCH_WAY,      /* text: the name of the login method tried now */
	WATCH_IN,       /* the login was taken */
};

/* Borrowed while the connection is opened; so is what saw() gets, for the call.
 * text is as the server sent it. */
struct watch {
	void *ctx;
	void (*saw)(void *ctx, enum watch_what what, struct slice text,
	            const struct tls_info *tls);
};

static inline void
watch_tell(const struct watch *w, enum watch_what what, struct slice text)
{
	if (w != NULL)
		w->saw(w->ctx, what, text, NULL);
}

/* The TLS of s, as far as it came. */
static inline void
watch_tell_tls(const struct watch *w, const struct stream *s)
{
	struct tls_info info;

	if (w != NULL && tls_describe(s, &info) == 0)
		w->saw(w->ctx, WATCH_TLS, SLICE_NONE, &info);
}

#endif
