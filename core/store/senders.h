/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who sends how much, and whether it is ever opened. */
#ifndef STORE_SENDERS_H
#define STORE_SENDERS_H

#include "store/store.h"

struct store_sender {
	char *address; /* lower case */
	char *name;    /* to show; may be empty */
	uint64_t total, unread;
	int64_t last_opened; /* date of the newest that was read, 0: none */
	int64_t newest;      /* id of the last that came */
};

/* Those with the most mail in Inbox and Archive, the most first; owned. */
int store_senders(struct store *s, size_t limit, struct store_sender **v_r,
                  size_t *n_r, struct err *err);
void store_senders_free(struct store_sender **v, size_t n);

#endif
