/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the style sheets of an HTML text hide. */
#ifndef TEXT_HTML_SHEET_H
#define TEXT_HTML_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "util/map.h"
#include "util/slice.h"

struct html_token;
struct html_look;

/* Zero-initialised is empty and ready. */
struct html_sheet {
	struct map rules; /* "p", ".class", "p.class", "#id" to bits */
	size_t bytes;     /* read so far */
	unsigned doubts;  /* what a selector we cannot read gives anything */
	bool hides;       /* some rule does */
	bool tiny;        /* by a size of nothing */
};

/* Read what is inside <style>.  Linear; beyond limits it is not read. */
void html_sheet_add(struct html_sheet *s, struct slice css);
/* Add what the rules say of an element to what its attributes say. */
void html_sheet_look(const struct html_sheet *s, const struct html_token *t,
                     struct html_look *look);
void html_sheet_release(struct html_sheet *s);

#endif
