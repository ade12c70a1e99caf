/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the Content- fields of one part say (RFC 2045, 2183). */
#include "mime/part.h"

#include <string.h>

#include "mime/cte.h"
#include "mime/lex.h"
#include "mime/limits.h"
#include "mime/msgid.h"
#include "mime/param.h"
#include "mime/word.h"

#include "util/banned.h"

/* Lower case; no copy when it is already. */
static struct slice
lower(struct arena *a, struct slice s)
{
	char *p;

	for (size_t i = 0; i < s.n; i++) {
		if (byte_lower(s.p[i]) == s.p[i])
			continue;
		p = arena_dup(a, s.p, s.n);
		for (; i < s.n; i++)
			p[i] = byte_lower(p[i]);
		return slice_make(p, s.n);
	}
	return s;
}

static bool
is_token(char c)
{
	return c > 0x20 && c < 0x7f && c != '(' && c != ')' && c != '<' &&
	       c != '>' && c != '@' && c != ',' && c != ';' && c != ':' &&
	       c != '\\' && c != '"' && c != '[' && c != ']' && c != '?' &&
	       c != '=';
}

/* May stand in a type as people write it: what is no token is kept, as the
 * type is unknown then and must not pass for a known one. */
static bool
is_type_char(char c)
{
	return is_token(c) || (c != '\0' && strchr("<>@:[]?", c) != NULL);
}

/* Take "type/subtype" off *rest; empty when it is none. */
static struct slice
take_type(struct slice *rest)
{
	struct slice s = lex_skip_cfws(*rest);
	size_t n = 0;
	size_t slashes = 0;

	while (n < s.n && is_type_char(s.p[n]))
		slashes += s.p[n++] == '/';
	*rest = slice_from(s, n < s.n && s.p[n] == '=' && slashes == 0 ? 0 : n);
	if (slashes != 1 || s.p[0] == '/' || s.p[n - 1] == '/' || s.p[0] == '<')
		return SLICE_NONE;
	return slice_head(s, n);
}

/* A word, with a quote before it or not. */
static struct slice
take_token(struct slice *rest)
{
	struct slice s = lex_skip_cfws(*rest);
	size_t n = 0;

	if (s.n > 0 && s.p[0] == '"')
		s = slice_from(s, 1);
	while (n < s.n && is_token(s.p[n]))
		n++;
	*rest = slice_from(s, n);
	return slice_head(s, n);
}

/* The parameters behind a type or disposition; the ";" before the first one may
 * be missing. */
static struct slice
behind_value(struct slice rest)
{
	struct slice s = lex_skip_cfws(rest);
	size_t name = 0;

	while (name < s.n && byte_is_alpha(s.p[name]))
		name++;
	if (name > 0 && name < s.n && (s.p[name] == '=' || s.p[name] == '*'))
		return s;
	return slice_from(rest, slice_find(rest, ';'));
}

/* A charset label without stray quotes: ('euc-kr'), ("euc-kr";). */
static struct slice
clean_label(struct slice s)
{
	while (s.n > 0 &&
	       (s.p[0] == '\'' || s.p[0] == '"' || byte_is_blank(s.p[0])))
		s = slice_from(s, 1);
	while (s.n > 0 && (s.p[s.n - 1] == '\'' || s.p[s.n - 1] == '"' ||
	                   s.p[s.n - 1] == ';' || byte_is_blank(s.p[s.n - 1])))
		s.n--;
	return s;
}

static void
read_type(struct arena *a, struct part *p, struct slice value,
          struct slice *boundary_r)
{
	enum {
		BOUNDARY,
		CHARSET,
		NAME,
		FORMAT,
		DELSP,
		WANTS
	};
	struct param_want w[WANTS] = { { .name = "boundary" },
		                       { .name = "charset" },
		                       { .name = "name" },
		                       { .name = "format" },
		                       { .name = "delsp" } };
	struct slice type = take_type(&value);

	param_collect(behind_value(value), w, WANTS);
	if (type.n > 0)
		p->type = lower(a, type);
	else
		p->attachment = param_found(&w[NAME]);
	p->untyped = type.n == 0;
	*boundary_r = param_token(a, &w[BOUNDARY]);
	p->charset = lower(a, clean_label(param_token(a, &w[CHARSET])));
	p->named = p->named || param_found(&w[NAME]);
	if (slice_eq_z(p->type, "text/plain")) {
		p->flowed = slice_ieq_z(slice_trim(param_token(a, &w[FORMAT])),
		                        "flowed");
		p->delsp = slice_ieq_z(slice_trim(param_token(a, &w[DELSP])),
		                       "yes");
	}
	for (size_t i = 0; i < WANTS; i++)
		param_want_release(&w[i]);
}

/* Take the name of a disposition ("attachment", "inline") off *rest; empty when
 * the parameters begin at once. */
static struct slice
take_disposition(struct slice *rest)
{
	struct slice start = *rest;
	struct slice kind = take_token(rest);

	if (rest->n == 0 || (rest->p[0] != '=' && rest->p[0] != '*'))
		return kind;
	*rest = start;
	return SLICE_NONE;
}

static void
read_disposition(struct part *p, struct slice value)
{
	struct param_want w = { .name = "filename" };
	struct slice kind = take_disposition(&value);

	/* RFC 2183 2.8: what is unknown is an attachment. */
	p->attachment = kind.n > 0 && !slice_ieq_z(kind, "inline");
	p->inline_ = slice_ieq_z(kind, "inline");
	param_collect(behind_value(value), &w, 1);
	p->named = p->named || param_found(&w);
	param_want_release(&w);
}

/* The fields we want; the first of each kind counts. */
struct found {
	const struct header_field *type;
	const struct header_field *cte;
	const struct header_field *disposition;
	const struct header_field *id;
};

static void
note(const struct header_field **where, const struct header_field *f)
{
	if (*where == NULL)
		*where = f;
}

static void
find_fields(const struct part *p, struct found *found)
{
	for (size_t i = 0; i < p->field_count; i++) {
		const struct header_field *f = &p->fields[i];
		struct slice tail;

		if (f->name.n < 10 || byte_lower(f->name.p[0]) != 'c' ||
		    !slice_istarts(f->name, "content-"))
			continue;
		tail = slice_from(f->name, 8);
		if (slice_ieq_z(tail, "type"))
			note(&found->type, f);
		else if (slice_ieq_z(tail, "transfer-encoding"))
			note(&found->cte, f);
		else if (slice_ieq_z(tail, "disposition"))
			note(&found->disposition, f);
		else if (slice_ieq_z(tail, "id"))
			note(&found->id, f);
	}
}

void
part_read_fields(struct arena *a, struct part *p, bool in_digest,
                 struct slice *boundary_r)
{
	struct found found = { 0 };

	*boundary_r = SLICE_NONE;
	p->type = in_digest ? SLICE_LIT("message/rfc822")
	                    : SLICE_LIT("text/plain");
	find_fields(p, &found);
	if (found.type != NULL)
		read_type(a, p, found.type->value, boundary_r);
	if (found.cte != NULL)
		p->cte = cte_lookup(found.cte->value);
	if (found.disposition != NULL)
		read_disposition(p, found.disposition->value);
	if (found.id != NULL)
		p->content_id = msgid_parse(found.id->value);
	/* A body may have a name too: then only a disposition makes it one. */
	if (p->named && !p->inline_ && !part_is_text(p))
		p->attachment = true;
}

bool
part_is_multipart(const struct part *p)
{
	return slice_starts(p->type, "multipart/");
}

bool
part_is_text(const struct part *p)
{
	return slice_starts(p->type, "text/");
}

static struct slice
type_params(const struct part *p)
{
	struct slice value = part_field(p, "Content-Type", 0);

	(void)take_type(&value);
	return behind_value(value);
}

static struct slice
disposition_params(const struct part *p)
{
	struct slice value = part_field(p, "Content-Disposition", 0);

	(void)take_disposition(&value);
	return behind_value(value);
}

/* Append the value of the parameter; false when the field has none. */
static bool
read_name(const struct message *m, struct slice params, const char *name,
          struct str *out)
{
	struct detect_hint hint = word_hint(m);
	struct param_want w = { .name = name };
	struct str raw;
	bool found;

	param_collect(params, &w, 1);
	found = param_found(&w);
	if (found) {
		str_init(&raw, MIME_NAME_MAX);
		param_text(&hint, &w, &raw);
		lex_squeeze(str_slice(&raw), out);
		str_release(&raw);
	}
	param_want_release(&w);
	return found && out->n > 0;
}

void
part_read_filename(struct message *m, struct part *p)
{
	struct str out;

	p->filename = SLICE_NONE;
	if (!p->named)
		return;
	str_init(&out, MIME_NAME_MAX);
	if (read_name(m, disposition_params(p), "filename", &out) ||
	    read_name(m, type_params(p), "name", &out))
		p->filename = arena_slice(&m->arena, str_slice(&out));
	str_release(&out);
}

struct slice
part_field(const struct part *p, const char *name, size_t n)
{
	struct slice want = slice_of(name);

	for (size_t i = 0; i < p->field_count; i++)
		if (slice_ieq(p->fields[i].name, want) && n-- == 0)
			return p->fields[i].value;
	return SLICE_NONE;
}

struct part *
part_walk(const struct part *p)
{
	if (p->child != NULL)
		return p->child;
	while (p != NULL && p->next == NULL)
		p = p->parent;
	return p != NULL ? p->next : NULL;
}

void
message_set_charsets(struct message *m, enum charset forced,
                     enum charset fallback)
{
	m->forced = forced;
	m->fallback = fallback;
	for (struct part *p = m->root; p != NULL; p = part_walk(p))
		part_read_filename(m, p);
}

struct part *
message_next_leaf(const struct message *m, const struct part *p)
{
	struct part *next = p == NULL ? m->root : part_walk(p);

	while (next != NULL && !next->is_message &&
	       (next->child != NULL || part_is_multipart(next)))
		next = part_walk(next);
	return next;
}

struct part *
message_find_path(const struct message *m, struct slice path)
{
	for (struct part *p = message_next_leaf(m, NULL); p != NULL;
	     p = message_next_leaf(m, p))
		if (slice_eq(p->path, path))
			return p;
	return NULL;
}
