/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of files in a Maildir: "base:2,FLAGS". */
#ifndef STORE_MAILDIR_NAME_H
#define STORE_MAILDIR_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"
#include "util/str.h"

/* Names of other programs are at most NAME_MAX long; so are ours. */
#define MAILDIR_NAME_MAX 255

struct maildir_name {
	struct slice base; /* what stays when flags change */
	struct slice info; /* from the colon on, may be empty */
	unsigned flags;    /* enum store_flag */
};

/* Slices of file.  Returns false for what is no message (dot files, empty). */
bool maildir_name_parse(struct slice file, struct maildir_name *name_r);
/* Append the info part for flags; letters of other programs in old stay. */
void maildir_name_info(unsigned flags, struct slice old, struct str *out);
/* Append the base of a fetched message: the same for the same arguments.
 * more tells apart what shares a UIDL; usually empty. */
void maildir_name_fetched(struct slice account, struct slice uidl,
                          struct slice more, struct str *out);
/* Append a base that nobody had before. */
void maildir_name_unique(struct str *out);
/* Was base made by maildir_name_fetched? */
bool maildir_name_is_fetched(struct slice base);

#endif
