/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hosts that look like those of a brand and are not. */
#ifndef MAIL_SPAM_BRAND_H
#define MAIL_SPAM_BRAND_H

#include <stdbool.h>

#include "util/slice.h"

/* Is host named so that people take it for one of a well-known name? */
bool spam_brand_like(struct slice host);

#endif
