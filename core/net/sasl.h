/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SASL mechanisms as pure steps (RFC 4422, 4616, 5802, 7628; LOGIN). */
#ifndef NET_SASL_H
#define NET_SASL_H

#include <stdbool.h>

#include "util/err.h"
#include "util/secret.h"
#include "util/str.h"

enum sasl_mech {
	SASL_NONE,
	SASL_PLAIN,
	SASL_LOGIN,
	SASL_CRAM_MD5,
	SASL_SCRAM_SHA_1,
	SASL_SCRAM_SHA_256,
	SASL_SCRAM_SHA_1_PLUS,
	SASL_SCRAM_SHA_256_PLUS,
	SASL_XOAUTH2,
	SASL_OAUTHBEARER,
};

/* The name in any case; SASL_NONE when it is not one of ours. */
enum sasl_mech sasl_lookup(struct slice name);
const char *sasl_name(enum sasl_mech mech); /* static */
/* Is it SCRAM with channel binding? */
bool sasl_is_plus(enum sasl_mech mech);
/* The better of mech and its form with channel binding; offered has the bit
 * 1 << mech for each that the server names. */
enum sasl_mech sasl_upgrade(enum sasl_mech mech, unsigned offered, bool bound);

/* What ties a login to its TLS connection (RFC 5056); see tls_bind(). */
#define SASL_BINDING_MAX 64

struct sasl_binding {
	const char *type; /* static; NULL: there is none */
	unsigned char data[SASL_BINDING_MAX];
	size_t n;
};

/* Append s as names and passwords are compared (SASLprep, RFC 4013).  0, or -1
 * when it has characters that cannot be used. */
typedef int sasl_prepare_fn(struct slice s, struct str *out);

/* Everything is borrowed. */
struct sasl_login {
	const char *user;
	const struct secret *secret;
	const char *host;
	int port;
	sasl_prepare_fn *prepare;           /* for SCRAM; NULL: as they are */
	const struct sasl_binding *binding; /* NULL or without type: none */
	unsigned offered; /* bits 1 << mech of what the server names */
};

struct sasl {
	enum sasl_mech mech;
	const struct sasl_login *login; /* borrowed */
	int step;
	bool done;
	struct sasl_scram *state; /* SCRAM's; freed by sasl_release */
};

/* Can mech be used with this name, secret and connection?  Nothing is sent to
 * find out.  0, or -1 ERR_CONFIG. */
int sasl_check(enum sasl_mech mech, const struct sasl_login *login,
               struct err *err);

void sasl_init(struct sasl *s, enum sasl_mech mech,
               const struct sasl_login *login);
void sasl_release(struct sasl *s);
/* Does the client speak first? */
bool sasl_client_first(const struct sasl *s);
/* One step: challenge (decoded, empty at first) to response (not encoded,
 * appended).  0, or -1 ERR_AUTH/ERR_PROTO/ERR_CONFIG.  The response holds the
 * secret: wipe it. */
int sasl_step(struct sasl *s, struct slice challenge, struct str *response,
              struct err *err);
/* The server said yes: was it allowed to (SCRAM's server signature)? */
int sasl_finish(struct sasl *s, struct err *err);
/* Tests: SCRAM's own part of the nonce, before the first step. */
void sasl_set_nonce(struct sasl *s, const char *nonce);

#endif
