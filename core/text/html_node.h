/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree of an HTML text, as html_tree makes it for the renderer. */
#ifndef TEXT_HTML_NODE_H
#define TEXT_HTML_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/html_scan.h"
#include "text/html_style.h"
#include "text/html_tag.h"
#include "util/slice.h"

/* An attribute that the renderer asks for; references decoded. */
struct html_attr_node {
	struct html_attr_node *next;
	struct slice value;
	enum html_attr name;
};

/* Borrowed from the tree. */
struct html_node {
	struct html_node *next; /* sibling */
	struct html_node *first;

	union {
		struct slice text;            /* HTML_TEXT */
		struct html_attr_node *attrs; /* all others */
	} u;
	struct html_look look;
	unsigned char tag; /* enum html_tag */
};

/* Empty when it is not there. */
struct slice html_node_attr(const struct html_node *node, enum html_attr name);
bool html_node_has(const struct html_node *node, enum html_attr name);
/* A number from 0 to max, or fallback. */
unsigned html_node_number(const struct html_node *node, enum html_attr name,
                          unsigned max, unsigned fallback);

#endif
