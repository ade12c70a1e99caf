/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTML to text: html_scan reads tags, html_tree builds a bounded tree of them,
 * html_render makes lines of it.
 */
#include "text/html.h"

#include <stdlib.h>
#include <string.h>

#include "text/html_render.h"
#include "text/html_tree.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Text of one mail; a book has less. */
#define TEXT_MAX      ((size_t)4 << 20)
#define CELLS_DEFAULT 80U

void
html_to_text(struct slice html, const struct html_opts *opts,
             struct html_text *text_r)
{
	struct render r = { .result = text_r, .opts = opts };
	struct html_out out;
	struct html_tree tree;

	memset(text_r, 0, sizeof *text_r);
	str_init(&text_r->text, opts->max != 0 ? opts->max : TEXT_MAX);
	html_out_init(&out, &text_r->text);
	r.out = &out;
	out.wrap = opts->cells;
	r.cells = opts->cells != 0 ? opts->cells : CELLS_DEFAULT;
	html_tree_init(&tree, html);
	text_r->cut = tree.cut;
	r.colors = !tree.unsure;
	html_render(&r, tree.root);
	html_out_break(&out);
	html_tree_release(&tree);
	if (text_r->text.n == 0 && r.images > 0 && opts->link_list)
		str_printf(&text_r->text, _("[only images: %zu]"), r.images);
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
