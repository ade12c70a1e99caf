/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 (RFC 3629): decode, encode, check, and make safe to show. */
#include "util/utf8.h"

#include <string.h>

#include "util/banned.h"

/* Does p begin with a character of three bytes in the range that holds most
 * Hangul and Hanja, where nothing is to be excluded? */
static inline bool
is_common_wide(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;

	return n >= 3 && p[0] - 0xe1U < 12 &&
	       ((p[1] ^ 0x80) | (p[2] ^ 0x80)) < 0x40;
}

/* Does p begin with a well-formed character of three bytes, as Hangul, Kana and
 * Hanja are? */
static inline bool
is_wide(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;

	return n >= 3 && (p[0] & 0xf0) == 0xe0 &&
	       ((p[1] ^ 0x80) | (p[2] ^ 0x80)) < 0x40 &&
	       (p[0] != 0xe0 || p[1] >= 0xa0) && (p[0] != 0xed || p[1] < 0xa0);
}

size_t
utf8_decode(const char *text, size_t n, uint32_t *c_r)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned char low = 0x80;
	unsigned char high = 0xbf;
	size_t need;
	uint32_t c;

	if (p[0] < 0x80) {
		*c_r = p[0];
		return 1;
	}
	if (is_wide(text, n)) {
		*c_r = (p[0] & 0x0fU) << 12 | (p[1] & 0x3fU) << 6 |
		       (p[2] & 0x3fU);
		return 3;
	}
	*c_r = UTF8_REPLACEMENT;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 1;
	need = p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
	c = p[0] & (0x3fU >> need);
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i <= need; i++) {
		if (i >= n || p[i] < low || p[i] > high)
			return i;
		c = c << 6 | (p[i] & 0x3fU);
		low = 0x80;
		high = 0xbf;
	}
	*c_r = c;
	return need + 1;
}

size_t
utf8_encode(uint32_t c, char out[4])
{
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = UTF8_REPLACEMENT;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* The replacement character itself is well-formed: EF BF BD. */
static bool
is_bad(const char *p, size_t len, uint32_t c)
{
	return c == UTF8_REPLACEMENT &&
	       (len != 3 || (unsigned char)p[0] != 0xef ||
	        (unsigned char)p[1] != 0xbf || (unsigned char)p[2] != 0xbd);
}

size_t
utf8_good(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		uint32_t c;
		size_t len;

		if ((p[i] & 0x80) == 0) {
			i += utf8_ascii(p + i, n - i);
			continue;
		}
		if (is_common_wide(p + i, n - i)) {
			do
				i += 3;
			while (is_common_wide(p + i, n - i));
			continue;
		}
		if (is_wide(p + i, n - i)) {
			i += 3;
			continue;
		}
		len = utf8_decode(p + i, n - i, &c);
		if (c < 0xa0 || is_bad(p + i, len, c))
			break;
		i += len;
	}
	return i;
}

bool
utf8_valid(const char *p, size_t n)
{
	for (;;) {
		size_t good = utf8_good(p, n);
		uint32_t c;
		size_t len;

		p += good;
		n -= good;
		if (n == 0)
			return true;
		len = utf8_decode(p, n, &c);
		if (is_bad(p, len, c))
			return false;
		p += len;
		n -= len;
	}
}

size_t
utf8_cut(const char *p, size_t n)
{
	size_t back = 0;

	while (back < 3 && back < n &&
	       ((unsigned char)p[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < n) {
		unsigned char lead = (unsigned char)p[n - 1 - back];
		size_t need = lead >= 0xf0   ? 3
		              : lead >= 0xe0 ? 2
		                             : lead >= 0xc0;

		if (need > back)
			return n - 1 - back;
	}
	return n;
}

static bool
is_invisible(uint32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0x200e || c == 0x200f || c == 0x061c ||
	       (c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

bool
utf8_is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 ||
	       c == 0x2029 || is_invisible(c);
}

bool
utf8_is_joining(uint32_t c)
{
	return c == 0x200c || c == 0x200d || (c >= 0xe0020 && c <= 0xe007f);
}

size_t
utf8_clean_line(const char *p, size_t n, char *out, size_t max)
{
	size_t used = 0;

	while (n > 0) {
		char bytes[4];
		uint32_t c;
		size_t len = utf8_decode(p, n, &c);
		size_t w;

		p += len;
		n -= len;
		if (is_invisible(c))
			continue;
		if (c == '\t' || c == '\n' || c == '\r')
			c = ' ';
		else if (utf8_is_unsafe(c))
			c = UTF8_REPLACEMENT;
		w = utf8_encode(c, bytes);
		if (w > max - used)
			break;
		memcpy(out + used, bytes, w);
		used += w;
	}
	return used;
}
