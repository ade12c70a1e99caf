/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts in the settings of other mail programs; their files are only read. */
#ifndef CONF_FOREIGN_H
#define CONF_FOREIGN_H

#include "conf/conf.h"
#include "util/array.h"
#include "util/secret.h"

enum foreign_kind {
	FOREIGN_FETCHMAIL,
	FOREIGN_GETMAIL,
	FOREIGN_MPOP,
	FOREIGN_MSMTP,
	FOREIGN_MUTT,
	FOREIGN_NETRC,
	FOREIGN_COUNT
};

/* A mailbox that another program knows.  After foreign_finish account has a
 * name that can be one here, and an address, guessed when none was said. */
struct foreign {
	struct account account; /* owned */
	enum foreign_kind kind;
	char *file;        /* where it stands; owned */
	bool has_password; /* there; it is not copied */
	/* Where the password stands when not there: another program's file. */
	char *secret_file; /* owned; NULL: in file */
	enum foreign_kind secret_kind;
	bool only_secret; /* until foreign_finish: no mailbox, as far as known */
	bool chosen;      /* the caller's */
	bool wanted;      /* but for foreign_password */
	struct secret password;
};

struct foreign_list {
	struct foreign *v;
	size_t n;
	size_t cap;
	bool want_passwords; /* of foreign_password alone */
};

/* "fetchmail", "getmail", ... */
const char *foreign_name(enum foreign_kind kind);
/*
 * Add the accounts of a file's text.  What is not understood is passed over;
 * IMAP accounts are no candidates.
 */
void foreign_parse(enum foreign_kind kind, const char *file, struct slice text,
                   struct foreign_list *list);
/* Join what fetches and what sends for the same user, and what stands twice, with
 * what each of them knows; give names and addresses. */
void foreign_finish(struct foreign_list *list);
/* Read one file; its kind is told by its name.  0, or -1: ERR_NOTFOUND,
 * ERR_USAGE when the name is no such program's, ERR_IO. */
int foreign_read(const char *path, struct foreign_list *list, struct err *err);
/* All that the home folder has, finished; those whose server and user conf has
 * already are left out. */
void conf_find_foreign(const struct conf *conf, struct foreign_list *list_r);
/* Leave out what conf has. */
void foreign_drop_known(struct foreign_list *list, const struct conf *conf);
/* The password that stands there, because the user wants it taken over.  0, or
 * -1: ERR_NOTFOUND, ERR_IO. */
int foreign_password(const struct foreign *one, struct secret *secret_r,
                     struct err *err);
void foreign_list_remove(struct foreign_list *list, size_t at);
void foreign_list_release(struct foreign_list *list);

#endif
