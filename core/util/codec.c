/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 (RFC 4648) and hexadecimal. */
#include "util/codec.h"

#include "util/banned.h"

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
codec_base64_encode(const void *bytes, size_t n, struct str *out)
{
	const unsigned char *p = bytes;

	str_reserve(out, (n + 2) / 3 * 4);
	for (; n > 0; p += 3) {
		size_t have = n < 3 ? n : 3;
		unsigned v = (unsigned)p[0] << 16;
		char quad[4];

		if (have > 1)
			v |= (unsigned)p[1] << 8;
		if (have > 2)
			v |= p[2];
		quad[0] = alphabet[v >> 18];
		quad[1] = alphabet[v >> 12 & 63];
		quad[2] = have > 1 ? alphabet[v >> 6 & 63] : '=';
		quad[3] = have > 2 ? alphabet[v & 63] : '=';
		str_add(out, quad, 4);
		n -= have;
	}
}

static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int
codec_base64_decode(struct slice text, struct str *out)
{
	if (text.n % 4 != 0)
		return -1;
	for (size_t i = 0; i < text.n; i += 4) {
		const char *q = text.p + i;
		bool last = i + 4 == text.n;
		size_t pad = !last || q[3] != '=' ? 0 : q[2] == '=' ? 2 : 1;
		unsigned v = 0;
		char bytes[3];

		for (size_t k = 0; k < 4; k++) {
			int s = k < 4 - pad ? sextet(q[k]) : 0;

			if (s < 0)
				return -1;
			v = v << 6 | (unsigned)s;
		}
		bytes[0] = (char)(v >> 16);
		bytes[1] = (char)(v >> 8);
		bytes[2] = (char)v;
		str_add(out, bytes, 3 - pad);
	}
	return 0;
}

void
codec_hex_encode(const void *bytes, size_t n, struct str *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++) {
		str_add_c(out, digits[p[i] >> 4]);
		str_add_c(out, digits[p[i] & 15]);
	}
}

int
codec_hex_decode(struct slice text, struct str *out)
{
	if (text.n % 2 != 0)
		return -1;
	for (size_t i = 0; i < text.n; i += 2) {
		int high = byte_hex(text.p[i]);
		int low = byte_hex(text.p[i + 1]);

		if (high < 0 || low < 0)
			return -1;
		str_add_c(out, (char)(high << 4 | low));
	}
	return 0;
}
