/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mail exchangers of a domain: who hosts a company's mail. */
#ifndef CONF_MX_H
#define CONF_MX_H

#include <stddef.h>

#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/* More than any domain has. */
#define MX_MAX 64

/*
 * Ask DNS for MX (RFC 1035, 3.3.9); at most some seconds.
 *
 * hosts  appended, a line each, the most preferred first.
 *
 * Returns 0 (no line: the domain has none), or -1: ERR_NOHOST when the domain
 * does not exist, ERR_RETRY when DNS does not answer.
 */
int mx_lookup(struct slice domain, struct str *hosts, struct err *err);
/* The same from the bytes of an answer.  0, or -1 with ERR_PROTO. */
int mx_parse(const unsigned char *answer, size_t n, struct str *hosts,
             struct err *err);

#endif
