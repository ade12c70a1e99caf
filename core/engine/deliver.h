/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message's way into the store: parse, verdict, rules, folder. */
#ifndef ENGINE_DELIVER_H
#define ENGINE_DELIVER_H

#include "conf/conf.h"
#include "mail/rule.h"
#include "mail/spam.h"
#include "store/store.h"

/* Everything a delivering worker holds; one per thread. */
struct deliver {
	struct store *store;
	struct spam *spam;
	struct rules *rules;
	const struct account *account;
	int64_t account_id;
};

/* Open store, filter and rules for an account.  0 or -1; release either way. */
int deliver_open(struct deliver *d, const struct paths *paths,
                 const struct account *account, struct err *err);
void deliver_release(struct deliver *d);

/* What the server calls a message (store.h, struct store_new). */
struct deliver_name {
	const char *uidl; /* its key */
	uint64_t size;    /* as listed; 0: unknown */
	bool match_content;
};

/*
 * Put the message whose bytes were written to the batch's last tmp file into
 * the batch.  0 or -1.
 */
int deliver_message(struct deliver *d, struct store_batch *b, struct slice raw,
                    const struct deliver_name *name, struct err *err);

#endif
