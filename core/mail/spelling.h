/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spelling, checked by a program that speaks as "ispell -a" does. */
#ifndef MAIL_SPELLING_H
#define MAIL_SPELLING_H

#include <stddef.h>

#include "util/arena.h"
#include "util/array.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/* Suggestions of one word that are kept: a box shows no more. */
#define SPELLING_SUGGESTIONS 20

struct spelling_word {
	size_t at, n; /* bytes of the text */
	char *suggestions[SPELLING_SUGGESTIONS];
	size_t suggestion_count;
};

/* Words in their order; strings live in the arena.  Zero is ready. */
struct spelling {
	struct arena arena;
	ARRAY(struct spelling_word) words;
};

void spelling_release(struct spelling *s);
/*
 * What the program is told, appended: each line behind "^", so that nothing of
 * the text is a command.  Quoted lines, the signature, web and mail addresses
 * are left out.
 */
void spelling_question(struct slice text, struct str *out);
/* Read what it answered to spelling_question(text).  Lenient, linear; what does
 * not fit is passed over. */
void spelling_answer(struct slice text, struct slice answer,
                     struct spelling *s);
/*
 * Run it.  command  of the user's, without a shell; NULL: hunspell or aspell.
 * cancel_fd  readable: stop; -1: none.
 * Returns 0, or -1 with ERR_CONFIG when there is no such program, ERR_IO.
 */
int spelling_check(const char *command, struct slice text, int cancel_fd,
                   struct spelling *s, struct err *err);
/* Put a word into the user's own dictionary. */
int spelling_learn(const char *command, struct slice word, int cancel_fd,
                   struct err *err);

#endif
