/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a text must have in it for a pattern to match. */
#ifndef TEXT_RE_NEED_H
#define TEXT_RE_NEED_H

#include <stddef.h>
#include <stdint.h>

#include "util/array.h"
#include "util/slice.h"

/* Bytes of a word. */
#define RE_NEED_LEAST 3
#define RE_NEED_WORD  31

enum re_need_kind {
	RE_NEED_WORD_IS, /* this word */
	RE_NEED_ALL,     /* all of those below */
	RE_NEED_ANY      /* one of them */
};

struct re_need_node {
	enum re_need_kind kind;
	uint32_t end; /* index behind the last node below this one */
	uint8_t n;
	char word[RE_NEED_WORD];
};

/* The words a pattern needs; made once with the pattern.  Parents stand before
 * their children, the first node is the root. */
struct re_need {
	ARRAY(struct re_need_node) nodes;
};

/*
 * Take a pattern apart; flags are those of re_new.
 *
 * Returns owned, or NULL when nothing can be said of it: then any text may match.
 */
struct re_need *re_need_new(struct slice pattern, unsigned flags);
void re_need_free(struct re_need **need);

#endif
