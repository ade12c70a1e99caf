/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charset that an HTML text declares in <meta>. */
#include "text/html.h"

#include "util/banned.h"

/* Declarations stand at the start; mail programs put long comments first. */
#define META_MAX 8192U

static bool
ends_value(char c)
{
	return byte_is_blank(c) || c == '"' || c == '\'' || c == ';' ||
	       c == '>' || c == '/';
}

/* The value after "charset" in the text of a tag. */
static struct slice
charset_value(struct slice tag)
{
	size_t at = slice_ifind_text(tag, SLICE_LIT("charset"));
	struct slice v;
	size_t n = 0;

	if (at == tag.n)
		return SLICE_NONE;
	v = slice_trim(slice_from(tag, at + 7));
	if (v.n == 0 || v.p[0] != '=')
		return SLICE_NONE;
	v = slice_trim(slice_from(v, 1));
	if (v.n > 0 && (v.p[0] == '"' || v.p[0] == '\''))
		v = slice_from(v, 1);
	while (n < v.n && !ends_value(v.p[n]))
		n++;
	return slice_head(v, n);
}

struct slice
html_meta_charset(struct slice html)
{
	struct slice rest = slice_head(html, META_MAX);

	for (;;) {
		size_t at = slice_ifind_text(rest, SLICE_LIT("<meta"));
		struct slice value;
		size_t end;

		if (at == rest.n)
			return SLICE_NONE;
		rest = slice_from(rest, at + 5);
		end = slice_find(rest, '>');
		value = charset_value(slice_head(rest, end));
		if (value.n > 0)
			return value;
		rest = slice_from(rest, end);
	}
}
