/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending what is in the outbox and saying what became of it. */
#ifndef CLI_OUTBOX_RUN_H
#define CLI_OUTBOX_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"
#include "engine/engine.h"
#include "mail/send_as.h"
#include "util/json.h"

/*
 * Send what is due and wait; then report each of the n rows.  The status: 0
 * when all are sent, EX_UNAVAILABLE when one was refused for good, EX_TEMPFAIL
 * when one waits for another try.
 *
 * from  what becomes of the sender of each, for JSON; NULL: nothing is said.
 */
int outbox_run(struct cli *cli, struct engine *e, struct store *s,
               const int64_t *ids, size_t n, const struct send_as *from);
/* "from": an object, null when there is nothing to say; as may be NULL. */
void outbox_from_json(struct json *j, const struct send_as *as);

/*
 * What became of the recipients, a line each, where that differs from the row's
 * state or came from the server.
 *
 * say   prints one line.  Returns whether there was any.
 */
bool outbox_recipients(const struct outbox_row *row,
                       void (*say)(void *ctx, const char *line), void *ctx);
/* "results": an object for each recipient. */
void outbox_results_json(struct json *j, const struct outbox_row *row);

#endif
