/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the tree of an HTML text to lines.  Recursion is as deep as the tree,
 * which html_tree keeps below HTML_DEPTH_MAX.
 */
#include "text/html_render.h"

#include <stdio.h>
#include <string.h>

#include "text/html_tree.h"
#include "text/unicode.h"
#include "util/i18n.h"

#include "util/banned.h"

static void
render_quote(struct render *r, const struct html_node *node)
{
	size_t was;

	html_out_gap(r->out);
	was = html_out_push(r->out, "> ");
	html_render_children(r, node);
	html_out_break(r->out);
	html_out_pop(r->out, was);
	html_out_gap(r->out);
}

static void
render_list(struct render *r, const struct html_node *node, bool numbered)
{
	unsigned before = r->list;
	bool nested = r->out->prefix.n > 0 &&
	              r->out->prefix.p[r->out->prefix.n - 1] == ' ' &&
	              r->out->prefix.p[0] != '>';

	if (nested)
		html_out_break(r->out);
	else
		html_out_gap(r->out);
	r->list = numbered ? html_node_number(node, HTML_ATTR_START, 99999, 1)
	                   : 0;
	if (numbered && r->list == 0)
		r->list = 1;
	html_render_children(r, node);
	r->list = before;
	if (nested)
		html_out_break(r->out);
	else
		html_out_gap(r->out);
}

static void
render_item(struct render *r, const struct html_node *node)
{
	char marker[16] = "* ";
	size_t was;

	html_out_break(r->out);
	if (r->list > 0) {
		r->list =
			html_node_number(node, HTML_ATTR_VALUE, 99999, r->list);
		(void)snprintf(marker, sizeof marker, "%u. ", r->list);
		r->list++;
	}
	was = html_out_push_marker(r->out, marker);
	html_render_children(r, node);
	html_out_break(r->out);
	html_out_pop(r->out, was);
}

static void
render_heading(struct render *r, const struct html_node *node, size_t level)
{
	size_t was;

	html_out_gap(r->out);
	was = html_out_push_marker(r->out, &"###### "[6 - level]);
	html_render_children(r, node);
	html_out_break(r->out);
	html_out_pop(r->out, was);
	html_out_gap(r->out);
}

static void
render_rule(struct render *r)
{
	static const char dashes[] = "----------------------------------------"
				     "----------------------------------------";
	size_t indent = r->out->prefix.n;
	size_t n = r->cells > indent ? r->cells - indent : 1;

	html_out_break(r->out);
	html_out_plain(r->out, slice_head(SLICE_LIT(dashes), n));
	html_out_break(r->out);
}

static void
render_pre(struct render *r, const struct html_node *node)
{
	bool before = r->seen.pre;

	html_out_gap(r->out);
	r->seen.pre = true;
	html_render_children(r, node);
	r->seen.pre = before;
	html_out_gap(r->out);
}

static void
render_indented(struct render *r, const struct html_node *node)
{
	size_t was;

	html_out_break(r->out);
	was = html_out_push(r->out, "    ");
	html_render_children(r, node);
	html_out_break(r->out);
	html_out_pop(r->out, was);
}

static void
render_image(struct render *r, const struct html_node *node)
{
	struct slice alt = slice_trim(html_node_attr(node, HTML_ATTR_ALT));

	if ((node->look.flags & (HTML_LOOK_PIXEL | HTML_LOOK_HIDDEN)) != 0) {
		r->result->pixel_count++;
		return;
	}
	if (alt.n == 0) {
		r->link_image =
			r->link_image || !html_node_has(node, HTML_ATTR_ALT);
		return;
	}
	html_out_text(r->out, SLICE_LIT("["), false);
	html_out_text(r->out, alt, false);
	html_out_text(r->out, SLICE_LIT("]"), false);
}

static void
render_link(struct render *r, const struct html_node *node)
{
	struct str target;
	size_t start = r->out->text->n;
	bool known;
	size_t number;

	str_init(&target, 4 * HTML_TARGET_MAX);
	known = html_link_target(html_node_attr(node, HTML_ATTR_HREF), &target);
	r->link_image = false;
	html_render_children(r, node);
	if (known && r->out->text->n == start && r->link_image) {
		html_out_text(r->out, SLICE_LIT("["), false);
		html_out_text(r->out, slice_of(_("image")), false);
		html_out_text(r->out, SLICE_LIT("]"), false);
	}
	if (known && r->out->text->n > start) {
		char mark[32];
		bool space = r->out->space;

		number = html_link_add(r, str_slice(&target),
		                       slice_from(str_slice(r->out->text),
		                                  start));
		(void)snprintf(mark, sizeof mark, "[%zu]", number);
		r->out->space = false;
		if (number != 0 && r->opts->link_numbers)
			str_add_z(r->out->text, mark);
		r->out->space = space;
	}
	str_release(&target);
}

static void
render_block(struct render *r, const struct html_node *node)
{
	html_out_break(r->out);
	html_render_children(r, node);
	html_out_break(r->out);
}

static void
render_paragraph(struct render *r, const struct html_node *node)
{
	html_out_gap(r->out);
	html_render_children(r, node);
	html_out_gap(r->out);
}

static void
render_element(struct render *r, const struct html_node *node)
{
	enum html_tag tag = (enum html_tag)node->tag;

	switch (tag) {
	case HTML_TEXT:
	case HTML_INLINE:
	case HTML_GONE:
	case HTML_RAW:
	case HTML_TAG_COUNT:
		html_render_children(r, node);
		break;
	case HTML_BLOCK:
	case HTML_CAPTION:
	case HTML_TR:
	case HTML_TD:
	case HTML_TH:
	case HTML_DT:
		render_block(r, node);
		break;
	case HTML_A:
		render_link(r, node);
		break;
	case HTML_IMG:
		render_image(r, node);
		break;
	case HTML_BR:
		html_out_newline(r->out);
		break;
	case HTML_HR:
		render_rule(r);
		break;
	case HTML_P:
	case HTML_DL:
		render_paragraph(r, node);
		break;
	case HTML_H1:
	case HTML_H2:
	case HTML_H3:
	case HTML_H4:
	case HTML_H5:
	case HTML_H6:
		render_heading(r, node, (size_t)(tag - HTML_H1 + 1));
		break;
	case HTML_UL:
	case HTML_OL:
		render_list(r, node, tag == HTML_OL);
		break;
	case HTML_LI:
		render_item(r, node);
		break;
	case HTML_DD:
		render_indented(r, node);
		break;
	case HTML_QUOTE:
		render_quote(r, node);
		break;
	case HTML_PRE:
		render_pre(r, node);
		break;
	case HTML_TABLE:
		html_render_table(r, node);
		break;
	}
}

/* Counts as hidden when there is something to hide. */
static bool
has_content(const struct html_node *node)
{
	return node->first != NULL;
}

/* Can the characters of this element be seen? */
static void
see(struct render *r, const struct html_look *look)
{
	if (look->fore != 0)
		r->seen.fore = look->fore;
	if (look->back != 0)
		r->seen.back = look->back;
	r->seen.lost =
		r->colors && html_color_hides(r->seen.fore, r->seen.back);
}

void
html_take_look(struct render *r, const struct html_node *node)
{
	const struct html_look *look = &node->look;
	bool was_seen = !r->seen.lost && !r->seen.tiny;

	if (look->fore != 0 || look->back != 0)
		see(r, look);
	if ((look->flags & HTML_LOOK_TINY) != 0)
		r->seen.tiny = true;
	else if ((look->flags & HTML_LOOK_SIZED) != 0)
		r->seen.tiny = false;
	if ((look->flags & HTML_LOOK_PRE) != 0)
		r->seen.pre = true;
	else if ((look->flags & HTML_LOOK_FLOW) != 0)
		r->seen.pre = false;
	if (was_seen && (r->seen.lost || r->seen.tiny))
		r->result->hidden_count += has_content(node);
}

static bool
is_plain(const struct html_look *look)
{
	return look->flags == 0 && look->fore == 0 && look->back == 0;
}

void
html_render(struct render *r, const struct html_node *node)
{
	enum html_tag tag = (enum html_tag)node->tag;
	struct seen before = r->seen;

	if (tag == HTML_TEXT) {
		if (!r->seen.tiny && !r->seen.lost)
			html_out_text(r->out, node->u.text, r->seen.pre);
		return;
	}
	if (r->out->text->full) {
		r->result->cut = true;
		return;
	}
	if (is_plain(&node->look)) {
		render_element(r, node);
		return;
	}
	if ((node->look.flags & HTML_LOOK_HIDDEN) != 0 && tag != HTML_IMG) {
		r->result->hidden_count += has_content(node);
		return;
	}
	html_take_look(r, node);
	render_element(r, node);
	r->seen = before;
}

void
html_render_children(struct render *r, const struct html_node *node)
{
	for (const struct html_node *c = node->first; c != NULL; c = c->next)
		html_render(r, c);
}
