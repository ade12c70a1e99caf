/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spelling, checked by a program that speaks as "ispell -a" does. */
#include "mail/spelling.h"

#include <string.h>

#include "util/i18n.h"
#include "util/proc.h"
#include "util/utf8.h"

#include "util/banned.h"

/*
 * 1. Everything is written before anything is read: one run a check, and no
 *    waiting for one another.
 * 2. Each line we send is answered by one line a word and an empty line.  Lines
 *    that have nothing to check are not sent; both sides pass them over in the
 *    same way (next_line).
 * 3. A program whose dictionary has no Korean finds fault with each Korean word and
 *    suggests nothing.  When it does so with all of them they are left out.
 * 4. The offsets of the answers count bytes, characters or neither, depending on
 *    the program: a word is looked for in its line instead, behind the last one.
 */

/* Milliseconds a check may take. */
#define CHECK_MS 20000
/* Bytes of an answer: each word may have its suggestions. */
#define ANSWER_MAX ((size_t)64 * 1024 * 1024)
/* Bytes of a line that are checked; nobody writes longer paragraphs. */
#define LINE_BYTES 65536

void
spelling_release(struct spelling *s)
{
	if (s == NULL)
		return;
	array_release(&s->words);
	arena_release(&s->arena);
}

/* ---- what is checked ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* "https://...", "kim@example.org", "C:\file", "/etc/passwd". */
static bool
is_address(struct slice word)
{
	return slice_find(word, '@') < word.n ||
	       slice_find(word, '/') < word.n ||
	       slice_find(word, '\\') < word.n || slice_istarts(word, "www.");
}

/* The same bytes with addresses blanked out; false: there is no word left. */
static bool
blank_out(struct slice line, struct str *out)
{
	bool any = false;
	size_t i = 0;

	str_clear(out);
	while (i < line.n) {
		size_t from = i;

		while (i < line.n &&
		       is_blank(line.p[i]) == is_blank(line.p[from]))
			i++;
		if (is_blank(line.p[from]) ||
		    is_address(slice_make(line.p + from, i - from))) {
			for (; from < i; from++)
				str_add_c(out, ' ');
		} else {
			str_add(out, line.p + from, i - from);
			any = true;
		}
	}
	return any;
}

/* The next line that is checked, and where it begins in text. */
static bool
next_line(struct slice text, size_t *at, struct str *line_r, size_t *from_r)
{
	while (*at < text.n) {
		struct slice rest = slice_from(text, *at);
		struct slice line = slice_head(rest, slice_find(rest, '\n'));

		*from_r = *at;
		*at += line.n + 1;
		if (slice_eq_z(line, "-- ") || slice_eq_z(line, "--"))
			return false;
		if (!slice_starts(line, ">") &&
		    blank_out(slice_head(line, LINE_BYTES), line_r))
			return true;
	}
	return false;
}

void
spelling_question(struct slice text, struct str *out)
{
	struct str line;
	size_t at = 0, from;

	/* only what is wrong is answered */
	str_add_z(out, "!\n");
	str_init(&line, LINE_BYTES);
	while (next_line(text, &at, &line, &from)) {
		str_add_c(out, '^');
		str_add_slice(out, str_slice(&line));
		str_add_c(out, '\n');
	}
	str_release(&line);
}

/* ---- what is answered ---- */

static bool
joins(struct slice line, size_t at)
{
	return at < line.n &&
	       (byte_is_alnum(line.p[at]) || (unsigned char)line.p[at] >= 0x80);
}

/* Where word stands in line from at on, alone if it can be; line.n: nowhere. */
static size_t
find_word(struct slice line, size_t at, struct slice word)
{
	size_t first = line.n;

	while (word.n > 0 && at < line.n) {
		size_t found = at + slice_find_text(slice_from(line, at), word);

		if (found >= line.n)
			break;
		if (!(found > 0 && joins(line, found - 1)) &&
		    !joins(line, found + word.n))
			return found;
		if (first == line.n)
			first = found;
		at = found + word.n;
	}
	return first;
}

static void
add_suggestions(struct spelling *s, struct slice list,
                struct spelling_word *word)
{
	struct slice one;

	while (word->suggestion_count < SPELLING_SUGGESTIONS &&
	       slice_split(&list, ',', &one)) {
		one = slice_trim(one);
		if (one.n > 0)
			word->suggestions[word->suggestion_count++] =
				arena_dup(&s->arena, one.p, one.n);
	}
}

/* "& WORD COUNT OFFSET: A, B", "? ..." alike, "# WORD OFFSET". */
static void
take_answer(struct spelling *s, struct slice answer, struct slice line,
            size_t from, size_t *behind)
{
	struct spelling_word w = { 0 };
	struct slice rest, word;
	size_t found;

	if (answer.n < 2 || strchr("&?#", answer.p[0]) == NULL)
		return;
	rest = slice_from(answer, 1);
	if (!slice_word(&rest, &word))
		return;
	found = find_word(line, *behind, word);
	if (found >= line.n)
		return;
	*behind = found + word.n;
	w.at = from + found;
	w.n = word.n;
	if (answer.p[0] != '#' && slice_find(rest, ':') < rest.n)
		add_suggestions(s, slice_from(rest, slice_find(rest, ':') + 1),
		                &w);
	array_add(&s->words, w);
}

static size_t
syllables(struct slice text)
{
	size_t n = 0;
	uint32_t c;

	while (text.n > 0) {
		text = slice_from(text, utf8_decode(text.p, text.n, &c));
		n += c >= 0xac00 && c <= 0xd7a3;
	}
	return n;
}

static size_t
syllables_checked(struct slice text)
{
	struct str line;
	size_t at = 0, from, n = 0;

	str_init(&line, LINE_BYTES);
	while (next_line(text, &at, &line, &from))
		n += syllables(str_slice(&line));
	str_release(&line);
	return n;
}

static void
leave_out_korean(struct slice text, struct spelling *s)
{
	size_t i, kept = 0, wrong = 0;

	for (i = 0; i < s->words.n; i++) {
		const struct spelling_word *w = &s->words.v[i];
		size_t n = syllables(slice_make(text.p + w->at, w->n));

		if (n > 0 && w->suggestion_count > 0)
			return;
		wrong += n;
	}
	if (wrong == 0 || wrong < syllables_checked(text))
		return;
	for (i = 0; i < s->words.n; i++) {
		struct spelling_word w = s->words.v[i];

		if (syllables(slice_make(text.p + w.at, w.n)) == 0)
			s->words.v[kept++] = w;
	}
	s->words.n = kept;
}

void
spelling_answer(struct slice text, struct slice answer, struct spelling *s)
{
	struct slice got;
	struct str line;
	size_t at = 0, from = 0, behind = 0;
	bool more;

	str_init(&line, LINE_BYTES);
	more = next_line(text, &at, &line, &from);
	while (more && slice_line(&answer, &got)) {
		if (slice_starts(got, "@(#)"))
			continue; /* its name */
		if (got.n == 0) {
			more = next_line(text, &at, &line, &from);
			behind = 0;
		} else {
			take_answer(s, got, str_slice(&line), from, &behind);
		}
	}
	str_release(&line);
	leave_out_korean(text, s);
}

/* ---- running it ---- */

struct talk {
	const char *command; /* or NULL */
	int cancel_fd;
	struct str question, answer;
};

static int
run(struct talk *t, const char *command, struct err *err)
{
	struct proc_opts opts = { .input = str_slice(&t->question),
		                  .output_max = ANSWER_MAX,
		                  .timeout_ms = CHECK_MS,
		                  .cancel_fd = t->cancel_fd };
	char **argv = NULL;
	int status = 0;
	int rc;

	if (proc_split(command, &argv, err) != 0)
		return -1;
	str_clear(&t->answer);
	rc = proc_run(argv, &opts, &t->answer, &status, err);
	proc_free_argv(argv);
	if (rc == 0 && status != 0)
		rc = err_set(err, ERR_IO, _("'%s' failed (status %d)"), command,
		             status);
	return rc;
}

/* Those that are usual, the first that is there. */
static int
run_any(struct talk *t, struct err *err)
{
	static const char *const usual[] = { "hunspell -a -i utf-8",
		                             "aspell -a --encoding=utf-8" };

	if (t->command != NULL)
		return run(t, t->command, err);
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		struct err e = { 0 };

		if (run(t, usual[i], &e) == 0)
			return 0;
		if (e.code == ERR_CANCELLED) {
			*err = e;
			return -1;
		}
	}
	return err_set(err, ERR_CONFIG,
	               _("neither hunspell nor aspell can check the spelling "
	                 "here; name a program with speller in config"));
}

static void
talk_init(struct talk *t, const char *command, int cancel_fd)
{
	t->command = command;
	t->cancel_fd = cancel_fd;
	str_init(&t->question, ANSWER_MAX);
	str_init(&t->answer, ANSWER_MAX);
}

static void
talk_release(struct talk *t)
{
	str_release(&t->answer);
	str_release(&t->question);
}

int
spelling_check(const char *command, struct slice text, int cancel_fd,
               struct spelling *s, struct err *err)
{
	struct talk t;
	int rc;

	talk_init(&t, command, cancel_fd);
	spelling_question(text, &t.question);
	rc = run_any(&t, err);
	if (rc == 0)
		spelling_answer(text, str_slice(&t.answer), s);
	talk_release(&t);
	return rc;
}

int
spelling_learn(const char *command, struct slice word, int cancel_fd,
               struct err *err)
{
	struct talk t;
	int rc;

	talk_init(&t, command, cancel_fd);
	str_printf(&t.question, "*%.*s\n#\n", SLICE_ARG(word));
	rc = run_any(&t, err);
	talk_release(&t);
	return rc;
}
