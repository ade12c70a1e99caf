/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lexical pieces of header values (RFC 5322 3.2): comments, quoted strings. */
#include "mime/lex.h"

#include "util/banned.h"

size_t
lex_quoted(struct slice s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return 0;
}

size_t
lex_comment(struct slice s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

struct slice
lex_skip_cfws(struct slice s)
{
	for (;;) {
		size_t n = 0;

		while (n < s.n && byte_is_blank(s.p[n]))
			n++;
		s = slice_from(s, n);
		if (s.n == 0 || s.p[0] != '(')
			return s;
		n = lex_comment(s);
		if (n == 0)
			return s;
		s = slice_from(s, n);
	}
}

void
lex_unescape(struct slice inside, struct str *out)
{
	size_t start = 0;

	for (size_t i = 0; i + 1 < inside.n; i++) {
		if (inside.p[i] != '\\' ||
		    (inside.p[i + 1] != '"' && inside.p[i + 1] != '\\'))
			continue;
		str_add(out, inside.p + start, i - start);
		start = ++i;
	}
	str_add_slice(out, slice_from(inside, start));
}

/* Is there a C1 control, C2 80 to C2 9F, at p? */
static bool
is_c1(const char *p, size_t n)
{
	return n >= 2 && (unsigned char)p[0] == 0xc2 &&
	       (unsigned char)p[1] >= 0x80 && (unsigned char)p[1] < 0xa0;
}

static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

void
lex_squeeze(struct slice s, struct str *out)
{
	const char *p = s.p;
	const char *end = s.p + s.n;
	bool gap = false;
	bool any = false;

	while (p < end) {
		const char *start = p;

		if (byte_is_blank(*p)) {
			gap = any;
			p++;
			continue;
		}
		if (is_control(*p)) {
			p++;
			continue;
		}
		if (is_c1(p, (size_t)(end - p))) {
			p += 2;
			continue;
		}
		if (gap)
			str_add_c(out, ' ');
		gap = false;
		any = true;
		do
			p++;
		while (p < end && *p != ' ' && !is_control(*p) &&
		       (unsigned char)*p != 0xc2);
		str_add(out, start, (size_t)(p - start));
	}
}
