/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regular expressions with limits (PCRE2). */
#ifndef TEXT_RE_H
#define TEXT_RE_H

#include <stdbool.h>
#include <stddef.h>

#include "text/re_need.h"
#include "util/err.h"
#include "util/slice.h"

struct re;

enum re_flags {
	RE_ICASE = 1,
	RE_LITERAL = 2,  /* plain words */
	RE_WILDCARD = 4, /* * and ? */
	RE_WHOLE = 8,    /* the whole text, not a piece of it */
};

/* Returns owned, or NULL with ERR_CONFIG: text says what and at which column. */
struct re *re_new(struct slice pattern, unsigned flags, struct err *err);
void re_free(struct re **re);
/* 1 match, 0 none, -1 a limit was reached (takes at most about 50 ms).  span_r
 * (may be NULL): the match, slice of text.  Text may hold ill-formed UTF-8. */
int re_match(const struct re *re, struct slice text, struct slice *span_r);
/* Several that share a time: what it takes is taken from *left_us; nothing left is
 * a limit reached. */
#define RE_TIME_US 50000
int re_match_within(const struct re *re, struct slice text, int64_t *left_us,
                    struct slice *span_r);

/* What a text must have in it for re to match, for re_index.h; NULL: nothing is
 * known.  Valid as long as re is. */
const struct re_need *re_need_of(const struct re *re);

#endif
