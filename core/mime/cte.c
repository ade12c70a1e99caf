/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Content transfer encodings (RFC 2045 6, uuencode): decode and encode. */
#include "mime/cte.h"

#include <string.h>

#include "mime/lex.h"
#include "util/codec.h"

#include "util/banned.h"

/* What is no character of base64: the highest bits are set and remain set when
 * the values of up to eight characters are put together. */
#define B64_BAD UINT64_MAX
#define B64_PAD (UINT64_MAX - 1)

/* The value of each character; -1 and -2 are B64_BAD and B64_PAD.  Wide, so that
 * it can be added to others straight from here. */
static const uint64_t b64_values[256] = {
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, 62, -1, -1, -1, 63, 52, 53, 54, 55, 56, 57,
	58, 59, 60, 61, -1, -1, -1, -2, -1, -1, -1, 0,  1,  2,  3,  4,  5,  6,
	7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
	25, -1, -1, -1, -1, -1, -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36,
	37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1,
};

enum cte
cte_lookup(struct slice value)
{
	struct slice v = lex_skip_cfws(value);
	size_t n = 0;

	if (v.n > 0 && v.p[0] == '"')
		v = slice_from(v, 1);
	while (n < v.n && (byte_is_alnum(v.p[n]) || v.p[n] == '-'))
		n++;
	v = slice_head(v, n);
	if (slice_ieq_z(v, "base64"))
		return CTE_BASE64;
	if (slice_ieq_z(v, "quoted-printable"))
		return CTE_QP;
	if (slice_ieq_z(v, "x-uuencode") || slice_ieq_z(v, "uuencode") ||
	    slice_ieq_z(v, "x-uue"))
		return CTE_UUENCODE;
	return CTE_IDENTITY;
}

void
cte_decode(enum cte cte, struct slice in, struct str *out)
{
	switch (cte) {
	case CTE_IDENTITY:
		str_add_slice(out, in);
		break;
	case CTE_QP:
		cte_decode_qp(in, out);
		break;
	case CTE_BASE64:
		cte_decode_base64(in, out);
		break;
	case CTE_UUENCODE:
		cte_decode_uu(in, out);
		break;
	}
}

/* The values of four characters put behind bits. */
static inline uint64_t
b64_quad(uint64_t bits, const unsigned char *p)
{
	bits = bits << 6 | b64_values[p[0]];
	bits = bits << 6 | b64_values[p[1]];
	bits = bits << 6 | b64_values[p[2]];
	return bits << 6 | b64_values[p[3]];
}

/* The lower six bytes. */
static inline void
put_48(char *o, uint64_t bits)
{
	bits <<= 16;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	bits = __builtin_bswap64(bits);
#endif
	memcpy(o, &bits, 6);
}

static inline void
put_24(char *o, uint64_t bits)
{
	o[0] = (char)(bits >> 16);
	o[1] = (char)(bits >> 8);
	o[2] = (char)bits;
}

/* Eight, then four good characters at a time; stops before anything else. */
static const unsigned char *
b64_fast(const unsigned char *p, const unsigned char *end, char **w)
{
	char *o = *w;
	uint64_t bits;

	for (; end - p >= 8; p += 8, o += 6) {
		bits = b64_quad(b64_quad(0, p), p + 4);
		if (bits >> 63 != 0)
			break;
		put_48(o, bits);
	}
	for (; end - p >= 4; p += 4, o += 3) {
		bits = b64_quad(0, p);
		if (bits >> 63 != 0)
			break;
		put_24(o, bits);
	}
	*w = o;
	return p;
}

/* The bytes of 2 or 3 characters left over. */
static char *
b64_flush(uint64_t bits, unsigned have, char *o)
{
	if (have == 2)
		*o++ = (char)(bits >> 4);
	else if (have == 3) {
		*o++ = (char)(bits >> 10);
		*o++ = (char)(bits >> 2);
	}
	return o;
}

/*
 * Behind the padding another stream may begin, or what a mailing list or a
 * scanner added to the text.  When the next line that is not empty looks like
 * base64, returns where it begins, else NULL.  known: up to where lines are
 * known to be base64; none is looked at twice.
 */
static const unsigned char *
b64_behind_padding(const unsigned char *p, const unsigned char *end,
                   const unsigned char **known)
{
	const unsigned char *next;

	while (p < end && (*p == '=' || byte_is_blank((char)*p)))
		p++;
	if (p < *known)
		return p;
	next = p;
	while (next < end && b64_values[*next] != B64_BAD)
		next++;
	while (next < end && (*next == ' ' || *next == '\t' || *next == '\r'))
		next++;
	*known = next;
	return next == end || *next == '\n' ? p : NULL;
}

void
cte_decode_base64(struct slice in, struct str *out)
{
	const unsigned char *p = (const unsigned char *)in.p;
	const unsigned char *end = p + in.n;
	const unsigned char *known = p;
	uint64_t bits = 0;
	unsigned have = 0;
	char *o;

	if (str_reserve(out, in.n / 4 * 3 + 3) < in.n / 4 * 3 + 3) {
		out->full = true;
		return;
	}
	o = out->p + out->n;
	while (p < end) {
		uint64_t v;

		if (have == 0)
			p = b64_fast(p, end, &o);
		while (p < end && (*p == '\r' || *p == '\n'))
			p++;
		if (p == end)
			break;
		v = b64_values[*p++];
		if (v == B64_PAD) {
			o = b64_flush(bits, have, o);
			have = 0;
			bits = 0;
			p = b64_behind_padding(p, end, &known);
			if (p == NULL)
				break;
		} else if (v != B64_BAD) {
			bits = (bits << 6 | v) & 0xffffff;
			if (++have == 4) {
				put_24(o, bits);
				o += 3;
				have = 0;
			}
		}
	}
	o = b64_flush(bits, have, o);
	str_added(out, (size_t)(o - (out->p + out->n)));
}

/* The value of each hexadecimal digit; others -1. */
static const signed char hex_values[256] = {
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0,  1,  2,  3,  4,  5,
	6,  7,  8,  9,  -1, -1, -1, -1, -1, -1, -1, 10, 11, 12, 13, 14, 15, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1,
};

/* "=XX" at p: its byte, or -1. */
static inline int
qp_byte(const char *p, const char *end)
{
	int high;
	int low;

	if (end - p < 3)
		return -1;
	high = hex_values[(unsigned char)p[1]];
	low = hex_values[(unsigned char)p[2]];
	return (high | low) < 0 ? -1 : high << 4 | low;
}

/* Copy up to the next "=" or the end.  Most pieces are a blank between words
 * or a whole line. */
static const char *
qp_plain(const char *p, const char *end, char **w)
{
	char *o = *w;
	const char *eq;

	for (int i = 0; i < 4; i++) {
		if (p == end || *p == '=') {
			*w = o;
			return p;
		}
		*o++ = *p++;
	}
	eq = memchr(p, '=', (size_t)(end - p));
	if (eq == NULL)
		eq = end;
	memcpy(o, p, (size_t)(eq - p));
	*w = o + (eq - p);
	return eq;
}

/* One line without its end.  Returns true when it ends in a soft break. */
static bool
qp_line(const char *p, const char *end, char **w)
{
	char *o = *w;
	bool soft = false;

	while (p < end) {
		int byte;

		if (*p != '=') {
			p = qp_plain(p, end, &o);
			continue;
		}
		if (p + 1 == end) {
			soft = true;
			break;
		}
		byte = qp_byte(p, end);
		*o++ = byte >= 0 ? (char)byte : '=';
		p += byte >= 0 ? 3 : 1;
	}
	*w = o;
	return soft;
}

/* Decode to w, where there is room for in.n bytes.  Returns the end. */
static char *
qp_lines(struct slice in, char *w)
{
	const char *p = in.p;
	const char *end = in.p + in.n;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *line_end = lf != NULL ? lf : end;
		bool cr = lf != NULL && lf > p && lf[-1] == '\r';
		const char *last;

		if (cr)
			line_end--;
		/* RFC 2045 6.7 (3): blanks before a line end were added on
		 * the way. */
		last = line_end;
		while (last > p && (last[-1] == ' ' || last[-1] == '\t'))
			last--;
		if (lf != NULL || (last > p && last[-1] == '='))
			line_end = last;
		if (!qp_line(p, line_end, &w) && lf != NULL) {
			if (cr)
				*w++ = '\r';
			*w++ = '\n';
		}
		p = lf != NULL ? lf + 1 : end;
	}
	return w;
}

void
cte_decode_qp(struct slice in, struct str *out)
{
	struct str whole;

	if (in.n == 0)
		return;
	if (str_reserve(out, in.n) == in.n) {
		char *w = out->p + out->n;

		str_added(out, (size_t)(qp_lines(in, w) - w));
		return;
	}
	str_init(&whole, in.n);
	cte_decode_qp(in, &whole);
	str_add_slice(out, str_slice(&whole));
	str_release(&whole);
}

void
cte_decode_q(struct slice in, struct str *out)
{
	const char *p = in.p;
	const char *end = in.p + in.n;
	char *w;

	if (in.n == 0)
		return;
	if (str_reserve(out, in.n) < in.n) {
		out->full = true;
		return;
	}
	w = out->p + out->n;
	while (p < end) {
		int byte = *p == '=' ? qp_byte(p, end) : -1;

		if (byte >= 0) {
			*w++ = (char)byte;
			p += 3;
		} else {
			*w++ = *p == '_' ? ' ' : *p;
			p++;
		}
	}
	str_added(out, (size_t)(w - (out->p + out->n)));
}

/* One data line: length character, then groups of four for three bytes. */
static void
uu_line(struct slice line, struct str *out)
{
	size_t want = ((unsigned char)line.p[0] - 32U) & 63;
	size_t at = 1;

	while (want > 0 && at < line.n) {
		unsigned bits = 0;

		for (size_t i = 0; i < 4; i++, at++) {
			unsigned v =
				at < line.n ? (unsigned char)line.p[at] : 32U;

			bits = bits << 6 | ((v - 32U) & 63);
		}
		for (unsigned shift = 24; shift > 0 && want > 0; want--) {
			shift -= 8;
			str_add_c(out, (char)(bits >> shift & 0xff));
		}
	}
}

void
cte_decode_uu(struct slice in, struct str *out)
{
	struct slice rest = in;
	struct slice line;
	bool inside = false;

	while (slice_line(&rest, &line)) {
		if (!inside) {
			inside = slice_starts(line, "begin ");
			continue;
		}
		if (slice_eq_z(line, "end"))
			break;
		if (line.n > 0)
			uu_line(line, out);
	}
	if (!inside)
		str_add_slice(out, in);
}

void
cte_encode_base64(struct slice in, struct str *out)
{
	while (in.n > 0) {
		struct slice line = slice_head(in, 57);

		codec_base64_encode(line.p, line.n, out);
		str_add_z(out, "\r\n");
		in = slice_from(in, line.n);
	}
}

/* Must this byte of a line be written "=XX"?  A blank only at the end; "." and
 * "F" at the start protect against dots and "From " on the way. */
static bool
qp_must(struct slice line, size_t i, size_t column)
{
	char c = line.p[i];

	if (c == ' ' || c == '\t')
		return i + 1 == line.n;
	if (column == 0 &&
	    (c == '.' || slice_starts(slice_from(line, i), "From ")))
		return true;
	return c == '=' || c < 0x20 || c == 0x7f;
}

static void
qp_encode_line(struct slice line, struct str *out)
{
	size_t column = 0;

	for (size_t i = 0; i < line.n; i++) {
		bool must = qp_must(line, i, column);
		size_t need = must ? 3 : 1;

		if (column + need > 75 &&
		    !(i + 1 == line.n && column + need <= 76)) {
			str_add_z(out, "=\r\n");
			column = 0;
			must = qp_must(line, i, column);
			need = must ? 3 : 1;
		}
		if (must)
			str_printf(out, "=%02X", (unsigned char)line.p[i]);
		else
			str_add_c(out, line.p[i]);
		column += need;
	}
}

void
cte_encode_qp(struct slice in, struct str *out)
{
	struct slice line;

	while (slice_line(&in, &line)) {
		qp_encode_line(line, out);
		str_add_z(out, "\r\n");
	}
}
