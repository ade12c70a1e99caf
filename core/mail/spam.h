/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spam filter: a model that learns, rules that explain. */
#ifndef MAIL_SPAM_H
#define MAIL_SPAM_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/paths.h"
#include "mail/origin.h"
#include "mime/message.h"
#include "store/store.h"

struct spam;

/* The model lies in folder data (spam.model).  NULL with err. */
struct spam *spam_open(const char *data, struct err *err);
/* Add the user's own rules (config folder, spam-rules.conf; absent: none).  A
 * bad rule is named with its line in warnings (a line each) and skipped. */
int spam_add_rules(struct spam *s, const char *path, struct str *warnings,
                   struct err *err);
/* The same, read when the first verdict is asked for; mistakes go to the log. */
void spam_user_rules(struct spam *s, const struct paths *paths);
void spam_close(struct spam **s); /* writes what was learnt */
int spam_flush(struct spam *s, struct err *err);
/* Take in what another thread or process wrote since. */
int spam_refresh(struct spam *s, struct err *err);

struct spam_input {
	const struct message *m;
	bool known_sender; /* the user wrote to this address */
	/* Of the provider of the account it came through; NULL: of nobody. */
	const struct origin_hosts *hosts;
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
/* Learn; a message learnt before as the other class is unlearnt first, as the
 * same class it stays as it is. */
int spam_learn(struct spam *s, const struct message *m, bool is_spam,
               struct err *err);
/* The same for what may be taken back: what the message taught until then is
 * added to before (empty: nothing; initialised with SPAM_BEFORE_MAX). */
#define SPAM_BEFORE_MAX ((size_t)1024 * 1024)
int spam_correct(struct spam *s, const struct message *m, bool is_spam,
                 struct str *before, struct err *err);
/* Take a correction back, so that the message teaches again just what it taught
 * before.  What the filter does not know any more: -1, ERR_NOTFOUND. */
int spam_take_back(struct spam *s, const struct message *m, struct slice before,
                   struct err *err);
/* Take out what learning the message added, up to 30 days later.  Later, or
 * never learnt: -1, ERR_NOTFOUND. */
int spam_unlearn(struct spam *s, const struct message *m, struct err *err);
/*
 * Learn what another filter knows: text is what "bogoutil -d wordlist.db"
 * prints.  A list that was taken in before changes nothing.  *words_r: how many
 * words it has.  0, or -1: ERR_CONFIG when it is no such list, ERR_IO.
 */
int spam_import(struct spam *s, struct slice text, size_t *words_r,
                struct err *err);
/* Longer explanation: the strongest features in words of the mail. */
void spam_explain(struct spam *s, const struct spam_input *in, struct str *out);
/*
 * One line of "pabal spam batch", without its line end:
 *
 *     C PATH   ham|unsure|spam SCORE PROBABILITY
 *     H PATH   ok (learns ham)         S PATH   ok (learns spam)
 *     F        ok (all is on disk)     Q        (the end)
 *
 * What fails is answered "error TEXT".  Appends the answer and a line end to
 * reply; returns false after Q.
 */
bool spam_batch_line(struct spam *s, struct slice line, struct str *reply);
void spam_counts(const struct spam *s, uint64_t *ham_r, uint64_t *spam_r);

#endif
