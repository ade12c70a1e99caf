/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the tree of an HTML text to lines; shared by html_*.c only. */
#ifndef TEXT_HTML_RENDER_H
#define TEXT_HTML_RENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "text/html.h"
#include "text/html_node.h"
#include "text/html_out.h"
#include "util/map.h"

/* What elements hand down to those inside. */
struct seen {
	uint32_t fore; /* colours, see html_style.h */
	uint32_t back;
	bool lost; /* one cannot be told from the other */
	bool tiny; /* the font is too small to read */
	bool pre;
	bool struck;
};

struct list {
	unsigned number; /* of the next item; 0: bullets */
	int digits;      /* of the longest */
	char type;       /* 1, a, A, i, I */
	bool reversed;
};

struct render {
	struct html_text *result;
	const struct html_opts *opts;
	struct html_out *out; /* where characters go now */
	size_t cells;         /* width for tables and rules */
	size_t link_cap;
	struct map numbers; /* target to struct html_link's number + 1 */
	struct seen seen;
	struct list list;
	size_t images;   /* without words */
	bool colors;     /* colours are all there is to know about them */
	bool link_image; /* the open link has an image without words */
};

void html_render(struct render *r, const struct html_node *node);
void html_render_children(struct render *r, const struct html_node *node);
/* Bytes of a text without blanks around it. */
size_t html_words_in(struct slice text);
/* What an element's look does to all that is inside: r->seen changes, the
 * caller restores it. */
void html_take_look(struct render *r, const struct html_node *node);
/* A table, as columns or as text (html_table.c). */
void html_render_table(struct render *r, const struct html_node *table);

/*
 * What may be opened of an href: http, https and mailto with a host or address,
 * cleaned of blanks and unsafe characters, at most HTML_TARGET_MAX bytes.
 * Appends to out; false when it is something else.
 */
bool html_link_target(struct slice href, struct str *out);
/* Does the text of a link name another host or address than its target? */
bool html_link_deceives(struct slice text, struct slice target);
/* Number of the link, from 1; 0 when there are too many.  target and text are
 * copied.  *deceives_r: html_link_deceives. */
size_t html_link_add(struct render *r, struct slice target, struct slice text,
                     bool *deceives_r);
/* The list at the end. */
void html_link_list(struct render *r);

#define HTML_TARGET_MAX 4096U

#endif
