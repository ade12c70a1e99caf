/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a POP3 server taken apart (RFC 1939, 2449, 3206). */
#ifndef PROTO_POP3_REPLY_H
#define PROTO_POP3_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"
#include "util/slice.h"

/* Response codes that change what we do. */
enum pop3_code {
	POP3_CODE_NONE,
	POP3_CODE_AUTH,
	POP3_CODE_IN_USE,
	POP3_CODE_LOGIN_DELAY,
	POP3_CODE_SYS_TEMP,
	POP3_CODE_SYS_PERM,
	POP3_CODE_OTHER, /* [UTF8] and what may come */
};

struct pop3_reply {
	bool ok; /* +OK; else -ERR */
	enum pop3_code code;
	struct slice text; /* behind status and code; as long as the line */
	struct slice said; /* behind the status, the code in it: for people */
};

/* A status line in any case.  0, or -1 when it is neither +OK nor -ERR. */
int pop3_reply_parse(struct slice line, struct pop3_reply *reply_r);
/* What a refused login means: ERR_AUTH, ERR_RETRY or ERR_REFUSED, by code, else
 * by its words.  In doubt ERR_AUTH: a secret tried again may lock an account. */
enum err_code pop3_reply_login_code(const struct pop3_reply *reply);
/* The same for a refusal where no secret was shown; in doubt ERR_RETRY. */
enum err_code pop3_reply_refusal_code(const struct pop3_reply *reply);

/* A day: more is a mistake. */
#define POP3_DELAY_MAX 86400

/* Seconds that a refusal with [LOGIN-DELAY] tells to wait: its first number, in
 * the unit behind it, seconds without one; 0 when it tells none. */
int pop3_reply_delay(const struct pop3_reply *reply);

/* STAT: "count bytes".  Numbers beyond 64 bits are UINT64_MAX, words in their
 * place 0.  0, or -1 when they are negative. */
int pop3_reply_stat(struct slice text, uint64_t *count_r, uint64_t *bytes_r);
/* A line of LIST: "number size"; a size that is none is 0.  0 or -1. */
int pop3_reply_list(struct slice line, uint32_t *number_r, uint64_t *size_r);
/* A line of UIDL.  uidl_r is empty when the server's is not usable: none, over
 * POP3_UIDL_MAX, or not of the characters 0x21 to 0x7E.  0 or -1. */
int pop3_reply_uidl(struct slice line, uint32_t *number_r,
                    struct slice *uidl_r);

/* RFC 1939 allows 70; longer ones are seen and do no harm. */
#define POP3_UIDL_MAX 512

#endif
