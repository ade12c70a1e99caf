/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One Authentication-Results field (RFC 8601).
 *
 * The value is copied without its comments, in which anything may stand, and
 * without the quotes; marks of the syntax within quotes become "_", so that what
 * a sender chose (a local part, a reason) is never read as a result.
 */
#include "mail/auth_results.h"

#include "util/banned.h"

/* Of a value; real ones have some hundred bytes. */
#define VALUE_MAX ((size_t)16 * 1024)

/* A comment with those inside it, from "(" on: its bytes. */
static size_t
comment_length(struct slice s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return s.n;
}

static size_t
add_quoted(struct slice s, struct str *out)
{
	size_t i;

	for (i = 1; i < s.n && s.p[i] != '"'; i++) {
		char c = s.p[i];

		if (c == '\\' && i + 1 < s.n)
			c = s.p[++i];
		str_add_c(out,
		          byte_is_blank(c) || c == ';' || c == '=' ? '_' : c);
	}
	return i + 1;
}

/* Blanks that stand beside "=" are none. */
static void
add_plain(char c, struct str *out)
{
	bool after = out->n > 0 &&
	             (out->p[out->n - 1] == '=' || out->p[out->n - 1] == ' ');

	if (byte_is_blank(c)) {
		if (!after)
			str_add_c(out, ' ');
		return;
	}
	if (c == '=' && out->n > 0 && out->p[out->n - 1] == ' ')
		str_truncate(out, out->n - 1);
	str_add_c(out, c);
}

void
auth_results_init(struct auth_results *r, struct slice value)
{
	struct slice first, id;
	size_t i = 0;

	str_init(&r->text, VALUE_MAX);
	value = slice_head(value, VALUE_MAX);
	while (i < value.n) {
		if (value.p[i] == '(') {
			i += comment_length(slice_from(value, i));
			add_plain(' ', &r->text);
		} else if (value.p[i] == '"') {
			i += add_quoted(slice_from(value, i), &r->text);
		} else {
			add_plain(value.p[i++], &r->text);
		}
	}
	r->id = SLICE_NONE;
	r->rest = first = str_slice(&r->text);
	first = slice_head(first, slice_find(first, ';'));
	/* A result in its place: the server does not name itself. */
	if (slice_find(first, '=') < first.n)
		return;
	r->rest = slice_from(r->rest, first.n + 1);
	if (slice_word(&first, &id))
		r->id = id;
}

void
auth_results_release(struct auth_results *r)
{
	str_release(&r->text);
	r->id = r->rest = SLICE_NONE;
}

bool
auth_results_next(struct auth_results *r, struct auth_result *one_r)
{
	struct slice piece, word;

	while (r->rest.n > 0 && slice_split(&r->rest, ';', &piece)) {
		size_t at;

		if (!slice_word(&piece, &word))
			continue;
		at = slice_find(word, '=');
		if (at == word.n)
			continue;
		one_r->method = slice_head(word, at);
		one_r->method = slice_head(one_r->method,
		                           slice_find(one_r->method, '/'));
		one_r->result = slice_from(word, at + 1);
		one_r->props = piece;
		return true;
	}
	return false;
}

struct slice
auth_result_prop(const struct auth_result *one, const char *name)
{
	struct slice rest = one->props, word;

	while (slice_word(&rest, &word)) {
		size_t at = slice_find(word, '=');

		if (at < word.n && slice_ieq_z(slice_head(word, at), name))
			return slice_from(word, at + 1);
	}
	return SLICE_NONE;
}
