/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parameters of Content-Type and Content-Disposition (RFC 2045 5.1, RFC 2231).
 *
 * 1. Reading is one pass over the value; only wanted parameters are kept.
 * 2. Sections are sorted by number and joined as bytes before the charset is
 *    decoded: a character may be cut between two of them.
 * 3. Preference: name*=, then name*0..., then name=.  Mailers that write two
 *    forms mean the plain one for those that know no better.
 */
#include "mime/param.h"

#include <stdlib.h>
#include <string.h>

#include "mime/lex.h"
#include "mime/limits.h"
#include "mime/word.h"

#include "util/banned.h"

/* Take "*0", "*0*" or "*" off the name. */
static void
split_name(struct param *p)
{
	size_t star = slice_find(p->name, '*');
	struct slice tail = slice_from(p->name, star);
	uint64_t number;

	p->section = -1;
	p->extended = false;
	if (tail.n == 0)
		return;
	p->name = slice_head(p->name, star);
	tail = slice_from(tail, 1);
	if (tail.n == 0) {
		p->extended = true;
		return;
	}
	if (tail.p[tail.n - 1] == '*') {
		p->extended = true;
		tail.n--;
	}
	if (slice_u64(tail, &number) == 0 && number < 1000000)
		p->section = (int)number;
}

/* A value without quotes: up to ";", a comment at its end and blanks taken off.
 * In "report (1).pdf" it is a part of the name. */
static struct slice
bare_value(struct slice s, size_t *used_r)
{
	size_t n = slice_find(s, ';');
	struct slice v = slice_trim(slice_head(s, n));

	*used_r = n;
	if (v.n == 0 || v.p[v.n - 1] != ')')
		return v;
	for (size_t i = 1; i < v.n; i++)
		if (v.p[i] == '(' && byte_is_blank(v.p[i - 1]))
			return slice_rtrim(slice_head(v, i));
	return v;
}

/* Quotes in quotes: ""a.txt"". */
static struct slice
doubled_quotes(struct slice s, size_t *used_r)
{
	struct slice v = bare_value(s, used_r);

	while (v.n > 0 && v.p[0] == '"')
		v = slice_from(v, 1);
	while (v.n > 0 && v.p[v.n - 1] == '"')
		v.n--;
	return v;
}

/* A quote that is never closed ends with the line or the next ";". */
static struct slice
open_quote(struct slice s, size_t *used_r)
{
	struct slice v = bare_value(s, used_r);

	return slice_from(v, 1);
}

static void
read_value(struct slice *rest, struct param *p)
{
	struct slice s = lex_skip_cfws(*rest);
	size_t used;

	p->quoted = s.n > 0 && s.p[0] == '"';
	if (!p->quoted) {
		p->value = bare_value(s, &used);
	} else if (s.n > 2 && s.p[1] == '"' && s.p[2] != ';' &&
	           !byte_is_blank(s.p[2])) {
		p->value = doubled_quotes(s, &used);
	} else if ((used = lex_quoted(s)) != 0) {
		p->value = slice_make(s.p + 1, used - 2);
	} else {
		p->value = open_quote(s, &used);
	}
	*rest = slice_from(s, used);
	if (p->quoted)
		*rest = slice_from(*rest, slice_find(*rest, ';'));
}

bool
param_next(struct slice *rest, struct param *p_r)
{
	for (;;) {
		struct slice s = *rest;
		size_t n = 0;

		while (n < s.n && (byte_is_blank(s.p[n]) || s.p[n] == ';'))
			n++;
		s = slice_from(s, n);
		if (s.n > 0 && s.p[0] == '(')
			s = lex_skip_cfws(s);
		if (s.n == 0)
			return false;
		n = 0;
		while (n < s.n && s.p[n] != '=' && s.p[n] != ';')
			n++;
		*rest = slice_from(s, n);
		if (n == s.n || s.p[n] == ';' || n == 0) {
			*rest = slice_from(*rest, 1);
			continue;
		}
		p_r->name = slice_trim(slice_head(s, n));
		split_name(p_r);
		*rest = slice_from(*rest, 1);
		read_value(rest, p_r);
		return true;
	}
}

static void
keep(struct param_want *w, const struct param *p)
{
	if (p->section >= 0) {
		if (w->sections.n < MIME_SECTIONS_MAX)
			array_add(&w->sections, *p);
	} else if (p->extended) {
		if (!w->has_extended)
			w->extended = *p;
		w->has_extended = w->has_extended || p->value.n > 0;
	} else {
		if (!w->has_plain)
			w->plain = *p;
		w->has_plain = true;
	}
}

void
param_collect(struct slice rest, struct param_want *want, size_t n)
{
	struct param p;

	while (param_next(&rest, &p))
		for (size_t i = 0; i < n; i++)
			if (slice_ieq_z(p.name, want[i].name))
				keep(&want[i], &p);
}

void
param_want_release(struct param_want *w)
{
	array_release(&w->sections);
}

bool
param_found(const struct param_want *w)
{
	return w->has_plain || w->has_extended || w->sections.n > 0;
}

static int
compare_sections(const void *a, const void *b)
{
	const struct param *x = a;
	const struct param *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return (x->value.p > y->value.p) - (x->value.p < y->value.p);
}

static void
sort_sections(struct param_want *w)
{
	if (w->sections.n > 1)
		qsort(w->sections.v, w->sections.n, sizeof *w->sections.v,
		      compare_sections);
}

static void
add_percent(struct slice s, struct str *out)
{
	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n && s.p[i] == '%' ? byte_hex(s.p[i + 1])
		                                        : -1;
		int low = high >= 0 ? byte_hex(s.p[i + 2]) : -1;

		if (low >= 0) {
			str_add_c(out, (char)(high << 4 | low));
			i += 2;
		} else {
			str_add_c(out, s.p[i]);
		}
	}
}

/* Take charset'language' off an extended value. */
static bool
take_charset(struct slice *v, struct slice *label_r)
{
	size_t first = slice_find(*v, '\'');
	size_t second;

	if (first == v->n)
		return false;
	second = slice_find(slice_from(*v, first + 1), '\'');
	if (first + 1 + second == v->n)
		return false;
	*label_r = slice_head(*v, first);
	*v = slice_from(*v, first + 1 + second + 1);
	return true;
}

static void
add_piece(const struct param *p, bool percent, struct str *out)
{
	if (percent)
		add_percent(p->value, out);
	else if (p->quoted)
		lex_unescape(p->value, out);
	else
		str_add_slice(out, p->value);
}

/* Join all sections as bytes.  true when a charset was named. */
static bool
join_sections(struct param_want *w, struct slice *label_r, struct str *bytes)
{
	bool labelled = false;

	sort_sections(w);
	for (size_t i = 0; i < w->sections.n; i++) {
		struct param p = w->sections.v[i];

		if (i > 0 && p.section == w->sections.v[i - 1].section)
			continue;
		if (!labelled && p.extended)
			labelled = take_charset(&p.value, label_r);
		add_piece(&p, p.extended, bytes);
	}
	return labelled;
}

/* No escapes, no line ends? */
static bool
is_simple(const struct param *p)
{
	return slice_find(p->value, '\\') == p->value.n &&
	       slice_find(p->value, '\n') == p->value.n;
}

/* Line ends out, in place. */
static struct slice
unfold(struct str *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->p[i] != '\r' && s->p[i] != '\n')
			s->p[n++] = s->p[i];
	str_truncate(s, n);
	return str_slice(s);
}

struct slice
param_token(struct arena *a, struct param_want *w)
{
	struct slice label = SLICE_NONE;
	struct slice v;
	struct str s;

	if (!param_found(w))
		return SLICE_NONE;
	if (!w->has_extended && w->sections.n == 0 && is_simple(&w->plain))
		return w->plain.quoted ? w->plain.value
		                       : slice_trim(w->plain.value);
	str_init(&s, MIME_NAME_MAX);
	if (w->has_extended) {
		v = w->extended.value;
		(void)take_charset(&v, &label);
		add_percent(v, &s);
	} else if (w->sections.n > 0) {
		(void)join_sections(w, &label, &s);
	} else {
		lex_unescape(w->plain.value, &s);
	}
	v = unfold(&s);
	v = arena_slice(a, w->plain.quoted ? v : slice_trim(v));
	str_release(&s);
	return v;
}

/* Bytes with a charset label of RFC 2231. */
static void
add_labelled(const struct detect_hint *hint, struct slice label,
             struct slice bytes, struct str *out)
{
	struct detect_hint h = *hint;

	if (h.label == CHARSET_UNKNOWN)
		h.label = charset_lookup(label);
	word_bytes(&h, bytes, out);
}

void
param_text(const struct detect_hint *hint, struct param_want *w,
           struct str *out)
{
	struct slice label = SLICE_NONE;
	struct slice v;
	struct str bytes;

	str_init(&bytes, MIME_NAME_MAX);
	if (w->has_extended) {
		v = w->extended.value;
		(void)take_charset(&v, &label);
		add_percent(v, &bytes);
		add_labelled(hint, label, str_slice(&bytes), out);
	} else if (w->sections.n > 0) {
		if (join_sections(w, &label, &bytes))
			add_labelled(hint, label, str_slice(&bytes), out);
		else
			word_decode(hint, str_slice(&bytes), out);
	} else {
		add_piece(&w->plain, false, &bytes);
		word_decode(hint, str_slice(&bytes), out);
	}
	str_release(&bytes);
}
