/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's rules for mail: conditions and actions, in a readable file. */
#ifndef MAIL_RULE_H
#define MAIL_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "mime/message.h"
#include "store/store.h"

/* Mail that a rule sends. */
enum rule_out_kind {
	RULE_FORWARD,  /* the message as an attachment */
	RULE_REDIRECT, /* its own bytes, Resent fields before them */
	RULE_REPLY     /* from a template */
};

/* Strings live as long as the rules. */
struct rule_out {
	enum rule_out_kind kind;
	const char *to; /* address; RULE_REPLY: name of the template */
	const char *as; /* address of an identity, or NULL: the account's */
	size_t line;    /* of the rule */
};

/* What the rules want done with one message. */
struct rule_actions {
	enum folder folder; /* FOLDER_ANY: no wish */
	unsigned flags;
	char *labels;              /* comma separated, or NULL; owned */
	enum spam_verdict verdict; /* SPAM_NONE: no wish */
	bool notify;
	struct rule_out *outs; /* owned */
	size_t out_count;
	const char **commands; /* owned; each lives as long as the rules */
	size_t command_count;
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
/* Does any rule look beyond the header? */
bool rules_read_body(const struct rules *r);
/* Does any rule send mail? */
bool rules_send(const struct rules *r);

/* What rules look at. */
struct rule_input {
	const struct message *m;
	const char *account;
	enum spam_verdict verdict; /* of the filter; SPAM_NONE: not asked */
	const char *labels; /* it has already, comma separated; may be NULL */
	int64_t date;       /* when it came, for mail without a date */
	uint64_t size;      /* of all of it, when m is its header; else 0 */
	struct str *lines;  /* gets the lines of the rules that fit; NULL: no */
};

void rules_apply_to(const struct rules *r, const struct rule_input *in,
                    struct rule_actions *actions_r);
void rule_actions_release(struct rule_actions *a);

/*
 * Append a rule that fits this message and its like, for the user to change:
 * by its list, else by its sender.  One line, without line end.
 */
void rule_suggest(const struct message *m, struct str *out);
/* The same with the actions that are wanted. */
void rule_suggest_as(const struct message *m, const char *actions,
                     struct str *out);
/* Append a rule that fits all of a list (list set) or a sender. */
void rule_suggest_for(struct slice value, bool list, const char *actions,
                      struct str *out);
/* Append a condition that fits the subject of a message. */
void rule_suggest_subject(struct slice subject, const char *actions,
                          struct str *out);
/* Append a rule for all senders of a host. */
void rule_suggest_host(struct slice host, const char *actions, struct str *out);
/* Append a rule to the file, which is made when absent; atomic.  0, or -1:
 * ERR_CONFIG saying what is wrong with the rule. */
int rules_add(const char *path, struct slice rule, struct err *err);
/* Take the last such rule, one line, out of the file again; atomic.  0, or -1:
 * ERR_NOTFOUND when it is not there as it was added. */
int rules_remove(const char *path, struct slice rule, struct err *err);

#endif
