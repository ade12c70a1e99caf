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
 * Passwords are taken as the bytes they are: SASLprep (RFC 4013) would need
 * Unicode tables below this layer, and changes nothing in ASCII.
 */
#include "net/sasl.h"

#include <stdlib.h>
#include <string.h>

#include "util/codec.h"
#include "util/digest.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* 144 bits of nonce, 24 characters. */
#define NONCE_BYTES 18
/* Messages of SCRAM: names, nonces and salts, a few hundred bytes. */
#define SCRAM_MAX 8192
/* Half a second of work; servers ask for 4,096 to 600,000. */
#define SCRAM_ROUNDS_MAX 1000000

struct sasl_scram {
	enum digest_kind kind;
	struct str nonce; /* ours */
	struct str auth;  /* AuthMessage, growing */
	unsigned char server_key[DIGEST_MAX_SIZE];
	bool proved;
};

static const struct {
	enum sasl_mech mech;
	const char *name;
} names[] = {
	{ SASL_PLAIN, "PLAIN" },
	{ SASL_LOGIN, "LOGIN" },
	{ SASL_CRAM_MD5, "CRAM-MD5" },
	{ SASL_SCRAM_SHA_1, "SCRAM-SHA-1" },
	{ SASL_SCRAM_SHA_256, "SCRAM-SHA-256" },
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

void
sasl_init(struct sasl *s, enum sasl_mech mech, const char *user,
          const struct secret *secret, const char *host, int port)
{
	*s = (struct sasl){
		.mech = mech,
		.user = user,
		.secret = secret,
		.host = host,
		.port = port,
	};
}

void
sasl_release(struct sasl *s)
{
	if (s->state != NULL) {
		str_release(&s->state->nonce);
		str_release(&s->state->auth);
		secret_wipe(s->state, sizeof *s->state);
		free(s->state);
		s->state = NULL;
	}
}

bool
sasl_client_first(const struct sasl *s)
{
	return s->mech != SASL_LOGIN && s->mech != SASL_CRAM_MD5;
}

/* SCRAM (RFC 5802, RFC 7677) */

static struct sasl_scram *
scram_get(struct sasl *s)
{
	if (s->state == NULL) {
		s->state = xcalloc(1, sizeof *s->state);
		s->state->kind = s->mech == SASL_SCRAM_SHA_1 ? DIGEST_SHA1
		                                             : DIGEST_SHA256;
		str_init(&s->state->nonce, SCRAM_MAX);
		str_init(&s->state->auth, SCRAM_MAX);
	}
	return s->state;
}

void
sasl_set_nonce(struct sasl *s, const char *nonce)
{
	str_add_z(&scram_get(s)->nonce, nonce);
}

/* A name with "," and "=" written as RFC 5802, 5.1 wants. */
static void
add_saslname(struct str *out, const char *user)
{
	for (; *user != '\0'; user++) {
		if (*user == ',')
			str_add_z(out, "=2C");
		else if (*user == '=')
			str_add_z(out, "=3D");
		else
			str_add_c(out, *user);
	}
}

static int
scram_first(struct sasl *s, struct str *response)
{
	struct sasl_scram *c = scram_get(s);
	unsigned char random[NONCE_BYTES];

	if (c->nonce.n == 0) {
		digest_random(random, sizeof random);
		codec_base64_encode(random, sizeof random, &c->nonce);
	}
	str_add_z(&c->auth, "n=");
	add_saslname(&c->auth, s->user);
	str_add_z(&c->auth, ",r=");
	str_add_slice(&c->auth, str_slice(&c->nonce));
	str_add_z(response, "n,,");
	str_add_slice(response, str_slice(&c->auth));
	return 0;
}

/* The value of attribute "k=" at the beginning of the next piece. */
static int
scram_attribute(struct slice *rest, char key, struct slice *value_r)
{
	struct slice piece;

	if (!slice_split(rest, ',', &piece) || piece.n < 2 ||
	    piece.p[0] != key || piece.p[1] != '=')
		return -1;
	*value_r = slice_from(piece, 2);
	return 0;
}

struct scram_challenge {
	struct slice nonce;
	struct str salt;
	uint64_t rounds;
};

static int
scram_parse(const struct sasl_scram *c, struct slice text,
            struct scram_challenge *ch)
{
	struct slice salt;
	struct slice rounds;

	if (scram_attribute(&text, 'r', &ch->nonce) < 0 ||
	    scram_attribute(&text, 's', &salt) < 0 ||
	    scram_attribute(&text, 'i', &rounds) < 0)
		return -1;
	/* The server's nonce begins with ours and adds to it. */
	if (ch->nonce.n <= c->nonce.n ||
	    !slice_eq(slice_head(ch->nonce, c->nonce.n), str_slice(&c->nonce)))
		return -1;
	if (codec_base64_decode(salt, &ch->salt) < 0 || ch->salt.n == 0 ||
	    slice_u64(rounds, &ch->rounds) < 0)
		return -1;
	return ch->rounds >= 1 && ch->rounds <= SCRAM_ROUNDS_MAX ? 0 : -1;
}

static struct slice
bytes(const unsigned char *p, size_t n)
{
	return slice_make((const char *)p, n);
}

/* ClientProof, and ServerKey kept for the end. */
static void
scram_proof(struct sasl *s, const struct scram_challenge *ch,
            unsigned char *proof)
{
	struct sasl_scram *c = s->state;
	size_t n = digest_size(c->kind);
	unsigned char salted[DIGEST_MAX_SIZE];
	unsigned char stored[DIGEST_MAX_SIZE];
	unsigned char signature[DIGEST_MAX_SIZE];

	digest_pbkdf2(c->kind, secret_get(s->secret), str_slice(&ch->salt),
	              (unsigned)ch->rounds, salted);
	digest_hmac(c->kind, bytes(salted, n), SLICE_LIT("Client Key"), proof);
	digest_hmac(c->kind, bytes(salted, n), SLICE_LIT("Server Key"),
	            c->server_key);
	digest_bytes(c->kind, bytes(proof, n), stored);
	digest_hmac(c->kind, bytes(stored, n), str_slice(&c->auth), signature);
	for (size_t i = 0; i < n; i++)
		proof[i] ^= signature[i];
	secret_wipe(salted, sizeof salted);
	secret_wipe(stored, sizeof stored);
	secret_wipe(signature, sizeof signature);
}

static int
scram_final(struct sasl *s, struct slice challenge, struct str *response,
            struct err *err)
{
	struct sasl_scram *c = s->state;
	struct scram_challenge ch = { 0 };
	unsigned char proof[DIGEST_MAX_SIZE];
	size_t at = response->n;
	int rc = -1;

	str_init(&ch.salt, SCRAM_MAX);
	if (scram_parse(c, challenge, &ch) < 0) {
		(void)err_set(err, ERR_PROTO,
		              _("the login challenge is malformed"));
		goto out;
	}
	str_add_z(response, "c=biws,r=");
	str_add_slice(response, ch.nonce);
	str_add_c(&c->auth, ',');
	str_add_slice(&c->auth, challenge);
	str_add_c(&c->auth, ',');
	str_add_slice(&c->auth, slice_from(str_slice(response), at));
	if (c->auth.full) {
		(void)err_set(err, ERR_LIMIT,
		              _("the login challenge is too long"));
		goto out;
	}
	scram_proof(s, &ch, proof);
	str_add_z(response, ",p=");
	codec_base64_encode(proof, digest_size(c->kind), response);
	rc = 0;
out:
	str_release(&ch.salt);
	return rc;
}

static int
scram_verify(struct sasl *s, struct slice challenge, struct err *err)
{
	struct sasl_scram *c = s->state;
	size_t n = digest_size(c->kind);
	unsigned char want[DIGEST_MAX_SIZE];
	struct str seen;
	struct slice value;

	if (slice_starts(challenge, "e="))
		return err_set(err, ERR_AUTH,
		               _("the server did not accept the password"));
	digest_hmac(c->kind, bytes(c->server_key, n), str_slice(&c->auth),
	            want);
	str_init(&seen, SCRAM_MAX);
	if (scram_attribute(&challenge, 'v', &value) == 0 &&
	    codec_base64_decode(value, &seen) == 0 && seen.n == n)
		c->proved = digest_same(seen.p, want, n);
	str_release(&seen);
	if (c->proved)
		return 0;
	return err_set(err, ERR_PROTO,
	               _("the server did not prove that it knows the password; "
	                 "it may be an impostor"));
}

static int
scram_step(struct sasl *s, struct slice challenge, struct str *response,
           struct err *err)
{
	if (s->step == 0)
		return scram_first(s, response);
	if (s->step == 1)
		return scram_final(s, challenge, response, err);
	s->done = true;
	return scram_verify(s, challenge, err);
}

/* The others */

static int
cram_step(const struct sasl *s, struct slice challenge, struct str *response)
{
	unsigned char mac[DIGEST_MAX_SIZE];

	digest_hmac(DIGEST_MD5, secret_get(s->secret), challenge, mac);
	str_add_z(response, s->user);
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
		str_add_z(response, s->user);
	} else {
		str_add_z(response, "n,a=");
		add_saslname(response, s->user);
		str_add_z(response, ",\x01host=");
		str_add_z(response, s->host);
		str_printf(response, "\x01port=%d", s->port);
	}
	str_add_z(response, "\x01"
	                    "auth=Bearer ");
	str_add_slice(response, secret_get(s->secret));
	str_add_z(response, "\x01\x01");
	return 0;
}

static int
plain_step(const struct sasl *s, struct str *response)
{
	str_add_c(response, '\0');
	str_add_z(response, s->user);
	str_add_c(response, '\0');
	str_add_slice(response, secret_get(s->secret));
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
			str_add_z(response, s->user);
		else
			str_add_slice(response, secret_get(s->secret));
		return 0;
	case SASL_CRAM_MD5:
		return cram_step(s, challenge, response);
	case SASL_SCRAM_SHA_1:
	case SASL_SCRAM_SHA_256:
		return scram_step(s, challenge, response, err);
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
	struct slice secret = secret_get(s->secret);

	if (s->step >= steps_of(s->mech) && s->mech != SASL_NONE)
		return err_set(err, ERR_PROTO,
		               _("the server asks too much at login"));
	/* NUL and 0x01 are what the mechanisms separate with. */
	if (slice_find(secret, '\0') < secret.n ||
	    slice_find(secret, '\x01') < secret.n ||
	    strchr(s->user, '\x01') != NULL)
		return err_set(err, ERR_CONFIG,
		               _("the user name or password has control "
		                 "characters in it"));
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
	bool scram =
		s->mech == SASL_SCRAM_SHA_1 || s->mech == SASL_SCRAM_SHA_256;

	if (s->step == 0 && s->mech != SASL_NONE)
		return err_set(err, ERR_PROTO,
		               _("the server let us in before we asked"));
	if (!scram || (s->state != NULL && s->state->proved))
		return 0;
	return err_set(err, ERR_PROTO,
	               _("the server did not prove that it knows the password; "
	                 "it may be an impostor"));
}
