/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The features of a mail. */
#ifndef MAIL_SPAM_FEATURE_H
#define MAIL_SPAM_FEATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/spam_set.h"
#include "mail/spam_view.h"

/* Of bytes, letters as lower case. */
uint64_t spam_hash(struct slice s, uint64_t seed);
uint64_t spam_hash_mix(uint64_t h);
/* Replace the content by the features of v; v must outlive the names. */
void spam_features_of(struct spam_features *f, const struct spam_view *v);

#endif
