/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POP3 client: logging in (RFC 1939, 7; RFC 5034). */
/*
 * 1. A secret is shown to the server once.  Another way to log in is tried only
 *    when the former was turned down before the secret was sent, and at most
 *    TRIES_MAX are.
 * 2. Inside TLS the order is: SCRAM bound to the connection, where the server
 *    offers that; USER/PASS where it is not hidden, since every server that takes
 *    passwords takes them so, while some that list AUTH PLAIN fail it and some
 *    that list SCRAM have no password they could compare it with; then the rest.
 *    Without TLS what does not show the password comes first.
 * 3. AUTH goes without an initial response: tokens are longer than a command
 *    line may be (RFC 2449, 4), and a refusal then costs no secret.
 * 4. A connection that ends after PASS says nothing about the password.
 * 5. APOP is used when the account asks for it and never by itself: its MD5 is
 *    weak, and with it nobody may choose the challenge (CVE-2007-1558).
 */
#include <string.h>

#include "net/tls_bind.h"
#include "proto/pop3_client_priv.h"
#include "util/codec.h"
#include "util/digest.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/str.h"

#include "util/banned.h"

/* RFC 4954 (SMTP's AUTH) allows 12288; the same server code answers here. */
#define CHALLENGE_MAX 16384
/* A token of SECRET_MAX with its frame, and that in base64. */
#define RESPONSE_MAX 32768
#define ENCODED_MAX  65536
/* Ways to log in that are tried, each turned down before a secret was sent. */
#define TRIES_MAX 3
/* SASL_NONE in a list of ways. */
#define WAY_USER_PASS SASL_NONE
#define WAYS_MAX      16

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

/* What to tell the user of a refusal. */
static const char *
refusal_text(const struct pop3_reply *reply, enum err_code code)
{
	switch (reply->code) {
	case POP3_CODE_IN_USE:
		return _("the mailbox is in use by another program");
	case POP3_CODE_LOGIN_DELAY:
		return _("the server wants a longer pause between two logins");
	case POP3_CODE_SYS_TEMP:
		return _("the server has trouble at the moment");
	case POP3_CODE_SYS_PERM:
		return _("the server has trouble that will not pass by itself");
	case POP3_CODE_AUTH:
	case POP3_CODE_NONE:
	case POP3_CODE_OTHER:
		break;
	}
	if (code == ERR_RETRY)
		return _("the server does not let us in at the moment");
	if (code == ERR_REFUSED)
		return _("the server does not let this account in");
	return _("the server did not accept the user name or the password");
}

static int
login_refused(struct pop3 *p, const struct pop3_reply *reply, struct err *err)
{
	enum err_code code = pop3_reply_login_code(reply);
	int delay = pop3_reply_delay(reply);

	if (delay > p->login_delay)
		p->login_delay = delay;
	return pop3_refused(reply, err, code, refusal_text(reply, code));
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
		(void)login_refused(p, &user, err);
		return OUTCOME_UNUSED;
	}
	if (!user.ok) {
		/* Its words are gone with the next line: judge first. */
		(void)login_refused(p, &user, err);
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
	(void)login_refused(p, &pass, err);
	return OUTCOME_FAILED;
}

/* APOP */

static bool
is_atom_char(char c)
{
	return byte_is_alnum(c) ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* dot-atom-text (RFC 5322, 3.2.3). */
static bool
is_dot_atom(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool dot = s.p[i] == '.';

		if (!dot && !is_atom_char(s.p[i]))
			return false;
		if (dot && (i == 0 || i + 1 == s.n || s.p[i - 1] == '.'))
			return false;
	}
	return s.n > 0;
}

/* no-fold-literal (RFC 5322, 3.6.4). */
static bool
is_literal(struct slice s)
{
	if (s.n < 2 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '[' ||
		    s.p[i] == ']' || s.p[i] == '\\')
			return false;
	return true;
}

char *
pop3_timestamp(struct slice greeting)
{
	size_t open = slice_rfind(greeting, '<');
	struct slice id;
	struct slice right;
	size_t close;
	size_t at;

	if (open == greeting.n)
		return NULL;
	id = slice_from(greeting, open + 1);
	close = slice_find(id, '>');
	at = slice_find(id, '@');
	if (close == id.n || at > close)
		return NULL;
	right = slice_make(id.p + at + 1, close - at - 1);
	if (!is_dot_atom(slice_head(id, at)) ||
	    (!is_dot_atom(right) && !is_literal(right)))
		return NULL;
	return slice_dup(slice_make(greeting.p + open, close + 2));
}

static enum outcome
log_in_apop(struct pop3 *p, struct err *err)
{
	unsigned char sum[DIGEST_MAX_SIZE];
	struct pop3_reply reply;
	struct str text;
	int rc;

	if (p->timestamp == NULL) {
		(void)err_set(err, ERR_REFUSED,
		              _("the server offers no safe login by APOP; "
		                "choose another way (auth = password)"));
		return OUTCOME_FAILED;
	}
	watch_tell(p->opts->watch, WATCH_WAY, SLICE_LIT("APOP"));
	str_init(&text, SECRET_MAX + POP3_REPLY_MAX);
	(void)str_reserve(&text, SECRET_MAX + POP3_REPLY_MAX);
	str_add_z(&text, p->timestamp);
	str_add_slice(&text, secret_get(p->opts->secret));
	digest_bytes(DIGEST_MD5, str_slice(&text), sum);
	release_secret(&text);
	str_init(&text, 2 * DIGEST_MAX_SIZE);
	codec_hex_encode(sum, digest_size(DIGEST_MD5), &text);
	rc = pop3_command(p, err, "APOP %s %s", p->opts->user, text.p);
	str_release(&text);
	if (rc < 0 || pop3_ask(p, &reply, err) < 0) {
		(void)login_cut(err);
		return OUTCOME_FAILED;
	}
	if (reply.ok)
		return OUTCOME_IN;
	(void)login_refused(p, &reply, err);
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
log_in_sasl(struct pop3 *p, enum sasl_mech mech, const struct sasl_login *login,
            struct err *err)
{
	enum outcome outcome = OUTCOME_FAILED;
	struct pop3_reply reply;
	struct sasl sasl;

	if (sasl_check(mech, login, err) < 0)
		return OUTCOME_UNUSED;
	sasl_init(&sasl, mech, login);
	if (pop3_command(p, err, "AUTH %s", sasl_name(mech)) < 0)
		goto out;
	if (stream_flush(p->s, err) < 0) {
		p->broken = true;
		goto out;
	}
	if (exchange(p, &sasl, &reply, err) < 0) {
		(void)login_cut(err);
	} else if (!reply.ok) {
		(void)login_refused(p, &reply, err);
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

struct ways {
	enum sasl_mech v[WAYS_MAX];
	size_t n;
};

static void
add_way(struct ways *w, enum sasl_mech mech, unsigned offered)
{
	bool taken = mech == WAY_USER_PASS;

	if (taken || (offered & 1U << (unsigned)mech) != 0)
		w->v[w->n++] = mech;
}

/* Those that do not show the password, to whom listens or to the server. */
static void
add_hidden(struct ways *w, unsigned offered)
{
	add_way(w, SASL_SCRAM_SHA_256, offered);
	add_way(w, SASL_SCRAM_SHA_1, offered);
	add_way(w, SASL_CRAM_MD5, offered);
}

/* What of the server's offer to try, in this order; see 2 above. */
static void
choose_ways(const struct pop3 *p, const struct sasl_login *login,
            struct ways *ways_r)
{
	unsigned asked_user = p->capa & (POP3_CAPA_ASKED | POP3_CAPA_USER);
	bool user = asked_user != POP3_CAPA_ASKED;

	*ways_r = (struct ways){ 0 };
	if (login->binding->type != NULL) {
		add_way(ways_r, SASL_SCRAM_SHA_256_PLUS, p->sasl);
		add_way(ways_r, SASL_SCRAM_SHA_1_PLUS, p->sasl);
	}
	if (!p->has_tls)
		add_hidden(ways_r, p->sasl);
	if (user)
		add_way(ways_r, WAY_USER_PASS, 0);
	add_way(ways_r, SASL_PLAIN, p->sasl);
	add_way(ways_r, SASL_LOGIN, p->sasl);
	if (p->has_tls)
		add_hidden(ways_r, p->sasl);
	if (!user)
		add_way(ways_r, WAY_USER_PASS, 0);
}

static const char *
way_name(enum sasl_mech mech)
{
	return mech == WAY_USER_PASS ? "USER/PASS" : sasl_name(mech);
}

static enum outcome
try_way(struct pop3 *p, enum sasl_mech mech, const struct sasl_login *login,
        struct err *err)
{
	watch_tell(p->opts->watch, WATCH_WAY, slice_of(way_name(mech)));
	return mech == WAY_USER_PASS ? log_in_user_pass(p, err)
	                             : log_in_sasl(p, mech, login, err);
}

static enum outcome
try_ways(struct pop3 *p, const struct sasl_login *login, struct err *err)
{
	enum outcome outcome = OUTCOME_UNUSED;
	struct ways ways;
	int tries = 0;

	choose_ways(p, login, &ways);
	for (size_t i = 0; i < ways.n && tries < TRIES_MAX; i++) {
		enum sasl_mech mech = ways.v[i];

		if (mech != WAY_USER_PASS && sasl_check(mech, login, err) < 0)
			continue;
		tries++;
		outcome = try_way(p, mech, login, err);
		/* Was it the way that was refused, and not the account? */
		if (outcome != OUTCOME_UNUSED || err->code == ERR_RETRY)
			break;
	}
	return outcome;
}

/* The way that would be tried first. */
static void
look(struct pop3 *p, const struct sasl_login *login)
{
	enum sasl_mech mech = p->opts->mech;
	struct ways ways;

	choose_ways(p, login, &ways);
	if (mech != SASL_NONE)
		ways.v[0] = sasl_upgrade(mech, p->sasl,
		                         login->binding->type != NULL);
	watch_tell(p->opts->watch, WATCH_WAY,
	           slice_of(p->opts->apop ? "APOP" : way_name(ways.v[0])));
}

int
pop3_login(struct pop3 *p, struct err *err)
{
	struct sasl_binding binding;
	struct sasl_login login = {
		.user = p->opts->user,
		.secret = p->opts->secret,
		.host = p->opts->host,
		.port = p->opts->port,
		.prepare = p->opts->prepare,
		.binding = &binding,
		.offered = p->sasl,
	};
	enum sasl_mech mech = p->opts->mech;
	struct err why = { 0 };
	enum outcome outcome;

	if (p->opts->user == NULL ||
	    (p->opts->secret == NULL && !p->opts->look) ||
	    has_line_end(slice_of(p->opts->user)))
		return err_set(err, ERR_CONFIG,
		               _("the user name cannot be sent"));
	(void)tls_bind(p->s, &binding);
	if (p->opts->look) {
		look(p, &login);
		return 0;
	}
	if (pop3_in_step(p, err) < 0)
		return -1;
	if (p->opts->apop)
		outcome = log_in_apop(p, &why);
	else if (mech != SASL_NONE)
		outcome = try_way(
			p, sasl_upgrade(mech, p->sasl, binding.type != NULL),
			&login, &why);
	else
		outcome = try_ways(p, &login, &why);
	if (outcome == OUTCOME_IN)
		return 0;
	if (err != NULL)
		*err = why;
	return -1;
}
