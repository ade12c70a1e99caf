/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the filter of an account's provider said of a message. */
#ifndef MAIL_ORIGIN_H
#define MAIL_ORIGIN_H

#include <stdbool.h>

#include "mime/message.h"

/*
 * Did a filter on the way call it spam (X-Spam-Flag, X-Spam-Status, X-Bogosity,
 * X-Spamd-Result, X-MS-Exchange-Organization-SCL)?  Anybody can write such a
 * field, so it is believed against the sender only: no field makes good mail.
 */
bool origin_calls_spam(const struct message *m);

#endif
