/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses (RFC 5322 3.4): parse, show, compare. */
#ifndef MIME_ADDR_H
#define MIME_ADDR_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

struct addr {
	struct slice name; /* decoded UTF-8, outer quotes removed, or empty */
	struct slice spec; /* local@domain as written, never decoded */
};

struct addr_list {
	struct addr *v; /* in the arena */
	size_t n;
};

struct message;

/* Parse a raw header value; groups flattened, comments and routes removed, names
 * decoded with m's charset (may be NULL).  Lenient, linear; never fails. */
void addr_parse(struct arena *a, const struct message *m, struct slice raw,
                struct addr_list *list_r);
/* What a user typed in To: strict.  0, or -1 with ERR_USAGE naming the bad one.
 * Specs beginning with "-" or holding controls are refused. */
int addr_parse_typed(struct arena *a, struct slice text,
                     struct addr_list *list_r, struct err *err);
/* May this spec be sent to an SMTP server (one @, no control, no leading -)? */
bool addr_spec_ok(struct slice spec);
/* For people: "Name <spec>", or spec when the name is invisible; a name with signs
 * of an address or a list stands in quotes.  Safe for a terminal. */
void addr_show(const struct addr *a, struct str *out);
/* Short: the name, or the spec where the name is invisible, looks like an address
 * or another host, or mixes scripts in a word. */
void addr_show_short(const struct addr *a, struct str *out);
bool addr_same(struct slice spec_a, struct slice spec_b); /* case folded */

#endif
