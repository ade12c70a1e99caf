/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules made from a message, and put into the user's file. */
#include <string.h>

#include "mail/rule.h"
#include "mail/rule_parse.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* As rules_load reads. */
#define FILE_MAX ((size_t)1024 * 1024)

/* A pattern of the rules' language that means exactly this text. */
static void
add_pattern(struct str *out, struct slice s)
{
	bool plain = slice_find(s, '"') == s.n;
	size_t i;

	str_add_z(out, plain ? "= \"" : "= /");
	for (i = 0; i < s.n; i++) {
		/* A line end would end the rule. */
		char c = s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i];

		if (!plain && (unsigned char)c < 0x80 && !byte_is_alnum(c))
			str_add_c(out, '\\');
		str_add_c(out, c);
	}
	str_add_c(out, plain ? '"' : '/');
}

void
rule_suggest_for(struct slice value, bool list, const char *actions,
                 struct str *out)
{
	str_add_z(out, list ? "if list " : "if from ");
	add_pattern(out, value);
	str_printf(out, " then %s", actions);
}

void
rule_suggest_subject(struct slice subject, const char *actions, struct str *out)
{
	bool plain = slice_find(subject, '"') == subject.n &&
	             slice_find(subject, '*') == subject.n &&
	             slice_find(subject, '?') == subject.n;

	/* A word is found anywhere; with marks of the language: exactly. */
	str_add_z(out, "if subject ");
	if (plain)
		str_printf(out, "\"%.*s\"", SLICE_ARG(subject));
	else
		add_pattern(out, subject);
	str_printf(out, " then %s", actions);
}

void
rule_suggest_host(struct slice host, const char *actions, struct str *out)
{
	str_printf(out, "if from \"*@%.*s\" then %s", SLICE_ARG(host), actions);
}

/* What stands in <> of a List-Id (RFC 2919), else all of it. */
static struct slice
list_id(struct slice field)
{
	size_t open = slice_rfind(field, '<');
	struct slice id = slice_from(field, open < field.n ? open + 1 : 0);

	return slice_trim(slice_head(id, slice_find(id, '>')));
}

/* Shown to be changed and added again: what is not shown would get lost, and a
 * line end would begin another rule. */
static bool
is_safe(struct slice s)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t c;

		i += utf8_decode(s.p + i, s.n - i, &c);
		if (utf8_is_unsafe(c) || c == UTF8_REPLACEMENT)
			return false;
	}
	return s.n > 0;
}

void
rule_suggest(const struct message *m, struct str *out)
{
	rule_suggest_as(m, NULL, out);
}

void
rule_suggest_as(const struct message *m, const char *actions, struct str *out)
{
	struct arena arena = { 0 };
	struct addr_list from = { 0 };
	struct slice id = SLICE_NONE;
	struct str field;

	str_init(&field, MESSAGE_FIELD_MAX);
	if (message_text_field(m, m->root, "List-Id", &field))
		id = list_id(str_slice(&field));
	message_addrs(m, "From", &arena, &from);
	if (id.n > 0 && is_safe(id))
		rule_suggest_for(id, true,
		                 actions != NULL ? actions : "archive", out);
	else if (from.n > 0 && is_safe(from.v[0].spec))
		rule_suggest_for(from.v[0].spec, false,
		                 actions != NULL ? actions : "star", out);
	else
		str_printf(out, "if header Subject * then %s",
		           actions != NULL ? actions : "star");
	arena_release(&arena);
	str_release(&field);
}

/* One good rule, and nothing but it. */
static int
check(struct slice rule, struct err *err)
{
	struct str warnings;
	struct rules *r;
	int rc = 0;

	str_init(&warnings, FILE_MAX);
	r = rules_read(_("the rule"), rule, &warnings);
	if (warnings.n > 0)
		rc = err_set(err, ERR_CONFIG, "%.*s",
		             SLICE_ARG(slice_head(
				     str_slice(&warnings),
				     slice_find(str_slice(&warnings), '\n'))));
	else if (rules_count(r) != 1)
		rc = err_set(err, ERR_CONFIG, _("this is not one rule"));
	rules_free(&r);
	str_release(&warnings);
	return rc;
}

int
rules_add(const char *path, struct slice rule, struct err *err)
{
	struct err why = { 0 };
	struct str text;
	int rc;

	if (check(rule, err) != 0)
		return -1;
	str_init(&text, FILE_MAX);
	rc = fsx_read(path, FILE_MAX, &text, &why);
	if (rc != 0 && why.code == ERR_NOTFOUND)
		rc = 0;
	else if (rc != 0 && err != NULL)
		*err = why;
	if (rc == 0) {
		if (text.n > 0 && text.p[text.n - 1] != '\n')
			str_add_c(&text, '\n');
		str_add_slice(&text, slice_trim(rule));
		str_add_c(&text, '\n');
		rc = text.full ? err_set(err, ERR_LIMIT,
		                         _("the file of rules is full"))
		               : fsx_write_atomic(path, str_slice(&text), err);
	}
	str_release(&text);
	return rc;
}

/* Where the last line that is the rule begins; text.n: there is none. */
static size_t
find_rule(struct slice text, struct slice rule)
{
	struct slice rest = text, line;
	size_t found = text.n;

	while (slice_line(&rest, &line))
		if (slice_eq(slice_trim(line), rule))
			found = (size_t)(line.p - text.p);
	return found;
}

int
rules_remove(const char *path, struct slice rule, struct err *err)
{
	struct str text, rest;
	size_t at, end;
	int rc;

	str_init(&text, FILE_MAX);
	str_init(&rest, FILE_MAX);
	rc = fsx_read(path, FILE_MAX, &text, err);
	at = find_rule(str_slice(&text), slice_trim(rule));
	if (rc == 0 && at == text.n)
		rc = err_set(err, ERR_NOTFOUND,
		             _("the rule was changed since and stays"));
	if (rc == 0) {
		str_add_slice(&rest, slice_head(str_slice(&text), at));
		end = slice_find(slice_from(str_slice(&text), at), '\n');
		str_add_slice(&rest,
		              slice_from(str_slice(&text), at + end + 1));
		rc = fsx_write_atomic(path, str_slice(&rest), err);
	}
	str_release(&rest);
	str_release(&text);
	return rc;
}
