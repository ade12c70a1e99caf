/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who sends how much, and whether it is ever opened. */
#ifndef STORE_SENDERS_H
#define STORE_SENDERS_H

#include "store/store.h"

/* How mail is grouped. */
enum store_senders_by {
	STORE_BY_BOTH, /* by its list, else by its sender */
	STORE_BY_SENDER,
	STORE_BY_LIST, /* what came through a list only */
};

struct store_sender {
	bool list;     /* key is a List-Id, else an address */
	char *key;     /* small letters */
	char *address; /* sender of the newest, small letters */
	char *name;    /* to show; may be empty */
	uint64_t total, unread;
	int64_t last_opened; /* date of the newest that was read, 0: none */
	int64_t newest;      /* id of the last that came */
};

/* Those with the most mail in Inbox and Archive, the most first; owned. */
int store_senders(struct store *s, enum store_senders_by by, size_t limit,
                  struct store_sender **v_r, size_t *n_r, struct err *err);
void store_senders_free(struct store_sender **v, size_t n);
/* All mail in Inbox and Archive of a List-Id (list set) or a sender, as ids;
 * owned.  key is in small letters. */
int store_sender_ids(struct store *s, const char *key, bool list,
                     int64_t **ids_r, size_t *n_r, struct err *err);
/* The List-Id of a message as the index keeps it; empty: none.  In a. */
struct slice store_list_id(const struct message *m, struct arena *a);
/* Note the List-Id of up to n messages that were here before it was kept;
 * *left_r: are there more? */
int store_note_lists(struct store *s, size_t n, bool *left_r, struct err *err);

#endif
