/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts of host names, and the ASCII form of those that mix them. */
#include "text/script.h"

#include <stdint.h>

#include "util/utf8.h"

#include "util/banned.h"

/* Most characters of a label we turn around; DNS allows 63 bytes in the end. */
#define LABEL_MAX 63

/* Groups of scripts; those of other numbers are blocks of their own. */
enum {
	SCRIPT_ANY,
	SCRIPT_LATIN,
	SCRIPT_GREEK,
	SCRIPT_CYRILLIC,
	SCRIPT_EAST_ASIA,
	SCRIPT_BLOCKS,
};

static const struct {
	uint32_t first;
	uint32_t last;
	uint32_t script;
} ranges[] = {
	{ 0x80, 0xbf, SCRIPT_ANY },
	{ 0xc0, 0x2af, SCRIPT_LATIN },
	{ 0x2b0, 0x36f, SCRIPT_ANY },
	{ 0x370, 0x3ff, SCRIPT_GREEK },
	{ 0x400, 0x52f, SCRIPT_CYRILLIC },
	{ 0x1100, 0x11ff, SCRIPT_EAST_ASIA },
	{ 0x1c80, 0x1c8f, SCRIPT_CYRILLIC },
	{ 0x1e00, 0x1eff, SCRIPT_LATIN },
	{ 0x1f00, 0x1fff, SCRIPT_GREEK },
	{ 0x2000, 0x2bff, SCRIPT_ANY },
	{ 0x2c60, 0x2c7f, SCRIPT_LATIN },
	{ 0x2de0, 0x2dff, SCRIPT_CYRILLIC },
	{ 0x2e80, 0x9fff, SCRIPT_EAST_ASIA },
	{ 0xa640, 0xa69f, SCRIPT_CYRILLIC },
	{ 0xa720, 0xa7ff, SCRIPT_LATIN },
	{ 0xa960, 0xa97f, SCRIPT_EAST_ASIA },
	{ 0xac00, 0xd7ff, SCRIPT_EAST_ASIA },
	{ 0xf900, 0xfaff, SCRIPT_EAST_ASIA },
	{ 0xfe00, 0xfe0f, SCRIPT_ANY },
	{ 0xff00, 0xffef, SCRIPT_EAST_ASIA },
	{ 0x1f000, 0x1fbff, SCRIPT_ANY },
	{ 0x20000, 0x3ffff, SCRIPT_EAST_ASIA },
};

static uint32_t
script_of(uint32_t c)
{
	if (c < 0x80)
		return byte_is_alpha((char)c) ? SCRIPT_LATIN : SCRIPT_ANY;
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return ranges[i].script;
	/* Blocks have 128 characters or more; their scripts differ. */
	return SCRIPT_BLOCKS + (c >> 7);
}

bool
script_mixes(struct slice label)
{
	uint32_t seen = SCRIPT_ANY;
	bool latin = false;

	for (size_t i = 0; i < label.n;) {
		uint32_t c;
		uint32_t script;

		i += utf8_decode(label.p + i, label.n - i, &c);
		script = script_of(c);
		if (script == SCRIPT_LATIN)
			latin = true;
		else if (script != SCRIPT_ANY && seen != SCRIPT_ANY &&
		         script != seen)
			return true;
		else if (script != SCRIPT_ANY)
			seen = script;
	}
	return latin && seen != SCRIPT_ANY && seen != SCRIPT_EAST_ASIA;
}

/* Letters that look like Latin ones; a word of nothing else is no word. */
static bool
is_lookalike(uint32_t c)
{
	static const uint16_t table[] = {
		0x3b1, 0x3b3, 0x3b9, 0x3ba, 0x3bd, 0x3bf, 0x3c1, 0x3c5, 0x3c7,
		0x430, 0x435, 0x43e, 0x440, 0x441, 0x443, 0x445, 0x455, 0x456,
		0x457, 0x458, 0x4bb, 0x4bd, 0x4cf, 0x501, 0x51b, 0x51d,
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i] == c)
			return true;
	return false;
}

/* Slashes and at-signs that are none: what follows would look like a path. */
static bool
is_false_sign(uint32_t c)
{
	return c == 0x2044 || c == 0x2215 || c == 0x2571 || c == 0x29f8 ||
	       c == 0xfe68 || c == 0xfe6b || c == 0xff0f || c == 0xff20 ||
	       c == 0xff3c;
}

/* Would people read another name than stands there? */
static bool
label_deceives(struct slice label)
{
	bool lookalikes = false;
	bool others = false;

	for (size_t i = 0; i < label.n;) {
		uint32_t c;

		i += utf8_decode(label.p + i, label.n - i, &c);
		if (is_false_sign(c))
			return true;
		if (is_lookalike(c))
			lookalikes = true;
		else if (script_of(c) != SCRIPT_ANY)
			others = true;
	}
	return (lookalikes && !others) || script_mixes(label);
}

/* The bias for the next delta (RFC 3492 6.1). */
static uint32_t
adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta /= first ? 700 : 2;
	delta += delta / points;
	for (; delta > 455; k += 36)
		delta /= 35;
	return k + 36 * delta / (delta + 38);
}

/* One delta as digits a-z, 0-9 (RFC 3492 6.3). */
static void
add_delta(uint32_t q, uint32_t bias, struct str *out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	for (uint32_t k = 36;; k += 36) {
		uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;

		if (q < t)
			break;
		str_add_c(out, letters[t + (q - t) % (36 - t)]);
		q = (q - t) / (36 - t);
	}
	str_add_c(out, letters[q]);
}

/* Append the n characters of v in punycode (RFC 3492 6.3). */
static void
add_punycode(const uint32_t *v, size_t n, struct str *out)
{
	uint32_t done = 0;
	uint32_t delta = 0;
	uint32_t bias = 72;
	uint32_t basic;
	uint32_t next = 0x80;

	for (size_t i = 0; i < n; i++)
		if (v[i] < 0x80) {
			str_add_c(out, (char)v[i]);
			done++;
		}
	basic = done;
	if (basic > 0)
		str_add_c(out, '-');
	while (done < n) {
		uint32_t least = 0x10ffff;

		for (size_t i = 0; i < n; i++)
			if (v[i] >= next && v[i] < least)
				least = v[i];
		delta += (least - next) * (done + 1);
		next = least;
		for (size_t i = 0; i < n; i++) {
			delta += v[i] < next;
			if (v[i] != next)
				continue;
			add_delta(delta, bias, out);
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		next++;
	}
}

static bool
add_label(struct slice label, struct str *out)
{
	uint32_t v[LABEL_MAX];
	size_t n = 0;

	if (!label_deceives(label)) {
		str_add_slice(out, label);
		return false;
	}
	for (size_t i = 0; i < label.n && n < LABEL_MAX;)
		i += utf8_decode(label.p + i, label.n - i, &v[n++]);
	str_add_z(out, "xn--");
	add_punycode(v, n, out);
	return true;
}

bool
script_add_host(struct slice host, struct str *out)
{
	bool changed = false;

	for (;;) {
		size_t dot = slice_find(host, '.');

		changed = add_label(slice_head(host, dot), out) || changed;
		if (dot >= host.n)
			return changed;
		str_add_c(out, '.');
		host = slice_from(host, dot + 1);
	}
}
