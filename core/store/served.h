/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stored mail as it is given to other programs: which, its ids, its files. */
#ifndef STORE_SERVED_H
#define STORE_SERVED_H

#include "store/store.h"

/* Bytes of a message's id towards other programs. */
#define SERVED_UID_SIZE 16

struct served_view {
	const int64_t *accounts; /* borrowed */
	size_t account_count;    /* 0: all; a mail of several shows once */
	unsigned folders;        /* bits 1 << enum folder */
	int64_t since;           /* date of the message; 0: any */
};

struct served {
	int64_t id;
	uint64_t size; /* of the file */
	/* Another program may have put the file there: its lines may end in LF
	 * alone.  Ours end in CRLF. */
	bool foreign;
	bool counted; /* the caller's: size is that of the text as it is given */
	unsigned char uid[SERVED_UID_SIZE];
};

/*
 * What view shows, the oldest first; messages of which only the header is here
 * are left out.
 *
 * uid is the same as long as the file is there, whatever becomes of the index,
 * and never that of other mail: it is made from the account's folder, the base
 * of the file's name, and what the message says.
 *
 * v_r  owned (free).  0 or -1.
 */
int served_list(struct store *s, const struct served_view *view,
                struct served **v_r, size_t *n_r, struct err *err);
/* A descriptor to read the message's file, to be closed; it is found again when
 * other programs renamed it.  -1: ERR_NOTFOUND, ERR_IO. */
int served_open(struct store *s, int64_t id, struct err *err);
/*
 * Move those of ids that still stand in one of folders; the others were moved
 * or deleted meanwhile, and whoever did it knew better.  Durable.
 */
int served_move(struct store *s, const int64_t *ids, size_t n, unsigned folders,
                enum folder to, struct err *err);

#endif
