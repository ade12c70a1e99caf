/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POP3 client: connection, greeting, capabilities, TLS, end. */
/*
 * One session is one straight line:
 *
 *   greeting -> CAPA -> [STLS -> TLS -> CAPA] -> login -> [STAT] -> ... -> QUIT
 *
 * 1. What was learnt before TLS is forgotten after it.
 * 2. When TLS is wanted, no credential is sent without it: start_tls() is the
 *    only way past, and it fails for every reason it may have.
 * 3. p->broken: an answer was cut, late, or no POP3.  From then on nobody knows
 *    whose the next line is, so nothing is asked any more and QUIT is not sent;
 *    the server undoes the deletes (RFC 1939, 6).
 * 4. Numbers of the server are hints.  They never size memory.
 */
#include "proto/pop3_client.h"

#include <stdarg.h>
#include <stdlib.h>

#include "net/dial.h"
#include "proto/pop3_client_priv.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/str.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define DEFAULT_TIMEOUT_MS 60000
/* Servers name a dozen capabilities. */
#define CAPA_LINES_MAX 256
/* Of them for people; what is longer is cut. */
#define CAPA_BYTES_MAX 8192
/* A user name and the verb; the secret goes another way. */
#define COMMAND_MAX 2048
/* QUIT changes nothing when nothing was deleted. */
#define QUIT_TIMEOUT_MS 5000
/* Bytes per second, far below any modem; a drip is an attack or a corpse. */
#define LEAST_RATE 32

/* Lines */

static int
broken(struct pop3 *p)
{
	p->broken = true;
	return -1;
}

int
pop3_command(struct pop3 *p, struct err *err, const char *fmt, ...)
{
	struct str line;
	va_list ap;
	int rc;

	str_init(&line, COMMAND_MAX);
	va_start(ap, fmt);
	str_vprintf(&line, fmt, ap);
	va_end(ap);
	if (line.full)
		rc = err_set(err, ERR_LIMIT, _("a command is too long"));
	else if ((rc = stream_write(p->s, line.p, line.n, err)) == 0)
		rc = stream_write(p->s, "\r\n", 2, err);
	if (log_wants(LOG_DEBUG))
		log_line(LOG_DEBUG, "pop3 > %s", line.p);
	str_release(&line);
	return rc < 0 ? broken(p) : 0;
}

int
pop3_in_step(struct pop3 *p, struct err *err)
{
	if (stream_buffered(p->s) == 0)
		return 0;
	(void)err_set(err, ERR_PROTO,
	              _("the server answers before it was asked"));
	return broken(p);
}

/* Say what else it may be that answers. */
static int
no_pop3(struct slice line, struct err *err)
{
	if (slice_starts(line, "220"))
		(void)err_set(err, ERR_PROTO,
		              _("this is an SMTP server and not a POP3 server; "
		                "check the port"));
	else if (slice_starts(line, "* "))
		(void)err_set(err, ERR_PROTO,
		              _("this is an IMAP server and not a POP3 server; "
		                "check the port"));
	else
		(void)err_set(err, ERR_PROTO,
		              _("the server does not speak POP3"));
	err_set_server(err, line.p, line.n);
	return -1;
}

int
pop3_read_reply(struct pop3 *p, struct pop3_reply *reply_r, struct err *err)
{
	struct slice line;
	int rc = stream_read_line(p->s, POP3_REPLY_MAX, &line, err);

	if (rc < 0)
		return broken(p);
	if (rc == 0) {
		(void)err_set(err, ERR_RETRY,
		              _("the server closed the connection"));
		return broken(p);
	}
	if (log_wants(LOG_DEBUG))
		log_line(LOG_DEBUG, "pop3 < %.*s", SLICE_ARG(line));
	if (pop3_reply_parse(line, reply_r) < 0) {
		(void)no_pop3(line, err);
		return broken(p);
	}
	return 0;
}

int
pop3_ask(struct pop3 *p, struct pop3_reply *reply_r, struct err *err)
{
	if (stream_flush(p->s, err) < 0)
		return broken(p);
	return pop3_read_reply(p, reply_r, err);
}

int
pop3_read_more(struct pop3 *p, struct slice *line_r, struct err *err)
{
	int rc = stream_read_line(p->s, POP3_REPLY_MAX, line_r, err);

	if (rc < 0)
		return broken(p);
	if (rc == 0) {
		(void)err_set(err, ERR_RETRY,
		              _("the server closed the connection in the "
		                "middle of an answer"));
		return broken(p);
	}
	return slice_eq_z(*line_r, ".") ? 0 : 1;
}

int
pop3_refused(const struct pop3_reply *reply, struct err *err,
             enum err_code code, const char *text)
{
	(void)err_set(err, code, "%s", text);
	/* With its code, which providers' texts and advice know it by. */
	err_set_server(err, reply->said.p, reply->said.n);
	return -1;
}

void
pop3_want_speed(struct pop3 *p, bool want)
{
	stream_set_timeout(p->s, p->timeout_ms, want ? LEAST_RATE : 0);
}

/* Capabilities */

static const struct {
	const char *name;
	enum pop3_capa bit;
} capas[] = {
	{ "TOP", POP3_CAPA_TOP },
	{ "UIDL", POP3_CAPA_UIDL },
	{ "PIPELINING", POP3_CAPA_PIPELINING },
	{ "STLS", POP3_CAPA_STLS },
	{ "USER", POP3_CAPA_USER },
	{ "RESP-CODES", POP3_CAPA_RESP_CODES },
	{ "UTF8", POP3_CAPA_UTF8 },
	{ "SASL", POP3_CAPA_SASL },
};

static void
learn_capa(struct pop3 *p, struct slice line)
{
	struct slice name;
	struct slice word;
	uint64_t seconds;

	if (!slice_word(&line, &name))
		return;
	for (size_t i = 0; i < sizeof capas / sizeof capas[0]; i++)
		if (slice_ieq_z(name, capas[i].name))
			p->capa |= (unsigned)capas[i].bit;
	if (slice_ieq_z(name, "SASL"))
		while (slice_word(&line, &word)) {
			enum sasl_mech mech = sasl_lookup(word);

			p->sasl |= 1U << (unsigned)mech;
		}
	if (slice_ieq_z(name, "LOGIN-DELAY") && slice_word(&line, &word) &&
	    slice_u64(word, &seconds) == 0)
		p->login_delay =
			(int)(seconds < POP3_DELAY_MAX ? seconds
		                                       : POP3_DELAY_MAX);
}

static int
ask_capa(struct pop3 *p, struct err *err)
{
	struct pop3_reply reply;
	struct slice line;
	struct str all;
	int lines = 0;
	int rc;

	p->capa = 0;
	p->sasl = 0;
	p->login_delay = 0;
	if (pop3_command(p, err, "CAPA") < 0 || pop3_ask(p, &reply, err) < 0)
		return -1;
	if (!reply.ok) {
		watch_tell(p->opts->watch, WATCH_OFFER, SLICE_NONE);
		return 0;
	}
	p->capa = POP3_CAPA_ASKED;
	str_init(&all, CAPA_BYTES_MAX);
	while ((rc = pop3_read_more(p, &line, err)) > 0) {
		if (++lines > CAPA_LINES_MAX) {
			(void)err_set(err, ERR_LIMIT,
			              _("the server lists too many "
			                "capabilities"));
			rc = broken(p);
			break;
		}
		learn_capa(p, line);
		str_add_slice(&all, line);
		str_add_c(&all, '\n');
	}
	if (rc == 0)
		watch_tell(p->opts->watch, WATCH_OFFER, str_slice(&all));
	str_release(&all);
	return rc;
}

/* Opening */

static int
greet(struct pop3 *p, struct err *err)
{
	struct pop3_reply reply;

	if (pop3_read_reply(p, &reply, err) < 0)
		return -1;
	if (!reply.ok)
		return pop3_refused(&reply, err,
		                    pop3_reply_refusal_code(&reply),
		                    _("the server takes no connections"));
	watch_tell(p->opts->watch, WATCH_GREETING, reply.text);
	p->timestamp = pop3_timestamp(reply.text);
	return 0;
}

static int
put_tls(struct pop3 *p, struct err *err)
{
	const struct tls_opts opts = {
		.host = p->opts->host,
		.ca_file = p->opts->ca_file,
		.pin = p->opts->pin,
		.timeout_ms = p->timeout_ms,
	};

	if (tls_start(p->s, &opts, err) < 0) {
		watch_tell_tls(p->opts->watch, p->s);
		return broken(p);
	}
	watch_tell_tls(p->opts->watch, p->s);
	p->has_tls = tls_describe(p->s, &p->tls) == 0;
	return 0;
}

/* STLS (RFC 2595); no way on without it. */
static int
start_tls(struct pop3 *p, struct err *err)
{
	struct pop3_reply reply;

	if ((p->capa & POP3_CAPA_ASKED) != 0 && (p->capa & POP3_CAPA_STLS) == 0)
		return err_set(err, ERR_CERT,
		               _("the server offers no encryption (STLS), "
		                 "which is required"));
	if (pop3_command(p, err, "STLS") < 0 || pop3_ask(p, &reply, err) < 0)
		return -1;
	if (!reply.ok)
		return pop3_refused(&reply, err, ERR_CERT,
		                    _("the server refuses encryption (STLS), "
		                      "which is required"));
	return put_tls(p, err);
}

int
pop3_read_stat(struct pop3 *p, bool token, struct err *err)
{
	struct pop3_reply reply;

	if (pop3_ask(p, &reply, err) < 0)
		return -1;
	if (!reply.ok)
		return pop3_refused(&reply, err,
		                    token ? pop3_reply_login_code(&reply)
		                          : pop3_reply_refusal_code(&reply),
		                    _("the mailbox cannot be opened"));
	if (pop3_reply_stat(reply.text, &p->count, &p->bytes) < 0)
		return pop3_refused(&reply, err, ERR_PROTO,
		                    _("the answer to STAT makes no sense"));
	return 0;
}

static int
ask_uidl(struct pop3 *p, struct err *err)
{
	if (pop3_command(p, err, "UIDL") < 0)
		return -1;
	return stream_flush(p->s, err) < 0 ? broken(p) : 0;
}

/* Some servers take a wrong token at login and refuse here.  Without PIPELINING
 * it would be a round trip: where the listing comes next, that shows as well
 * whether the mailbox is open, and its first command goes out at once, whatever
 * the caller has to do yet. */
static int
ask_stat(struct pop3 *p, struct err *err)
{
	enum sasl_mech mech = p->opts->mech;
	bool token = mech == SASL_XOAUTH2 || mech == SASL_OAUTHBEARER;
	bool together = (p->capa & POP3_CAPA_PIPELINING) != 0;

	if (pop3_in_step(p, err) < 0)
		return -1;
	p->uncounted = p->opts->list && !together && !token;
	if (p->uncounted) {
		p->listing = true;
		return ask_uidl(p, err);
	}
	if (pop3_command(p, err, "STAT") < 0)
		return -1;
	p->listing = p->opts->list && together;
	if (p->listing && (pop3_command(p, err, "UIDL") < 0 ||
	                   pop3_command(p, err, "LIST") < 0))
		return -1;
	return pop3_read_stat(p, token, err);
}

static int
open_session(struct pop3 *p, struct err *err)
{
	enum pop3_tls tls = p->opts->tls;

	if (tls == POP3_TLS_IMPLICIT && put_tls(p, err) < 0)
		return -1;
	if (greet(p, err) < 0 || ask_capa(p, err) < 0)
		return -1;
	if (tls == POP3_TLS_STLS &&
	    (start_tls(p, err) < 0 || ask_capa(p, err) < 0))
		return -1;
	if (pop3_login(p, err) < 0)
		return -1;
	if (p->opts->look)
		return 0;
	watch_tell(p->opts->watch, WATCH_IN, SLICE_NONE);
	return ask_stat(p, err);
}

struct pop3 *
pop3_open_stream(struct stream *s, const struct pop3_opts *opts,
                 struct err *err)
{
	struct pop3 *p = xcalloc(1, sizeof *p);
	int rc;

	p->s = s;
	p->opts = opts;
	p->timeout_ms =
		opts->timeout_ms > 0 ? opts->timeout_ms : DEFAULT_TIMEOUT_MS;
	pop3_want_speed(p, false);
	rc = open_session(p, err);
	if (opts->delay_r != NULL)
		*opts->delay_r = p->login_delay;
	p->opts = NULL;
	if (rc < 0)
		pop3_close(&p);
	return p;
}

struct pop3 *
pop3_open(const struct pop3_opts *opts, struct err *err)
{
	const struct dial_opts where = {
		.host = opts->host,
		.port = opts->port,
		.timeout_ms = opts->timeout_ms,
		.cancel_fd = opts->cancel_fd,
	};
	struct stream *s = dial(&where, err);

	return s != NULL ? pop3_open_stream(s, opts, err) : NULL;
}

/* What was learnt */

unsigned
pop3_capa(const struct pop3 *p)
{
	return p->capa;
}

int
pop3_login_delay(const struct pop3 *p)
{
	return p->login_delay;
}

const struct tls_info *
pop3_tls_info(const struct pop3 *p)
{
	return p->has_tls ? &p->tls : NULL;
}

void
pop3_stat(const struct pop3 *p, uint64_t *count_r, uint64_t *bytes_r)
{
	*count_r = p->count;
	*bytes_r = p->bytes;
}

/* The end */

int
pop3_quit(struct pop3 *p, struct err *err)
{
	struct pop3_reply reply;
	int rc;

	if (p->broken || p->listing)
		return err_set(err, ERR_RETRY,
		               _("the connection was lost before its end"));
	if (!p->deleted && p->timeout_ms > QUIT_TIMEOUT_MS)
		stream_set_timeout(p->s, QUIT_TIMEOUT_MS, 0);
	rc = pop3_command(p, err, "QUIT");
	if (rc == 0)
		rc = pop3_ask(p, &reply, err);
	p->broken = true;
	if (rc == 0 && !reply.ok)
		rc = pop3_refused(&reply, err, ERR_RETRY,
		                  _("the server could not delete what it was "
		                    "asked to"));
	return rc;
}

void
pop3_leave(struct pop3 *p)
{
	struct err ignored = { 0 }; /* the server ends the session either way */

	if (p->broken || p->listing)
		return;
	if (pop3_command(p, &ignored, "QUIT") == 0)
		(void)stream_flush(p->s, &ignored);
	p->broken = true;
}

void
pop3_close(struct pop3 **pp)
{
	if (*pp == NULL)
		return;
	stream_close(&(*pp)->s);
	free((*pp)->timestamp);
	free(*pp);
	*pp = NULL;
}
