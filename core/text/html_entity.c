/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Character references of HTML: "&amp;", "&#44032;". */
#include "text/html_entity.h"

#include <string.h>

#include "util/utf8.h"

#include "util/banned.h"

/* Names known without ";" are no longer. */
#define BARE_MAX 6U

/* What the numbers 128 to 159 mean: those of Windows-1252. */
static const uint16_t c1_meant[32] = {
	0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
	0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
	0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
};

static const struct html_entity *
find_name(struct slice name)
{
	size_t low = 0;
	size_t high = HTML_ENTITY_COUNT;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct html_entity *e = &html_entities[mid];
		int order = memcmp(name.p, e->name, name.n);

		if (order == 0 && e->name[name.n] == '\0')
			return e;
		if (order > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int
digit_of(char c, unsigned base)
{
	if (byte_is_digit(c))
		return c - '0';
	c = byte_lower(c);
	return base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "#44032;" or "#xac00;" at the head of s.  Returns its length, 0: none. */
static size_t
read_number(struct slice s, uint32_t *c_r)
{
	unsigned base = s.n > 1 && byte_lower(s.p[1]) == 'x' ? 16 : 10;
	size_t start = base == 16 ? 2 : 1;
	size_t i = start;
	uint32_t c = 0;

	for (; i < s.n && digit_of(s.p[i], base) >= 0; i++)
		if (c <= 0x10ffff)
			c = c * base + (uint32_t)digit_of(s.p[i], base);
	if (i == start)
		return 0;
	if (c >= 0x80 && c < 0xa0)
		c = c1_meant[c - 0x80];
	*c_r = c == 0 || c > 0x10ffff ? UTF8_REPLACEMENT : c;
	return i < s.n && s.p[i] == ';' ? i + 1 : i;
}

/* A name at the head of s.  Returns its length with ";", 0: none. */
static size_t
read_name(struct slice s, bool in_attr, const struct html_entity **e_r)
{
	size_t n = 0;

	while (n < s.n && n < HTML_ENTITY_NAME && byte_is_alnum(s.p[n]))
		n++;
	if (n < s.n && n < HTML_ENTITY_NAME && s.p[n] == ';') {
		*e_r = find_name(slice_head(s, n));
		if (*e_r != NULL)
			return n + 1;
	}
	/* In an address "&copy" may begin the name of a parameter. */
	if (in_attr && (n > BARE_MAX || (n < s.n && s.p[n] == '=')))
		return 0;
	for (size_t i = n < BARE_MAX ? n : BARE_MAX; i >= 2; i--) {
		*e_r = find_name(slice_head(s, i));
		if (*e_r != NULL && (*e_r)->bare)
			return i;
		if (in_attr)
			break;
	}
	return 0;
}

/* The reference behind the "&" at s.p[0], written to w.  Returns the bytes
 * read, 0: it is none; *w moves on. */
static size_t
decode_one(struct slice s, bool in_attr, char **w)
{
	struct slice name = slice_from(s, 1);
	const struct html_entity *e = NULL;
	uint32_t c = 0;
	size_t n;

	if (name.n > 0 && name.p[0] == '#') {
		n = read_number(name, &c);
		if (n > 0)
			*w += utf8_encode(c, *w);
		return n > 0 ? n + 1 : 0;
	}
	n = read_name(name, in_attr, &e);
	if (n == 0)
		return 0;
	*w += utf8_encode(e->c, *w);
	if (e->second != 0)
		*w += utf8_encode(e->second, *w);
	return n + 1;
}

size_t
html_decode(struct slice s, bool in_attr, char *out)
{
	char *w = out;

	while (s.n > 0) {
		size_t n = slice_find(s, '&');

		memcpy(w, s.p, n);
		w += n;
		s = slice_from(s, n);
		if (s.n == 0)
			break;
		n = decode_one(s, in_attr, &w);
		if (n == 0) {
			*w++ = '&';
			n = 1;
		}
		s = slice_from(s, n);
	}
	return (size_t)(w - out);
}
