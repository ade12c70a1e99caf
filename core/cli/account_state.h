/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When an account is fetched, and what came of it so far. */
#ifndef CLI_ACCOUNT_STATE_H
#define CLI_ACCOUNT_STATE_H

#include "cli/cmd_account.h"
#include "util/json.h"

/* Lines on schedule and history; nothing when nothing was ever stored. */
void account_state_print(struct account_run *r, const struct account *a);
/* The same as the keys schedule, history and leaving of an object. */
void account_state_json(struct account_run *r, const struct account *a,
                        struct json *j);

#endif
