/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the Content- fields of one part say (RFC 2045, 2183). */
#ifndef MIME_PART_H
#define MIME_PART_H

#include <stdbool.h>

#include "mime/parse.h"

/*
 * Fill type, charset, cte, disposition and content_id from p->fields.
 *
 * in_digest   the type when nothing is said is message/rfc822.
 * boundary_r  of a multipart; empty: it cannot be taken apart.
 */
void part_read_fields(struct arena *a, struct part *p, bool in_digest,
                      struct slice *boundary_r);
/* Decode the file name again; m's charsets have to be known. */
void part_read_filename(struct message *m, struct part *p);
bool part_is_multipart(const struct part *p);
bool part_is_text(const struct part *p);
/* The next node of the whole tree, parents before children; NULL at the end. */
struct part *part_walk(const struct part *p);

#endif
