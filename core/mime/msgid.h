/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Message identifiers (RFC 5322 3.6.4). */
#ifndef MIME_MSGID_H
#define MIME_MSGID_H

#include <stdbool.h>

#include "util/slice.h"

/* The id of a Message-ID value, without <>; a bare word counts.  May be empty. */
struct slice msgid_parse(struct slice raw);
/* Take the next <id> off *rest (References, In-Reply-To); words outside <> are
 * skipped.  false at the end. */
bool msgid_next(struct slice *rest, struct slice *id_r);

#endif
