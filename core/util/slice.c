/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Borrowed text: a pointer and a length, may hold any byte. */
#include "util/slice.h"

#include <string.h>

#include "util/xalloc.h"

#include "util/banned.h"

struct slice
slice_rtrim(struct slice s)
{
	while (s.n > 0 && byte_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct slice
slice_trim(struct slice s)
{
	while (s.n > 0 && byte_is_blank(s.p[0]))
		s = slice_from(s, 1);
	return slice_rtrim(s);
}

bool
bytes_ieq(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i] && byte_lower(a[i]) != byte_lower(b[i]))
			return false;
	return true;
}

/* Eight bytes at once: 0x20 is added where a byte is A to Z, which is told from
 * the carries into its highest bit. */
static uint64_t
lower8(uint64_t eight)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t low = eight & 0x7f * each;
	uint64_t from_a = low + (0x80 - 'A') * each;
	uint64_t behind_z = low + (0x7f - 'Z') * each;

	return eight | (from_a & ~behind_z & ~eight & 0x80 * each) >> 2;
}

void
bytes_lower(char *to, const char *from, size_t n)
{
	uint64_t eight;
	size_t i = 0;

	for (; n - i >= sizeof eight; i += sizeof eight) {
		memcpy(&eight, from + i, sizeof eight);
		eight = lower8(eight);
		memcpy(to + i, &eight, sizeof eight);
	}
	for (; i < n; i++)
		to[i] = byte_lower(from[i]);
}

bool
slice_istarts(struct slice s, const char *prefix)
{
	return slice_ieq(slice_head(s, strlen(prefix)), slice_of(prefix));
}

bool
slice_ends(struct slice s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.n >= n && slice_eq(slice_from(s, s.n - n), slice_of(suffix));
}

bool
slice_iends(struct slice s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.n >= n && slice_ieq(slice_from(s, s.n - n), slice_of(suffix));
}

int
slice_cmp(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n != 0 ? memcmp(a.p, b.p, n) : 0;

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

size_t
slice_rfind(struct slice s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return i - 1;
	return s.n;
}

size_t
slice_find_text(struct slice s, struct slice what)
{
	const char *p;

	if (what.n == 0)
		return 0;
	if (what.n > s.n)
		return s.n;
	p = memmem(s.p, s.n, what.p, what.n);
	return p != NULL ? (size_t)(p - s.p) : s.n;
}

size_t
slice_ifind_text(struct slice s, struct slice what)
{
	if (what.n > s.n)
		return s.n;
	for (size_t i = 0; i + what.n <= s.n; i++)
		if (slice_ieq(slice_make(s.p + i, what.n), what))
			return i;
	return s.n;
}

bool
slice_split(struct slice *rest, char sep, struct slice *piece_r)
{
	size_t at;

	if (rest->p == NULL)
		return false;
	at = slice_find(*rest, sep);
	*piece_r = slice_head(*rest, at);
	*rest = at < rest->n ? slice_from(*rest, at + 1) : SLICE_NONE;
	return true;
}

bool
slice_line(struct slice *rest, struct slice *line_r)
{
	size_t at;

	if (rest->n == 0)
		return false;
	at = slice_find(*rest, '\n');
	*line_r = slice_head(*rest, at);
	*rest = slice_from(*rest, at + 1);
	if (line_r->n > 0 && line_r->p[line_r->n - 1] == '\r')
		line_r->n--;
	return true;
}

bool
slice_word(struct slice *rest, struct slice *word_r)
{
	size_t n = 0;

	*rest = slice_trim(*rest);
	if (rest->n == 0)
		return false;
	while (n < rest->n && !byte_is_blank(rest->p[n]))
		n++;
	*word_r = slice_head(*rest, n);
	*rest = slice_from(*rest, n);
	return true;
}

int
slice_u64(struct slice s, uint64_t *value_r)
{
	uint64_t v = 0;

	if (s.n == 0)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		uint64_t digit;

		if (!byte_is_digit(s.p[i]))
			return -1;
		digit = (uint64_t)(s.p[i] - '0');
		if (v > (UINT64_MAX - digit) / 10)
			return -1;
		v = v * 10 + digit;
	}
	*value_r = v;
	return 0;
}

char *
slice_dup(struct slice s)
{
	return xmemdup0(s.p, s.n);
}
