/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of the user's that are put into a message, with what they stand for. */
#include "tui/template.h"

#include <time.h>

#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

enum word {
	WORD_NAME,
	WORD_ADDRESS,
	WORD_ME,
	WORD_SUBJECT,
	WORD_DATE,
	WORD_CURSOR,
	WORD_NONE,
};

static const char *const words[][2] = {
	[WORD_NAME] = { "name", "이름" },
	[WORD_ADDRESS] = { "address", "주소" },
	[WORD_ME] = { "me", "나" },
	[WORD_SUBJECT] = { "subject", "제목" },
	[WORD_DATE] = { "date", "날짜" },
	[WORD_CURSOR] = { "cursor", "여기" },
};

static enum word
look_up(struct slice name)
{
	int w;

	for (w = 0; w < WORD_NONE; w++)
		if (slice_eq_z(name, words[w][0]) ||
		    slice_eq_z(name, words[w][1]))
			break;
	return (enum word)w;
}

static void
add_date(int64_t t, struct str *out)
{
	struct tm tm;
	int zone;

	clock_local(t, &tm, &zone);
	/* TRANSLATORS: year, month, day */
	str_printf(out, _("%d-%02d-%02d"), tm.tm_year + 1900, tm.tm_mon + 1,
	           tm.tm_mday);
}

/* Of name, address and subject; nothing: it is not known, or another word. */
static struct slice
known(enum word w, const struct template_facts *f)
{
	if (w == WORD_NAME)
		return f->name;
	if (w == WORD_ADDRESS)
		return f->address;
	return w == WORD_SUBJECT ? f->subject : SLICE_NONE;
}

static void
add_word(enum word w, const struct template_facts *f, struct slice as_is,
         struct str *out)
{
	switch (w) {
	case WORD_NAME:
	case WORD_ADDRESS:
	case WORD_SUBJECT:
		str_add_slice(out, known(w, f).n > 0 ? known(w, f) : as_is);
		break;
	case WORD_ME:
		str_add_slice(out, f->me);
		break;
	case WORD_DATE:
		add_date(f->now, out);
		break;
	case WORD_CURSOR:
		break;
	case WORD_NONE:
		str_add_slice(out, as_is);
		break;
	}
}

/* cursor_r may be NULL: there is no place to go on. */
static void
expand(struct slice text, const struct template_facts *f, struct str *out,
       size_t *cursor_r)
{
	while (text.n > 0) {
		size_t open = slice_find(text, '{');
		struct slice rest = slice_from(text, open);
		size_t close = slice_find(rest, '}');
		enum word w;

		str_add_slice(out, slice_head(text, open));
		if (close >= rest.n) {
			str_add_slice(out, rest);
			return;
		}
		w = look_up(slice_trim(slice_make(rest.p + 1, close - 1)));
		if (w == WORD_CURSOR && cursor_r != NULL)
			*cursor_r = out->n;
		/* a "{" alone may have a word's "{" behind it */
		close = w == WORD_NONE ? 0 : close;
		add_word(w, f, slice_head(rest, close + 1), out);
		text = slice_from(rest, close + 1);
	}
}

void
template_fill(struct slice text, const struct template_facts *facts,
              struct str *subject, struct str *out, size_t *cursor_r)
{
	size_t before = out->n;
	size_t cursor = SIZE_MAX;
	struct slice rest = text, line;

	if (slice_line(&rest, &line) && slice_istarts(line, "Subject:")) {
		expand(slice_trim(slice_from(line, 8)), facts, subject, NULL);
		text = rest;
		if (slice_line(&rest, &line) && slice_trim(line).n == 0)
			text = rest;
	}
	expand(text, facts, out, &cursor);
	*cursor_r = cursor == SIZE_MAX ? out->n - before : cursor - before;
}

static bool
is_quoted(struct slice text, size_t at)
{
	size_t start = slice_rfind(slice_head(text, at), '\n');

	return text.p[start < at ? start + 1 : 0] == '>';
}

bool
template_next(struct slice text, const struct template_facts *facts,
              size_t *at_r, size_t *n_r, struct slice *value_r)
{
	size_t at = *at_r;

	while (at < text.n) {
		struct slice rest = slice_from(text, at);
		size_t open = slice_find(rest, '{');
		struct slice in = slice_from(rest, open);
		size_t close = slice_find(in, '}');
		enum word w;

		if (close >= in.n)
			return false;
		at += open + 1;
		w = look_up(slice_trim(slice_make(in.p + 1, close - 1)));
		*value_r = known(w, facts);
		if (value_r->n == 0 || is_quoted(text, at - 1))
			continue;
		*at_r = at - 1;
		*n_r = close + 1;
		return true;
	}
	return false;
}
