/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The features of how a mail is built. */
#ifndef MAIL_SPAM_SHAPE_H
#define MAIL_SPAM_SHAPE_H

#include "mail/spam_feature.h"

/* Add to SPAM_SHAPE what v is built like. */
void spam_shape_add(struct spam_features *f, const struct spam_view *v);

#endif
