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
 * such a file; never over one, never through a link, mode 0600.  What cannot be
 * written as a whole is removed.  *path_r (may be NULL) is owned.  0 or -1.
 */
int attachment_save(const struct part *p, const char *folder, char **path_r,
                    struct err *err);
/* Save p at path, as typed: "~" and "~/..." are the home folder, a folder gets
 * the file under its safe name.  There must be no such file.  *path_r (may be
 * NULL) is owned: where it is.  0 or -1. */
int attachment_save_as(const struct part *p, struct slice path, char **path_r,
                       struct err *err);
/* Save all of them in folder, as typed; *saved_r counts, also when one fails. */
int attachment_save_all(const struct message *m, struct slice folder,
                        size_t *saved_r, struct err *err);

enum attachment_how {
	ATTACHMENT_NO_PROGRAM, /* none is known here */
	ATTACHMENT_WINDOW,     /* a program with windows */
	ATTACHMENT_TERMINAL,   /* it needs the terminal */
	ATTACHMENT_PRINTS,     /* it prints a text */
};

/* A copy of an attachment in a private folder, and the program to show it. */
struct attachment_view {
	char *folder; /* mode 0700, holds only the file */
	char *path;
	char **argv; /* no shell: one word is one argument; NULL: none */
	enum attachment_how how;
	bool input; /* it wants the bytes on standard input */
};

/* The files of $MAILCAPS, or ~/.mailcap and /etc/mailcap; then xdg-open where
 * there are windows.  0 or -1; release the view when the program has ended, or
 * at exit. */
int attachment_view_init(struct attachment_view *v, const struct part *p,
                         struct err *err);
/*
 * Run the program.  One with windows is only started; one for the terminal has
 * it until it ends (leave the screen before); of one that prints, output (may
 * be NULL for the others) gets the text, not made safe.
 *
 * cancel_fd  readable: stop one that prints; -1: none.
 * *status_r  exit status.
 *
 * 0, or -1; ERR_CONFIG says what the user can do.
 */
int attachment_view_run(const struct attachment_view *v, int cancel_fd,
                        struct str *output, int *status_r, struct err *err);
/* Removes the file as well. */
void attachment_view_release(struct attachment_view *v);

/* Run the command that the user typed with these bytes on its standard input;
 * by a shell only if it needs one (nothing of the mail is part of it).  output
 * gets what it prints, errors too, not made safe; *status_r is its exit
 * status. */
int attachment_pipe(struct slice bytes, const char *command, int cancel_fd,
                    struct str *output, int *status_r, struct err *err);

#endif
