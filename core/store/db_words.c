/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tokenizer of the full text index (FTS5): words, and pairs of CJK letters. */
#include "store/db_words.h"

#include <sqlite3.h>

#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* What is longer is no word (base64, hashes): its head is enough. */
#define WORD_MAX 64

struct range {
	uint32_t first, last;
};

/* After NFKC: half-width and compatibility forms are gone. */
static const struct range cjk[] = {
	{ 0x1100, 0x11ff },   { 0x2e80, 0x2fdf }, { 0x3005, 0x3007 },
	{ 0x3021, 0x3029 },   { 0x3031, 0x3035 }, { 0x3041, 0x3096 },
	{ 0x3099, 0x309f },   { 0x30a1, 0x30fa }, { 0x30fc, 0x30ff },
	{ 0x3131, 0x318e },   { 0x31f0, 0x31ff }, { 0x3400, 0x4dbf },
	{ 0x4e00, 0x9fff },   { 0xa960, 0xa97c }, { 0xac00, 0xd7a3 },
	{ 0xd7b0, 0xd7fb },   { 0xf900, 0xfaff }, { 0x1b000, 0x1b16f },
	{ 0x20000, 0x3134f },
};

/* Neither letters nor digits, above ASCII. */
static const struct range other[] = {
	{ 0x80, 0xa9 },     { 0xab, 0xb1 },     { 0xb4, 0xb4 },
	{ 0xb6, 0xb8 },     { 0xbb, 0xbb },     { 0xbf, 0xbf },
	{ 0xd7, 0xd7 },     { 0xf7, 0xf7 },     { 0x2000, 0x206f },
	{ 0x20a0, 0x20cf }, { 0x2190, 0x245f }, { 0x2500, 0x27bf },
	{ 0x27c0, 0x2bff }, { 0x2e00, 0x2e7f }, { 0x3000, 0x3004 },
	{ 0x3008, 0x3020 }, { 0x302a, 0x3030 }, { 0x3036, 0x303f },
	{ 0x30fb, 0x30fb }, { 0xe000, 0xf8ff }, { 0xfe10, 0xfe6f },
	{ 0xff00, 0xff0f }, { 0xfff0, 0xffff },
};

enum letter {
	LETTER_NONE,
	LETTER_WORD,
	LETTER_CJK
};

static bool
in_ranges(const struct range *r, size_t n, uint32_t c)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (c > r[middle].last)
			low = middle + 1;
		else if (c < r[middle].first)
			n = middle;
		else
			return true;
	}
	return false;
}

bool
words_is_cjk(uint32_t c)
{
	return c >= 0x1100 && in_ranges(cjk, sizeof cjk / sizeof cjk[0], c);
}

static enum letter
class_of(uint32_t c)
{
	if (c < 0x80)
		return byte_is_alnum((char)c) ? LETTER_WORD : LETTER_NONE;
	if (words_is_cjk(c))
		return LETTER_CJK;
	return in_ranges(other, sizeof other / sizeof other[0], c)
	               ? LETTER_NONE
	               : LETTER_WORD;
}

/* Class of the character at at (LETTER_NONE at the end) and its length. */
static enum letter
letter_at(struct slice text, size_t at, size_t *length_r)
{
	uint32_t c;

	*length_r = 0;
	if (at >= text.n)
		return LETTER_NONE;
	*length_r = utf8_decode(text.p + at, text.n - at, &c);
	return class_of(c);
}

static size_t
word_end(struct slice text, size_t at)
{
	size_t length;

	while (letter_at(text, at, &length) == LETTER_WORD)
		at += length;
	return at;
}

static bool
before_is_cjk(struct slice text, size_t at)
{
	size_t start = at;
	size_t length;

	if (at == 0)
		return false;
	do
		start--;
	while (start > 0 && ((unsigned char)text.p[start] & 0xc0) == 0x80);
	return letter_at(text, start, &length) == LETTER_CJK &&
	       start + length == at;
}

static bool
more_letters(struct slice text, size_t at)
{
	size_t length;

	for (; at < text.n; at += length) {
		if (letter_at(text, at, &length) != LETTER_NONE)
			return true;
	}
	return false;
}

bool
words_next(struct slice text, bool query, size_t *at,
           struct word_token *token_r)
{
	while (*at < text.n) {
		size_t length, next;
		enum letter class = letter_at(text, *at, &length);
		size_t start = *at;

		if (class == LETTER_WORD) {
			*at = word_end(text, start);
			token_r->start = start;
			token_r->end = *at;
			return true;
		}
		*at += length;
		if (class == LETTER_NONE)
			continue;
		token_r->start = start;
		token_r->end = *at;
		if (letter_at(text, *at, &next) == LETTER_CJK)
			token_r->end += next;
		else if (query && before_is_cjk(text, start) &&
		         !more_letters(text, *at))
			continue; /* the pair before has it */
		return true;
	}
	return false;
}

static int
words_create(void *context, const char **argv, int argc,
             Fts5Tokenizer **tokenizer_r)
{
	(void)argv;
	(void)argc;
	*tokenizer_r = context; /* there is no state; must not be NULL */
	return SQLITE_OK;
}

static void
words_delete(Fts5Tokenizer *tokenizer)
{
	(void)tokenizer;
}

static int
words_tokenize(Fts5Tokenizer *tokenizer, void *context, int flags,
               const char *p, int n,
               int (*found)(void *, int, const char *, int, int, int))
{
	struct slice text = slice_make(p, n > 0 ? (size_t)n : 0);
	bool query = (flags & FTS5_TOKENIZE_QUERY) != 0;
	struct word_token token;
	size_t at = 0;

	(void)tokenizer;
	while (words_next(text, query, &at, &token)) {
		size_t size = token.end - token.start;
		int rc;

		if (size > WORD_MAX)
			size = utf8_cut(text.p + token.start, WORD_MAX);
		rc = found(context, 0, text.p + token.start, (int)size,
		           (int)token.start, (int)token.end);
		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

static fts5_api *
fts_api(sqlite3 *sqlite)
{
	fts5_api *api = NULL;
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(sqlite, "SELECT fts5(?1)", -1, &st, NULL) ==
	    SQLITE_OK) {
		sqlite3_bind_pointer(st, 1, (void *)&api, "fts5_api_ptr", NULL);
		(void)sqlite3_step(st); /* no result: api stays NULL */
	}
	(void)sqlite3_finalize(st);
	return api;
}

int
db_words_register(struct sqlite3 *sqlite, struct err *err)
{
	static char there_is_no_state;
	fts5_tokenizer words = { words_create, words_delete, words_tokenize };
	fts5_api *api = fts_api(sqlite);

	if (api == NULL ||
	    api->xCreateTokenizer(api, "pabal", &there_is_no_state, &words,
	                          NULL) != SQLITE_OK)
		return err_set(err, ERR_IO,
		               _("this SQLite has no full text search (FTS5)"));
	return 0;
}
