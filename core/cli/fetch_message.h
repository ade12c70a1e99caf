/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal fetch --message: the whole of messages of which only the header is here. */
#ifndef CLI_FETCH_MESSAGE_H
#define CLI_FETCH_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"

/* One after the other; the status of the first that failed, else EX_OK. */
int fetch_messages(struct cli *cli, const int64_t *ids, size_t n);

#endif
