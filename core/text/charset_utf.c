/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms of Unicode and windows-1252, decoded by ourselves. */
#include "text/charset_utf.h"

#include <string.h>

#include "util/banned.h"

void
charset_utf8(struct slice in, struct sink *out)
{
	const char *p = in.p;
	size_t n = in.n;

	while (n > 0) {
		size_t run = utf8_good(p, n);
		uint32_t c;

		sink_copy(out, p, run);
		p += run;
		n -= run;
		if (n > 0) {
			run = utf8_decode(p, n, &c);
			sink_bad(out);
			p += run;
			n -= run;
		}
	}
}

static bool
is_high(uint32_t c)
{
	return c >= 0xd800 && c <= 0xdbff;
}

static bool
is_low(uint32_t c)
{
	return c >= 0xdc00 && c <= 0xdfff;
}

static void
put_unit(struct sink *out, uint32_t *high, uint32_t unit)
{
	if (*high != 0 && is_low(unit)) {
		sink_put(out,
		         0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00));
		*high = 0;
		return;
	}
	if (*high != 0)
		sink_bad(out);
	*high = is_high(unit) ? unit : 0;
	if (is_low(unit))
		sink_bad(out);
	else if (*high == 0)
		sink_put(out, unit);
}

void
charset_utf16(struct slice in, bool little, struct sink *out)
{
	const unsigned char *p = (const unsigned char *)in.p;
	uint32_t high = 0;
	size_t i;

	for (i = 0; in.n - i >= 2; i += 2)
		put_unit(out, &high,
		         little ? p[i] | (uint32_t)p[i + 1] << 8
		                : (uint32_t)p[i] << 8 | p[i + 1]);
	if (high != 0 || i < in.n)
		sink_bad(out);
}

static int
base64_value(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The text after "+" up to what ends it.  Returns how many bytes it took. */
static size_t
utf7_shifted(const unsigned char *p, size_t n, struct sink *out)
{
	uint32_t bits = 0;
	uint32_t high = 0;
	unsigned count = 0;
	size_t i;

	for (i = 0; i < n && base64_value(p[i]) >= 0; i++) {
		bits = bits << 6 | (uint32_t)base64_value(p[i]);
		count += 6;
		if (count >= 16) {
			count -= 16;
			put_unit(out, &high, bits >> count & 0xffff);
			bits &= (1U << count) - 1;
		}
	}
	if (high != 0 || count >= 6 || bits != 0)
		sink_bad(out);
	return i < n && p[i] == '-' ? i + 1 : i;
}

void
charset_utf7(struct slice in, struct sink *out)
{
	const unsigned char *p = (const unsigned char *)in.p;
	size_t n = in.n;
	size_t i = 0;

	while (i < n) {
		unsigned char c = p[i++];

		if (c >= 0x80)
			sink_bad(out);
		else if (c != '+')
			sink_put(out, c);
		else if (i < n && p[i] == '-') {
			sink_put(out, '+');
			i++;
		} else if (i < n && base64_value(p[i]) >= 0)
			i += utf7_shifted(p + i, n - i, out);
		else
			sink_put(out, '+');
	}
}

void
charset_windows_1252(struct slice in, struct sink *out)
{
	/* 80 to 9F; 0 where nothing is. */
	static const uint16_t high[32] = {
		0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
		0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
	};
	const unsigned char *p = (const unsigned char *)in.p;

	for (size_t i = 0; i < in.n; i++) {
		unsigned char c = p[i];

		if (c < 0x80) {
			i += sink_ascii(out, in.p + i, in.n - i) - 1;
		} else if (c >= 0xa0)
			sink_put(out, c);
		else if (high[c - 0x80] != 0)
			sink_put(out, high[c - 0x80]);
		else
			sink_bad(out);
	}
}
