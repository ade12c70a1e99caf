/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POP3 client: logging in (RFC 1939, 7; RFC 5034). */
/*
 * 1. A secret is shown to the server once.  Another way to log in is tried only
 *    when the former was turned down before the secret was sent.
 * 2. USER/PASS comes first when the server does not hide it: every server that
 *    takes passwords takes them so, while some that list AUTH PLAIN fail it.
 * 3. AUTH goes without an initial response: tokens are longer than a command
 *    line may be (RFC 2449, 4), and a refusal then costs no secret.
 * 4. A connection that ends after PASS says nothing about the password.
 */
#include <string.h>

#include "proto/pop3_client_priv.h"
#include "util/codec.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/str.h"

#include "util/banned.h"

/* RFC 4954 (SMTP's AUTH) allows 12288; the same server code answers here. */
#define CHALLENGE_MAX 16384
/* A token of SECRET_MAX with its frame, and that in base64. */
#define RESPONSE_MAX 32768
#define ENCODED_MAX  65536

enum outcome {
	OUTCOME_IN,
	OUTCOME_UNUSED, /* turned down before the secret was sent */
	OUTCOME_FAILED, /* err is set */
};

/* Wipe and release what held a secret. */
static void
release_secret(struct str *s)
{
	secret_wipe(s->p, s->cap > 0 ? s->n : 0);
	str_release(s);
}

static bool
has_line_end(struct slice s)
{
	return slice_find(s, '\r') < s.n || slice_find(s, '\n') < s.n ||
	       slice_find(s, '\0') < s.n;
}

static int
login_refused(const struct pop3_reply *reply, struct err *err)
{
	enum err_code code = pop3_reply_login_code(reply);
	const char *text = _("the server did not accept the user name or the "
	                     "password");

	if (code == ERR_RETRY)
		text = _("the server does not let us in at the moment");
	else if (code == ERR_REFUSED)
		text = _("the server does not let this account in");
	return pop3_refused(reply, err, code, text);
}

/* A lost connection here is no wrong password. */
static int
login_cut(struct err *err)
{
	if (err != NULL && err->code == ERR_RETRY)
		(void)err_wrap(err, _("the login was not answered"));
	return -1;
}

/* USER and PASS */

static int
send_pass(struct pop3 *p, struct err *err)
{
	struct slice secret = secret_get(p->opts->secret);

	if (log_wants(LOG_DEBUG))
		log_line(LOG_DEBUG, "pop3 > PASS ***");
	if (stream_write(p->s, "PASS ", 5, err) == 0 &&
	    stream_write(p->s, secret.p, secret.n, err) == 0 &&
	    stream_write(p->s, "\r\n", 2, err) == 0)
		return 0;
	p->broken = true;
	return -1;
}

static enum outcome
log_in_user_pass(struct pop3 *p, struct err *err)
{
	bool together = (p->capa & POP3_CAPA_PIPELINING) != 0;
	struct pop3_reply user;
	struct pop3_reply pass;

	if (has_line_end(secret_get(p->opts->secret))) {
		(void)err_set(err, ERR_CONFIG,
		              _("the password has a line end in it"));
		return OUTCOME_FAILED;
	}
	if (pop3_command(p, err, "USER %s", p->opts->user) < 0)
		return OUTCOME_FAILED;
	if (together && send_pass(p, err) < 0)
		return OUTCOME_FAILED;
	if (pop3_ask(p, &user, err) < 0)
		return OUTCOME_FAILED;
	if (!user.ok && !together) {
		(void)login_refused(&user, err);
		return OUTCOME_UNUSED;
	}
	if (!user.ok) {
		/* Its words are gone with the next line: judge first. */
		(void)login_refused(&user, err);
		(void)pop3_read_reply(p, &pass, NULL);
		return OUTCOME_FAILED;
	}
	if (!together && send_pass(p, err) < 0)
		return OUTCOME_FAILED;
	if (pop3_ask(p, &pass, err) < 0) {
		(void)login_cut(err);
		return OUTCOME_FAILED;
	}
	if (pass.ok)
		return OUTCOME_IN;
	(void)login_refused(&pass, err);
	return OUTCOME_FAILED;
}

/* AUTH */

/* A line of the exchange: 1 challenge (appended, decoded), 0 status, -1. */
static int
read_challenge(struct pop3 *p, struct str *challenge,
               struct pop3_reply *reply_r, struct err *err)
{
	struct slice line;
	int rc = stream_read_line(p->s, CHALLENGE_MAX, &line, err);

	if (rc == 0)
		rc = err_set(err, ERR_RETRY,
		             _("the server closed the connection"));
	if (rc < 0) {
		p->broken = true;
		return -1;
	}
	if (log_wants(LOG_DEBUG))
		log_line(LOG_DEBUG, "pop3 < %.*s", SLICE_ARG(line));
	if (pop3_reply_parse(line, reply_r) == 0)
		return 0;
	str_clear(challenge);
	if (slice_starts(line, "+") &&
	    codec_base64_decode(slice_trim(slice_from(line, 1)), challenge) ==
	            0)
		return 1;
	(void)err_set(err, ERR_PROTO, _("the login challenge is malformed"));
	/* RFC 5034, 4: a lone star cancels. */
	(void)stream_write(p->s, "*\r\n", 3, NULL);
	(void)stream_flush(p->s, NULL);
	p->broken = true;
	return -1;
}

static int
send_response(struct pop3 *p, const struct str *response, struct err *err)
{
	struct str line;
	int rc;

	str_init(&line, ENCODED_MAX);
	codec_base64_encode(response->p, response->n, &line);
	str_add_z(&line, "\r\n");
	rc = stream_write(p->s, line.p, line.n, err);
	if (rc == 0)
		rc = stream_flush(p->s, err);
	release_secret(&line);
	if (rc < 0)
		p->broken = true;
	return rc;
}

/* Answer challenges until a status line comes. */
static int
exchange(struct pop3 *p, struct sasl *sasl, struct pop3_reply *reply_r,
         struct err *err)
{
	struct str challenge;
	struct str response;
	int rc;

	str_init(&challenge, CHALLENGE_MAX);
	str_init(&response, RESPONSE_MAX);
	while ((rc = read_challenge(p, &challenge, reply_r, err)) > 0) {
		release_secret(&response);
		str_init(&response, RESPONSE_MAX);
		rc = sasl_step(sasl, str_slice(&challenge), &response, err);
		if (rc < 0) {
			(void)stream_write(p->s, "*\r\n", 3, NULL);
			(void)stream_flush(p->s, NULL);
			p->broken = true;
			break;
		}
		if (send_response(p, &response, err) < 0) {
			rc = -1;
			break;
		}
	}
	release_secret(&response);
	str_release(&challenge);
	return rc;
}

static enum outcome
log_in_sasl(struct pop3 *p, enum sasl_mech mech, struct err *err)
{
	enum outcome outcome = OUTCOME_FAILED;
	struct pop3_reply reply;
	struct sasl sasl;

	sasl_init(&sasl, mech, p->opts->user, p->opts->secret, p->opts->host,
	          p->opts->port);
	if (pop3_command(p, err, "AUTH %s", sasl_name(mech)) < 0)
		goto out;
	if (stream_flush(p->s, err) < 0) {
		p->broken = true;
		goto out;
	}
	if (exchange(p, &sasl, &reply, err) < 0) {
		(void)login_cut(err);
	} else if (!reply.ok) {
		(void)login_refused(&reply, err);
		if (sasl.step == 0)
			outcome = OUTCOME_UNUSED;
	} else if (sasl_finish(&sasl, err) == 0) {
		outcome = OUTCOME_IN;
	}
out:
	sasl_release(&sasl);
	return outcome;
}

/* Which */

/* The best of what is offered; SASL_NONE when nothing of ours is. */
static enum sasl_mech
best_mech(unsigned offered)
{
	static const enum sasl_mech order[] = {
		SASL_PLAIN,       SASL_LOGIN,    SASL_SCRAM_SHA_256,
		SASL_SCRAM_SHA_1, SASL_CRAM_MD5,
	};

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		if ((offered & 1U << (unsigned)order[i]) != 0)
			return order[i];
	return SASL_NONE;
}

/* Was it the way that was refused, and not the account? */
static bool
other_way_may_help(const struct err *err)
{
	return err->code != ERR_RETRY;
}

int
pop3_login(struct pop3 *p, struct err *err)
{
	enum sasl_mech mech = p->opts->mech;
	enum sasl_mech other = best_mech(p->sasl);
	bool hidden = (p->capa & POP3_CAPA_ASKED) != 0 &&
	              (p->capa & POP3_CAPA_USER) == 0;
	struct err why = { 0 };
	enum outcome outcome;

	if (p->opts->user == NULL || p->opts->secret == NULL ||
	    has_line_end(slice_of(p->opts->user)))
		return err_set(err, ERR_CONFIG,
		               _("the user name cannot be sent"));
	if (mech != SASL_NONE)
		outcome = log_in_sasl(p, mech, &why);
	else if (hidden && other != SASL_NONE) {
		outcome = log_in_sasl(p, other, &why);
		if (outcome == OUTCOME_UNUSED && other_way_may_help(&why))
			outcome = log_in_user_pass(p, &why);
	} else {
		outcome = log_in_user_pass(p, &why);
		if (outcome == OUTCOME_UNUSED && other != SASL_NONE &&
		    other_way_may_help(&why))
			outcome = log_in_sasl(p, other, &why);
	}
	if (outcome == OUTCOME_IN)
		return 0;
	if (err != NULL)
		*err = why;
	return -1;
}
