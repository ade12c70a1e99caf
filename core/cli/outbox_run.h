/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending what is in the outbox and saying what became of it. */
#ifndef CLI_OUTBOX_RUN_H
#define CLI_OUTBOX_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"
#include "engine/engine.h"

/*
 * Send what is due and wait; then report each of the n rows.  The status: 0
 * when all are sent, EX_UNAVAILABLE when one was refused for good, EX_TEMPFAIL
 * when one waits for another try.
 */
int outbox_run(struct cli *cli, struct engine *e, struct store *s,
               const int64_t *ids, size_t n);

#endif
