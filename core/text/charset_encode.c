/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 written in the charset of an old terminal. */
#include "text/charset_encode.h"

#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>

#include "text/unicode.h"
#include "util/utf8.h"

#include "util/banned.h"

/* One character; iconv says so when it is not there. */
static bool
convert(iconv_t cd, struct slice one, char *buf, size_t *n)
{
	char *in = (char *)(uintptr_t)one.p; /* iconv does not write there */
	size_t left = one.n;
	size_t room = *n;
	char *w = buf;

	(void)iconv(cd, NULL, NULL, NULL, NULL); /* cannot fail */
	if (iconv(cd, &in, &left, &w, &room) != 0 || left != 0)
		return false;
	*n = (size_t)(w - buf);
	return *n > 0;
}

/* Would a terminal with that charset show the bytes and do nothing else? */
static bool
is_harmless(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char b = (unsigned char)p[i];

		if (b < 0x20 || b == 0x7f || (b >= 0x80 && b < 0xa0 && n == 1))
			return false;
	}
	return n > 0;
}

static void
add_wide(iconv_t cd, bool known, struct slice one, uint32_t c, struct str *out)
{
	char buf[CHARSET_ENCODE_GROWTH];
	size_t n = sizeof buf;
	int cells;

	if (known && convert(cd, one, buf, &n) && is_harmless(buf, n)) {
		str_add(out, buf, n);
		return;
	}
	for (cells = unicode_char_cells(c); cells > 0; cells--)
		str_add_c(out, '?');
}

void
charset_encode(const char *name, struct slice text, struct str *out)
{
	iconv_t cd = iconv_open(name, "UTF-8");
	bool known = (intptr_t)cd != -1;

	while (text.n > 0) {
		size_t plain = utf8_ascii(text.p, text.n);
		uint32_t c;
		size_t n;

		str_add(out, text.p, plain);
		text = slice_from(text, plain);
		if (text.n == 0)
			break;
		n = utf8_decode(text.p, text.n, &c);
		add_wide(cd, known, slice_head(text, n), c, out);
		text = slice_from(text, n);
	}
	if (known)
		(void)iconv_close(cd); /* nothing to lose */
}
