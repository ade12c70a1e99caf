/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree of an HTML text, as html.c lends it to the renderer. */
#ifndef TEXT_HTML_NODE_H
#define TEXT_HTML_NODE_H

#include <stddef.h>

#include "text/html_tag.h"
#include "util/slice.h"

struct html_node;

enum html_tag html_node_tag(const struct html_node *node);
/* Characters of an HTML_TEXT node. */
struct slice html_node_text(const struct html_node *node);
/* Children; 0 for HTML_TEXT. */
size_t html_node_count(const struct html_node *node);
const struct html_node *html_node_child(const struct html_node *node, size_t i);
/* Empty when it is not there. */
struct slice html_node_attr(const struct html_node *node, const char *name);
bool html_node_has(const struct html_node *node, const char *name);
/* A number from 0 to max, or fallback. */
unsigned html_node_number(const struct html_node *node, const char *name,
                          unsigned max, unsigned fallback);

#endif
