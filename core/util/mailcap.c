/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mailcap files (RFC 1524).
 *
 * The format hands commands to a shell; a file name or type of a mail would
 * become part of a program there.  Here a command is split into words first and
 * only then filled in, so what comes from a mail is never more than one word.
 */
#include "util/mailcap.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/proc.h"
#include "util/str.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* One entry with its continuation lines; the longest ones have 300 bytes. */
#define ENTRY_MAX 8192

/* Take the next field (up to ";", which "\" and quotes protect) off *rest. */
static struct slice
take_field(struct slice *rest)
{
	size_t i = 0;
	char quote = '\0';
	struct slice field;

	for (; i < rest->n; i++) {
		char c = rest->p[i];

		if (c == '\\' && i + 1 < rest->n)
			i++;
		else if (quote == '\0' && c == ';')
			break;
		else if (quote == '\0' && (c == '"' || c == '\''))
			quote = c;
		else if (c == quote)
			quote = '\0';
	}
	field = slice_trim(slice_head(*rest, i));
	*rest = slice_from(*rest, i + 1);
	return field;
}

/* "type/subtype" of letters, digits and ".+-_", as types are in fact. */
static bool
is_type(struct slice s)
{
	size_t slash = slice_find(s, '/');

	if (slash == 0 || slash + 1 >= s.n || !byte_is_alnum(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (i != slash && !byte_is_alnum(s.p[i]) &&
		    strchr(".+-_", s.p[i]) == NULL)
			return false;
	return true;
}

/* "text" and "text/_" with a star for the line fit all texts. */
static bool
fits(struct slice pattern, struct slice type)
{
	size_t slash = slice_find(pattern, '/');

	if (slice_ieq(pattern, type))
		return true;
	if (slash < pattern.n && !slice_eq_z(slice_from(pattern, slash), "/*"))
		return false;
	return slice_ieq(slice_head(pattern, slash),
	                 slice_head(type, slice_find(type, '/')));
}

/* Does a shell make more of it than words? */
static bool
needs_shell(struct slice command)
{
	char quote = '\0';

	for (size_t i = 0; i < command.n; i++) {
		char c = command.p[i];

		if (quote != '\'' && (c == '`' || c == '$'))
			return true;
		if (c == '\\' && quote != '\'')
			i++;
		else if (quote == '\0' && (c == '"' || c == '\''))
			quote = c;
		else if (c == quote)
			quote = '\0';
		else if (quote == '\0' && strchr("|&;<>()*?[]~#!", c) != NULL)
			return true;
	}
	return quote != '\0';
}

/* Take a command's redirection of its output away: we ask for none. */
static struct slice
without_silencing(struct slice command)
{
	static const char *const endings[] = { "&", "2>&1", "2>/dev/null",
		                               ">/dev/null", "> /dev/null" };

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		if (!slice_ends(command, endings[i]))
			continue;
		command.n -= strlen(endings[i]);
		command = slice_trim(command);
		i = (size_t)-1;
	}
	return command;
}

/* "test -n "$DISPLAY"", -z, or only the variable. */
static bool
passes(struct slice test, char *(*getenv_fn)(const char *name))
{
	bool want = true;
	const char *value;
	char *name;

	if (!slice_starts(test, "test "))
		return false;
	test = slice_trim(slice_from(test, 5));
	if (slice_starts(test, "-n ") || slice_starts(test, "-z ")) {
		want = test.p[1] == 'n';
		test = slice_trim(slice_from(test, 3));
	}
	if (test.n >= 2 && test.p[0] == '"' && test.p[test.n - 1] == '"')
		test = slice_head(slice_from(test, 1), test.n - 2);
	if (test.n < 2 || test.p[0] != '$')
		return false;
	for (size_t i = 1; i < test.n; i++)
		if (!byte_is_alnum(test.p[i]) && test.p[i] != '_')
			return false;
	name = slice_dup(slice_from(test, 1));
	value = getenv_fn(name);
	free(name);
	return (value != NULL && value[0] != '\0') == want;
}

/* One word of the command, filled in. */
static char *
fill(const char *word, struct slice type, const char *path, bool *input)
{
	struct slice rest = slice_of(word);
	struct str s;

	str_init(&s, 65536);
	while (rest.n > 0) {
		size_t skip = 2;
		size_t at = slice_find(rest, '%');

		str_add_slice(&s, slice_head(rest, at));
		rest = slice_from(rest, at);
		if (rest.n == 0)
			break;
		if (slice_starts(rest, "%s")) {
			str_add_z(&s, path);
			*input = false;
		} else if (slice_starts(rest, "%t")) {
			str_add_slice(&s, type);
		} else if (slice_starts(rest, "%%")) {
			str_add_c(&s, '%');
		} else if (slice_starts(rest, "%{")) {
			skip = slice_find(rest, '}') + 1;
		}
		rest = slice_from(rest, skip);
	}
	return str_take(&s);
}

static bool
use(struct slice command, struct slice type, const char *path,
    struct mailcap_found *found)
{
	struct err err = { 0 };
	char *plain;
	int rc;

	command = without_silencing(command);
	if (command.n == 0 || needs_shell(command))
		return false;
	plain = slice_dup(command);
	rc = proc_split(plain, &found->argv, &err);
	free(plain);
	if (rc != 0)
		return false;
	found->input = true;
	for (char **word = found->argv; *word != NULL; word++) {
		char *filled = fill(*word, type, path, &found->input);

		free(*word);
		*word = filled;
	}
	return true;
}

static bool
try_entry(struct slice entry, struct slice type, const char *path,
          char *(*getenv_fn)(const char *name), struct mailcap_found *found)
{
	struct slice pattern = take_field(&entry);
	struct slice command = take_field(&entry);

	found->terminal = false;
	if (!fits(pattern, type))
		return false;
	while (entry.n > 0) {
		struct slice field = take_field(&entry);
		size_t eq = slice_find(field, '=');
		struct slice key = slice_rtrim(slice_head(field, eq));

		if (slice_ieq_z(key, "copiousoutput"))
			return false;
		if (slice_ieq_z(key, "needsterminal"))
			found->terminal = true;
		if (slice_ieq_z(key, "test") &&
		    !passes(slice_trim(slice_from(field, eq + 1)), getenv_fn))
			return false;
	}
	return use(command, type, path, found);
}

bool
mailcap_find(struct slice text, struct slice type, const char *path,
             char *(*getenv_fn)(const char *name),
             struct mailcap_found *found_r)
{
	struct slice line;
	struct str entry;
	bool found = false;

	memset(found_r, 0, sizeof *found_r);
	if (!is_type(type))
		return false;
	str_init(&entry, ENTRY_MAX);
	while (!found && slice_line(&text, &line)) {
		bool more = slice_ends(line, "\\");

		if (entry.n == 0 && slice_starts(slice_trim(line), "#"))
			continue;
		str_add_slice(&entry, slice_head(line, line.n - more));
		if (more && text.n > 0)
			continue;
		found = !entry.full &&
		        try_entry(str_slice(&entry), type, path,
		                  getenv_fn != NULL ? getenv_fn : getenv,
		                  found_r);
		str_release(&entry);
		str_init(&entry, ENTRY_MAX);
	}
	str_release(&entry);
	return found;
}
