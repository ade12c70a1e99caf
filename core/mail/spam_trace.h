/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signs of spam in the way that a message says it took (spam_view_trust). */
#ifndef MAIL_SPAM_TRACE_H
#define MAIL_SPAM_TRACE_H

#include "mail/spam_view.h"

/* A server called itself by a name of the one it gave the message to. */
bool spam_trace_helo(const struct spam_view *v, struct str *evidence);
/* A server of the provider (v's hosts) is named where none can have been. */
bool spam_trace_forged(const struct spam_view *v, struct str *evidence);
/* It was received before it was sent. */
bool spam_trace_backwards(const struct spam_view *v);
/* When the last server got it; false when that is not said. */
bool spam_trace_arrival(const struct spam_view *v, int64_t *time_r);

#endif
