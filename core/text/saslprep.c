/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SASLprep: names and passwords as both sides compare them (RFC 4013). */
/*
 * Three steps: map (RFC 3454, tables C.1.2 to a space and B.1 to nothing), NFKC,
 * and then refuse what is in the tables C.2.1 to C.9 or breaks the rule on
 * directions (RFC 3454, 6).  ASCII without controls is its own result.
 *
 * NFKC and the directions are libunistring's and of a newer Unicode than the
 * 3.2 that RFC 3454 names; normal forms of assigned characters do not change.
 *
 * Rejected: libidn and its stringprep, a library more for one function.
 */
#include "text/saslprep.h"

#include "text/unicode.h"
#include "util/secret.h"
#include "util/utf8.h"

#include "util/banned.h"

struct range {
	uint32_t first, last;
};

/* C.1.2: spaces other than that of ASCII. */
static const struct range spaces[] = {
	{ 0xa0, 0xa0 },     { 0x1680, 0x1680 }, { 0x2000, 0x200b },
	{ 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

/* B.1: seen by nobody. */
static const struct range nothing[] = {
	{ 0xad, 0xad },     { 0x34f, 0x34f },   { 0x1806, 0x1806 },
	{ 0x180b, 0x180d }, { 0x200c, 0x200d }, { 0x2060, 0x2060 },
	{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
};

/* C.1.2 and C.2.1 to C.9, but for the last two of each plane (C.4). */
static const struct range prohibited[] = {
	{ 0, 0x1f },          { 0x7f, 0xa0 },
	{ 0x340, 0x341 },     { 0x6dd, 0x6dd },
	{ 0x70f, 0x70f },     { 0x1680, 0x1680 },
	{ 0x180e, 0x180e },   { 0x2000, 0x200f },
	{ 0x2028, 0x202f },   { 0x205f, 0x2063 },
	{ 0x206a, 0x206f },   { 0x2ff0, 0x2ffb },
	{ 0x3000, 0x3000 },   { 0xd800, 0xf8ff },
	{ 0xfdd0, 0xfdef },   { 0xfeff, 0xfeff },
	{ 0xfff9, 0xffff },   { 0x1d173, 0x1d17a },
	{ 0xe0001, 0xe0001 }, { 0xe0020, 0xe007f },
	{ 0xf0000, 0xffffd }, { 0x100000, 0x10fffd },
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static bool
is_in(const struct range *v, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= v[i].first && c <= v[i].last)
			return true;
	return false;
}

static void
map_to(struct slice s, struct str *out)
{
	size_t i = 0;

	while (i < s.n) {
		uint32_t c;
		size_t len = utf8_decode(s.p + i, s.n - i, &c);

		if (is_in(spaces, COUNT(spaces), c))
			str_add_c(out, ' ');
		else if (!is_in(nothing, COUNT(nothing), c))
			str_add(out, s.p + i, len);
		i += len;
	}
}

static bool
is_prohibited(uint32_t c)
{
	return (c & 0xfffe) == 0xfffe ||
	       is_in(prohibited, COUNT(prohibited), c);
}

/* Nothing prohibited; and where something is written from right to left, nothing
 * from left to right, and it begins and ends so. */
static bool
is_acceptable(struct slice s)
{
	int first = 0;
	int last = 0;
	bool left = false;
	bool right = false;

	for (size_t i = 0; i < s.n;) {
		uint32_t c;
		size_t at = i;

		i += utf8_decode(s.p + i, s.n - i, &c);
		if (is_prohibited(c))
			return false;
		last = unicode_direction(c);
		if (at == 0)
			first = last;
		left = left || last > 0;
		right = right || last < 0;
	}
	return !right || (!left && first < 0 && last < 0);
}

int
saslprep(struct slice s, struct str *out)
{
	struct str mapped;
	size_t start = out->n;
	int rc = -1;

	if (!utf8_valid(s.p, s.n))
		return -1;
	str_init(&mapped, s.n);
	(void)str_reserve(&mapped, s.n);
	map_to(s, &mapped);
	unicode_nfkc(str_slice(&mapped), out);
	if (is_acceptable(slice_from(str_slice(out), start)))
		rc = 0;
	else
		str_truncate(out, start);
	secret_wipe(mapped.p, mapped.n);
	str_release(&mapped);
	return rc;
}
