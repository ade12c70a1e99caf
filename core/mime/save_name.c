/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A safe file name for a part that is saved. */
#include <string.h>

#include "mime/limits.h"
#include "mime/message.h"
#include "mime/part.h"
#include "text/unicode.h"
#include "util/utf8.h"

#include "util/banned.h"

/* NAME_MAX of the file systems we meet, in bytes. */
#define SAVE_NAME_MAX 255
/* A longer ending is no file type. */
#define SAVE_ENDING_MAX 16
/* A title as a name: some 60 syllables are enough to know it by. */
#define SAVE_TITLE_MAX 180

/* Behind the last separator of either world. */
static struct slice
last_component(struct slice name)
{
	size_t at = name.n;

	while (at > 0 && name.p[at - 1] != '/' && name.p[at - 1] != '\\')
		at--;
	return slice_from(name, at);
}

/* No control, no separator, nothing the shell or Windows reads otherwise. */
static void
add_safe(struct slice s, struct str *out)
{
	while (s.n > 0) {
		uint32_t c;
		size_t n = utf8_decode(s.p, s.n, &c);

		if (c == '/' || c == '\\' || c == ':' || c == '*' || c == '?' ||
		    c == '"' || c == '<' || c == '>' || c == '|' ||
		    utf8_is_unsafe(c))
			str_add_c(out, '_');
		else
			str_add_codepoint(out, c);
		s = slice_from(s, n);
	}
}

/* Blanks and dots at the ends hide a file or vanish on Windows. */
static struct slice
trim_dots(struct slice s)
{
	while (s.n > 0 && (s.p[0] == '.' || s.p[0] == ' ' || s.p[0] == '-'))
		s = slice_from(s, 1);
	while (s.n > 0 && (s.p[s.n - 1] == '.' || s.p[s.n - 1] == ' '))
		s.n--;
	return s;
}

/* Names of devices on Windows, with any ending. */
static bool
is_device(struct slice s)
{
	static const char *const names[] = { "con", "prn", "aux", "nul" };
	struct slice stem = slice_head(s, slice_find(s, '.'));

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_ieq_z(stem, names[i]))
			return true;
	return stem.n == 4 && byte_is_digit(stem.p[3]) &&
	       (slice_istarts(stem, "com") || slice_istarts(stem, "lpt"));
}

/* Cut to the limit before the ending, at a character. */
static void
add_cut(struct slice s, struct str *out)
{
	size_t dot = slice_rfind(s, '.');
	struct slice ending = slice_from(s, dot);

	if (s.n <= SAVE_NAME_MAX) {
		str_add_slice(out, s);
		return;
	}
	if (ending.n > SAVE_ENDING_MAX)
		ending.n = 0;
	str_add(out, s.p, utf8_cut(s.p, SAVE_NAME_MAX - ending.n));
	str_add_slice(out, ending);
}

/* What does not fit was cut anywhere: go back to a character's end. */
static void
end_at_character(struct str *s)
{
	if (s->full)
		str_truncate(s, utf8_cut(s->p, s->n));
}

/* A name for a part without any. */
static void
add_default(const struct part *p, struct str *out)
{
	static const char *const endings[][2] = {
		{ "text/plain", ".txt" },      { "text/html", ".html" },
		{ "message/rfc822", ".eml" },  { "text/calendar", ".ics" },
		{ "image/jpeg", ".jpg" },      { "image/png", ".png" },
		{ "application/pdf", ".pdf" },
	};

	str_add_z(out, "part");
	if (p->path.n > 0)
		str_add_c(out, '-');
	str_add_slice(out, slice_head(p->path, 100));
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_eq_z(p->type, endings[i][0]))
			str_add_z(out, endings[i][1]);
}

/* What is left of a name whose signs are safe already; nothing, maybe. */
static void
add_name(struct slice name, struct str *out)
{
	name = trim_dots(name);
	if (is_device(name)) {
		str_add_c(out, '_');
		if (name.n > SAVE_NAME_MAX - 1)
			name.n = utf8_cut(name.p, SAVE_NAME_MAX - 1);
	}
	add_cut(name, out);
}

void
part_save_name(const struct part *p, struct str *out)
{
	size_t before = out->n;
	struct str clean;
	struct str safe;

	str_init(&clean, MIME_NAME_MAX);
	str_init(&safe, MIME_NAME_MAX);
	unicode_clean_line(p->filename, &clean);
	end_at_character(&clean);
	add_safe(last_component(str_slice(&clean)), &safe);
	end_at_character(&safe);
	add_name(str_slice(&safe), out);
	if (out->n == before)
		add_default(p, out);
	str_release(&safe);
	str_release(&clean);
}

void
save_name_of_title(struct slice title, const char *stem, const char *ending,
                   struct str *out)
{
	struct str clean;
	struct str safe;
	struct slice name;

	str_init(&clean, MIME_NAME_MAX);
	str_init(&safe, MIME_NAME_MAX);
	unicode_clean_line(title, &clean);
	end_at_character(&clean);
	add_safe(str_slice(&clean), &safe);
	end_at_character(&safe);
	name = trim_dots(str_slice(&safe));
	name.n = name.n <= SAVE_TITLE_MAX ? name.n
	                                  : utf8_cut(name.p, SAVE_TITLE_MAX);
	str_clear(&clean);
	str_add_slice(&clean, name.n > 0 ? name : slice_of(stem));
	str_add_z(&clean, ending);
	add_name(str_slice(&clean), out);
	str_release(&safe);
	str_release(&clean);
}
