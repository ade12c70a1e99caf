/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's rules for mail: conditions and actions, in a readable file. */
#ifndef MAIL_RULE_H
#define MAIL_RULE_H

#include "mime/message.h"
#include "store/store.h"

/* What the rules want done with one message. */
struct rule_actions {
	enum folder folder; /* FOLDER_ANY: no wish */
	unsigned flags;
	char *labels;              /* comma separated, or NULL; owned */
	char *forward_to;          /* addresses, or NULL; owned */
	enum spam_verdict verdict; /* SPAM_NONE: no wish */
};

struct rules;

/* From a rules file; absent is empty.  A bad rule is named with its line in
 * warnings (a line each) and skipped. */
struct rules *rules_load(const char *path, struct str *warnings,
                         struct err *err);
/* The same from text; name is the file's, for warnings. */
struct rules *rules_read(const char *name, struct slice text,
                         struct str *warnings);
void rules_free(struct rules **r);
size_t rules_count(const struct rules *r);
void rules_apply(const struct rules *r, const struct message *m,
                 const char *account, struct rule_actions *actions_r);

/* What rules look at. */
struct rule_input {
	const struct message *m;
	const char *account;
	enum spam_verdict verdict; /* of the filter; SPAM_NONE: not asked */
	struct str *lines; /* gets the lines of the rules that fit; NULL: no */
};

void rules_apply_to(const struct rules *r, const struct rule_input *in,
                    struct rule_actions *actions_r);
void rule_actions_release(struct rule_actions *a);

#endif
