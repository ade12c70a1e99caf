/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account's settings as the protocol clients want them. */
#ifndef ENGINE_SERVERS_H
#define ENGINE_SERVERS_H

#include "conf/account.h"
#include "proto/pop3_client.h"
#include "proto/smtp_client.h"

/* Everything borrowed from the arguments. */
void servers_pop3(const struct account *a, const struct secret *secret,
                  int cancel_fd, struct pop3_opts *opts_r);
void servers_smtp(const struct account *a, const struct secret *secret,
                  int cancel_fd, struct smtp_opts *opts_r);

#endif
