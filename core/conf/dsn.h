/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which delivery reports are wanted, as people write it. */
#ifndef CONF_DSN_H
#define CONF_DSN_H

#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/* RFC 3461; asked for where the server offers them.  0: nothing is asked for. */
enum dsn {
	DSN_SUCCESS = 1,
	DSN_FAILURE = 2,
	DSN_DELAY = 4,
	DSN_NEVER = 8, /* alone */
	DSN_FULL = 16, /* the whole message comes back */
	DSN_HEADER = 32,
};

/*
 * "success,failure,delay" or "never", and "full" or "hdrs", in any order.  These
 * two alone are of failures and delays, as ever.
 *
 * *dsn_r  what is said is added to what is there.
 *
 * Returns 0, or -1 with ERR_USAGE.
 */
int dsn_parse(struct slice text, unsigned *dsn_r, struct err *err);
/* The same text again; nothing for 0. */
void dsn_show(unsigned dsn, struct str *out);

#endif
