/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All messages below a path: a file, an mbox, a Maildir, a folder of those. */
#ifndef CLI_MAIL_FILES_H
#define CLI_MAIL_FILES_H

#include <stdbool.h>

#include "mime/parse.h"
#include "util/err.h"

struct mail_files {
	/* 0, or -1 with err: stop. */
	int (*message)(void *ctx, const struct message *m, struct err *err);
	void *ctx;
	bool (*cancelled)(void); /* may be NULL */
};

/* Folders are read with all that lies below them, in order of names; links are
 * not followed there, hidden files and tmp folders left out. */
int mail_files_each(const struct mail_files *f, const char *path,
                    struct err *err);

#endif
