/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compiled form of a search: what mail/search fills and store_list reads. */
#ifndef STORE_SEARCH_FORM_H
#define STORE_SEARCH_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"
#include "util/err.h"
#include "util/str.h"

/*
 * As text (store_view.search) a form is one condition a line, "key=value":
 *
 *     word=회의실          a word of the typed query; "-word=" must not occur
 *     phrase=three words   the words in that order; "-phrase="
 *     from= to= subject= body=   the same, in that field; "-from=" ..., and
 *                          '"from=' for a phrase in a field
 *     unread=1 flagged=1 attachment=1   (or 0: must not be)
 *     folder=Spam          folder_name, or "*" for every folder; without it:
 *                          the folder of the view
 *     label=work           list=news.example (a List-Id)
 *     after=1767193200   before=1769785200 (seconds, UTC;
 *                          after <= date < before)
 *
 * All conditions must hold.  Words are plain text as typed: the store folds
 * them, cuts them into tokens, quotes and binds them.  A word of jamo only means
 * initial consonants (초성).  An unknown key is an error.
 */

/* Queries are typed by hand: more than this is no search. */
#define SEARCH_FORM_TERMS 64
/* Enough for the text of any form that was typed. */
#define SEARCH_FORM_MAX 16384

enum search_field {
	SEARCH_ANYWHERE,
	SEARCH_FROM,
	SEARCH_TO,
	SEARCH_SUBJECT,
	SEARCH_BODY,
};

struct search_term {
	enum search_field field;
	struct slice text; /* UTF-8 as typed, not empty */
	bool phrase;       /* exactly so; else the last word may go on */
	bool negated;
};

/* { 0 } and folder = FOLDER_ANY is ready: no condition.  Slices are borrowed. */
struct search_form {
	struct search_term terms[SEARCH_FORM_TERMS];
	size_t term_count;
	int unread; /* 1: must be, -1: must not be, 0: either */
	int flagged;
	int attachment;
	bool has_folder;
	enum folder folder; /* when has_folder; FOLDER_ANY: really all */
	int64_t after;      /* 0: none */
	int64_t before;     /* 0: none */
	struct slice label; /* empty: any */
	struct slice list;  /* List-Id, small letters; empty: any */
};

/* Append the text of a form; control characters of values become blanks. */
void search_form_write(const struct search_form *f, struct str *out);
/* The other way; slices of the result point into text.  0, -1 ERR_USAGE. */
int search_form_read(struct slice text, struct search_form *f_r,
                     struct err *err);

#endif
