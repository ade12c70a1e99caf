/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMTP client: connection, greeting, EHLO, TLS (RFC 5321, 3207).
 *
 * 1. TLS that was asked for is there before any secret is sent, or the
 *    connection ends.  There is no "TLS if offered".
 * 2. Nothing that was said before TLS counts after it: bytes that came with the
 *    go-ahead end the connection, the extensions are forgotten and asked again.
 * 3. One command, one reply.  Whenever a reply was not understood, came too
 *    early or did not come, the connection is broken: it is closed without
 *    QUIT and never used again, since the next reply could belong to another
 *    command.
 * 4. The greeting name is a fixed address literal: it tells neither the name
 *    of this host nor its address to those who read the mail.
 *
 *    connect -> greet -> hello -> [start_tls -> hello] -> smtp_auth -> smtp_send
 */
#include "proto/smtp_client.h"

#include <stdlib.h>

#include "net/dial.h"
#include "proto/smtp_client_priv.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define DEFAULT_TIMEOUT_MS 60000
/* How long to wait for the answer to QUIT; nothing depends on it. */
#define QUIT_TIMEOUT_MS 3000
/* The names of the login methods, as shown to the user. */
#define OFFERED_MAX 256

#define HELLO_NAME "[127.0.0.1]"

int
smtp_get_reply(struct smtp *c, struct err *err)
{
	if (smtp_reply_read(&c->reply, c->s, c->timeout_ms, err) != 0) {
		c->broken = true;
		return -1;
	}
	if (c->reply.code == 421)
		c->broken = true;
	return 0;
}

int
smtp_turn(struct smtp *c, struct err *err)
{
	int64_t start = clock_mono_ms();
	int64_t ms;

	if (stream_flush(c->s, err) != 0) {
		c->broken = true;
		return -1;
	}
	if (smtp_get_reply(c, err) != 0)
		return -1;
	ms = clock_mono_ms() - start;
	if (c->turn_ms < 0 || ms < c->turn_ms)
		c->turn_ms = ms;
	return 0;
}

int
smtp_in_step(struct smtp *c, struct err *err)
{
	if (stream_buffered(c->s) == 0)
		return 0;
	c->broken = true;
	return err_set(err, ERR_PROTO,
	               _("the server answers before it was asked"));
}

static int
greet(struct smtp *c, struct err *err)
{
	if (smtp_get_reply(c, err) != 0)
		return -1;
	if (c->reply.code == 220) {
		watch_tell(c->watch, WATCH_GREETING, str_slice(&c->reply.text));
		return 0;
	}
	c->broken = c->reply.code < 400;
	(void)smtp_reply_error(&c->reply, _("the server takes no mail now"),
	                       err);
	/* Another time, or another address of the host, may do (RFC 5321, 3.1):
	 * the mail stays. */
	if (c->reply.code >= 500)
		err->code = ERR_RETRY;
	return -1;
}

static void
learn_mechs(struct smtp *c, struct slice words)
{
	struct slice word;

	c->ext |= SMTP_EXT_AUTH;
	while (slice_word(&words, &word)) {
		enum sasl_mech mech = sasl_lookup(word);

		if (mech != SASL_NONE)
			c->mechs |= 1U << mech;
		if (c->offered.n > 0)
			str_add_c(&c->offered, ' ');
		str_add_slice(&c->offered, word);
	}
}

/* One line of the answer to EHLO. */
static void
learn_line(struct smtp *c, struct slice line)
{
	static const struct {
		const char *name;
		enum smtp_ext ext;
	} names[] = {
		{ "PIPELINING", SMTP_EXT_PIPELINING },
		{ "SIZE", SMTP_EXT_SIZE },
		{ "8BITMIME", SMTP_EXT_8BITMIME },
		{ "SMTPUTF8", SMTP_EXT_SMTPUTF8 },
		{ "CHUNKING", SMTP_EXT_CHUNKING },
		{ "STARTTLS", SMTP_EXT_STARTTLS },
		{ "ENHANCEDSTATUSCODES", SMTP_EXT_ENHANCED },
		{ "DSN", SMTP_EXT_DSN },
	};
	struct slice word;

	if (slice_istarts(line, "AUTH ") || slice_istarts(line, "AUTH=")) {
		learn_mechs(c, slice_from(line, 5));
		return;
	}
	if (!slice_word(&line, &word))
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_ieq_z(word, names[i].name))
			c->ext |= names[i].ext;
	if (slice_ieq_z(word, "SIZE") && slice_word(&line, &word))
		/* Not a number: not told. */
		(void)slice_u64(word, &c->size_limit);
}

static void
forget_extensions(struct smtp *c)
{
	c->ext = 0;
	c->mechs = 0;
	c->size_limit = 0;
	str_clear(&c->offered);
}

static int
helo(struct smtp *c, struct err *err)
{
	if (stream_printf(c->s, err, "HELO %s\r\n", HELLO_NAME) != 0 ||
	    smtp_turn(c, err) != 0)
		return -1;
	if (c->reply.code != 250)
		return smtp_reply_error(&c->reply,
		                        _("the server does not greet us"), err);
	watch_tell(c->watch, WATCH_OFFER, SLICE_NONE);
	return 0;
}

/* EHLO; HELO when the server does not know it. */
static int
hello(struct smtp *c, struct err *err)
{
	struct slice rest;
	struct slice line;

	forget_extensions(c);
	if (smtp_in_step(c, err) != 0 ||
	    stream_printf(c->s, err, "EHLO %s\r\n", HELLO_NAME) != 0 ||
	    smtp_turn(c, err) != 0)
		return -1;
	if (c->reply.code >= 500 && c->reply.code <= 504)
		return helo(c, err);
	if (c->reply.code != 250)
		return smtp_reply_error(&c->reply,
		                        _("the server does not greet us"), err);
	rest = str_slice(&c->reply.text);
	(void)slice_line(&rest, &line); /* the server's name */
	watch_tell(c->watch, WATCH_OFFER, rest);
	while (slice_line(&rest, &line))
		learn_line(c, line);
	if (c->no_chunking)
		c->ext &= ~(unsigned)SMTP_EXT_CHUNKING;
	return 0;
}

static int
handshake(struct smtp *c, const struct smtp_opts *opts, struct err *err)
{
	struct tls_opts tls = {
		.host = opts->host,
		.ca_file = opts->ca_file,
		.pin = opts->pin,
		.timeout_ms = c->timeout_ms,
	};

	if (tls_start(c->s, &tls, err) != 0) {
		watch_tell_tls(c->watch, c->s);
		c->broken = true;
		return -1;
	}
	watch_tell_tls(c->watch, c->s);
	c->has_tls = tls_describe(c->s, &c->tls) == 0;
	return 0;
}

static int
start_tls(struct smtp *c, const struct smtp_opts *opts, struct err *err)
{
	if ((c->ext & SMTP_EXT_STARTTLS) == 0)
		return err_set(err, ERR_REFUSED,
		               _("the server offers no STARTTLS: not "
		                 "encrypted, nothing was sent"));
	if (smtp_in_step(c, err) != 0 ||
	    stream_printf(c->s, err, "STARTTLS\r\n") != 0 ||
	    smtp_turn(c, err) != 0)
		return -1;
	if (c->reply.code != 220)
		return smtp_reply_error(&c->reply,
		                        _("the server refuses STARTTLS"), err);
	if (stream_buffered(c->s) > 0) {
		c->broken = true;
		return err_set(err, ERR_PROTO,
		               _("something came before encryption began: "
		                 "the connection may be tampered with"));
	}
	return handshake(c, opts, err);
}

static int
set_up(struct smtp *c, const struct smtp_opts *opts, struct err *err)
{
	if (opts->tls == SMTP_TLS_IMPLICIT && handshake(c, opts, err) != 0)
		return -1;
	if (greet(c, err) != 0 || hello(c, err) != 0)
		return -1;
	if (opts->tls == SMTP_TLS_STARTTLS &&
	    (start_tls(c, opts, err) != 0 || hello(c, err) != 0))
		return -1;
	if (opts->user != NULL)
		return smtp_auth(c, opts, err);
	return 0;
}

struct smtp *
smtp_open_stream(struct stream *s, const struct smtp_opts *opts,
                 struct err *err)
{
	struct smtp *c = xcalloc(1, sizeof *c);
	struct err why = { 0 };

	c->s = s;
	c->turn_ms = -1;
	c->timeout_ms =
		opts->timeout_ms > 0 ? opts->timeout_ms : DEFAULT_TIMEOUT_MS;
	c->no_chunking = opts->no_chunking;
	c->watch = opts->watch;
	smtp_reply_init(&c->reply);
	str_init(&c->offered, OFFERED_MAX);
	/* No floor for the rate: an answer may be short and late.  Each reply has
	 * its time instead. */
	stream_set_timeout(s, c->timeout_ms, 0);
	if (set_up(c, opts, &why) == 0) {
		c->watch = NULL;
	} else {
		smtp_close(&c);
		if (err != NULL)
			*err = why;
	}
	return c;
}

struct smtp *
smtp_open(const struct smtp_opts *opts, struct err *err)
{
	struct dial_opts to = {
		.host = opts->host,
		.port = opts->port,
		.timeout_ms = opts->timeout_ms > 0 ? opts->timeout_ms
		                                   : DEFAULT_TIMEOUT_MS,
		.cancel_fd = opts->cancel_fd,
	};
	struct stream *s = dial(&to, err);

	return s != NULL ? smtp_open_stream(s, opts, err) : NULL;
}

unsigned
smtp_ext(const struct smtp *c)
{
	return c->ext;
}

bool
smtp_alive(const struct smtp *c)
{
	return !c->broken && !c->quitting;
}

bool
smtp_bdat_refused(const struct smtp *c)
{
	return c->bdat_refused;
}

uint64_t
smtp_size_limit(const struct smtp *c)
{
	return c->size_limit;
}

const struct tls_info *
smtp_tls_info(const struct smtp *c)
{
	return c->has_tls ? &c->tls : NULL;
}

void
smtp_close(struct smtp **c)
{
	struct smtp *old = *c;
	struct err ignored = { 0 };

	if (old == NULL)
		return;
	if (!old->broken) {
		old->timeout_ms = QUIT_TIMEOUT_MS;
		stream_set_timeout(old->s, QUIT_TIMEOUT_MS, 0);
		/* All that mattered was answered before. */
		if (old->quitting ||
		    stream_printf(old->s, &ignored, "QUIT\r\n") == 0)
			(void)smtp_turn(old, &ignored);
	}
	stream_close(&old->s);
	smtp_reply_release(&old->reply);
	str_release(&old->offered);
	free(old);
	*c = NULL;
}
