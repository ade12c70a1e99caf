/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Search terms as FTS5 expressions.  Every text is quoted: nothing that was
 * typed is syntax.
 */
#include "store/db_words.h"
#include "store/view_sql.h"
#include "text/unicode.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Column sets of the table words (fts.c). */
static const char *const columns[] = {
	[SEARCH_ANYWHERE] = "",       [SEARCH_FROM] = "sender : ",
	[SEARCH_TO] = "recipient : ", [SEARCH_SUBJECT] = "subject : ",
	[SEARCH_BODY] = "body : ",
};

static const char *const initial_columns[] = {
	[SEARCH_ANYWHERE] = "{subject_initials people_initials} : ",
	[SEARCH_FROM] = "people_initials : ",
	[SEARCH_TO] = "people_initials : ",
	[SEARCH_SUBJECT] = "subject_initials : ",
	[SEARCH_BODY] = NULL,
};

static void
add_quoted(struct slice text, struct str *out)
{
	size_t i;

	str_add_c(out, '"');
	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			str_add_c(out, '"');
		str_add_c(out, text.p[i] != '\0' ? text.p[i] : ' ');
	}
	str_add_c(out, '"');
}

/* Are there consonants only: 초성? */
static bool
only_initials(struct slice text)
{
	size_t at = 0;
	uint32_t c;

	while (at < text.n) {
		at += utf8_decode(text.p + at, text.n - at, &c);
		if (c < 0x3131 || c > 0x314e)
			return false;
	}
	return text.n != 0;
}

/* What the last token of a query is. */
enum tail {
	TAIL_NONE, /* there are no tokens */
	TAIL_WORD,
	TAIL_SINGLE, /* one letter of CJK */
	TAIL_PAIR,
};

static enum tail
tail_of(struct slice text)
{
	struct word_token token;
	enum tail tail = TAIL_NONE;
	size_t at = 0;

	while (words_next(text, true, &at, &token)) {
		uint32_t c;
		size_t size = token.end - token.start;
		size_t first = utf8_decode(text.p + token.start, size, &c);

		if (!words_is_cjk(c))
			tail = TAIL_WORD;
		else
			tail = first == size ? TAIL_SINGLE : TAIL_PAIR;
	}
	return tail;
}

static void
add_phrase(const char *column, struct slice text, bool exact, struct str *out)
{
	enum tail tail = tail_of(text);

	str_add_z(out, column);
	add_quoted(text, out);
	/* A single letter begins the pairs that have it; a word may go on. */
	if (tail == TAIL_SINGLE || (tail == TAIL_WORD && !exact))
		str_add_z(out, " *");
}

/* Does nothing for a term without letters. */
static void
add_term(const struct search_term *t, const char *join, struct str *out)
{
	const char *initials = initial_columns[t->field];
	struct str folded;

	str_init(&folded, SEARCH_FORM_MAX);
	unicode_fold(t->text, &folded);
	if (tail_of(str_slice(&folded)) == TAIL_NONE) {
		str_release(&folded);
		return;
	}
	if (out->n != 0)
		str_add_z(out, join);
	str_add_c(out, '(');
	if (only_initials(t->text) && initials != NULL) {
		add_phrase(initials, t->text, t->phrase, out);
		str_add_z(out, " OR ");
	}
	add_phrase(columns[t->field], str_slice(&folded), t->phrase, out);
	str_add_c(out, ')');
	str_release(&folded);
}

void
fts_query(const struct search_form *f, struct str *must, struct str *must_not)
{
	size_t i;

	for (i = 0; i < f->term_count; i++) {
		if (f->terms[i].negated)
			add_term(&f->terms[i], " OR ", must_not);
		else
			add_term(&f->terms[i], " AND ", must);
	}
}
