/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SCRAM-SHA-1 and SCRAM-SHA-256, with and without channel binding (RFC 5802, 7677, 9266). */
/*
 * 1. The name and the password are compared as SASLprep leaves them; this layer
 *    has no Unicode tables, so login->prepare does it.
 * 2. The first field of our first message (gs2-cbind-flag) says what we know of
 *    channel binding: "p" it is used, "y" we could but the server does not name
 *    it, "n" we cannot.  A server that could and reads "y" knows that somebody
 *    has taken its offer away.
 * 3. What the first field and the binding were is part of what is signed.
 */
#include <stdlib.h>

#include "net/sasl_priv.h"
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
	struct str nonce;  /* ours */
	struct str header; /* gs2-header, with the binding behind it */
	struct str auth;   /* AuthMessage, growing */
	unsigned char server_key[DIGEST_MAX_SIZE];
	bool proved;
};

bool
sasl_is_scram(enum sasl_mech mech)
{
	return mech == SASL_SCRAM_SHA_1 || mech == SASL_SCRAM_SHA_256 ||
	       sasl_is_plus(mech);
}

static struct sasl_scram *
scram_get(struct sasl *s)
{
	if (s->state == NULL) {
		bool sha1 = s->mech == SASL_SCRAM_SHA_1 ||
		            s->mech == SASL_SCRAM_SHA_1_PLUS;

		s->state = xcalloc(1, sizeof *s->state);
		s->state->kind = sha1 ? DIGEST_SHA1 : DIGEST_SHA256;
		str_init(&s->state->nonce, SCRAM_MAX);
		str_init(&s->state->header, SCRAM_MAX);
		str_init(&s->state->auth, SCRAM_MAX);
	}
	return s->state;
}

void
sasl_scram_release(struct sasl *s)
{
	if (s->state == NULL)
		return;
	str_release(&s->state->nonce);
	str_release(&s->state->header);
	str_release(&s->state->auth);
	secret_wipe(s->state, sizeof *s->state);
	free(s->state);
	s->state = NULL;
}

bool
sasl_scram_proved(const struct sasl *s)
{
	return s->state != NULL && s->state->proved;
}

void
sasl_set_nonce(struct sasl *s, const char *nonce)
{
	str_add_z(&scram_get(s)->nonce, nonce);
}

/* s as both sides compare it; not called before sasl_check(). */
static void
prepare(const struct sasl *s, struct slice text, struct str *out)
{
	if (s->login->prepare == NULL || s->login->prepare(text, out) != 0)
		str_add_slice(out, text);
}

/* gs2-header (RFC 5802, 7) and, behind it, the binding's bytes. */
static size_t
make_header(const struct sasl *s, struct str *out)
{
	const struct sasl_binding *b = s->login->binding;
	bool bound = b != NULL && b->type != NULL;
	unsigned plus = 1U << (unsigned)SASL_SCRAM_SHA_1_PLUS |
	                1U << (unsigned)SASL_SCRAM_SHA_256_PLUS;
	size_t n;

	if (bound && sasl_is_plus(s->mech))
		str_printf(out, "p=%s,,", b->type);
	else if (bound && (s->login->offered & plus) == 0)
		str_add_z(out, "y,,");
	else
		str_add_z(out, "n,,");
	n = out->n;
	if (bound && sasl_is_plus(s->mech))
		str_add(out, (const char *)b->data, b->n);
	return n;
}

static int
scram_first(struct sasl *s, struct str *response)
{
	struct sasl_scram *c = scram_get(s);
	unsigned char random[NONCE_BYTES];
	size_t header = make_header(s, &c->header);
	struct str name;

	if (c->nonce.n == 0) {
		digest_random(random, sizeof random);
		codec_base64_encode(random, sizeof random, &c->nonce);
	}
	str_init(&name, SCRAM_MAX);
	prepare(s, slice_of(s->login->user), &name);
	str_add_z(&c->auth, "n=");
	sasl_add_name(&c->auth, str_slice(&name));
	str_release(&name);
	str_add_z(&c->auth, ",r=");
	str_add_slice(&c->auth, str_slice(&c->nonce));
	str_add_slice(response, slice_head(str_slice(&c->header), header));
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
	struct str password;

	str_init(&password, SECRET_MAX * 4);
	(void)str_reserve(&password, SECRET_MAX * 4);
	prepare(s, secret_get(s->login->secret), &password);
	digest_pbkdf2(c->kind, str_slice(&password), str_slice(&ch->salt),
	              (unsigned)ch->rounds, salted);
	secret_wipe(password.p, password.n);
	str_release(&password);
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
	str_add_z(response, "c=");
	codec_base64_encode(c->header.p, c->header.n, response);
	str_add_z(response, ",r=");
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

/* server-error-value (RFC 5802, 7). */
static int
server_error(struct slice what, struct err *err)
{
	if (slice_starts(what, "channel-binding") ||
	    slice_starts(what, "server-does-support-channel-binding") ||
	    slice_starts(what, "unsupported-channel-binding-type"))
		return err_set(err, ERR_PROTO,
		               _("the server sees another encrypted connection "
		                 "than we do; somebody may be in between"));
	return err_set(err, ERR_AUTH,
	               _("the server did not accept the password"));
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
		return server_error(slice_from(challenge, 2), err);
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

int
sasl_scram_step(struct sasl *s, struct slice challenge, struct str *response,
                struct err *err)
{
	if (s->step == 0)
		return scram_first(s, response);
	if (s->step == 1)
		return scram_final(s, challenge, response, err);
	s->done = true;
	return scram_verify(s, challenge, err);
}
