/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML to text as people would read it in a terminal. */
#ifndef TEXT_HTML_H
#define TEXT_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"
#include "util/str.h"

struct html_link {
	char *target; /* owned by html_text */
	char *text;
	bool deceives; /* the text names another host than the target */
};

/* What html_to_text found; release with html_text_release. */
struct html_text {
	struct str text; /* UTF-8, LF, safe; links as "[1]" */
	struct html_link *links;
	size_t link_count;
	size_t hidden_count; /* hidden elements left out */
	size_t pixel_count;  /* tracking pixels left out */
	bool cut;            /* a limit was reached */
};

struct html_opts {
	bool link_numbers; /* mark links "[n]" in the text */
	bool link_list;    /* and print the list at the end */
	size_t max;        /* bytes of text; 0: a default */
	size_t cells; /* width of lines; 0: lines are not broken, tables and
	                    * rules are 80 wide */
};

/* html is UTF-8.  Never fails, linear in the size of html. */
void html_to_text(struct slice html, const struct html_opts *opts,
                  struct html_text *text_r);
void html_text_release(struct html_text *t);
/* The charset that <meta> declares, or an empty slice of html. */
struct slice html_meta_charset(struct slice html);

#endif
