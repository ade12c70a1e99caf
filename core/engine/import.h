/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail of other programs into the store: Maildir, Maildir++, mbox, single files. */
#ifndef ENGINE_IMPORT_H
#define ENGINE_IMPORT_H

#include "mail/mbox.h"
#include "store/store.h"

struct import_opts {
	enum folder folder; /* FOLDER_ANY: by the names of folders and files */
	enum mbox_kind mbox;
	bool (*cancelled)(void); /* may be NULL */
	void (*progress)(void *ctx, uint64_t done, uint64_t total); /* bytes */
	void *ctx;
};

struct import_result {
	uint64_t messages;
	uint64_t known;   /* were here already, or were imported before */
	uint64_t skipped; /* expunged there, cannot be read, or no message */
};

/*
 * Import all that is found at path into an account.  The files are only read.
 * A message is known again by its content: what is here already is passed over,
 * so that an import that was broken off goes on where it was.  What cannot be
 * read inside a folder does not keep back the rest, and is the error in the end.
 *
 * Returns 0, or -1: ERR_NOTFOUND, ERR_USAGE when path is no mail, ERR_CANCELLED,
 * ERR_IO.  What had come is in the store and in *result_r in each case.
 */
int import_path(struct store *s, int64_t account, const char *path,
                const struct import_opts *opts, struct import_result *result_r,
                struct err *err);

/* Where a folder of another program goes.  label: to be released by the caller,
 * "" for none. */
enum folder import_folder(struct slice name, bool top, struct str *label);

#endif
