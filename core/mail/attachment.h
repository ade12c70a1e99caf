/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attachments outside of the mail: saved, opened, piped to a command. */
#ifndef MAIL_ATTACHMENT_H
#define MAIL_ATTACHMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "mime/message.h"
#include "util/err.h"
#include "util/str.h"

/*
 * Save p in folder under its safe name, or with "-2", "-3", ... when there is
 * such a file; never over one, never through a link, mode 0600.  *path_r (may
 * be NULL) is owned.  0 or -1.
 */
int attachment_save(const struct part *p, const char *folder, char **path_r,
                    struct err *err);
/* Save all of them; *saved_r counts, also when one fails. */
int attachment_save_all(const struct message *m, const char *folder,
                        size_t *saved_r, struct err *err);

/* A copy of an attachment in a private folder, and the program to show it. */
struct attachment_view {
	char *folder; /* mode 0700, holds only the file */
	char *path;
	char **argv;   /* no shell: one word is one argument */
	bool terminal; /* it needs the terminal; else attachment_view_start */
	bool input;    /* it wants the bytes on standard input */
};

/* ~/.mailcap, then /etc/mailcap, then xdg-open.  0 or -1; release the view when
 * the program has ended, or at exit. */
int attachment_view_init(struct attachment_view *v, const struct part *p,
                         struct err *err);
/* Start a program with windows and return. */
int attachment_view_start(const struct attachment_view *v, struct err *err);
/* Removes the file as well. */
void attachment_view_release(struct attachment_view *v);

/* Run the user's command with the bytes of p on its standard input; *status_r
 * is its exit status. */
int attachment_pipe(const struct part *p, const char *command,
                    struct str *output, int *status_r, struct err *err);

#endif
