/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTML to text: html_tidy bounds the text, gumbo builds the tree, html_render
 * makes lines of it.  The owner of gumbo.
 */
#include "text/html.h"

#include <gumbo.h>
#include <stdlib.h>
#include <string.h>

#include "text/html_node.h"
#include "text/html_render.h"
#include "text/html_tidy.h"
#include "util/arena.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Text of one mail; a book has less. */
#define TEXT_MAX ((size_t)4 << 20)
/* What the tree builder gets; bounds its memory. */
#define TIDY_MAX      ((size_t)8 << 20)
#define CELLS_DEFAULT 80U

static const GumboNode *
gumbo_of(const struct html_node *node)
{
	return (const GumboNode *)(const void *)node;
}

static const struct html_node *
node_of(const GumboNode *node)
{
	return (const struct html_node *)(const void *)node;
}

static bool
is_element(const GumboNode *node)
{
	return node->type == GUMBO_NODE_ELEMENT ||
	       node->type == GUMBO_NODE_TEMPLATE;
}

enum html_tag
html_node_tag(const struct html_node *node)
{
	const GumboNode *g = gumbo_of(node);

	if (!is_element(g))
		return g->type == GUMBO_NODE_DOCUMENT ? HTML_INLINE : HTML_TEXT;
	switch (g->v.element.tag) {
	case GUMBO_TAG_A:
		return HTML_A;
	case GUMBO_TAG_IMG:
		return HTML_IMG;
	case GUMBO_TAG_BR:
		return HTML_BR;
	case GUMBO_TAG_HR:
		return HTML_HR;
	case GUMBO_TAG_P:
		return HTML_P;
	case GUMBO_TAG_DIV:
		return HTML_BLOCK;
	case GUMBO_TAG_UL:
		return HTML_UL;
	case GUMBO_TAG_OL:
		return HTML_OL;
	case GUMBO_TAG_LI:
		return HTML_LI;
	case GUMBO_TAG_DL:
		return HTML_DL;
	case GUMBO_TAG_DT:
		return HTML_DT;
	case GUMBO_TAG_DD:
		return HTML_DD;
	case GUMBO_TAG_BLOCKQUOTE:
		return HTML_QUOTE;
	case GUMBO_TAG_PRE:
		return HTML_PRE;
	case GUMBO_TAG_TABLE:
		return HTML_TABLE;
	case GUMBO_TAG_CAPTION:
		return HTML_CAPTION;
	case GUMBO_TAG_TR:
		return HTML_TR;
	case GUMBO_TAG_TD:
		return HTML_TD;
	case GUMBO_TAG_TH:
		return HTML_TH;
	case GUMBO_TAG_H1:
		return HTML_H1;
	case GUMBO_TAG_H2:
		return HTML_H2;
	case GUMBO_TAG_H3:
		return HTML_H3;
	case GUMBO_TAG_H4:
		return HTML_H4;
	case GUMBO_TAG_H5:
		return HTML_H5;
	case GUMBO_TAG_H6:
		return HTML_H6;
	default: /* html, body, tbody: the builder's own */
		return HTML_INLINE;
	}
}

struct slice
html_node_text(const struct html_node *node)
{
	const GumboNode *g = gumbo_of(node);

	if (g->type == GUMBO_NODE_TEXT || g->type == GUMBO_NODE_WHITESPACE ||
	    g->type == GUMBO_NODE_CDATA)
		return slice_of(g->v.text.text);
	return SLICE_NONE;
}

size_t
html_node_count(const struct html_node *node)
{
	const GumboNode *g = gumbo_of(node);

	return is_element(g) ? g->v.element.children.length : 0;
}

const struct html_node *
html_node_child(const struct html_node *node, size_t i)
{
	return node_of(gumbo_of(node)->v.element.children.data[i]);
}

static const char *
attr_value(const struct html_node *node, const char *name)
{
	const GumboNode *g = gumbo_of(node);
	const GumboAttribute *a;

	if (!is_element(g))
		return NULL;
	a = gumbo_get_attribute(&g->v.element.attributes, name);
	return a != NULL ? a->value : NULL;
}

struct slice
html_node_attr(const struct html_node *node, const char *name)
{
	return slice_of(attr_value(node, name));
}

bool
html_node_has(const struct html_node *node, const char *name)
{
	return attr_value(node, name) != NULL;
}

unsigned
html_node_number(const struct html_node *node, const char *name, unsigned max,
                 unsigned fallback)
{
	uint64_t v;

	if (slice_u64(slice_trim(html_node_attr(node, name)), &v) != 0)
		return fallback;
	return v > max ? max : (unsigned)v;
}

static void *
allocate(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

/* All of it goes with the arena. */
static void
deallocate(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

static void
render_tree(struct slice tidy, struct render *r)
{
	GumboOptions options = kGumboDefaultOptions;
	struct arena arena = { 0 };
	GumboOutput *tree;

	options.allocator = allocate;
	options.deallocator = deallocate;
	options.userdata = &arena;
	options.max_errors = 0;
	tree = gumbo_parse_with_options(&options, tidy.p, tidy.n);
	if (tree != NULL)
		html_render(r, node_of(tree->root));
	arena_release(&arena);
}

void
html_to_text(struct slice html, const struct html_opts *opts,
             struct html_text *text_r)
{
	struct render r = { .result = text_r, .opts = opts };
	struct html_out out;
	struct str tidy;

	memset(text_r, 0, sizeof *text_r);
	str_init(&text_r->text, opts->max != 0 ? opts->max : TEXT_MAX);
	html_out_init(&out, &text_r->text);
	r.out = &out;
	r.cells = opts->cells != 0 ? opts->cells : CELLS_DEFAULT;
	str_init(&tidy, TIDY_MAX);
	text_r->cut = html_tidy(html, &tidy);
	render_tree(str_slice(&tidy), &r);
	str_release(&tidy);
	if (text_r->text.n > 0 && !text_r->text.full)
		str_add_c(&text_r->text, '\n');
	if (opts->link_list)
		html_link_list(&r);
	if (text_r->text.full)
		str_truncate(&text_r->text,
		             utf8_cut(text_r->text.p, text_r->text.n));
	text_r->cut = text_r->cut || text_r->text.full;
	map_release(&r.numbers);
	html_out_release(&out);
}

void
html_text_release(struct html_text *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->link_count; i++) {
		free(t->links[i].target);
		free(t->links[i].text);
	}
	free(t->links);
	str_release(&t->text);
	memset(t, 0, sizeof *t);
}
