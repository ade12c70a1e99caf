/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making a message that somebody hands in ready to be sent. */
#ifndef CLI_COMPOSE_H
#define CLI_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/array.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/* Most recipients of one message; providers stop at 100 to 500. */
#define COMPOSE_RCPT_MAX 10000

/* Everything borrowed for the call. */
struct compose_in {
	struct slice message; /* header and body, or a body alone */
	bool from_header;   /* -t: recipients are in To, Cc, Bcc; or Resent- */
	char *const *words; /* recipients as typed; NULL at the end */
	struct slice from;  /* address of a From that is missing */
	struct slice full_name; /* its name, or empty */
	char *const *files;     /* to attach; NULL at the end; NULL: none */
	struct slice local;     /* who gets mail for "root"; empty: it is a
				 * mistake */
	bool legacy;            /* EUC-KR where it is enough */
	int64_t now;
	int zone; /* seconds east of UTC */
};

/* Strings lie in the arena. */
struct compose_out {
	struct arena arena;
	ARRAY(const char *) rcpts; /* each once */
	struct str message;        /* CRLF, without Bcc */
	char *subject;             /* UTF-8 */
};

/*
 * Work out the recipients and write the message as it goes out: From, Date,
 * Message-ID and MIME fields are added where they are missing, Bcc is taken
 * out, raw 8-bit text is encoded (RFC 2047, 2045).  A message that is sent on
 * (RFC 5322, 3.6.6) gets such fields in its block of Resent fields instead.
 *
 * Returns 0, or -1: ERR_USAGE for a bad recipient or none, ERR_LIMIT, or what
 * reading a file gave.  out_r is to be released in both cases.
 */
int compose(const struct compose_in *in, struct compose_out *out_r,
            struct err *err);
void compose_release(struct compose_out *out);

#endif
