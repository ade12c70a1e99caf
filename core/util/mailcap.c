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
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* One entry with its continuation lines; the longest ones have 300 bytes. */
#define ENTRY_MAX 8192
/* Commands of one test; two were seen. */
#define TEST_COMMANDS_MAX 8
/* Milliseconds a test may take. */
#define TEST_MS 2000
/* Templates of names are "%s.html" and the like. */
#define TEMPLATE_MAX 40
/* NAME_MAX of the file systems we meet, in bytes. */
#define FILE_NAME_MAX 255

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

/* "$NAME" or "${NAME}" becomes its value.  false: that is no whole word. */
static bool
expand(char **word, const struct mailcap_world *world)
{
	struct slice name = slice_of(*word);
	const char *value;
	char *z;

	if (slice_find(name, '$') == name.n)
		return true;
	name = slice_from(name, 1);
	if (name.n > 2 && name.p[0] == '{' && name.p[name.n - 1] == '}')
		name = slice_head(slice_from(name, 1), name.n - 2);
	if ((*word)[0] != '$' || name.n == 0)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!byte_is_alnum(name.p[i]) && name.p[i] != '_')
			return false;
	z = slice_dup(name);
	value = world->getenv_fn(z);
	free(z);
	free(*word);
	*word = xstrdup(value != NULL ? value : "");
	return true;
}

/* Does it need a shell for more than variables? */
static bool
is_simple(struct slice command)
{
	char *copy = slice_dup(command);
	bool simple;

	for (char *p = copy; *p != '\0'; p++)
		if (*p == '$' || *p == '{' || *p == '}')
			*p = 'x';
	simple = !needs_shell(slice_of(copy));
	free(copy);
	return simple;
}

static bool
ends_well(char *const argv[], const struct mailcap_world *world)
{
	if (strcmp(argv[0], "test") == 0 && argv[1] != NULL) {
		if (argv[2] == NULL)
			return argv[1][0] != '\0';
		if (argv[3] == NULL && strcmp(argv[1], "-n") == 0)
			return argv[2][0] != '\0';
		if (argv[3] == NULL && strcmp(argv[1], "-z") == 0)
			return argv[2][0] == '\0';
	}
	return world->run_fn(argv);
}

static bool
passes_one(struct slice test, struct slice type, const char *path,
           const struct mailcap_world *world)
{
	struct err err = { 0 };
	bool input = true;
	char **argv = NULL;
	bool ok = true;
	char *z;

	if (test.n == 0 || !is_simple(test))
		return false;
	z = slice_dup(test);
	if (proc_split(z, &argv, &err) != 0) {
		free(z);
		return false;
	}
	free(z);
	for (char **word = argv; ok && *word != NULL; word++) {
		char *filled;

		ok = expand(word, world);
		filled = fill(*word, type, path, &input);
		free(*word);
		*word = filled;
	}
	ok = ok && ends_well(argv, world);
	proc_free_argv(argv);
	return ok;
}

/* All commands between "&&" have to end well. */
static bool
passes(struct slice test, struct slice type, const char *path,
       const struct mailcap_world *world)
{
	size_t n = 0;

	while (n < TEST_COMMANDS_MAX) {
		size_t at = slice_find_text(test, SLICE_LIT("&&"));

		if (!passes_one(slice_trim(slice_head(test, at)), type, path,
		                world))
			return false;
		if (at == test.n)
			return true;
		test = slice_from(test, at + 2);
		n++;
	}
	return false;
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

/* A test of the user's own file, run without our terminal. */
static bool
run_test(char *const argv[])
{
	struct proc_opts opts = { .timeout_ms = TEST_MS,
		                  .cancel_fd = -1,
		                  .errors_too = true };
	struct err err = { 0 };
	int status = 1;

	return proc_run(argv, &opts, NULL, &status, &err) == 0 && status == 0;
}

/* "%s.html": one %s, around it only what is a name everywhere. */
static bool
is_template(struct slice t)
{
	size_t at = slice_find_text(t, SLICE_LIT("%s"));

	if (at == t.n || t.n > TEMPLATE_MAX)
		return false;
	for (size_t i = 0; i < t.n; i++)
		if (i != at && i != at + 1 && !byte_is_alnum(t.p[i]) &&
		    (t.p[i] == '\0' || strchr("._-", t.p[i]) == NULL))
			return false;
	return t.p[0] != '.' && t.p[0] != '-';
}

/* The path, in the same folder, that has a name as the template wants it; NULL:
 * it has one already, or the template is none that can be trusted.  Owned. */
static char *
path_by_template(const char *path, struct slice template)
{
	struct slice dir = slice_of(path);
	size_t slash = slice_rfind(dir, '/');
	struct slice name = slash < dir.n ? slice_from(dir, slash + 1) : dir;
	size_t at = slice_find_text(template, SLICE_LIT("%s"));
	struct slice before = slice_head(template, at);
	struct slice after = slice_from(template, at + 2);
	size_t room = FILE_NAME_MAX - before.n - after.n;

	if (!is_template(template))
		return NULL;
	if (name.n > before.n + after.n &&
	    slice_ieq(slice_head(name, before.n), before) &&
	    slice_ieq(slice_from(name, name.n - after.n), after))
		return NULL;
	dir.n -= name.n;
	if (name.n > room)
		name.n = utf8_cut(name.p, room);
	return xasprintf("%.*s%.*s%.*s%.*s", SLICE_ARG(dir), SLICE_ARG(before),
	                 SLICE_ARG(name), SLICE_ARG(after));
}

static bool
try_entry(struct slice entry, struct slice type, const char *path,
          const struct mailcap_world *world, struct mailcap_found *found)
{
	struct slice pattern = take_field(&entry);
	struct slice command = take_field(&entry);
	struct slice template = SLICE_NONE;

	memset(found, 0, sizeof *found);
	if (!fits(pattern, type))
		return false;
	while (entry.n > 0) {
		struct slice field = take_field(&entry);
		size_t eq = slice_find(field, '=');
		struct slice key = slice_rtrim(slice_head(field, eq));

		if (slice_ieq_z(key, "copiousoutput"))
			found->prints = true;
		if (slice_ieq_z(key, "needsterminal"))
			found->terminal = true;
		if (slice_ieq_z(key, "nametemplate"))
			template = slice_trim(slice_from(field, eq + 1));
		if (slice_ieq_z(key, "test") &&
		    !passes(slice_trim(slice_from(field, eq + 1)), type, path,
		            world))
			return false;
	}
	found->path = path_by_template(path, template);
	if (use(command, type, found->path != NULL ? found->path : path, found))
		return true;
	mailcap_release(found);
	return false;
}

/* What was found so far; the first that does not only print wins. */
static bool
better(struct mailcap_found *now, struct mailcap_found *best)
{
	if (best->argv == NULL) {
		*best = *now;
	} else if (now->prints) {
		mailcap_release(now);
	} else {
		mailcap_release(best);
		*best = *now;
	}
	return !best->prints;
}

void
mailcap_release(struct mailcap_found *found)
{
	proc_free_argv(found->argv);
	free(found->path);
	memset(found, 0, sizeof *found);
}

bool
mailcap_find(struct slice text, struct slice type, const char *path,
             const struct mailcap_world *world, struct mailcap_found *found_r)
{
	struct mailcap_world w = { getenv, run_test };
	struct mailcap_found now;
	struct slice line;
	struct str entry;
	bool done = false;

	memset(found_r, 0, sizeof *found_r);
	if (!is_type(type))
		return false;
	if (world != NULL && world->getenv_fn != NULL)
		w.getenv_fn = world->getenv_fn;
	if (world != NULL && world->run_fn != NULL)
		w.run_fn = world->run_fn;
	str_init(&entry, ENTRY_MAX);
	while (!done && slice_line(&text, &line)) {
		bool more = slice_ends(line, "\\");

		if (entry.n == 0 && slice_starts(slice_trim(line), "#"))
			continue;
		str_add_slice(&entry, slice_head(line, line.n - more));
		if (more && text.n > 0)
			continue;
		if (!entry.full &&
		    try_entry(str_slice(&entry), type, path, &w, &now))
			done = better(&now, found_r);
		str_release(&entry);
		str_init(&entry, ENTRY_MAX);
	}
	str_release(&entry);
	return found_r->argv != NULL;
}
