/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of the spam filter: patterns and signs with a score and a reason. */
#ifndef MAIL_SPAM_RULE_H
#define MAIL_SPAM_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/spam_view.h"
#include "util/err.h"
#include "util/str.h"

/*
 * The file, line by line; "#" begins a comment line:
 *
 *     [gambling]
 *     where = subject body
 *     match = /카지노|바카라/
 *     score = 2.5
 *     en = talks of gambling
 *     ko = 도박 낱말이 있습니다
 *
 * where   one or more of subject, body, from, to, links, attachments,
 *         header:NAME, origin:NAME (such a header that the account's provider
 *         wrote, see origin.h; for a score below 0 it has to be sure); what is
 *         looked at is folded (full-width, case) and freed
 *         of zero-width characters; in subject and body a run of blanks and
 *         line ends is one space.
 * match   /PCRE2/, or words with * and ?; may stand more than once: any counts.
 * sign    instead of where and match: a sign that the program knows
 *         (spam_sign.c).
 * score   log-odds: above 0 speaks for spam, below for ham.
 * en, ko  the reason, a sentence part; ko may be left out.
 *
 * A later rule of the same name replaces the earlier; score = 0 switches it off.
 */
struct spam_rules;

/* No rules yet. */
struct spam_rules *spam_rules_new(void);
void spam_rules_free(struct spam_rules **r);
/* Add the rules of text.  A bad rule is named in warnings as "name:line: why"
 * and skipped.  Returns the number of rules added. */
size_t spam_rules_add(struct spam_rules *r, const char *name, struct slice text,
                      struct str *warnings);
/* The same from a file; one that is absent adds none. */
int spam_rules_load(struct spam_rules *r, const char *path,
                    struct str *warnings, struct err *err);
size_t spam_rules_count(const struct spam_rules *r);

/* One rule that spoke. */
struct spam_hit {
	const char *name;   /* of the rule, owned by the rules */
	const char *reason; /* in the user's language, owned by the rules */
	struct slice seen;  /* what matched, in the arena; not safe to show */
	double score;
};

struct spam_hits {
	struct arena arena;
	struct spam_hit *v; /* in order of the file */
	size_t n;
	double score; /* of all */
};

void spam_rules_try(const struct spam_rules *r, const struct spam_view *v,
                    const struct message *m, struct spam_hits *hits_r);
void spam_hits_release(struct spam_hits *h);

#endif
