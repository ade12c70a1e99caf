/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTML elements that matter for text. */
#include "text/html_tag.h"

#include <string.h>

#include "util/banned.h"

/* The longest name of the table, and NUL, to a multiple of 8. */
#define TAG_NAME_MAX 16

struct tag_name {
	char name[TAG_NAME_MAX];
	enum html_tag tag;
};

/* Sorted by name; what is not here is HTML_INLINE. */
static const struct tag_name tag_names[] = {
	{ "a", HTML_A },
	{ "address", HTML_BLOCK },
	{ "area", HTML_AREA },
	{ "article", HTML_BLOCK },
	{ "aside", HTML_BLOCK },
	{ "base", HTML_GONE },
	{ "blockquote", HTML_QUOTE },
	{ "body", HTML_GONE },
	{ "br", HTML_BR },
	{ "button", HTML_GONE },
	{ "caption", HTML_CAPTION },
	{ "center", HTML_BLOCK },
	{ "col", HTML_GONE },
	{ "colgroup", HTML_GONE },
	{ "dd", HTML_DD },
	{ "del", HTML_STRUCK },
	{ "details", HTML_BLOCK },
	{ "dir", HTML_UL },
	{ "div", HTML_BLOCK },
	{ "dl", HTML_DL },
	{ "dt", HTML_DT },
	{ "embed", HTML_GONE },
	{ "fieldset", HTML_BLOCK },
	{ "figcaption", HTML_BLOCK },
	{ "figure", HTML_BLOCK },
	{ "footer", HTML_BLOCK },
	{ "form", HTML_BLOCK },
	{ "frame", HTML_GONE },
	{ "frameset", HTML_GONE },
	{ "h1", HTML_H1 },
	{ "h2", HTML_H2 },
	{ "h3", HTML_H3 },
	{ "h4", HTML_H4 },
	{ "h5", HTML_H5 },
	{ "h6", HTML_H6 },
	{ "head", HTML_GONE },
	{ "header", HTML_BLOCK },
	{ "hr", HTML_HR },
	{ "html", HTML_GONE },
	{ "iframe", HTML_RAW },
	{ "image", HTML_IMG },
	{ "img", HTML_IMG },
	{ "input", HTML_GONE },
	{ "legend", HTML_BLOCK },
	{ "li", HTML_LI },
	{ "link", HTML_GONE },
	{ "listing", HTML_PRE },
	{ "main", HTML_BLOCK },
	{ "math", HTML_RAW },
	{ "menu", HTML_UL },
	{ "meta", HTML_GONE },
	{ "nav", HTML_BLOCK },
	{ "noembed", HTML_RAW },
	{ "noframes", HTML_RAW },
	{ "ol", HTML_OL },
	{ "optgroup", HTML_GONE },
	{ "option", HTML_GONE },
	{ "p", HTML_P },
	{ "param", HTML_GONE },
	{ "pre", HTML_PRE },
	{ "s", HTML_STRUCK },
	{ "script", HTML_RAW },
	{ "section", HTML_BLOCK },
	{ "select", HTML_RAW },
	{ "source", HTML_GONE },
	{ "strike", HTML_STRUCK },
	{ "style", HTML_RAW },
	{ "summary", HTML_BLOCK },
	{ "svg", HTML_RAW },
	{ "table", HTML_TABLE },
	{ "tbody", HTML_GONE },
	{ "td", HTML_TD },
	{ "template", HTML_RAW },
	{ "textarea", HTML_RAW },
	{ "tfoot", HTML_GONE },
	{ "th", HTML_TH },
	{ "thead", HTML_GONE },
	{ "title", HTML_RAW },
	{ "tr", HTML_TR },
	{ "ul", HTML_UL },
	{ "wbr", HTML_GONE },
	{ "xmp", HTML_PRE },
};

enum html_tag
html_tag_of(struct slice name)
{
	size_t low = 0;
	size_t high = sizeof tag_names / sizeof tag_names[0];
	char key[TAG_NAME_MAX] = "";

	if (name.n >= TAG_NAME_MAX)
		return HTML_INLINE;
	for (size_t i = 0; i < name.n; i++)
		key[i] = byte_lower(name.p[i]);
	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = memcmp(key, tag_names[mid].name, TAG_NAME_MAX);

		if (order == 0)
			return tag_names[mid].tag;
		if (order > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return HTML_INLINE;
}

bool
html_tag_is_void(enum html_tag tag)
{
	return tag == HTML_IMG || tag == HTML_AREA || tag == HTML_BR ||
	       tag == HTML_HR;
}
