/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Character references of HTML: "&amp;", "&#44032;". */
#ifndef TEXT_HTML_ENTITY_H
#define TEXT_HTML_ENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

#define HTML_ENTITY_COUNT 2125U
#define HTML_ENTITY_NAME  32U

struct html_entity {
	char name[HTML_ENTITY_NAME]; /* NUL after it */
	uint32_t c;
	uint16_t second; /* 0: it is one character */
	bool bare;       /* known without ";", too */
};

extern const struct html_entity html_entities[HTML_ENTITY_COUNT];

/* What n bytes become at most when decoded: "&nGt;" grows from 5 to 6. */
#define HTML_DECODED_MAX(n) ((n) + (n) / 4 + 8)

/*
 * Write s with its character references decoded (HTML standard, 13.2.5.72 ff.)
 * to out, which has room for HTML_DECODED_MAX(s.n) bytes.  in_attr: the value
 * of an attribute, where "&copy=1" is no reference.  Returns bytes written.
 */
size_t html_decode(struct slice s, bool in_attr, char *out);

#endif
