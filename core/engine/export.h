/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stored mail out to a Maildir or an mbox. */
#ifndef ENGINE_EXPORT_H
#define ENGINE_EXPORT_H

#include "store/store.h"

struct export_opts {
	bool mbox;               /* else Maildir */
	bool (*cancelled)(void); /* may be NULL */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/*
 * Write the messages of a folder (FOLDER_ANY is not allowed) of an account to
 * path.  Maildir: made when it is not there; a message that is there under its
 * name is passed over, so that an export can be repeated.  mbox: appended to
 * file (an open descriptor).
 *
 * done_r  counted up by the messages written.
 */
int export_maildir(struct store *s, const struct store_view *view,
                   const char *path, const struct export_opts *opts,
                   uint64_t *done_r, struct err *err);
int export_mbox(struct store *s, const struct store_view *view, int file,
                const struct export_opts *opts, uint64_t *done_r,
                struct err *err);

#endif
