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

static unsigned
count_items(const struct html_node *list)
{
	unsigned n = 0;

	for (const struct html_node *c = list->first; c != NULL; c = c->next)
		n += c->tag == HTML_LI;
	return n;
}

static int
digits_of(unsigned n)
{
	int digits = 1;

	for (; n > 9; n /= 10)
		digits++;
	return digits;
}

/* How the items of a list are marked. */
static struct list
list_of(const struct html_node *node)
{
	struct slice type = html_node_attr(node, HTML_ATTR_TYPE);
	struct list list = { .type = type.n == 1 ? type.p[0] : '1' };
	unsigned first = 1;

	if (node->tag != HTML_OL)
		return list;
	list.reversed = html_node_has(node, HTML_ATTR_REVERSED);
	if (list.reversed)
		first = count_items(node);
	list.number = html_node_number(node, HTML_ATTR_START, 99999, first);
	if (list.number == 0)
		list.number = 1;
	list.digits =
		digits_of(list.reversed ? list.number
	                                : list.number + count_items(node) - 1);
	return list;
}

static void
render_list(struct render *r, const struct html_node *node)
{
	struct list before = r->list;
	bool nested = r->out->prefix.n > 0 &&
	              r->out->prefix.p[r->out->prefix.n - 1] == ' ' &&
	              r->out->prefix.p[r->out->prefix.n - 2] != '>';

	if (nested)
		html_out_break(r->out);
	else
		html_out_gap(r->out);
	r->list = list_of(node);
	html_render_children(r, node);
	r->list = before;
	if (nested)
		html_out_break(r->out);
	else
		html_out_gap(r->out);
}

/* "c" or "iv" for the number of an item; false: there is no such one. */
static bool
letters_of(unsigned n, char type, char out[16])
{
	static const char *const roman[] = { "m",  "cm", "d",  "cd", "c",
		                             "xc", "l",  "xl", "x",  "ix",
		                             "v",  "iv", "i" };
	static const unsigned worth[] = { 1000, 900, 500, 400, 100, 90, 50,
		                          40,   10,  9,   5,   4,   1 };
	size_t at = 0;

	if (byte_lower(type) == 'a') {
		if (n == 0 || n > 26)
			return false;
		out[at++] = (char)('a' + (int)n - 1);
	} else if (n == 0 || n > 99) {
		return false;
	} else {
		for (size_t i = 0; n > 0; i++)
			for (; n >= worth[i]; n -= worth[i])
				for (const char *p = roman[i]; *p != '\0'; p++)
					out[at++] = *p;
	}
	for (size_t i = 0; i < at; i++)
		if (type == 'A' || type == 'I')
			out[i] = (char)(out[i] - 'a' + 'A');
	out[at] = '\0';
	return true;
}

static void
item_marker(const struct list *list, char *marker, size_t size)
{
	char letters[16];

	if (list->number == 0)
		(void)snprintf(marker, size, "* ");
	else if (strchr("aAiI", list->type) != NULL &&
	         letters_of(list->number, list->type, letters))
		(void)snprintf(marker, size, "%s. ", letters);
	else
		(void)snprintf(marker, size, "%*u. ", list->digits,
		               list->number);
}

static void
render_item(struct render *r, const struct html_node *node)
{
	char marker[24];
	size_t was;

	html_out_break(r->out);
	if (r->list.number > 0)
		r->list.number = html_node_number(node, HTML_ATTR_VALUE, 99999,
		                                  r->list.number);
	item_marker(&r->list, marker, sizeof marker);
	if (r->list.number > 1 || !r->list.reversed)
		r->list.number += r->list.number == 0 ? 0
		                  : r->list.reversed  ? -1U
		                                      : 1U;
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

/* "[words]" in place of an image. */
static void
render_word(struct render *r, struct slice words)
{
	html_out_text(r->out, SLICE_LIT("["), false);
	html_out_text(r->out, words, false);
	html_out_text(r->out, SLICE_LIT("]"), false);
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
		r->images++;
		return;
	}
	render_word(r, alt);
}

/* A part of an image that is a link: the areas below each other. */
static void
render_area(struct render *r, const struct html_node *node)
{
	size_t images = r->images;

	html_out_break(r->out);
	r->out->mark = r->out->text->n;
	render_image(r, node);
	r->images = images;
}

/* The number of a link behind its text, which begins at the mark. */
static void
mark_link(struct render *r, struct slice target)
{
	struct slice text = slice_from(str_slice(r->out->text), r->out->mark);
	bool space = r->out->space;
	bool deceives;
	size_t number = html_link_add(r, target, text, &deceives);
	char mark[32];

	if (number == 0 || !r->opts->link_numbers)
		return;
	(void)snprintf(mark, sizeof mark, deceives ? "[%zu!]" : "[%zu]",
	               number);
	r->out->space = false;
	str_add_z(r->out->text, mark);
	r->out->space = space;
}

static void
render_link(struct render *r, const struct html_node *node)
{
	struct str target;
	size_t before = r->out->mark;
	bool known;

	str_init(&target, 4 * HTML_TARGET_MAX);
	known = html_link_target(html_node_attr(node, HTML_ATTR_HREF), &target);
	r->out->mark = r->out->text->n;
	r->link_image = false;
	if (node->tag == HTML_AREA)
		render_area(r, node);
	else
		html_render_children(r, node);
	if (known && r->out->text->n == r->out->mark && r->link_image)
		render_word(r, slice_of(_("image")));
	if (known && r->out->text->n > r->out->mark)
		mark_link(r, str_slice(&target));
	r->out->mark = before;
	str_release(&target);
}

/* gap: a blank line above and below. */
static void
render_block(struct render *r, const struct html_node *node, bool gap)
{
	if ((node->look.flags & HTML_LOOK_TIGHT) != 0)
		gap = false;
	else if ((node->look.flags & HTML_LOOK_ROOMY) != 0)
		gap = true;
	if (gap)
		html_out_gap(r->out);
	else
		html_out_break(r->out);
	html_render_children(r, node);
	if (gap)
		html_out_gap(r->out);
	else
		html_out_break(r->out);
}

static void
render_element(struct render *r, const struct html_node *node)
{
	enum html_tag tag = (enum html_tag)node->tag;

	switch (tag) {
	case HTML_TEXT:
	case HTML_INLINE:
	case HTML_STRUCK:
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
		render_block(r, node, false);
		break;
	case HTML_A:
	case HTML_AREA:
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
		render_block(r, node, true);
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
		render_list(r, node);
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

/* What an element that is left out has inside. */
static void
count_inside(const struct html_node *node, bool *words, size_t *images)
{
	for (const struct html_node *c = node->first; c != NULL; c = c->next) {
		if (c->tag == HTML_TEXT)
			*words = *words || html_words_in(c->u.text) > 0;
		else if (c->tag == HTML_IMG)
			++*images;
		else
			count_inside(c, words, images);
	}
}

/* Counts as hidden when there is something to hide; an image that nobody sees
 * tells that the mail was read. */
static void
count_hidden(struct render *r, const struct html_node *node, bool gone)
{
	bool words = false;
	size_t images = 0;

	count_inside(node, &words, &images);
	r->result->hidden_count += words;
	if (gone)
		r->result->pixel_count += images;
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
	if ((look->flags & HTML_LOOK_STRUCK) != 0)
		r->seen.struck = true;
	if (was_seen && (r->seen.lost || r->seen.tiny))
		count_hidden(r, node, false);
}

/* Words with a line through them, as an old price has. */
static void
render_struck(struct render *r, struct slice text)
{
	struct slice words = slice_trim(text);

	if (words.n == 0) {
		html_out_text(r->out, text, false);
		return;
	}
	html_out_text(r->out, slice_head(text, (size_t)(words.p - text.p)),
	              false);
	html_out_text(r->out, SLICE_LIT("~~"), false);
	html_out_text(r->out, words, false);
	if (r->out->open) {
		r->out->space = false;
		html_out_plain(r->out, SLICE_LIT("~~"));
	}
	html_out_text(r->out,
	              slice_from(text, (size_t)(words.p - text.p) + words.n),
	              false);
}

static void
render_text(struct render *r, struct slice text)
{
	if (r->seen.tiny || r->seen.lost)
		return;
	if (r->seen.struck && !r->seen.pre)
		render_struck(r, text);
	else
		html_out_text(r->out, text, r->seen.pre);
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
		render_text(r, node->u.text);
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
		count_hidden(r, node, true);
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
