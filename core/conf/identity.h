/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another address of an account, and what goes with it, as one line of text. */
#ifndef CONF_IDENTITY_H
#define CONF_IDENTITY_H

#include <stdbool.h>

#include "conf/account.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/*
 * "Name <address>" or an address alone, then any of "; reply-to=ADDRESS",
 * "; via=ACCOUNT" and "; signature=TEXT", which takes the rest.  The address
 * may be a pattern, one "*" before the "@": replies leave from the address
 * that was written to.
 *
 * Strings of *id_r are owned (identity_release).  0, or -1 with ERR_CONFIG.
 */
int identity_parse(struct slice text, struct account_identity *id_r,
                   struct err *err);
/* The same text again, appended. */
void identity_show(const struct account_identity *id, struct str *out);
void identity_release(struct account_identity *id);
bool identity_is_pattern(const struct account_identity *id);
/* Is spec an address of the pattern?  Case does not count; false for an
 * identity that is no pattern. */
bool identity_fits(const struct account_identity *id, struct slice spec);

#endif
