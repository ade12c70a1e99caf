/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tokenizer of the full text index (FTS5): words, and pairs of CJK letters. */
#ifndef STORE_DB_WORDS_H
#define STORE_DB_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"
#include "util/slice.h"

struct sqlite3;

/*
 * Text comes folded (unicode_fold).  A run of Hangul, jamo, Han or Kana gives
 * overlapping pairs; in documents its last letter too, so that every letter
 * begins a token.  Other letters and digits give words.
 */
struct word_token {
	size_t start, end; /* bytes of the text */
};

/*
 * The next token from *at on; moves *at.  query: leave out the single letter at
 * the end of the text, when a pair has it: what was typed may go on.  Inside a
 * query it stays, as documents have it there too.  Returns false at the end.
 */
bool words_next(struct slice text, bool query, size_t *at,
                struct word_token *token_r);
/* Is c of a script that is cut into pairs? */
bool words_is_cjk(uint32_t c);
/* The tokenizer "pabal" for this connection. */
int db_words_register(struct sqlite3 *sqlite, struct err *err);

#endif
