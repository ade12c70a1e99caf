/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account's settings as the protocol clients want them. */
#include "engine/servers.h"

#include <stdlib.h>
#include <string.h>

#include "text/saslprep.h"
#include "util/slice.h"

#include "util/banned.h"

/* Providers answer within seconds; a minute of silence is a dead line. */
#define SERVERS_TIMEOUT_MS 60000

/* Tests with silent servers set PABAL_TEST_TIMEOUT_MS to be done this year. */
static int
timeout_ms(void)
{
	uint64_t ms;

	if (slice_u64(slice_of(getenv("PABAL_TEST_TIMEOUT_MS")), &ms) != 0 ||
	    ms == 0 || ms > SERVERS_TIMEOUT_MS)
		return SERVERS_TIMEOUT_MS;
	return (int)ms;
}

static enum sasl_mech
mech_of(const struct account *a)
{
	switch (a->auth) {
	case ACCOUNT_AUTH_PASSWORD:
	case ACCOUNT_AUTH_APOP:
		return SASL_NONE;
	case ACCOUNT_AUTH_XOAUTH2:
		return SASL_XOAUTH2;
	case ACCOUNT_AUTH_OAUTHBEARER:
		return SASL_OAUTHBEARER;
	case ACCOUNT_AUTH_PLAIN:
		return SASL_PLAIN;
	case ACCOUNT_AUTH_LOGIN:
		return SASL_LOGIN;
	case ACCOUNT_AUTH_CRAM_MD5:
		return SASL_CRAM_MD5;
	case ACCOUNT_AUTH_SCRAM_SHA_1:
		return SASL_SCRAM_SHA_1;
	case ACCOUNT_AUTH_SCRAM_SHA_256:
		return SASL_SCRAM_SHA_256;
	}
	return SASL_NONE;
}

static enum pop3_tls
pop3_tls_of(enum account_tls tls)
{
	switch (tls) {
	case ACCOUNT_TLS_IMPLICIT:
		return POP3_TLS_IMPLICIT;
	case ACCOUNT_TLS_START:
		return POP3_TLS_STLS;
	case ACCOUNT_TLS_NONE:
		return POP3_TLS_NONE;
	}
	return POP3_TLS_IMPLICIT;
}

static enum smtp_tls
smtp_tls_of(enum account_tls tls)
{
	switch (tls) {
	case ACCOUNT_TLS_IMPLICIT:
		return SMTP_TLS_IMPLICIT;
	case ACCOUNT_TLS_START:
		return SMTP_TLS_STARTTLS;
	case ACCOUNT_TLS_NONE:
		return SMTP_TLS_NONE;
	}
	return SMTP_TLS_IMPLICIT;
}

static const char *
user_of(const struct account *a)
{
	return a->user != NULL ? a->user : a->address;
}

/* Gmail's "recent:" is a word to its POP3 server only. */
static const char *
plain_user(const struct account *a)
{
	return account_is_recent(a) ? a->user + strlen("recent:") : user_of(a);
}

void
servers_pop3(const struct account *a, const struct secret *secret,
             int cancel_fd, struct pop3_opts *opts_r)
{
	*opts_r = (struct pop3_opts){
		.host = a->pop.host,
		.port = a->pop.port,
		.tls = pop3_tls_of(a->pop.tls),
		.ca_file = a->ca_file,
		.pin = a->pop_pin,
		.user = user_of(a),
		.secret = secret,
		.apop = a->auth == ACCOUNT_AUTH_APOP,
		.mech = mech_of(a),
		.prepare = saslprep,
		.timeout_ms = timeout_ms(),
		.cancel_fd = cancel_fd,
	};
}

void
servers_smtp(const struct account *a, const struct secret *secret,
             int cancel_fd, struct smtp_opts *opts_r)
{
	*opts_r = (struct smtp_opts){
		.host = a->smtp.host,
		.port = a->smtp.port,
		.tls = smtp_tls_of(a->smtp.tls),
		.ca_file = a->ca_file,
		.pin = a->smtp_pin,
		.user = a->smtp_user != NULL ? a->smtp_user : plain_user(a),
		.secret = secret,
		.mech = mech_of(a),
		.prepare = saslprep,
		.timeout_ms = timeout_ms(),
		.cancel_fd = cancel_fd,
	};
}
