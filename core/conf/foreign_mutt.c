/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts in .muttrc and neomuttrc. */
/*
 * The language, as far as it says who fetches and sends where:
 *
 * 1. A line is continued by a backslash at its end; ";" parts commands; "#" at
 *    the beginning of a word is a comment.
 * 2. Between '' nothing is special.  Elsewhere a backslash takes the next
 *    character as it is, $name and ${name} stand for a variable that was set,
 *    or one of the environment, and `...` for the output of a command.
 * 3. No command is run.  One that prints a password becomes a
 *    password_command; whatever else needs one, or a variable that nobody set,
 *    is left out: only mutt knows it.
 * 4. "source FILE" is followed, from the folder of the file that says so and
 *    from the home folder, "source COMMAND|" is not.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/account_keys.h"
#include "conf/foreign_priv.h"
#include "util/array.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Files within files, and all of them: more is a circle. */
#define DEPTH_MAX 8
#define FILES_MAX 64
/* One command with its continuations. */
#define LINE_MAX_BYTES ((size_t)64 * 1024)
/* Variables of the user's own and of mutt's. */
#define VARIABLES_MAX 500

/* What a value is known to be. */
enum known {
	KNOWN,
	COMMAND, /* the text is a command that prints it */
	UNKNOWN,
};

struct variable {
	char *name;
	char *value;
	enum known known;
};

struct mutt {
	struct foreign_file *f;
	struct foreign *one;
	ARRAY(struct variable) variables;
	const char *file; /* being read */
	int depth;
	int files;
};

/* A word of a command. */
struct word {
	struct str text;
	enum known known;
};

/* ---- words ---- */

static struct variable *
find_variable(const struct mutt *m, struct slice name)
{
	struct variable *v;

	array_foreach(&m->variables, v)
		if (slice_eq_z(name, v->name))
			return v;
	return NULL;
}

static bool
is_name(char c)
{
	return byte_is_alnum(c) || c == '_';
}

/* Behind a "$". */
static void
add_variable(const struct mutt *m, struct slice *rest, struct word *w)
{
	bool braces = slice_starts(*rest, "{");
	const struct variable *v;
	struct slice name;
	const char *value;
	char *z;
	size_t n = 0;

	if (braces)
		*rest = slice_from(*rest, 1);
	while (n < rest->n && is_name(rest->p[n]))
		n++;
	name = slice_head(*rest, n);
	*rest = slice_from(*rest, n + (braces && n < rest->n));
	v = find_variable(m, name);
	z = slice_dup(name);
	value = v != NULL ? v->value : n > 0 ? getenv(z) : NULL;
	free(z);
	if (value != NULL)
		str_add_z(&w->text, value);
	if (value == NULL)
		w->known = UNKNOWN;
	else if (v != NULL && v->known != KNOWN)
		w->known = v->known == COMMAND && w->text.n == strlen(value)
		                   ? COMMAND
		                   : UNKNOWN;
}

/* Behind a "`". */
static void
add_command(struct slice *rest, struct word *w)
{
	struct slice command = slice_head(*rest, slice_find(*rest, '`'));

	w->known = w->text.n == 0 ? COMMAND : UNKNOWN;
	str_add_slice(&w->text, slice_trim(command));
	*rest = slice_from(*rest, command.n + 1);
}

/* One character, or what stands for several. */
static void
take_character(const struct mutt *m, struct slice *rest, char quote,
               struct word *w)
{
	enum known before = w->known;
	char c = rest->p[0];

	*rest = slice_from(*rest, 1);
	if (quote != '\'' && c == '$') {
		add_variable(m, rest, w);
	} else if (quote != '\'' && c == '`') {
		add_command(rest, w);
	} else if (quote != '\'' && c == '\\' && rest->n > 0) {
		str_add_c(&w->text, rest->p[0]);
		*rest = slice_from(*rest, 1);
	} else {
		str_add_c(&w->text, c);
	}
	/* More behind a command, or before it, is for mutt alone. */
	if (before != KNOWN)
		w->known = UNKNOWN;
}

/* The next word up to a blank, a ";" or, of a name, a "=".  false: none. */
static bool
next_word(const struct mutt *m, struct slice *rest, bool name, struct word *w)
{
	char quote = '\0';

	str_clear(&w->text);
	w->known = KNOWN;
	while (rest->n > 0 && byte_is_blank(rest->p[0]))
		*rest = slice_from(*rest, 1);
	if (rest->n == 0 || rest->p[0] == ';')
		return false;
	if (rest->p[0] == '#') {
		*rest = SLICE_NONE;
		return false;
	}
	while (rest->n > 0) {
		char c = rest->p[0];

		if (quote == '\0' &&
		    (byte_is_blank(c) || c == ';' || (name && c == '=')))
			break;
		if (quote == '\0' && (c == '"' || c == '\''))
			quote = c;
		else if (quote != '\0' && c == quote)
			quote = '\0';
		else {
			take_character(m, rest, quote, w);
			continue;
		}
		*rest = slice_from(*rest, 1);
	}
	return true;
}

/* ---- settings ---- */

/* "%40" is "@" in a URL. */
static void
set_decoded(char **to, struct slice s)
{
	struct str out;

	str_init(&out, FOREIGN_WORD_MAX);
	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n ? byte_hex(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? byte_hex(s.p[i + 2]) : -1;

		if (s.p[i] != '%' || high < 0 || low < 0 ||
		    (high == 0 && low == 0)) {
			str_add_c(&out, s.p[i]);
			continue;
		}
		str_add_c(&out, (char)(high << 4 | low));
		i += 2;
	}
	foreign_set(to, str_slice(&out));
	str_release(&out);
}

/* "user:secret" of a URL. */
static void
take_login(struct foreign *one, struct slice who, char **user)
{
	size_t colon = slice_find(who, ':');
	char *secret = NULL;

	set_decoded(user, slice_head(who, colon));
	if (colon >= who.n)
		return;
	set_decoded(&secret, slice_from(who, colon + 1));
	foreign_has_password(one, slice_of(secret));
	if (secret != NULL)
		secret_wipe(secret, strlen(secret));
	free(secret);
}

/* "pops://user:secret@host:port/" */
static void
take_url(struct foreign *one, struct slice url, struct account_server *s,
         char **user)
{
	size_t scheme = slice_find_text(url, SLICE_LIT("://"));
	bool tls = scheme > 0 && scheme < url.n &&
	           byte_lower(url.p[scheme - 1]) == 's';
	bool pop = s == &one->account.pop;
	struct slice rest = scheme < url.n ? slice_from(url, scheme + 3) : url;
	size_t at;
	size_t colon;

	rest = slice_head(rest, slice_find(rest, '/'));
	at = slice_rfind(rest, '@');
	if (at < rest.n) {
		take_login(one, slice_head(rest, at), user);
		rest = slice_from(rest, at + 1);
	}
	colon = slice_rfind(rest, ':');
	foreign_set(&s->host, slice_head(rest, colon));
	s->tls = tls ? ACCOUNT_TLS_IMPLICIT : ACCOUNT_TLS_START;
	s->port =
		colon < rest.n ? foreign_port(slice_from(rest, colon + 1)) : 0;
	if (s->port == 0)
		s->port = pop ? (tls ? 995 : 110) : (tls ? 465 : 587);
}

/* "Kim <kim@example.org>", or the address alone. */
static void
take_from(struct account *a, struct slice value)
{
	size_t at = slice_rfind(value, '<');
	struct slice spec = slice_from(value, at + 1);

	if (at >= value.n) {
		foreign_set(&a->address, value);
		return;
	}
	foreign_set(&a->address, slice_head(spec, slice_find(spec, '>')));
	if (a->full_name == NULL)
		foreign_set(&a->full_name, slice_trim(slice_head(value, at)));
}

/* What of a password is known; pop: that of fetching comes first. */
static void
take_secret(struct foreign *one, const struct word *w, bool pop)
{
	struct account *a = &one->account;

	if (!pop && (one->has_password || a->password_command != NULL))
		return;
	if (w->known == KNOWN) {
		foreign_has_password(one, str_slice(&w->text));
	} else if (w->known == COMMAND && w->text.n > 0) {
		free(a->password_command);
		a->password_command = foreign_command(str_slice(&w->text));
	}
}

/* A command that prints tokens. */
static void
take_token_command(struct account *a, const struct word *w)
{
	struct err ignored = { 0 }; /* the word is one of ours */

	if (w->known != KNOWN || w->text.n == 0)
		return;
	free(a->password_command);
	a->password_command = foreign_command(str_slice(&w->text));
	(void)account_key_set(a, "auth", SLICE_LIT("xoauth2"), &ignored);
}

static void
take_setting(struct foreign *one, struct slice key, const struct word *w)
{
	struct account *a = &one->account;
	struct slice value = str_slice(&w->text);

	if (slice_eq_z(key, "pop_pass"))
		take_secret(one, w, true);
	else if (slice_eq_z(key, "smtp_pass"))
		take_secret(one, w, false);
	else if (slice_eq_z(key, "pop_oauth_refresh_command"))
		take_token_command(a, w);
	else if (w->known != KNOWN)
		return;
	else if (slice_eq_z(key, "pop_host"))
		take_url(one, value, &a->pop, &a->user);
	else if (slice_eq_z(key, "pop_user"))
		foreign_set(&a->user, value);
	else if (slice_eq_z(key, "smtp_url"))
		take_url(one, value, &a->smtp, &a->smtp_user);
	else if (slice_eq_z(key, "from"))
		take_from(a, value);
	else if (slice_eq_z(key, "realname") || slice_eq_z(key, "real_name"))
		foreign_set(&a->full_name, value);
	else if (slice_eq_z(key, "pop_delete"))
		a->keep = slice_ieq_z(value, "yes") ? ACCOUNT_DELETE
		                                    : ACCOUNT_KEEP;
}

static void
remember(struct mutt *m, struct slice key, const struct word *w)
{
	struct variable *v = find_variable(m, key);

	if (v == NULL) {
		if (m->variables.n >= VARIABLES_MAX)
			return;
		v = array_add_new(&m->variables);
		v->name = slice_dup(key);
	} else {
		free(v->value);
	}
	v->value = slice_dup(str_slice(&w->text));
	v->known = w->known;
}

/* "NAME", "noNAME", "NAME = VALUE", and more of them. */
static void
run_set(struct mutt *m, struct slice *rest)
{
	struct word key = { .known = KNOWN };
	struct word value = { .known = KNOWN };

	str_init(&key.text, FOREIGN_WORD_MAX);
	str_init(&value.text, FOREIGN_WORD_MAX);
	while (next_word(m, rest, true, &key)) {
		struct slice name = str_slice(&key.text);
		struct slice ahead = *rest;

		while (ahead.n > 0 && byte_is_blank(ahead.p[0]))
			ahead = slice_from(ahead, 1);
		if (slice_starts(ahead, "=")) {
			*rest = slice_from(ahead, 1);
			if (!next_word(m, rest, false, &value))
				str_clear(&value.text);
		} else {
			bool no = slice_starts(name, "no");

			value.known = KNOWN;
			str_clear(&value.text);
			str_add_z(&value.text, no ? "no" : "yes");
			name = slice_from(name, no ? 2 : 0);
		}
		take_setting(m->one, name, &value);
		remember(m, name, &value);
	}
	secret_wipe(value.text.p, value.text.n);
	str_release(&key.text);
	str_release(&value.text);
}

/* ---- files ---- */

static void run_text(struct mutt *m, struct slice text);

/* The path as a file that says so means it; owned. */
static char *
path_of(const struct mutt *m, const char *name, bool home)
{
	const char *folder = getenv("HOME");
	char *before = NULL;
	char *path;

	if (name[0] == '/')
		return xstrdup(name);
	if (name[0] == '~' && name[1] == '/') {
		name += 2;
	} else if (!home) {
		struct slice file = slice_of(m->file);
		size_t slash = slice_rfind(file, '/');

		before = slice_dup(slash < file.n ? slice_head(file, slash)
		                                  : SLICE_NONE);
		folder = before;
	}
	path = fsx_join(folder != NULL ? folder : "", name);
	free(before);
	return path;
}

/* 0, or -1: it cannot be read. */
static int
run_file(struct mutt *m, const char *path)
{
	const char *outer = m->file;
	struct err ignored = { 0 };
	struct str text;
	int rc = -1;

	if (m->depth >= DEPTH_MAX || m->files >= FILES_MAX)
		return 0;
	str_init(&text, FOREIGN_FILE_MAX);
	m->files++;
	if (foreign_text_of(path, &text, &ignored) == 0) {
		rc = 0;
		m->depth++;
		m->file = path;
		run_text(m, str_slice(&text));
		m->file = outer;
		m->depth--;
	}
	foreign_text_release(&text);
	return rc;
}

static void
run_source(struct mutt *m, struct slice *rest)
{
	struct word w = { .known = KNOWN };

	str_init(&w.text, FOREIGN_WORD_MAX);
	while (next_word(m, rest, false, &w)) {
		char *path;

		if (w.known != KNOWN || w.text.n == 0 ||
		    slice_ends(str_slice(&w.text), "|"))
			continue;
		path = path_of(m, w.text.p, false);
		if (run_file(m, path) != 0) {
			free(path);
			path = path_of(m, w.text.p, true);
			(void)run_file(m, path); /* then it is not there */
		}
		free(path);
	}
	str_release(&w.text);
}

/* The commands of a line. */
static void
run_line(struct mutt *m, struct slice rest)
{
	struct word w = { .known = KNOWN };

	str_init(&w.text, FOREIGN_WORD_MAX);
	while (rest.n > 0) {
		bool any = next_word(m, &rest, false, &w);

		if (any && slice_eq_z(str_slice(&w.text), "set"))
			run_set(m, &rest);
		else if (any && slice_eq_z(str_slice(&w.text), "source"))
			run_source(m, &rest);
		else if (!any && slice_starts(rest, ";"))
			rest = slice_from(rest, 1);
		else
			while (next_word(m, &rest, false, &w))
				;
	}
	str_release(&w.text);
}

/* Does a backslash stand at its end, and not a pair of them? */
static bool
is_continued(struct slice line)
{
	size_t n = 0;

	while (n < line.n && line.p[line.n - 1 - n] == '\\')
		n++;
	return n % 2 == 1;
}

static void
run_text(struct mutt *m, struct slice text)
{
	struct str whole;
	struct slice line;

	str_init(&whole, LINE_MAX_BYTES);
	while (slice_line(&text, &line)) {
		bool more = is_continued(line);

		str_add_slice(&whole, slice_head(line, line.n - more));
		if (more && text.n > 0)
			continue;
		run_line(m, str_slice(&whole));
		secret_wipe(whole.p, whole.n);
		str_clear(&whole);
	}
	str_release(&whole);
}

void
foreign_mutt(struct foreign_file *f, struct slice text)
{
	struct mutt m = { .f = f, .one = foreign_add(f), .file = f->file };
	struct variable *v;
	struct account *a;

	if (m.one == NULL)
		return;
	a = &m.one->account;
	a->keep = ACCOUNT_KEEP;
	run_text(&m, text);
	if (a->user == NULL && a->pop.host == NULL) {
		a->user = a->smtp_user;
		a->smtp_user = NULL;
	}
	if (a->pop.host == NULL && a->smtp.host == NULL)
		foreign_take_back(f);
	array_foreach(&m.variables, v) {
		secret_wipe(v->value, strlen(v->value));
		free(v->value);
		free(v->name);
	}
	array_release(&m.variables);
}
