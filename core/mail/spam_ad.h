/* SPDX-License-Identifier: GPL-3.0-or-later */
/* (광고) in a subject, and its disguises. */
#ifndef MAIL_SPAM_AD_H
#define MAIL_SPAM_AD_H

#include "util/slice.h"

/* How a subject says that it is an advertisement. */
enum spam_ad {
	SPAM_AD_NONE,
	SPAM_AD_LABELLED, /* "(광고)" at its start, exactly as the law asks */
	SPAM_AD_DISGUISED, /* the same word, made so that filters miss it */
};

enum spam_ad spam_ad_of(struct slice subject);

#endif
