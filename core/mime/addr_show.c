/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses for people: a name is what its sender wants, so it never stands for
 * the address where it could be taken for one.
 */
#include "mime/addr.h"

#include "mime/message.h"
#include "text/script.h"
#include "text/unicode.h"
#include "util/utf8.h"

#include "util/banned.h"

/* What only stands in names to be taken for the sign of an address. */
static bool
is_address_sign(uint32_t c)
{
	switch (c) {
	case '@':
	case '<':
	case '>':
	case 0xfe64:
	case 0xfe65:
	case 0xfe6b:
	case 0xff1c:
	case 0xff1e:
	case 0xff20:
		return true;
	}
	return false;
}

/* Blanks, fillers and the empty cell of braille show nothing; marks show
 * nothing of their own. */
static bool
is_visible(uint32_t c)
{
	return unicode_char_cells(c) > 0 && !utf8_is_unsafe(c) && c != ' ' &&
	       c != 0xa0 && c != 0x1680 && (c < 0x2000 || c > 0x200a) &&
	       c != 0x202f && c != 0x205f && c != 0x2800 && c != 0x3000 &&
	       c != 0x3164 && c != 0x115f && c != 0x1160 && c != 0xffa0 &&
	       c != 0xfffd;
}

/* "bank.co.kr" for a name. */
static bool
looks_like_host(struct slice name)
{
	size_t dot = slice_rfind(name, '.');

	for (size_t i = 0; i < name.n; i++)
		if (!byte_is_alnum(name.p[i]) && name.p[i] != '-' &&
		    (i > dot || name.p[i] != '.'))
			return false;
	return dot > 0 && dot + 2 < name.n;
}

/* Is one of two hosts the other, or below it? */
static bool
are_related(struct slice a, struct slice b)
{
	struct slice tail;

	if (a.n < b.n)
		return are_related(b, a);
	tail = slice_from(a, a.n - b.n);
	return slice_ieq(tail, b) && (a.n == b.n || tail.p[-1] == '.');
}

static bool
has_mixed_word(struct slice name)
{
	struct slice word;

	while (slice_word(&name, &word))
		if (script_mixes(word))
			return true;
	return false;
}

enum name_kind {
	NAME_PLAIN,
	NAME_EMPTY, /* nothing to see */
	NAME_POSES, /* as an address, a host or another word */
};

/* Does the name say nothing, or what only the spec may say? */
static enum name_kind
judge_name(struct slice name, struct slice spec)
{
	struct slice host = slice_from(spec, slice_rfind(spec, '@') + 1);
	bool visible = false;

	for (size_t i = 0; i < name.n;) {
		uint32_t c;

		i += utf8_decode(name.p + i, name.n - i, &c);
		if (is_address_sign(c))
			return NAME_POSES;
		visible = visible || is_visible(c);
	}
	if (!visible)
		return NAME_EMPTY;
	if (slice_istarts(name, "www."))
		name = slice_from(name, 4);
	return (looks_like_host(name) && !are_related(name, host)) ||
	                       has_mixed_word(name)
	               ? NAME_POSES
	               : NAME_PLAIN;
}

/* The spec, its host in the form that cannot be taken for another one. */
static void
show_spec(struct slice spec, struct str *out)
{
	size_t at = slice_rfind(spec, '@');
	struct str s;

	str_init(&s, MESSAGE_FIELD_MAX);
	str_add_slice(&s, slice_head(spec, at));
	if (at < spec.n) {
		str_add_c(&s, '@');
		(void)script_add_host(slice_from(spec, at + 1), &s);
	}
	unicode_clean_line(str_slice(&s), out);
	str_release(&s);
}

/* In quotes where it could be read as more than one name: in a list of
 * addresses it must not look like two of them. */
static void
show_name(struct slice name, bool alone, struct str *out)
{
	bool quote = !alone && (slice_find(name, ',') < name.n ||
	                        slice_find(name, ';') < name.n);
	struct str clean;

	for (size_t i = 0; i < name.n && !quote;) {
		uint32_t c;

		i += utf8_decode(name.p + i, name.n - i, &c);
		quote = is_address_sign(c);
	}
	if (!quote) {
		unicode_clean_line(name, out);
		return;
	}
	str_init(&clean, MESSAGE_FIELD_MAX);
	unicode_clean_line(name, &clean);
	str_add_c(out, '"');
	for (size_t i = 0; i < clean.n; i++)
		str_add_c(out, clean.p[i] == '"' ? '\'' : clean.p[i]);
	str_add_c(out, '"');
	str_release(&clean);
}

void
addr_show(const struct addr *a, struct str *out)
{
	if (a->name.n == 0 || slice_ieq(a->name, a->spec) ||
	    judge_name(a->name, a->spec) == NAME_EMPTY) {
		show_spec(a->spec, out);
		return;
	}
	show_name(a->name, false, out);
	if (a->spec.n == 0)
		return;
	str_add_z(out, " <");
	show_spec(a->spec, out);
	str_add_c(out, '>');
}

void
addr_show_short(const struct addr *a, struct str *out)
{
	if (a->spec.n > 0 &&
	    (a->name.n == 0 || judge_name(a->name, a->spec) != NAME_PLAIN))
		show_spec(a->spec, out);
	else
		show_name(a->name, a->spec.n > 0, out);
}
