/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An HTML text as a row of tags and characters. */
#ifndef TEXT_HTML_SCAN_H
#define TEXT_HTML_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "text/html_sheet.h"
#include "text/html_tag.h"
#include "util/slice.h"

/* The attributes that matter for text. */
enum html_attr {
	HTML_ATTR_HREF,
	HTML_ATTR_ALT,
	HTML_ATTR_COLSPAN,
	HTML_ATTR_ROWSPAN,
	HTML_ATTR_BORDER,
	HTML_ATTR_ROLE,
	HTML_ATTR_START,
	HTML_ATTR_VALUE,
	HTML_ATTR_TYPE,
	HTML_ATTR_REVERSED,
	HTML_ATTR_KEPT, /* those above stay in the tree */
	HTML_ATTR_STYLE = HTML_ATTR_KEPT,
	HTML_ATTR_HIDDEN,
	HTML_ATTR_WIDTH,
	HTML_ATTR_HEIGHT,
	HTML_ATTR_COLOR,
	HTML_ATTR_BGCOLOR,
	HTML_ATTR_BACKGROUND,
	HTML_ATTR_CLASS,
	HTML_ATTR_ID,
	HTML_ATTR_COUNT
};

enum html_token_kind {
	HTML_TOKEN_TEXT,
	HTML_TOKEN_START,
	HTML_TOKEN_END,
};

struct html_token {
	enum html_token_kind kind;
	enum html_tag tag;
	struct slice text; /* raw characters, or the name of the tag */
	unsigned has;      /* bits of those attributes that are there */
	struct slice attr[HTML_ATTR_COUNT]; /* raw; set where has says so */
};

/* rest: what is not yet read. */
struct html_scan {
	struct slice rest;
	struct html_sheet *sheet; /* what <style> says goes there; or NULL */
	bool backgrounds;         /* a <style> gives elements backgrounds */
	bool no_comment_end;      /* no more "-->" in rest */
};

/*
 * The next token, slices of the text: false at the end.  Comments and the like
 * are passed over, and elements that are HTML_RAW with all that is inside; of
 * HTML_GONE ones the tags are told.  Linear: a search that finds nothing is not
 * repeated.
 */
bool html_scan_next(struct html_scan *s, struct html_token *t);

static inline bool
html_token_has(const struct html_token *t, enum html_attr name)
{
	return (t->has >> name & 1U) != 0;
}

#endif
