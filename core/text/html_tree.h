/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree of an HTML text, reduced to what matters for text and bounded. */
#ifndef TEXT_HTML_TREE_H
#define TEXT_HTML_TREE_H

#include <stdbool.h>

#include "text/html_node.h"
#include "util/arena.h"
#include "util/slice.h"

struct html_tree {
	struct html_node *root;
	struct arena arena;
	char *texts; /* the characters of all nodes */
	bool cut;    /* a limit cut something off */
	bool unsure; /* colours may come from where we do not look */
};

/* html is UTF-8; the tree does not point into it.  Never fails, linear. */
void html_tree_init(struct html_tree *tree, struct slice html);
void html_tree_release(struct html_tree *tree);

/* Deeper elements lose their tags: twenty nested layout tables, each with row,
 * cell and some blocks, stay below. */
#define HTML_DEPTH_MAX 256U
/* More elements lose their tags; bounds the tree's memory to some 20 MB. */
#define HTML_ELEMENTS_MAX 100000U
/* Characters beyond this are cut off; some books fit. */
#define HTML_TEXTS_MAX ((size_t)8 << 20)

#endif
