/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signs of spam that need more than a pattern. */
#ifndef MAIL_SPAM_SIGN_H
#define MAIL_SPAM_SIGN_H

#include <stdbool.h>

#include "mail/spam_view.h"

struct spam_sign;

/* By its name in a rules file; NULL: there is none. */
const struct spam_sign *spam_sign_find(struct slice name);
/* Does the message show it?  evidence: appended what was seen, may be empty. */
bool spam_sign_shows(const struct spam_sign *s, const struct spam_view *v,
                     const struct message *m, struct str *evidence);

#endif
