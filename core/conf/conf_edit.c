/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking up and changing single keys of a configuration file. */
#include <string.h>

#include "conf/conf_parse.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Lines from *begin_r up to *end_r belong to section, its head not counted. */
static bool
find_section(const struct conf_doc *doc, const char *section, size_t *begin_r,
             size_t *end_r)
{
	size_t i = 0;

	if (section[0] != '\0') {
		while (i < doc->lines.n &&
		       (doc->lines.v[i].kind != CONF_LINE_SECTION ||
		        !slice_eq_z(doc->lines.v[i].name, section)))
			i++;
		if (i == doc->lines.n)
			return false;
		i++;
	}
	*begin_r = i;
	while (i < doc->lines.n && doc->lines.v[i].kind != CONF_LINE_SECTION)
		i++;
	*end_r = i;
	return true;
}

static bool
is_key(const struct conf_line *line, const char *key)
{
	return line->kind == CONF_LINE_KEY && conf_name_same(line->name, key);
}

bool
conf_doc_has_section(const struct conf_doc *doc, const char *section)
{
	size_t begin;
	size_t end;

	return find_section(doc, section, &begin, &end);
}

struct slice
conf_doc_get(const struct conf_doc *doc, const char *section, const char *key)
{
	size_t begin;
	size_t end;

	if (!find_section(doc, section, &begin, &end))
		return SLICE_NONE;
	for (; begin < end; begin++)
		if (is_key(&doc->lines.v[begin], key))
			return doc->lines.v[begin].value;
	return SLICE_NONE;
}

static void
remove_line(struct conf_doc *doc, size_t at)
{
	memmove(doc->lines.v + at, doc->lines.v + at + 1,
	        (doc->lines.n - at - 1) * sizeof doc->lines.v[0]);
	doc->lines.n--;
}

static void
insert_line(struct conf_doc *doc, size_t at, struct conf_line line)
{
	array_add(&doc->lines, line);
	memmove(doc->lines.v + at + 1, doc->lines.v + at,
	        (doc->lines.n - at - 1) * sizeof doc->lines.v[0]);
	doc->lines.v[at] = line;
}

/* A last line without line end gets one before something follows it. */
static void
end_line(struct conf_doc *doc, size_t at)
{
	struct conf_line *line;
	struct str raw;

	if (at == 0 || at > doc->lines.n)
		return;
	line = &doc->lines.v[at - 1];
	if (slice_ends(line->raw, "\n"))
		return;
	str_init(&raw, CONF_FILE_MAX);
	str_add_slice(&raw, line->raw);
	str_add_c(&raw, '\n');
	line->raw = arena_slice(&doc->arena, str_slice(&raw));
	str_release(&raw);
}

/* Must the value be quoted to be read back as it is? */
static bool
needs_quotes(struct slice v)
{
	size_t i;

	if (v.n == 0)
		return false;
	if (v.p[0] == '"' || byte_is_blank(v.p[0]) ||
	    byte_is_blank(v.p[v.n - 1]))
		return true;
	for (i = 0; i < v.n; i++)
		if (v.p[i] == '\n' || v.p[i] == '\t')
			return true;
	return false;
}

static void
add_value(struct str *out, struct slice v)
{
	size_t i;

	if (!needs_quotes(v)) {
		str_add_slice(out, v);
		return;
	}
	str_add_c(out, '"');
	for (i = 0; i < v.n; i++) {
		if (v.p[i] == '\n') {
			str_add_z(out, "\\n");
		} else if (v.p[i] == '\t') {
			str_add_z(out, "\\t");
		} else {
			if (v.p[i] == '"' || v.p[i] == '\\')
				str_add_c(out, '\\');
			str_add_c(out, v.p[i]);
		}
	}
	str_add_c(out, '"');
}

static struct conf_line
make_key(struct conf_doc *doc, const char *key, const char *value)
{
	struct conf_line line = { .kind = CONF_LINE_KEY };
	struct str raw;

	str_init(&raw, CONF_LINE_MAX);
	str_printf(&raw, "%s = ", key);
	add_value(&raw, slice_of(value));
	str_add_c(&raw, '\n');
	line.raw = arena_slice(&doc->arena, str_slice(&raw));
	line.name = slice_of(arena_dup(&doc->arena, key, strlen(key)));
	line.value = slice_of(arena_dup(&doc->arena, value, strlen(value)));
	str_release(&raw);
	return line;
}

static void
add_section(struct conf_doc *doc, const char *section)
{
	struct conf_line line = { .kind = CONF_LINE_SECTION };
	struct str raw;

	end_line(doc, doc->lines.n);
	str_init(&raw, CONF_LINE_MAX);
	if (doc->lines.n > 0)
		str_add_c(&raw, '\n');
	str_printf(&raw, "[%s]\n", section);
	line.raw = arena_slice(&doc->arena, str_slice(&raw));
	line.name = slice_of(arena_dup(&doc->arena, section, strlen(section)));
	str_release(&raw);
	array_add(&doc->lines, line);
}

/* Where a new key of the section goes: behind its last key. */
static size_t
insert_place(const struct conf_doc *doc, size_t begin, size_t end)
{
	size_t at = begin;
	size_t i;

	for (i = begin; i < end; i++)
		if (doc->lines.v[i].kind == CONF_LINE_KEY)
			at = i + 1;
	if (begin == 0 && at == 0) /* below the comments at the file's head */
		while (at < end && slice_starts(doc->lines.v[at].raw, "#"))
			at++;
	return at;
}

/* Does the key have just these values already? */
static bool
has_values(const struct conf_doc *doc, size_t begin, size_t end,
           const char *key, const char *const *values, size_t n)
{
	size_t have = 0;

	for (; begin < end; begin++) {
		const struct conf_line *line = &doc->lines.v[begin];

		if (!is_key(line, key))
			continue;
		if (have == n || !slice_eq_z(line->value, values[have]))
			return false;
		have++;
	}
	return have == n;
}

/* Can the value be written so that it is read back? */
static int
check_value(const char *key, struct slice v, struct err *err)
{
	size_t i;

	/* Each byte may need a backslash; the key stands before it. */
	if (v.n > (CONF_LINE_MAX - CONF_NAME_MAX - 8) / 2)
		return err_set(err, ERR_USAGE, _("'%s' is too long"), key);
	if (!utf8_valid(v.p, v.n))
		return err_set(err, ERR_USAGE, _("'%s' is not UTF-8 text"),
		               key);
	for (i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			return err_set(err, ERR_USAGE,
			               _("'%s' holds a control character"),
			               key);
	}
	return 0;
}

/* Put the values where the key stood, or behind the section's last key. */
static void
replace_values(struct conf_doc *doc, size_t begin, size_t end, const char *key,
               const char *const *values, size_t n)
{
	size_t at = insert_place(doc, begin, end);
	bool found = false;
	size_t i;

	for (i = begin; i < end;) {
		if (!is_key(&doc->lines.v[i], key)) {
			i++;
			continue;
		}
		if (!found)
			at = i;
		found = true;
		remove_line(doc, i);
		end--;
	}
	if (n > 0)
		end_line(doc, at);
	for (i = 0; i < n; i++)
		insert_line(doc, at + i, make_key(doc, key, values[i]));
}

int
conf_doc_set(struct conf_doc *doc, const char *section, const char *key,
             const char *const *values, size_t n, struct err *err)
{
	size_t begin;
	size_t end;
	size_t i;

	for (i = 0; i < n; i++)
		if (check_value(key, slice_of(values[i]), err) != 0)
			return -1;
	if (!find_section(doc, section, &begin, &end)) {
		if (n == 0)
			return 0;
		add_section(doc, section);
		begin = end = doc->lines.n;
	}
	if (!has_values(doc, begin, end, key, values, n))
		replace_values(doc, begin, end, key, values, n);
	return 0;
}

bool
conf_doc_remove_section(struct conf_doc *doc, const char *section)
{
	size_t begin;
	size_t end;

	if (section[0] == '\0' || !find_section(doc, section, &begin, &end))
		return false;
	begin--;
	while (begin > 0 && doc->lines.v[begin - 1].kind == CONF_LINE_OTHER &&
	       slice_starts(slice_trim(doc->lines.v[begin - 1].raw), "#"))
		begin--;
	/* Comments that stand directly above the next section are its own. */
	while (end < doc->lines.n && end > begin + 1 &&
	       doc->lines.v[end - 1].kind == CONF_LINE_OTHER &&
	       slice_starts(slice_trim(doc->lines.v[end - 1].raw), "#"))
		end--;
	while (end > begin)
		remove_line(doc, --end);
	return true;
}
