/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much each learner of the spam filter counts in the verdict. */
#ifndef MAIL_SPAM_MIX_H
#define MAIL_SPAM_MIX_H

#include <stdbool.h>

#include "mail/spam_tally.h"

/* What those of the last messages say that the shares should be. */
void spam_mix_fit(const struct spam_tally *t, double share_r[SPAM_SETS]);
/* After each message learnt or (back) taken back: fit t->share again if it is
 * time. */
void spam_mix_update(struct spam_tally *t, bool back);
/* How much a learner counts; 1 on average. */
double spam_mix_share(const struct spam_tally *t, enum spam_set set);

#endif
