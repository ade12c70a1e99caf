/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making single header fields: folded, encoded, nothing smuggled in. */
#ifndef MIME_BUILD_FIELD_H
#define MIME_BUILD_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "mime/addr.h"
#include "util/slice.h"
#include "util/str.h"

/* May this text stand in a header: no CR, LF, NUL or other control, no line or
 * paragraph separator? */
bool build_field_ok(struct slice text);
/* May this id stand between "<" and ">"? */
bool build_id_ok(struct slice id);

/* Append a whole field with its CRLF; text is UTF-8 and was found ok.  legacy:
 * words are in EUC-KR where it has all characters. */
void build_text_field(const char *name, struct slice text, bool legacy,
                      struct str *out);
void build_addr_field(const char *name, const struct addr *addrs, size_t n,
                      bool legacy, struct str *out);
void build_id_field(const char *name, const struct slice *ids, size_t n,
                    struct str *out);
/* Content-Type with a name, Content-Disposition with a file name; both in the
 * forms that old and new programs read (RFC 2047 and RFC 2231). */
void build_named_fields(struct slice type, struct slice name, bool legacy,
                        struct str *out);

#endif
