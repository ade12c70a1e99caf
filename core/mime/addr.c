/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses (RFC 5322 3.4): parse and compare; addr_show.c shows them.
 *
 * One pass over the value with a small state: what has been read of the phrase,
 * the bare words and the angle brackets of the mailbox at hand.
 *
 * 1. Tokens first, decoding after: a comma that comes out of an encoded word
 *    never splits, an encoded word in a spec is never decoded.
 * 2. A quote or parenthesis that is never closed is an ordinary character.  That
 *    it is never closed is found out once (quotes, comments), so that hostile
 *    values stay linear.
 * 3. The spec shown, stored and answered to is the same slice.
 */
#include "mime/addr.h"

#include <string.h>

#include "mime/lex.h"
#include "mime/limits.h"
#include "mime/message.h"
#include "mime/word.h"
#include "text/unicode.h"
#include "util/array.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

struct reader {
	struct arena *a;
	struct detect_hint hint;
	struct slice rest;
	struct str phrase;    /* words and insides of quotes, still encoded */
	struct str spec;      /* what stands outside of quotes and comments */
	struct slice comment; /* the last one */
	struct slice angle;   /* inside of <> */
	size_t angle_at;      /* so much of the phrase stood before it */
	bool has_angle;
	bool phrase_quoted; /* the phrase is quoted text from the start */
	bool quotes;        /* a closing quote may still come */
	bool comments;
	bool gap; /* blanks before the next token */
	size_t left;
	ARRAY(struct addr) list;
};

static void
reset(struct reader *r)
{
	str_clear(&r->phrase);
	str_clear(&r->spec);
	r->comment = SLICE_NONE;
	r->angle = SLICE_NONE;
	r->has_angle = false;
	r->gap = false;
}

/* Does c join with its neighbours in the obsolete "joe . doe @ host"? */
static bool
is_glue(char c)
{
	return c == '.' || c == '@';
}

/* Append s without comments and without blanks beside "." and "@"; other
 * blanks are squeezed: such a spec is wrong and is shown as it is. */
static void
add_spec(struct reader *r, struct slice s, struct str *out)
{
	bool gap = false;

	while (s.n > 0) {
		size_t n = s.p[0] == '"' ? lex_quoted(s) : 0;

		if (n == 0 && s.p[0] == '(' && r->comments) {
			n = lex_comment(s);
			r->comments = n > 0;
			gap = gap || n > 0;
			s = slice_from(s, n);
			if (n > 0)
				continue;
		}
		if (byte_is_blank(s.p[0])) {
			gap = true;
		} else {
			if (gap && out->n > 0 && !is_glue(s.p[0]) &&
			    !is_glue(out->p[out->n - 1]))
				str_add_c(out, ' ');
			gap = false;
			str_add_slice(out, slice_head(s, n > 0 ? n : 1));
		}
		s = slice_from(s, n > 0 ? n : 1);
	}
}

/* Take blanks, comments and a source route out of a spec. */
static struct slice
clean_spec(struct reader *r, struct slice s)
{
	struct str out;
	size_t colon;

	s = lex_skip_cfws(s);
	if (s.n > 0 && s.p[0] == '@' && (colon = slice_find(s, ':')) < s.n)
		s = slice_from(s, colon + 1);
	s = slice_trim(s);
	if (slice_find(s, ' ') == s.n && slice_find(s, '\t') == s.n &&
	    slice_find(s, '\n') == s.n && slice_find(s, '(') == s.n)
		return arena_slice(r->a, s);
	str_init(&out, s.n);
	add_spec(r, s, &out);
	s = arena_slice(r->a, str_slice(&out));
	str_release(&out);
	return s;
}

static struct slice
decode_name(struct reader *r, struct slice raw)
{
	struct str decoded;
	struct str clean;
	struct slice name;

	if (raw.n == 0)
		return SLICE_NONE;
	str_init(&decoded, MESSAGE_FIELD_MAX);
	str_init(&clean, MESSAGE_FIELD_MAX);
	word_decode(&r->hint, raw, &decoded);
	lex_squeeze(str_slice(&decoded), &clean);
	name = str_slice(&clean);
	if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
		name = slice_trim(slice_make(name.p + 1, name.n - 2));
	else if (name.n >= 2 && name.p[0] == '\'' && name.p[name.n - 1] == '\'')
		name = slice_trim(slice_make(name.p + 1, name.n - 2));
	name = arena_slice(r->a, name);
	str_release(&clean);
	str_release(&decoded);
	return name;
}

/* The mailbox is complete. */
static void
emit(struct reader *r)
{
	struct addr addr = { SLICE_NONE, SLICE_NONE };
	struct slice bare = slice_trim(str_slice(&r->spec));
	struct slice name = slice_trim(str_slice(&r->phrase));

	if (r->left == 0 || (!r->has_angle && bare.n == 0 && name.n == 0)) {
		reset(r);
		return;
	}
	if (r->has_angle)
		addr.spec = clean_spec(r, r->angle);
	else if (slice_find(bare, '@') < bare.n)
		addr.spec = clean_spec(r, bare);
	if (!r->has_angle && addr.spec.n > 0)
		name = SLICE_NONE;
	if (name.n == 0 && r->comment.n > 0)
		name = r->comment;
	addr.name = decode_name(r, name);
	if (addr.spec.n > 0 || addr.name.n > 0) {
		array_add(&r->list, addr);
		r->left--;
	}
	reset(r);
}

static void
add_gap(struct reader *r)
{
	if (r->gap) {
		str_add_c(&r->phrase, ' ');
		str_add_c(&r->spec, ' ');
	}
	r->gap = false;
}

/* At '"'. */
static size_t
take_quoted(struct reader *r)
{
	size_t n = r->quotes ? lex_quoted(r->rest) : 0;

	add_gap(r);
	if (n == 0) {
		r->quotes = false;
		return 1;
	}
	lex_unescape(slice_make(r->rest.p + 1, n - 2), &r->phrase);
	str_add(&r->spec, r->rest.p, n);
	return n;
}

/* At '('. */
static size_t
take_comment(struct reader *r)
{
	size_t n = r->comments ? lex_comment(r->rest) : 0;

	if (n == 0) {
		r->comments = false;
		return 1;
	}
	r->comment = slice_make(r->rest.p + 1, n - 2);
	r->gap = true;
	return n;
}

/* A second address and no comma between them: what stands behind the first one
 * is the name of the second. */
static void
split(struct reader *r)
{
	struct str name;

	str_init(&name, r->phrase.n);
	str_add_slice(&name, slice_from(str_slice(&r->phrase), r->angle_at));
	str_truncate(&r->phrase, r->angle_at);
	emit(r);
	str_add_slice(&r->phrase, slice_trim(str_slice(&name)));
	str_release(&name);
}

/* At '<': to the next ">", quotes respected. */
static size_t
take_angle(struct reader *r)
{
	struct slice s = slice_from(r->rest, 1);
	size_t i = 0;

	while (i < s.n && s.p[i] != '>') {
		size_t n = 0;

		if (s.p[i] == '"' && r->quotes) {
			n = lex_quoted(slice_from(s, i));
			r->quotes = n > 0;
		}
		if (n == 0 && s.p[i] == '<')
			break;
		i += n > 0 ? n : 1;
	}
	if (i < s.n && s.p[i] == '<')
		return 1;
	if (r->has_angle && slice_find(r->angle, '@') < r->angle.n &&
	    slice_find(slice_head(s, i), '@') < i)
		split(r);
	if (!r->has_angle || r->angle.n == 0) {
		r->angle = slice_head(s, i);
		r->angle_at = r->phrase.n;
	}
	r->has_angle = true;
	r->gap = true;
	return 1 + i + (i < s.n);
}

/* At ':' outside of <>: a group name ends, unless it is a bare address. */
static size_t
take_colon(struct reader *r)
{
	struct slice bare = str_slice(&r->spec);

	if (slice_find(bare, '@') < bare.n || r->has_angle) {
		str_add_c(&r->phrase, ':');
		str_add_c(&r->spec, ':');
	} else {
		reset(r);
	}
	return 1;
}

static bool
is_plain(char c)
{
	return c != ',' && c != ';' && c != ':' && c != '<' && c != '>' &&
	       c != '"' && c != '(' && !byte_is_blank(c);
}

/* An encoded word may hold any of our separators. */
static size_t
encoded_size(struct slice s)
{
	struct slice head = slice_head(s, 1000);
	size_t end;

	if (!slice_starts(s, "=?"))
		return 0;
	for (int marks = 0; marks < 2; marks++) {
		size_t at = slice_find(slice_from(head, 2), '?') + 2;

		if (at >= head.n)
			return 0;
		head = slice_from(head, at - 1);
	}
	head = slice_from(head, 2);
	end = slice_find_text(head, SLICE_LIT("?="));
	for (size_t i = 0; i < end && i < head.n; i++)
		if (byte_is_blank(head.p[i]) || head.p[i] == '<' ||
		    head.p[i] == '"')
			return 0;
	return end < head.n ? (size_t)(head.p - s.p) + end + 2 : 0;
}

static size_t
take_plain(struct reader *r)
{
	size_t n = encoded_size(r->rest);

	if (n == 0)
		n = 1;
	while (n < r->rest.n && is_plain(r->rest.p[n]) &&
	       !(r->rest.p[n] == '=' && n + 1 < r->rest.n &&
	         r->rest.p[n + 1] == '?'))
		n++;
	add_gap(r);
	str_add(&r->phrase, r->rest.p, n);
	str_add(&r->spec, r->rest.p, n);
	return n;
}

static size_t
take_token(struct reader *r)
{
	switch (r->rest.p[0]) {
	case ',':
	case ';':
		emit(r);
		return 1;
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		r->gap = r->phrase.n > 0;
		return 1;
	case '"':
		return take_quoted(r);
	case '(':
		return take_comment(r);
	case '<':
		return take_angle(r);
	case ':':
		return take_colon(r);
	case '>':
		return 1;
	default:
		return take_plain(r);
	}
}

void
addr_parse(struct arena *a, const struct message *m, struct slice raw,
           struct addr_list *list_r)
{
	struct reader r = { .a = a, .rest = raw };

	r.hint = word_hint(m);
	r.quotes = r.comments = true;
	r.left = MIME_ADDRS_MAX;
	str_init(&r.phrase, MESSAGE_FIELD_MAX);
	str_init(&r.spec, MESSAGE_FIELD_MAX);
	while (r.rest.n > 0)
		r.rest = slice_from(r.rest, take_token(&r));
	emit(&r);
	list_r->n = r.list.n;
	list_r->v = arena_calloc(a, r.list.n, sizeof *list_r->v);
	if (r.list.n > 0)
		memcpy(list_r->v, r.list.v, r.list.n * sizeof *list_r->v);
	array_release(&r.list);
	str_release(&r.spec);
	str_release(&r.phrase);
}

/* Letters, digits and what RFC 5321 allows without quotes; UTF-8 as well. */
static bool
local_ok(struct slice s)
{
	if (s.n == 0 || s.n > 64 || s.p[0] == '-')
		return false;
	if (s.p[0] == '"')
		return s.n > 2 && lex_quoted(s) == s.n;
	for (size_t i = 0; i < s.n; i++)
		if (!byte_is_alnum(s.p[i]) && (s.p[i] & 0x80) == 0 &&
		    strchr(".!#$%&'*+-/=?^_`{|}~", s.p[i]) == NULL)
			return false;
	return true;
}

static bool
domain_ok(struct slice s)
{
	if (s.n == 0 || s.n > 255 || s.p[0] == '-' || s.p[0] == '.')
		return false;
	if (s.p[0] == '[')
		return s.n > 2 && slice_find(s, ']') == s.n - 1;
	for (size_t i = 0; i < s.n; i++)
		if (!byte_is_alnum(s.p[i]) && (s.p[i] & 0x80) == 0 &&
		    s.p[i] != '-' && s.p[i] != '.')
			return false;
	return true;
}

bool
addr_spec_ok(struct slice spec)
{
	size_t at = slice_rfind(spec, '@');

	if (at >= spec.n || !utf8_valid(spec.p, spec.n))
		return false;
	for (size_t i = 0; i < spec.n;) {
		uint32_t c;

		i += utf8_decode(spec.p + i, spec.n - i, &c);
		if (c == ' ' || utf8_is_unsafe(c) || c == 0x3000 || c == 0xa0)
			return false;
	}
	return local_ok(slice_head(spec, at)) &&
	       domain_ok(slice_from(spec, at + 1));
}

int
addr_parse_typed(struct arena *a, struct slice text, struct addr_list *list_r,
                 struct err *err)
{
	struct str shown;

	addr_parse(a, NULL, text, list_r);
	for (size_t i = 0; i < list_r->n; i++) {
		struct addr *addr = &list_r->v[i];

		if (addr_spec_ok(addr->spec))
			continue;
		str_init(&shown, 200);
		unicode_clean_line(addr->spec.n > 0 ? addr->spec : addr->name,
		                   &shown);
		(void)err_set(err, ERR_USAGE, _("'%s' is no mail address"),
		              shown.p);
		str_release(&shown);
		return -1;
	}
	return 0;
}

bool
addr_same(struct slice spec_a, struct slice spec_b)
{
	return slice_ieq(spec_a, spec_b);
}
