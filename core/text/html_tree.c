/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree of an HTML text.  It follows the tree construction of the HTML
 * standard (13.2.6) where that shows in text, and stays linear and bounded
 * whatever a stranger sends:
 *
 * 1. One pass over the tokens.  The stack of open elements holds at most
 *    HTML_DEPTH_MAX; what each token does to it is bounded by that.
 * 2. Misnested formatting elements (b, font, ...) are not opened again after
 *    the block they began in, because the work for that grows with the square
 *    of their number; they vanish when they hide nothing.  A link is, once.
 * 3. Rows stand in tables and cells in rows: a cell without a row gets one, one
 *    without a table loses its tag.  What stands between them goes before the
 *    table, as browsers show it.
 * 4. Characters that follow each other are one node, so there are at most as
 *    many of them as elements begin and end.
 *
 * The builder was a library (gumbo) once: it took four fifths of the time.
 */
#include "text/html_tree.h"

#include <stdlib.h>
#include <string.h>

#include "text/html_entity.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* When there is less room for characters it is used up. */
#define TEXTS_SPARE 32

/* An open element. */
struct open {
	unsigned char tag;
	bool silent; /* it has no node */
};

/* A node that is open. */
struct place {
	struct html_node *node;
	struct html_node **tail; /* where its next child is linked */
	struct html_node **hole; /* before a table */
};

struct builder {
	struct html_tree *tree;
	const struct html_sheet *sheet;
	struct open stack[HTML_DEPTH_MAX];
	size_t depth;
	struct place places[HTML_DEPTH_MAX + 1];
	size_t place_count;
	size_t open[HTML_TAG_COUNT]; /* how many of each are in the stack */
	size_t elements;
	struct html_node *text; /* may still grow */
	char *w;                /* into tree->texts */
	char *end;
	bool pre; /* the next character is the first of a <pre> */
};

/* May a child of that tag stand in a parent of this one? */
static bool
fits(enum html_tag parent, enum html_tag tag)
{
	if (parent == HTML_TABLE)
		return tag == HTML_TR || tag == HTML_CAPTION;
	return parent != HTML_TR || tag == HTML_TD || tag == HTML_TH;
}

static struct place *
top_place(struct builder *b)
{
	return &b->places[b->place_count - 1];
}

static struct html_node *
append(struct builder *b, enum html_tag tag)
{
	struct html_node *node = arena_alloc(&b->tree->arena, sizeof *node);
	struct place *p = top_place(b);
	enum html_tag parent = (enum html_tag)p->node->tag;

	node->tag = (unsigned char)tag;
	b->text = NULL;
	if (fits(parent, tag)) {
		*p->tail = node;
		p->tail = &node->next;
		return node;
	}
	if (parent == HTML_TR)
		p--;
	node->next = *p->hole;
	*p->hole = node;
	p->hole = &node->next;
	return node;
}

static void
open_place(struct builder *b, struct html_node *node, struct html_node **hole)
{
	struct place *p = &b->places[b->place_count++];

	p->node = node;
	p->tail = &node->first;
	p->hole = hole;
}

static void
pop(struct builder *b)
{
	struct open *top = &b->stack[--b->depth];

	b->open[top->tag]--;
	if (top->silent)
		return;
	b->place_count--;
	b->text = NULL;
}

/* Elements that an end tag or an implied end does not reach through. */
static bool
is_wall(enum html_tag tag, enum html_tag wanted)
{
	if (tag == HTML_TABLE)
		return true;
	if (wanted == HTML_TR)
		return false;
	return tag == HTML_TD || tag == HTML_TH || tag == HTML_CAPTION;
}

/* Where the innermost tag that can be closed stands, from 1; 0: nowhere. */
static size_t
find_open(const struct builder *b, enum html_tag tag)
{
	size_t i = b->depth;

	if (b->open[tag] == 0)
		return 0;
	for (; i > 0 && b->stack[i - 1].tag != tag; i--)
		if (tag != HTML_TABLE &&
		    is_wall((enum html_tag)b->stack[i - 1].tag, tag))
			return 0;
	return i;
}

static void
pop_to(struct builder *b, size_t depth)
{
	while (b->depth > depth)
		pop(b);
}

/* Close the innermost open tag, and what is open inside it. */
static void
close_tag(struct builder *b, enum html_tag tag)
{
	size_t i = find_open(b, tag);

	if (i > 0)
		pop_to(b, i - 1);
}

/* Close tag unless one of the lists it belongs to is opened inside. */
static void
close_sibling(struct builder *b, enum html_tag tag, enum html_tag parent)
{
	if (b->open[tag] == 0)
		return;
	for (size_t i = b->depth; i > 0; i--) {
		enum html_tag at = (enum html_tag)b->stack[i - 1].tag;

		if (at == tag) {
			close_tag(b, tag);
			return;
		}
		if (at == parent || at == HTML_TABLE ||
		    (parent == HTML_UL && at == HTML_OL))
			return;
	}
}

/* Whatever heading is open: "<h1>...</h2>" is common. */
static void
close_heading(struct builder *b)
{
	for (int tag = HTML_H1; tag <= HTML_H6; tag++)
		close_tag(b, (enum html_tag)tag);
}

/* Elements that are never closed must not use up the stack. */
#define SILENT_MAX (HTML_DEPTH_MAX / 2)

static void
push_silent(struct builder *b, enum html_tag tag)
{
	if (b->depth >= SILENT_MAX)
		return;
	b->stack[b->depth++] = (struct open){ (unsigned char)tag, true };
	b->open[tag]++;
}

/* A new element, opened unless it is void.  NULL: there are too many. */
static struct html_node *
push(struct builder *b, enum html_tag tag)
{
	struct html_node **hole = top_place(b)->tail;
	struct html_node *node;
	bool is_void = html_tag_is_void(tag);

	if (b->elements == HTML_ELEMENTS_MAX ||
	    (!is_void && b->depth == HTML_DEPTH_MAX)) {
		b->tree->cut = true;
		return NULL;
	}
	b->elements++;
	node = append(b, tag);
	if (is_void)
		return node;
	b->stack[b->depth++] = (struct open){ (unsigned char)tag, false };
	b->open[tag]++;
	open_place(b, node, hole);
	return node;
}

/* The node of the innermost link above depth, NULL: none. */
static const struct html_node *
link_above(const struct builder *b, size_t depth)
{
	size_t place = b->place_count;

	for (size_t i = b->depth; i > depth; i--) {
		if (!b->stack[i - 1].silent)
			place--;
		if (b->stack[i - 1].tag == HTML_A && !b->stack[i - 1].silent)
			return b->places[place].node;
	}
	return NULL;
}

/* The end of <p> that a block implies.  A link around the block goes on. */
static void
close_paragraph(struct builder *b)
{
	size_t i = find_open(b, HTML_P);
	const struct html_node *link;
	struct html_node *again;

	if (i == 0)
		return;
	link = link_above(b, i);
	pop_to(b, i - 1);
	if (link == NULL)
		return;
	again = push(b, HTML_A);
	if (again != NULL) {
		again->u.attrs = link->u.attrs;
		again->look = link->look;
	}
}

/* The place of a row, cell or caption: what is open there ends.  false: there
 * is no table. */
static bool
make_place(struct builder *b, enum html_tag tag)
{
	size_t i = b->depth;

	if (b->open[HTML_TABLE] == 0)
		return false;
	while (i > 0 && b->stack[i - 1].tag != HTML_TABLE)
		i--;
	if (tag == HTML_TR || tag == HTML_CAPTION) {
		pop_to(b, i);
		return true;
	}
	if (i < b->depth && b->stack[i].tag == HTML_TR) {
		pop_to(b, i + 1);
		return true;
	}
	pop_to(b, i);
	return push(b, HTML_TR) != NULL;
}

/* A table between the rows of another ends that. */
static void
close_outer_table(struct builder *b)
{
	if (b->open[HTML_TABLE] == 0)
		return;
	for (size_t i = b->depth; i > 0; i--) {
		enum html_tag at = (enum html_tag)b->stack[i - 1].tag;

		if (at == HTML_TD || at == HTML_TH || at == HTML_CAPTION)
			return;
		if (at == HTML_TABLE) {
			pop_to(b, i - 1);
			return;
		}
	}
}

/* End tags that the start of tag implies. */
static void
close_implied(struct builder *b, enum html_tag tag)
{
	if (tag >= HTML_H1 && tag <= HTML_H6) {
		close_heading(b);
	} else if (tag == HTML_LI) {
		close_sibling(b, HTML_LI, HTML_UL);
	} else if (tag == HTML_DT || tag == HTML_DD) {
		close_sibling(b, HTML_DT, HTML_DL);
		close_sibling(b, HTML_DD, HTML_DL);
	} else if (tag == HTML_TABLE) {
		close_outer_table(b);
	} else if (tag == HTML_A) {
		close_tag(b, HTML_A);
	}
	if (tag >= HTML_HR || tag == HTML_BLOCK)
		close_paragraph(b);
}

/* Append the attributes that stay to the node. */
static void
add_attrs(struct builder *b, struct html_node *node,
          const struct html_token *token)
{
	unsigned has = token->has & ((1U << HTML_ATTR_KEPT) - 1);

	for (unsigned i = 0; has >> i != 0; i++) {
		struct html_attr_node *a;
		struct slice raw = token->attr[i];

		if ((has >> i & 1U) == 0)
			continue;
		if (HTML_DECODED_MAX(raw.n) > (size_t)(b->end - b->w)) {
			b->tree->cut = true;
			return;
		}
		a = arena_alloc(&b->tree->arena, sizeof *a);
		a->name = (enum html_attr)i;
		a->value = slice_make(b->w, html_decode(raw, true, b->w));
		b->w += a->value.n;
		a->next = node->u.attrs;
		node->u.attrs = a;
	}
}

/* Is it of no use to have a node for it? */
static bool
is_silent(const struct html_token *token, const struct html_look *look)
{
	if ((look->flags & HTML_LOOK_DEEP) != 0 || look->fore != 0 ||
	    look->back != 0)
		return false;
	return token->tag == HTML_INLINE ||
	       (token->tag == HTML_A && !html_token_has(token, HTML_ATTR_HREF));
}

static void
start_element(struct builder *b, const struct html_token *token)
{
	enum html_tag tag = token->tag;
	struct html_look look;
	struct html_node *node;

	html_look_of(token, &look);
	html_sheet_look(b->sheet, token, &look);
	look.flags &= ~(unsigned)HTML_LOOK_SHOWN;
	if (tag == HTML_TR || tag == HTML_TD || tag == HTML_TH ||
	    tag == HTML_CAPTION) {
		if (!make_place(b, tag))
			return;
	} else {
		close_implied(b, tag);
	}
	if (is_silent(token, &look)) {
		push_silent(b, tag);
		return;
	}
	if (tag == HTML_INLINE && (look.flags & HTML_LOOK_DEEP) == 0 &&
	    b->depth >= SILENT_MAX)
		return;
	node = push(b, tag);
	if (node == NULL) {
		/* At least its text gets a line of its own. */
		if (tag != HTML_INLINE && tag != HTML_A &&
		    b->elements < HTML_ELEMENTS_MAX)
			(void)push(b, HTML_BR);
		return;
	}
	node->look = look;
	add_attrs(b, node, token);
	b->pre = tag == HTML_PRE;
}

/* Elements without a node: their colours matter for all that is inside. */
static void
start_gone(struct builder *b, const struct html_token *token)
{
	struct html_look look;

	html_look_of(token, &look);
	if (look.fore == 0 && look.back == 0)
		return;
	if (!slice_ieq_z(token->text, "body")) {
		b->tree->unsure = true;
		return;
	}
	b->tree->root->look.fore = look.fore;
	if (look.back != 0)
		b->tree->root->look.back = look.back;
}

static void
end_element(struct builder *b, enum html_tag tag)
{
	const struct html_token br = { .tag = HTML_BR };

	if (tag == HTML_BR)
		start_element(b, &br);
	else if (tag >= HTML_H1 && tag <= HTML_H6)
		close_heading(b);
	else if (tag != HTML_GONE && tag != HTML_RAW)
		close_tag(b, tag);
}

static bool
is_blank_text(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!byte_is_blank(s.p[i]) && s.p[i] != '\f')
			return false;
	return true;
}

/* As much of raw as there is room for. */
static struct slice
what_fits(struct builder *b, struct slice raw)
{
	size_t room = (size_t)(b->end - b->w);

	if (HTML_DECODED_MAX(raw.n) <= room)
		return raw;
	b->tree->cut = true;
	room = room > TEXTS_SPARE ? (room - TEXTS_SPARE) / 5 * 4 : 0;
	return slice_head(raw, utf8_cut(raw.p, room));
}

/* The line end that may follow <pre> is no line. */
static struct slice
without_first_line_end(struct slice raw)
{
	if (raw.n > 0 && raw.p[0] == '\r')
		raw = slice_from(raw, 1);
	return raw.n > 0 && raw.p[0] == '\n' ? slice_from(raw, 1) : raw;
}

static void
add_text(struct builder *b, struct slice raw)
{
	size_t n;

	if (b->pre)
		raw = without_first_line_end(raw);
	b->pre = false;
	if (!fits((enum html_tag)top_place(b)->node->tag, HTML_TEXT) &&
	    is_blank_text(raw))
		return;
	raw = what_fits(b, raw);
	if (raw.n == 0)
		return;
	if (b->text == NULL) {
		b->text = append(b, HTML_TEXT);
		b->text->u.text.p = b->w;
	}
	n = html_decode(raw, false, b->w);
	b->text->u.text.n += n;
	b->w += n;
}

static void
add_token(struct builder *b, const struct html_token *token)
{
	if (token->kind == HTML_TOKEN_TEXT) {
		add_text(b, token->text);
		return;
	}
	b->pre = false;
	if (token->kind == HTML_TOKEN_END)
		end_element(b, token->tag);
	else if (token->tag == HTML_GONE)
		start_gone(b, token);
	else
		start_element(b, token);
}

/* Build the tree.  Returns whether a sheet hides, which came after something it
 * may be about. */
static bool
build(struct html_tree *tree, struct slice html, struct html_sheet *sheet,
      bool again)
{
	struct html_scan scan = { .rest = html, .sheet = again ? NULL : sheet };
	struct html_token token;
	struct builder b = { .tree = tree, .sheet = sheet };
	size_t size = HTML_TEXTS_MAX;
	size_t read = 0;
	bool seen = false; /* an element that a rule may be about */
	bool late = false;

	if (html.n < size / 2)
		size = HTML_DECODED_MAX(html.n) + TEXTS_SPARE;
	memset(tree, 0, sizeof *tree);
	tree->texts = xmalloc(size);
	b.w = tree->texts;
	b.end = b.w + size;
	tree->root = arena_alloc(&tree->arena, sizeof *tree->root);
	tree->root->tag = HTML_INLINE;
	tree->root->look.back = HTML_COLOR | 0xffffff;
	open_place(&b, tree->root, NULL);
	while (b.end - b.w > TEXTS_SPARE / 2 && html_scan_next(&scan, &token)) {
		if (!again && sheet->bytes != read) {
			late = late || (sheet->hides && seen);
			read = sheet->bytes;
		}
		seen = seen || (token.kind == HTML_TOKEN_START &&
		                token.tag != HTML_GONE);
		add_token(&b, &token);
	}
	tree->cut = tree->cut || scan.rest.n > 0;
	tree->unsure = tree->unsure || scan.backgrounds;
	return late || (!again && seen && sheet->bytes != read && sheet->hides);
}

void
html_tree_init(struct html_tree *tree, struct slice html)
{
	struct html_sheet sheet = { 0 };

	if (build(tree, html, &sheet, false)) {
		html_tree_release(tree);
		(void)build(tree, html, &sheet, true);
	}
	html_sheet_release(&sheet);
}

void
html_tree_release(struct html_tree *tree)
{
	arena_release(&tree->arena);
	free(tree->texts);
	memset(tree, 0, sizeof *tree);
}

struct slice
html_node_attr(const struct html_node *node, enum html_attr name)
{
	const struct html_attr_node *a = node->u.attrs;

	if (node->tag == HTML_TEXT)
		return SLICE_NONE;
	while (a != NULL && a->name != name)
		a = a->next;
	return a != NULL ? a->value : SLICE_NONE;
}

bool
html_node_has(const struct html_node *node, enum html_attr name)
{
	return html_node_attr(node, name).p != NULL;
}

unsigned
html_node_number(const struct html_node *node, enum html_attr name,
                 unsigned max, unsigned fallback)
{
	uint64_t v;

	if (slice_u64(slice_trim(html_node_attr(node, name)), &v) != 0)
		return fallback;
	return v > max ? max : (unsigned)v;
}
