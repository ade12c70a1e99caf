/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files foreign*.c share. */
#ifndef CONF_FOREIGN_PRIV_H
#define CONF_FOREIGN_PRIV_H

#include "conf/foreign.h"

/* Longest word of such a file. */
#define FOREIGN_WORD_MAX 4096
/* A thousand accounts in a file is no mistake; more is. */
#define FOREIGN_MAX 1000

/* Larger files are no settings. */
#define FOREIGN_FILE_MAX ((size_t)1024 * 1024)

/* A file being read. */
struct foreign_file {
	enum foreign_kind kind;
	const char *file;
	struct foreign_list *list;
};

/* A new candidate, or NULL: there are too many. */
struct foreign *foreign_add(struct foreign_file *f);
/* What it owns. */
void foreign_release(struct foreign *one);
/* The same mailbox, or the same server to send with, for the same user? */
bool foreign_same(const struct account *a, const struct account *b);
/* Both there, and equal but for the size of letters? */
bool foreign_same_text(const char *a, const char *b);
/* Take the last one away again. */
void foreign_take_back(struct foreign_file *f);
/*
 * The next word: blanks and the characters of separators part, quotes and
 * backslashes are undone, "#" begins a comment.  false at the end.
 */
bool foreign_word(struct slice *rest, const char *separators, struct str *word);
/* The same, and a "#" is the word's. */
bool foreign_value(struct slice *rest, const char *separators,
                   struct str *word);
/* Read a regular file, and nothing but read it; 0, or -1 as fsx_read. */
int foreign_text_of(const char *path, struct str *text, struct err *err);
/* There may have been passwords in it. */
void foreign_text_release(struct str *text);
/* Replace *to by a copy of value; "" is none. */
void foreign_set(char **to, struct slice value);
/* Here stands its password. */
void foreign_has_password(struct foreign *one, struct slice value);
/* A port, or 0. */
int foreign_port(struct slice value);
/* A command as a shell took it, for proc_split; owned. */
char *foreign_command(struct slice command);

void foreign_fetchmail(struct foreign_file *f, struct slice text);
void foreign_getmail(struct foreign_file *f, struct slice text);
/* mpop and msmtp have the same language. */
void foreign_msmtp(struct foreign_file *f, struct slice text);
void foreign_mutt(struct foreign_file *f, struct slice text);
void foreign_netrc(struct foreign_file *f, struct slice text);

#endif
