/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Read again as": the charset the user chose for the mail of a sender. */
#ifndef STORE_SENDER_CHARSET_H
#define STORE_SENDER_CHARSET_H

#include "mime/message.h"
#include "store/store.h"
#include "util/err.h"

/* Read m in what was chosen for its sender; without a choice m stays as it is.
 * 0, or -1 when the store cannot be read. */
int sender_charset_apply(struct store *s, struct message *m, struct err *err);
/* Read m as cs and remember it for its sender; CHARSET_UNKNOWN: detect again,
 * and forget.  Rows and words of the sender's latest mail are made anew.  0, or -1 when that cannot be stored (m is read as cs). */
int sender_charset_choose(struct store *s, struct message *m, enum charset cs,
                          struct err *err);

#endif
