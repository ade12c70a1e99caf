/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail that is like one single message learnt before. */
#ifndef MAIL_SPAM_TWIN_H
#define MAIL_SPAM_TWIN_H

#include <stdbool.h>

#include "mail/spam_set.h"

/*
 * Is nearly all that is known of these features known from one message, and was
 * that learnt as ham?
 *
 * sparse  ham and spam count of each slot, as learner N keeps them.
 * l       features of N.
 */
bool spam_twin_of_ham(const unsigned char *sparse,
                      const struct spam_feature_list *l);

#endif
