/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML reduced to what matters for text, balanced and bounded. */
#ifndef TEXT_HTML_TIDY_H
#define TEXT_HTML_TIDY_H

#include <stdbool.h>

#include "util/slice.h"
#include "util/str.h"

/*
 * Append to out the elements of html_tag.h with end tags for all of them, at
 * most HTML_DEPTH_MAX deep.  Attributes that stay: href, alt, colspan, rowspan,
 * align, border, role, start, value; style becomes the decimal flags of
 * html_style_flags.  Returns whether a limit cut something off.
 */
bool html_tidy(struct slice html, struct str *out);

/* Deeper elements lose their tags: twenty nested layout tables, each with row,
 * cell and some blocks, stay below. */
#define HTML_DEPTH_MAX 256U
/* More elements lose their tags; bounds the tree's memory to some 30 MB. */
#define HTML_ELEMENTS_MAX 100000U

#endif
