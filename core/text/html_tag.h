/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTML elements that matter for text. */
#ifndef TEXT_HTML_TAG_H
#define TEXT_HTML_TAG_H

#include <stdbool.h>

#include "util/slice.h"

/* What an element is to us; many names lead to one. */
enum html_tag {
	HTML_TEXT,   /* no element: characters */
	HTML_INLINE, /* span, b, font, unknown names */
	HTML_BLOCK,  /* div and its kin */
	HTML_A,
	HTML_STRUCK, /* del, s */
	HTML_IMG,
	HTML_AREA,
	HTML_BR,
	HTML_HR,
	HTML_P,
	HTML_H1,
	HTML_H2,
	HTML_H3,
	HTML_H4,
	HTML_H5,
	HTML_H6,
	HTML_UL,
	HTML_OL,
	HTML_LI,
	HTML_DL,
	HTML_DT,
	HTML_DD,
	HTML_QUOTE,
	HTML_PRE,
	HTML_TABLE,
	HTML_CAPTION,
	HTML_TR,
	HTML_TD,
	HTML_TH,
	HTML_GONE, /* the tag is ignored, what is inside stays */
	HTML_RAW,  /* gone with all that is inside: script, style, ... */
	HTML_TAG_COUNT
};

/* name: any case. */
enum html_tag html_tag_of(struct slice name);
/* Elements without an end tag: img, area, br, hr. */
bool html_tag_is_void(enum html_tag tag);

#endif
