/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters of Content-Type and Content-Disposition (RFC 2045 5.1, RFC 2231). */
#ifndef MIME_PARAM_H
#define MIME_PARAM_H

#include <stdbool.h>
#include <stddef.h>

#include "text/detect.h"
#include "util/arena.h"
#include "util/array.h"
#include "util/slice.h"
#include "util/str.h"

/* One "name=value" as it stands: name*3*="..." has section 3, extended. */
struct param {
	struct slice name;
	struct slice value; /* inside of the quotes, escapes kept */
	int section;        /* -1: none */
	bool quoted;
	bool extended; /* charset and percent signs */
};

/* Take the next parameter off *rest (which begins behind the type).  false at
 * the end.  Lenient: values without quotes reach to the next ";". */
bool param_next(struct slice *rest, struct param *p_r);

/* All there is about one wanted parameter; name set, the rest zeroed before
 * param_collect, released by param_want_release. */
struct param_want {
	const char *name;
	bool has_plain;
	bool has_extended; /* name*= */
	struct param plain;
	struct param extended;
	ARRAY(struct param) sections; /* name*0, name*1*, ... */
};

/* Fill want[0..n) from the parameters in rest; the first of a kind counts. */
void param_collect(struct slice rest, struct param_want *want, size_t n);
void param_want_release(struct param_want *w);
bool param_found(const struct param_want *w);
/* The value of a parameter that has no charset: boundary, format.  Slice of
 * the header or of the arena; empty when absent.  Blanks in quotes are kept: a
 * boundary may end in them. */
struct slice param_token(struct arena *a, struct param_want *w);
/* Append the value as UTF-8: sections joined, then decoded; encoded words
 * inside quotes and raw 8-bit understood as mailers write them. */
void param_text(const struct detect_hint *hint, struct param_want *w,
                struct str *out);

#endif
