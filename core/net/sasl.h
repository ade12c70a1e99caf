/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SASL mechanisms as pure steps (RFC 4422, 4616, 7628; LOGIN). */
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
	SASL_XOAUTH2,
	SASL_OAUTHBEARER,
};

/* The name in any case; SASL_NONE when it is not one of ours. */
enum sasl_mech sasl_lookup(struct slice name);
const char *sasl_name(enum sasl_mech mech); /* static */

struct sasl {
	enum sasl_mech mech;
	const char *user;            /* borrowed */
	const struct secret *secret; /* borrowed */
	const char *host;
	int port;
	int step;
	bool done;
	struct sasl_scram *state; /* SCRAM's; freed by sasl_release */
};

void sasl_init(struct sasl *s, enum sasl_mech mech, const char *user,
               const struct secret *secret, const char *host, int port);
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
