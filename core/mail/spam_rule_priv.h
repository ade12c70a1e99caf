/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files spam_rule*.c share. */
#ifndef MAIL_SPAM_RULE_PRIV_H
#define MAIL_SPAM_RULE_PRIV_H

#include "mail/spam_rule.h"
#include "mail/spam_sign.h"
#include "text/re.h"
#include "text/re_index.h"
#include "util/array.h"

enum spam_where {
	SPAM_WHERE_SUBJECT,
	SPAM_WHERE_BODY,
	SPAM_WHERE_FROM,
	SPAM_WHERE_TO,
	SPAM_WHERE_LINKS,
	SPAM_WHERE_ATTACHMENTS,
	SPAM_WHERE_COUNT,
};

struct spam_rule {
	char *name;
	unsigned where;        /* bits of enum spam_where */
	ARRAY(char *) headers; /* lower case */
	ARRAY(char *) origins; /* the same, of the provider */
	ARRAY(struct re *) matches;
	size_t first; /* number of the first one in the index */
	const struct spam_sign *sign;
	double score;
	char *en, *ko;
	size_t line;
	bool has_score;
};

struct spam_rules {
	ARRAY(struct spam_rule) rules;
	struct re_index *index; /* of the patterns for texts */
};

#endif
