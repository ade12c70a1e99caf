/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spam filter: a model that learns, rules that explain. */
#ifndef MAIL_SPAM_H
#define MAIL_SPAM_H

#include <stdbool.h>
#include <stddef.h>

#include "mime/message.h"
#include "store/store.h"

struct spam;

/* The model lies in folder data (spam.model).  NULL with err. */
struct spam *spam_open(const char *data, struct err *err);
void spam_close(struct spam **s); /* writes what was learnt */
int spam_flush(struct spam *s, struct err *err);
/* Take in what another thread or process wrote since. */
int spam_refresh(struct spam *s, struct err *err);

struct spam_input {
	const struct message *m;
	bool known_sender; /* the user wrote to this address */
};

struct spam_result {
	enum spam_verdict verdict;
	double score;       /* log-odds: above 0 speaks for spam */
	double probability; /* 0 to 1 */
	bool advertisement; /* "(광고)" as the law asks: label 광고 */
	struct str reasons; /* a line each, in the user's language, safe */
};

void spam_result_release(struct spam_result *r);
void spam_score(struct spam *s, const struct spam_input *in,
                struct spam_result *result_r);
/* Learn; a message learnt before as the other class is unlearnt first. */
int spam_learn(struct spam *s, const struct message *m, bool is_spam,
               struct err *err);
int spam_unlearn(struct spam *s, const struct message *m, struct err *err);
/* Longer explanation: the strongest features in words of the mail. */
void spam_explain(struct spam *s, const struct spam_input *in, struct str *out);
void spam_counts(const struct spam *s, uint64_t *ham_r, uint64_t *spam_r);

#endif
