/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The format of configuration files. */
/*
 * 1. A document is the list of its lines; each keeps its raw text, so what was
 *    not changed is written back byte for byte.
 * 2. Section and key lines carry their name and value besides.
 * 3. Lines of one section stand together: a section given twice is an error.
 * 4. A key may be given several times; whether it may is the reader's affair.
 *
 * Not done: continuation lines (a forgotten one swallows the next key), "#"
 * inside a value as a comment (commands and passwords hold it).
 */
#include "conf/conf_parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/fsx.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

int
conf_doc_error(const struct conf_doc *doc, const struct conf_line *line,
               struct err *err, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	if (line == NULL || line->number == 0)
		return err_set(err, ERR_CONFIG, "%s: %s", doc->file, text);
	return err_set(err, ERR_CONFIG, "%s:%zu: %s", doc->file, line->number,
	               text);
}

bool
conf_name_same(struct slice a, const char *b)
{
	size_t i;

	for (i = 0; i < a.n && b[i] != '\0'; i++) {
		char x = a.p[i] == '-' ? '_' : byte_lower(a.p[i]);
		char y = b[i] == '-' ? '_' : byte_lower(b[i]);

		if (x != y)
			return false;
	}
	return i == a.n && b[i] == '\0';
}

static bool
key_name_ok(struct slice name)
{
	size_t i;

	if (name.n == 0 || name.n > CONF_NAME_MAX)
		return false;
	for (i = 0; i < name.n; i++)
		if (!byte_is_alnum(name.p[i]) && name.p[i] != '-' &&
		    name.p[i] != '_')
			return false;
	return true;
}

/* Is the value one quoted text: closing quote at the end and not before? */
static bool
is_quoted(struct slice v)
{
	size_t i;

	if (v.n < 2 || v.p[0] != '"')
		return false;
	for (i = 1; i < v.n; i++) {
		if (v.p[i] == '\\')
			i++;
		else if (v.p[i] == '"')
			return i == v.n - 1;
	}
	return false;
}

static struct slice
unquote(struct arena *a, struct slice v)
{
	char *out = arena_alloc(a, v.n + 1);
	size_t n = 0;
	size_t i;

	for (i = 1; i + 1 < v.n; i++) {
		char c = v.p[i];

		if (c == '\\') {
			c = v.p[++i];
			if (c == 'n')
				c = '\n';
			else if (c == 't')
				c = '\t';
		}
		out[n++] = c;
	}
	return slice_make(out, n);
}

static int
parse_section(struct conf_doc *doc, struct conf_line *line, struct slice text,
              struct err *err)
{
	if (text.p[text.n - 1] != ']')
		return conf_doc_error(doc, line, err,
		                      _("']' is missing after the name"));
	text = slice_trim(slice_make(text.p + 1, text.n - 2));
	if (text.n == 0)
		return conf_doc_error(
			doc, line, err,
			_("a name is missing between '[' and ']'"));
	if (text.n > CONF_NAME_MAX)
		return conf_doc_error(doc, line, err,
		                      _("the name is longer than %d bytes"),
		                      CONF_NAME_MAX);
	line->kind = CONF_LINE_SECTION;
	line->name = text;
	return 0;
}

static int
parse_key(struct conf_doc *doc, struct conf_line *line, struct slice text,
          struct err *err)
{
	size_t eq = slice_find(text, '=');
	struct slice name = slice_trim(slice_head(text, eq));

	if (eq == text.n)
		return conf_doc_error(doc, line, err,
		                      _("expected 'key = value'"));
	if (!key_name_ok(name))
		return conf_doc_error(doc, line, err,
		                      _("'%.*s' is no name of a setting"),
		                      SLICE_ARG(slice_head(name, 60)));
	line->kind = CONF_LINE_KEY;
	line->name = name;
	line->value = slice_trim(slice_from(text, eq + 1));
	if (is_quoted(line->value))
		line->value = unquote(&doc->arena, line->value);
	return 0;
}

static int
check_bytes(struct conf_doc *doc, struct conf_line *line, struct slice text,
            struct err *err)
{
	size_t i;

	if (text.n > CONF_LINE_MAX)
		return conf_doc_error(doc, line, err,
		                      _("the line is longer than %zu bytes"),
		                      CONF_LINE_MAX);
	if (!utf8_valid(text.p, text.n))
		return conf_doc_error(doc, line, err,
		                      _("the line is not UTF-8 text"));
	for (i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return conf_doc_error(
				doc, line, err,
				_("the line holds a control character"));
	}
	return 0;
}

static int
parse_line(struct conf_doc *doc, struct conf_line *line, struct slice text,
           struct err *err)
{
	if (check_bytes(doc, line, text, err) != 0)
		return -1;
	text = slice_trim(text);
	if (text.n == 0 || text.p[0] == '#')
		return 0;
	if (text.p[0] == '[')
		return parse_section(doc, line, text, err);
	return parse_key(doc, line, text, err);
}

/* By a sorted list of names, so that a hostile file costs n log n. */
static int
compare_sections(const void *a, const void *b)
{
	const struct conf_line *const *x = a;
	const struct conf_line *const *y = b;
	int c = slice_cmp((*x)->name, (*y)->name);

	if (c != 0)
		return c;
	return (*x)->number < (*y)->number ? -1 : 1;
}

static int
check_sections(const struct conf_doc *doc, struct err *err)
{
	ARRAY(const struct conf_line *) names = { 0 };
	int rc = 0;
	size_t i;

	for (i = 0; i < doc->lines.n; i++)
		if (doc->lines.v[i].kind == CONF_LINE_SECTION)
			array_add(&names, &doc->lines.v[i]);
	if (names.n > 1)
		qsort(names.v, names.n, sizeof names.v[0], compare_sections);
	for (i = 1; i < names.n && rc == 0; i++)
		if (slice_eq(names.v[i - 1]->name, names.v[i]->name))
			rc = conf_doc_error(
				doc, names.v[i], err,
				_("[%.*s] was already given in line %zu"),
				SLICE_ARG(names.v[i]->name),
				names.v[i - 1]->number);
	array_release(&names);
	return rc;
}

int
conf_doc_parse(struct conf_doc *doc, const char *file, struct slice text,
               struct err *err)
{
	struct slice rest;

	memset(doc, 0, sizeof *doc);
	doc->file = arena_dup(&doc->arena, file, strlen(file));
	if (text.n > CONF_FILE_MAX)
		return conf_doc_error(doc, NULL, err,
		                      _("the file is larger than %zu bytes"),
		                      CONF_FILE_MAX);
	rest = arena_slice(&doc->arena, text);
	while (rest.n > 0) {
		struct conf_line *line = array_add_new(&doc->lines);
		size_t n = slice_find(rest, '\n');
		struct slice body = slice_head(rest, n);

		line->number = doc->lines.n;
		line->raw = slice_head(rest, n < rest.n ? n + 1 : n);
		if (doc->lines.n == 1 && slice_starts(body, "\xef\xbb\xbf"))
			body = slice_from(body, 3);
		if (body.n > 0 && body.p[body.n - 1] == '\r')
			body.n--;
		if (parse_line(doc, line, body, err) != 0)
			return -1;
		rest = slice_from(rest, line->raw.n);
	}
	return check_sections(doc, err);
}

int
conf_doc_read(struct conf_doc *doc, const char *path, struct err *err)
{
	struct err e = { 0 };
	struct str text;
	int rc = -1;

	memset(doc, 0, sizeof *doc);
	str_init(&text, CONF_FILE_MAX + 1);
	if (fsx_check_regular(path, &e) == 0 &&
	    fsx_read(path, CONF_FILE_MAX, &text, &e) == 0) {
		rc = conf_doc_parse(doc, path, str_slice(&text), err);
	} else if (e.code == ERR_NOTFOUND) {
		rc = conf_doc_parse(doc, path, SLICE_NONE, err);
	} else if (err != NULL) {
		*err = e;
		err->code = ERR_CONFIG;
	}
	str_release(&text);
	return rc;
}

void
conf_doc_release(struct conf_doc *doc)
{
	array_release(&doc->lines);
	arena_release(&doc->arena);
	doc->file = NULL;
}

void
conf_doc_write(const struct conf_doc *doc, struct str *out)
{
	size_t i;

	for (i = 0; i < doc->lines.n; i++)
		str_add_slice(out, doc->lines.v[i].raw);
}
