/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SASL mechanisms as pure steps: a challenge in, a response out. */
/*
 * 1. No input or output here; base64, cancelling with "*" and the server's yes
 *    or no are the protocol's business.
 * 2. s->step counts the responses that were given.  A challenge after the last
 *    one is ERR_PROTO, but for the OAuth mechanisms: there it is the reason of a
 *    refusal, which must be answered before the server says no.
 * 3. SCRAM proves both sides.  sasl_finish() is -1 when the server said yes
 *    without having proved that it knows the password.
 *
 * All but SCRAM send names and passwords as the bytes they are; preparing them
 * is there the server's business (RFC 4616, 2).
 */
#include "net/sasl_priv.h"

#include "util/codec.h"
#include "util/digest.h"
#include "util/i18n.h"

#include "util/banned.h"

static const struct {
	enum sasl_mech mech;
	const char *name;
} names[] = {
	{ SASL_PLAIN, "PLAIN" },
	{ SASL_LOGIN, "LOGIN" },
	{ SASL_CRAM_MD5, "CRAM-MD5" },
	{ SASL_SCRAM_SHA_1, "SCRAM-SHA-1" },
	{ SASL_SCRAM_SHA_256, "SCRAM-SHA-256" },
	{ SASL_SCRAM_SHA_1_PLUS, "SCRAM-SHA-1-PLUS" },
	{ SASL_SCRAM_SHA_256_PLUS, "SCRAM-SHA-256-PLUS" },
	{ SASL_XOAUTH2, "XOAUTH2" },
	{ SASL_OAUTHBEARER, "OAUTHBEARER" },
};

enum sasl_mech
sasl_lookup(struct slice name)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_ieq_z(name, names[i].name))
			return names[i].mech;
	return SASL_NONE;
}

const char *
sasl_name(enum sasl_mech mech)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].mech == mech)
			return names[i].name;
	return "";
}

bool
sasl_is_plus(enum sasl_mech mech)
{
	return mech == SASL_SCRAM_SHA_1_PLUS || mech == SASL_SCRAM_SHA_256_PLUS;
}

enum sasl_mech
sasl_upgrade(enum sasl_mech mech, unsigned offered, bool bound)
{
	enum sasl_mech plus = mech;

	if (mech == SASL_SCRAM_SHA_1)
		plus = SASL_SCRAM_SHA_1_PLUS;
	else if (mech == SASL_SCRAM_SHA_256)
		plus = SASL_SCRAM_SHA_256_PLUS;
	return bound && (offered & 1U << (unsigned)plus) != 0 ? plus : mech;
}

void
sasl_init(struct sasl *s, enum sasl_mech mech, const struct sasl_login *login)
{
	*s = (struct sasl){ .mech = mech, .login = login };
}

void
sasl_release(struct sasl *s)
{
	sasl_scram_release(s);
}

/* Would SASLprep take it? */
static bool
can_prepare(sasl_prepare_fn *prepare, struct slice text)
{
	struct str out;
	bool can;

	if (prepare == NULL)
		return true;
	str_init(&out, SECRET_MAX * 4);
	(void)str_reserve(&out, SECRET_MAX * 4);
	can = prepare(text, &out) == 0 && !out.full;
	secret_wipe(out.p, out.n);
	str_release(&out);
	return can;
}

/* NUL and 0x01 are what the mechanisms separate with. */
static bool
has_separators(struct slice text)
{
	return slice_find(text, '\0') < text.n ||
	       slice_find(text, '\x01') < text.n;
}

int
sasl_check(enum sasl_mech mech, const struct sasl_login *login, struct err *err)
{
	struct slice user = slice_of(login->user);
	struct slice secret = secret_get(login->secret);

	if (has_separators(secret) || has_separators(user))
		return err_set(err, ERR_CONFIG,
		               _("the user name or password has control "
		                 "characters in it"));
	if (sasl_is_plus(mech) &&
	    (login->binding == NULL || login->binding->type == NULL))
		return err_set(err, ERR_CONFIG,
		               _("the login cannot be bound to the encrypted "
		                 "connection"));
	if (sasl_is_scram(mech) && (!can_prepare(login->prepare, user) ||
	                            !can_prepare(login->prepare, secret)))
		return err_set(err, ERR_CONFIG,
		               _("the user name or password has characters "
		                 "that this way to log in cannot carry"));
	return 0;
}

bool
sasl_client_first(const struct sasl *s)
{
	return s->mech != SASL_LOGIN && s->mech != SASL_CRAM_MD5;
}

void
sasl_add_name(struct str *out, struct slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == ',')
			str_add_z(out, "=2C");
		else if (name.p[i] == '=')
			str_add_z(out, "=3D");
		else
			str_add_c(out, name.p[i]);
	}
}

/* The mechanisms */

static int
cram_step(const struct sasl *s, struct slice challenge, struct str *response)
{
	unsigned char mac[DIGEST_MAX_SIZE];

	digest_hmac(DIGEST_MD5, secret_get(s->login->secret), challenge, mac);
	str_add_z(response, s->login->user);
	str_add_c(response, ' ');
	codec_hex_encode(mac, digest_size(DIGEST_MD5), response);
	return 0;
}

/* OAUTHBEARER (RFC 7628) and its forerunner XOAUTH2. */
static int
oauth_step(struct sasl *s, struct str *response)
{
	if (s->step > 0) {
		/* The challenge says why not; the answer only ends it. */
		if (s->mech == SASL_OAUTHBEARER)
			str_add_c(response, '\x01');
		return 0;
	}
	if (s->mech == SASL_XOAUTH2) {
		str_add_z(response, "user=");
		str_add_z(response, s->login->user);
	} else {
		str_add_z(response, "n,a=");
		sasl_add_name(response, slice_of(s->login->user));
		str_add_z(response, ",\x01host=");
		str_add_z(response, s->login->host);
		str_printf(response, "\x01port=%d", s->login->port);
	}
	str_add_z(response, "\x01"
	                    "auth=Bearer ");
	str_add_slice(response, secret_get(s->login->secret));
	str_add_z(response, "\x01\x01");
	return 0;
}

static int
plain_step(const struct sasl *s, struct str *response)
{
	str_add_c(response, '\0');
	str_add_z(response, s->login->user);
	str_add_c(response, '\0');
	str_add_slice(response, secret_get(s->login->secret));
	return 0;
}

/* Responses a mechanism gives at most. */
static int
steps_of(enum sasl_mech mech)
{
	switch (mech) {
	case SASL_NONE:
		return 0;
	case SASL_PLAIN:
	case SASL_CRAM_MD5:
		return 1;
	case SASL_LOGIN:
	case SASL_XOAUTH2:
	case SASL_OAUTHBEARER:
		return 2;
	case SASL_SCRAM_SHA_1:
	case SASL_SCRAM_SHA_256:
	case SASL_SCRAM_SHA_1_PLUS:
	case SASL_SCRAM_SHA_256_PLUS:
		return 3;
	}
	return 0;
}

static int
give_response(struct sasl *s, struct slice challenge, struct str *response,
              struct err *err)
{
	switch (s->mech) {
	case SASL_NONE:
		break;
	case SASL_PLAIN:
		return plain_step(s, response);
	case SASL_LOGIN:
		if (s->step == 0)
			str_add_z(response, s->login->user);
		else
			str_add_slice(response, secret_get(s->login->secret));
		return 0;
	case SASL_CRAM_MD5:
		return cram_step(s, challenge, response);
	case SASL_SCRAM_SHA_1:
	case SASL_SCRAM_SHA_256:
	case SASL_SCRAM_SHA_1_PLUS:
	case SASL_SCRAM_SHA_256_PLUS:
		return sasl_scram_step(s, challenge, response, err);
	case SASL_XOAUTH2:
	case SASL_OAUTHBEARER:
		return oauth_step(s, response);
	}
	return err_set(err, ERR_CONFIG, _("no way to log in was chosen"));
}

int
sasl_step(struct sasl *s, struct slice challenge, struct str *response,
          struct err *err)
{
	if (s->step >= steps_of(s->mech) && s->mech != SASL_NONE)
		return err_set(err, ERR_PROTO,
		               _("the server asks too much at login"));
	if (s->step == 0 && sasl_check(s->mech, s->login, err) < 0)
		return -1;
	if (give_response(s, challenge, response, err) < 0)
		return -1;
	if (response->full)
		return err_set(err, ERR_LIMIT,
		               _("the login answer is too long"));
	s->step++;
	if (s->step == steps_of(s->mech))
		s->done = true;
	return 0;
}

int
sasl_finish(struct sasl *s, struct err *err)
{
	if (s->step == 0 && s->mech != SASL_NONE)
		return err_set(err, ERR_PROTO,
		               _("the server let us in before we asked"));
	if (!sasl_is_scram(s->mech) || sasl_scram_proved(s))
		return 0;
	return err_set(err, ERR_PROTO,
	               _("the server did not prove that it knows the password; "
	                 "it may be an impostor"));
}
