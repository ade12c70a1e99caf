/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders of one account on disk: mail/<account>/<Folder>/{new,cur,tmp}. */
#ifndef STORE_MAILDIR_H
#define STORE_MAILDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

enum maildir_sub {
	MAILDIR_NEW, /* == 0: the column cur of message */
	MAILDIR_CUR, /* == 1 */
	MAILDIR_TMP,
	MAILDIR_SUB_COUNT,
};

/* Descriptors of folders, opened when first asked for, never through a
 * symbolic link.  { 0 } is closed. */
struct maildir {
	char *dir; /* name below mail/, owned */
	int mail_fd;
	int fds[FOLDER_COUNT][MAILDIR_SUB_COUNT]; /* -1: not open */
};

/* A message file: where, and its name base + info. */
struct maildir_place {
	enum folder folder;
	bool cur;
	struct slice base;
	struct slice info;
};

/* mail_fd is borrowed and must stay open. */
void maildir_open(struct maildir *m, int mail_fd, const char *dir);
void maildir_close(struct maildir *m);
/* Make what is missing of all folders, durably. */
int maildir_make(struct maildir *m, struct err *err);
/* The descriptor (borrowed) or -1.  A missing folder is made. */
int maildir_fd(struct maildir *m, enum folder folder, enum maildir_sub sub,
               struct err *err);
/* Open a message.  fd, or -1; errno is ENOENT when it is not there. */
int maildir_read(struct maildir *m, const struct maildir_place *place,
                 struct err *err);
/* Rename between two places.  0, 1 when from is not there, -1. */
int maildir_move(struct maildir *m, const struct maildir_place *from,
                 const struct maildir_place *to, struct err *err);
/* 0, also when it is not there, or -1. */
int maildir_remove(struct maildir *m, const struct maildir_place *place,
                   struct err *err);
bool maildir_place_same(const struct maildir_place *a,
                        const struct maildir_place *b);
bool maildir_has(struct maildir *m, const struct maildir_place *place);
/* Modification time in nanoseconds. */
int maildir_mtime(struct maildir *m, enum folder folder, enum maildir_sub sub,
                  int64_t *ns_r, struct err *err);
/* Call found for each name that is no dot file; it returns 0 to go on. */
int maildir_scan(struct maildir *m, enum folder folder, enum maildir_sub sub,
                 int (*found)(void *context, const char *name), void *context,
                 struct err *err);
/* Remove our files from tmp folders; the caller knows that nobody delivers. */
int maildir_clean_tmp(struct maildir *m, struct err *err);

#endif
