/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signs of spam that need more than a pattern. */
#ifndef MAIL_SPAM_SIGN_H
#define MAIL_SPAM_SIGN_H

#include <stdbool.h>

#include "mail/spam_view.h"

/* How a subject says that it is an advertisement. */
enum spam_ad {
	SPAM_AD_NONE,
	SPAM_AD_LABELLED, /* "(광고)" at its start, exactly as the law asks */
	SPAM_AD_DISGUISED, /* the same word, made so that filters miss it */
};

enum spam_ad spam_ad_of(struct slice subject);

struct spam_sign;

/* By its name in a rules file; NULL: there is none. */
const struct spam_sign *spam_sign_find(struct slice name);
/* Does the message show it?  evidence: appended what was seen, may be empty. */
bool spam_sign_shows(const struct spam_sign *s, const struct spam_view *v,
                     const struct message *m, struct str *evidence);

#endif
