/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People from the address books of other programs. */
#ifndef CLI_IMPORT_PEOPLE_H
#define CLI_IMPORT_PEOPLE_H

#include "cli/cli.h"
#include "engine/import.h"

/* Bytes of an address book: photos can be many. */
#define IMPORT_PEOPLE_MAX ((size_t)256 * 1024 * 1024)

/*
 * Read vCards, address books of abook, aliases of mutt and lines "ADDRESS TAB
 * NAME"; the files are only read.  sum_r: messages are people that are new.
 * Returns 0, or -1 with err set; what came before a file that is none of these
 * stays.
 */
int import_people(struct cli *cli, const char *const *files, size_t n,
                  struct import_result *sum_r, struct err *err);

#endif
