/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of the user's that are put into a message, with what they stand for. */
#ifndef TUI_TEMPLATE_H
#define TUI_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"
#include "util/str.h"

/* What the words in braces become; all borrowed. */
struct template_facts {
	struct slice name;    /* {name}, {이름}: whom it is written to */
	struct slice address; /* {address}, {주소} */
	struct slice me;      /* {me}, {나}: who writes */
	struct slice subject; /* {subject}, {제목} */
	int64_t now;          /* {date}, {날짜} */
};

/*
 * Append the text of a template.  A first line "Subject: ..." is the subject and
 * is appended there; {cursor}, {여기} is where to go on, else the end.  What
 * stands in braces and is none of these, or not known yet, is left as it is.
 *
 * *cursor_r: offset in what was appended to out.
 */
void template_fill(struct slice text, const struct template_facts *facts,
                   struct str *subject, struct str *out, size_t *cursor_r);

/*
 * The next word of text that stands for a fact which is known (not empty), from
 * *at_r on; quoted lines are passed over.
 *
 * *at_r, *n_r  where it is; *value_r: what it stands for.  false: there is none.
 */
bool template_next(struct slice text, const struct template_facts *facts,
                   size_t *at_r, size_t *n_r, struct slice *value_r);

#endif
