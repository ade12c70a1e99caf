/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMTP client: AUTH (RFC 4954).
 *
 * 1. A secret that was rejected is not sent a second time, by no other method
 *    either: repeated failures lock accounts.  Only 504 ("no such method")
 *    lets the next method try, because the server did not look at the secret.
 * 2. A method is used only when the server offers it, inside TLS if there is
 *    TLS.
 * 3. What the server sends as challenge is base64 or the exchange is cancelled
 *    with "*"; it has a maximal number of steps.
 */
#include "net/tls_bind.h"
#include "proto/smtp_client_priv.h"
#include "util/codec.h"
#include "util/i18n.h"
#include "util/secret.h"

#include "util/banned.h"

/* RFC 4954, section 4: the longest line of an exchange. */
#define AUTH_LINE_MAX 12288
/* RFC 5321, 4.5.3.1.4: a command with its CRLF. */
#define COMMAND_MAX 512
/* The longest exchange, SCRAM, has three. */
#define STEPS_MAX 8

/* Best first.  In TLS the plain methods come before those that hide the password:
 * they work with every kind of password store, and a failed try of another method
 * counts against the account.  Who offers a login bound to the connection can do
 * it. */
static const enum sasl_mech in_tls[] = {
	SASL_SCRAM_SHA_256_PLUS,
	SASL_SCRAM_SHA_1_PLUS,
	SASL_PLAIN,
	SASL_LOGIN,
	SASL_SCRAM_SHA_256,
	SASL_SCRAM_SHA_1,
	SASL_CRAM_MD5,
};

static const enum sasl_mech in_clear[] = {
	SASL_SCRAM_SHA_256, SASL_SCRAM_SHA_1, SASL_CRAM_MD5,
	SASL_PLAIN,         SASL_LOGIN,
};

/* The outcome of one method. */
enum outcome {
	OUTCOME_IN,
	OUTCOME_NEXT, /* not known to the server after all */
	OUTCOME_FAILED,
};

/* Send "*" and hear what the server says to it; the error is set before. */
static enum outcome
cancel(struct smtp *c)
{
	struct err ignored = { 0 };

	if (stream_write(c->s, "*\r\n", 3, &ignored) != 0 ||
	    smtp_turn(c, &ignored) != 0 || c->reply.code == 334)
		c->broken = true;
	return OUTCOME_FAILED;
}

/* Append the next response in base64; "=" stands for an empty first one. */
static int
respond(struct sasl *sasl, struct slice challenge, bool first, struct str *line,
        struct err *err)
{
	struct str raw;
	int rc;

	str_init(&raw, SECRET_MAX * 2);
	rc = sasl_step(sasl, challenge, &raw, err);
	if (rc == 0 && raw.n == 0 && first)
		str_add_c(line, '=');
	if (rc == 0)
		codec_base64_encode(raw.p, raw.n, line);
	if (rc == 0 && (raw.full || line->full))
		rc = err_set(err, ERR_LIMIT,
		             _("the password or token is too long"));
	secret_wipe(raw.p, raw.n);
	str_release(&raw);
	return rc;
}

static int
send_line(struct smtp *c, struct str *line, struct err *err)
{
	int rc;

	str_add_z(line, "\r\n");
	rc = stream_write(c->s, line->p, line->n, err);
	secret_wipe(line->p, line->n);
	str_clear(line);
	if (rc != 0) {
		c->broken = true;
		return -1;
	}
	return smtp_turn(c, err);
}

/*
 * "AUTH NAME", with the initial response when the line stays within what every
 * server reads.
 */
static int
send_command(struct smtp *c, struct sasl *sasl, struct str *pending,
             struct err *err)
{
	struct str line;
	int rc = -1;

	str_init(&line, COMMAND_MAX);
	str_printf(&line, "AUTH %s", sasl_name(sasl->mech));
	if (sasl_client_first(sasl) &&
	    respond(sasl, SLICE_NONE, true, pending, err) != 0)
		goto out;
	if (pending->n > 0 && line.n + 1 + pending->n + 2 <= COMMAND_MAX) {
		str_add_c(&line, ' ');
		str_add_slice(&line, str_slice(pending));
		secret_wipe(pending->p, pending->n);
		str_clear(pending);
	}
	rc = send_line(c, &line, err);
out:
	str_release(&line);
	return rc;
}

/* Answer one 334.  0, or -1 and the exchange is to be cancelled. */
static int
answer(struct smtp *c, struct sasl *sasl, struct str *line, struct err *err)
{
	struct str challenge;
	int rc;

	if (line->n > 0) { /* the initial response, asked for by the server */
		if (slice_eq_z(str_slice(line), "="))
			str_clear(line);
		return 0;
	}
	str_init(&challenge, SMTP_REPLY_LINE_MAX);
	rc = codec_base64_decode(slice_trim(smtp_reply_first(&c->reply)),
	                         &challenge);
	if (rc != 0)
		(void)err_set(err, ERR_PROTO,
		              _("the login of the server is not understood"));
	else
		rc = respond(sasl, str_slice(&challenge), false, line, err);
	str_release(&challenge);
	return rc;
}

/* What the final reply means. */
static enum outcome
judge(struct smtp *c, struct sasl *sasl, struct err *err)
{
	int code = c->reply.code;

	if (code == 235)
		return sasl_finish(sasl, err) == 0 ? OUTCOME_IN
		                                   : OUTCOME_FAILED;
	if (code == 504)
		return OUTCOME_NEXT;
	(void)smtp_reply_error(&c->reply,
	                       code >= 500 ? _("the login was rejected")
	                                   : _("login is not possible now"),
	                       err);
	if (code >= 500 && code != 500 && code != 501 && code != 502 &&
	    code != 503)
		err->code = ERR_AUTH;
	return OUTCOME_FAILED;
}

static enum outcome
exchange(struct smtp *c, struct sasl *sasl, struct str *line, struct err *err)
{
	if (smtp_in_step(c, err) != 0 || send_command(c, sasl, line, err) != 0)
		return OUTCOME_FAILED;
	for (int step = 0; c->reply.code == 334; step++) {
		if (step == STEPS_MAX) {
			(void)err_set(err, ERR_PROTO,
			              _("the login does not come to an end"));
			return cancel(c);
		}
		if (answer(c, sasl, line, err) != 0)
			return cancel(c);
		if (smtp_in_step(c, err) != 0 || send_line(c, line, err) != 0)
			return OUTCOME_FAILED;
	}
	return judge(c, sasl, err);
}

static enum outcome
try_mech(struct smtp *c, enum sasl_mech mech, const struct sasl_login *login,
         struct err *err)
{
	struct sasl sasl;
	struct str line;
	enum outcome outcome;

	/* One that cannot carry this password, perhaps another can. */
	if (sasl_check(mech, login, err) != 0)
		return OUTCOME_NEXT;
	watch_tell(c->watch, WATCH_WAY, slice_of(sasl_name(mech)));
	sasl_init(&sasl, mech, login);
	str_init(&line, AUTH_LINE_MAX + 2);
	outcome = exchange(c, &sasl, &line, err);
	secret_wipe(line.p, line.n);
	str_release(&line);
	sasl_release(&sasl);
	return outcome;
}

static int
none_in_common(const struct smtp *c, struct err *err)
{
	if (c->offered.n == 0)
		return err_set(err, ERR_REFUSED,
		               _("the server offers no login"));
	return err_set(err, ERR_REFUSED,
	               _("no usable login method (the server offers: %s)"),
	               c->offered.p);
}

static int
try_list(struct smtp *c, const enum sasl_mech *list, size_t n,
         const struct sasl_login *login, struct err *err)
{
	struct err why = { 0 };

	for (size_t i = 0; i < n; i++) {
		if ((c->mechs & 1U << (unsigned)list[i]) == 0)
			continue;
		switch (try_mech(c, list[i], login, &why)) {
		case OUTCOME_IN:
			return 0;
		case OUTCOME_NEXT:
			break;
		case OUTCOME_FAILED:
			*err = why;
			return -1;
		}
	}
	if (why.code == ERR_CONFIG) {
		*err = why;
		return -1;
	}
	return none_in_common(c, err);
}

/* The first of list that is offered; only told. */
static int
look(const struct smtp *c, const enum sasl_mech *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((c->mechs & 1U << (unsigned)list[i]) == 0)
			continue;
		watch_tell(c->watch, WATCH_WAY, slice_of(sasl_name(list[i])));
		break;
	}
	return 0;
}

/* What may be used, best first; *one_r is room for the only one. */
static const enum sasl_mech *
choose(const struct smtp *c, const struct smtp_opts *opts, bool bound,
       enum sasl_mech *one_r, size_t *n_r)
{
	if (opts->mech != SASL_NONE) {
		*one_r = sasl_upgrade(opts->mech, c->mechs, bound);
		*n_r = 1;
		return one_r;
	}
	if (opts->tls == SMTP_TLS_NONE) {
		*n_r = sizeof in_clear / sizeof in_clear[0];
		return in_clear;
	}
	*n_r = sizeof in_tls / sizeof in_tls[0];
	return in_tls;
}

int
smtp_auth(struct smtp *c, const struct smtp_opts *opts, struct err *err)
{
	struct sasl_binding binding;
	struct sasl_login login = {
		.user = opts->user,
		.secret = opts->secret,
		.host = opts->host,
		.port = opts->port,
		.prepare = opts->prepare,
		.binding = &binding,
		.offered = c->mechs,
	};
	const enum sasl_mech *list;
	enum sasl_mech one;
	size_t n;

	(void)tls_bind(c->s, &binding);
	list = choose(c, opts, binding.type != NULL, &one, &n);
	if (opts->look)
		return look(c, list, n);
	if (try_list(c, list, n, &login, err) != 0)
		return -1;
	watch_tell(c->watch, WATCH_IN, SLICE_NONE);
	return 0;
}
