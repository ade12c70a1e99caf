/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The language of the user's rules. */
#ifndef MAIL_RULE_PARSE_H
#define MAIL_RULE_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/rule.h"
#include "text/re.h"
#include "util/arena.h"
#include "util/array.h"

/*
 * A rule is a line; a line that begins with a blank goes on with the one before;
 * "#" begins a comment line.  Words of the language may be in any case.
 *
 *     if CONDITION then ACTION, ACTION, ...
 *
 * CONDITION   TEST, not CONDITION, CONDITION and CONDITION,
 *             CONDITION or CONDITION, (CONDITION); "and" binds closer
 * TEST        from PATTERN        name or address of a sender
 *             to PATTERN          of a receiver (To and Cc)
 *             subject PATTERN
 *             list PATTERN        the List-Id
 *             header NAME PATTERN
 *             body PATTERN        the words of the text
 *             account PATTERN     the account's name
 *             attachment PATTERN  an attachment's file name
 *             size > 10M          or <; bytes, k, M
 *             verdict spam        or unsure, ham: what the filter says
 * PATTERN     plain words ("..." when there are blanks) occur anywhere; with *
 *             or ? they are the whole text; /.../ is a PCRE2
 * ACTION      label NAME, move FOLDER, read, star, spam, not spam, archive,
 *             forward ADDRESS, stop (no further rule)
 *
 * All rules that fit are applied, in order; later wishes win over earlier ones,
 * labels add up.
 */

enum rule_test {
	RULE_FROM,
	RULE_TO,
	RULE_SUBJECT,
	RULE_LIST,
	RULE_HEADER,
	RULE_BODY,
	RULE_ACCOUNT,
	RULE_ATTACHMENT,
	RULE_SIZE_ABOVE,
	RULE_SIZE_BELOW,
	RULE_VERDICT,
	RULE_AND,
	RULE_OR,
	RULE_NOT,
};

struct rule_node {
	enum rule_test test;
	struct rule_node *left, *right; /* of and, or, not (left only) */
	struct re *re;                  /* owned by the rules */
	char *header;
	uint64_t size;
	enum spam_verdict verdict;
};

struct rule {
	struct rule_node *condition;
	ARRAY(char *) labels; /* in the arena */
	char *forward_to;     /* in the arena, or NULL */
	enum folder folder;   /* FOLDER_ANY: no wish */
	unsigned flags;
	enum spam_verdict verdict;
	bool stop;
	size_t line;
};

struct rules {
	struct arena arena;
	ARRAY(struct rule) rules;
	ARRAY(struct re *) patterns;
};

/* Parse one rule, joined to one line, into r's arena.  0, or -1 with ERR_CONFIG:
 * what is wrong, without file and line. */
int rule_parse(struct rules *r, struct slice text, struct rule *rule_r,
               struct err *err);

#endif
