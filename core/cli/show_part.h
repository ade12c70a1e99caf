/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal show: the parts of a message listed, written out, saved. */
#ifndef CLI_SHOW_PART_H
#define CLI_SHOW_PART_H

#include "cli/cli.h"
#include "mime/message.h"
#include "util/err.h"

/* One line for each part that is no container: path, type and size, name. */
void show_parts(const struct message *m);
/* The bytes of the part at path, transfer encoding undone, on standard output.
 * 0, or -1 (ERR_NOTFOUND). */
int show_part(const struct message *m, const char *path, struct err *err);
/* Save the part at path, or all attachments when it is NULL, in folder; says
 * where each one is.  0, or -1 with err. */
int show_save(const struct cli *cli, const struct message *m, const char *path,
              const char *folder, struct err *err);

#endif
