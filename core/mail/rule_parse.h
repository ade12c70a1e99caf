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
 *             label PATTERN       a label it has by now
 *             date > 2026-01-31   or <; later than that day, or before it
 *             age > 30d           or <; days (d) or hours (h) since its date
 * PATTERN     plain words ("..." when there are blanks) occur anywhere; with *
 *             or ? they are the whole text; /.../ is a PCRE2; behind "=" the
 *             words are the whole text as they stand
 * ACTION      label NAME, move FOLDER, archive, delete (move to Trash), read,
 *             star, spam, not spam, notify, stop (no further rule),
 *             forward ADDRESS, redirect ADDRESS, reply TEMPLATE, each with
 *             "as IDENTITY" behind it or not; run "COMMAND"
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
	RULE_LABEL,
	RULE_DATE_ABOVE,
	RULE_DATE_BELOW,
	RULE_AGE_ABOVE,
	RULE_AGE_BELOW,
	RULE_AND,
	RULE_OR,
	RULE_NOT,
};

struct rule_node {
	enum rule_test test;
	struct rule_node *left, *right; /* of and, or, not (left only) */
	struct re *re;                  /* owned by the rules */
	char *header;
	uint64_t size; /* bytes; RULE_AGE_: seconds */
	int64_t date;  /* RULE_DATE_ABOVE: the day's end, _BELOW: its begin */
	enum spam_verdict verdict;
};

struct rule {
	struct rule_node *condition;
	ARRAY(char *) labels; /* in the arena */
	ARRAY(struct rule_out) outs;
	ARRAY(const char *) commands; /* in the arena */
	enum folder folder;           /* FOLDER_ANY: no wish */
	unsigned flags;
	enum spam_verdict verdict;
	bool stop;
	bool notify;
	size_t line;
};

void rule_release(struct rule *rule);

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
