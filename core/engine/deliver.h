/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message's way into the store: parse, verdict, rules, folder. */
#ifndef ENGINE_DELIVER_H
#define ENGINE_DELIVER_H

#include "conf/conf.h"
#include "mail/rule.h"
#include "mail/spam.h"
#include "store/store.h"
#include "util/array.h"

/* What the user says of a message outweighs every score of the filter. */
#define DELIVER_USER_SCORE 15.0

/* To be done when the batch is safe. */
struct deliver_after {
	size_t at;           /* place of the message in the batch */
	const char *command; /* of the rules; NULL: say text */
	char *text;
};

/* Everything a delivering worker holds; one per thread. */
struct deliver {
	struct store *store;
	struct spam *spam;
	struct rules *rules;
	const struct account *account;
	int64_t account_id;
	const struct paths *paths;
	struct origin_hosts hosts; /* of the account's provider */
	struct conf *conf;         /* read when a rule first sends mail */
	int64_t sent_today;        /* by rules, with what this fetch queued */
	/* Unread mail for the inbox: in the batch, and that is safe by now; who
	 * wrote the last one (deliver_arrived). */
	uint64_t arriving, arrived;
	char *from, *subject;
	bool queued; /* something went into the outbox */
	ARRAY(struct deliver_after) after;
	/* Of them those of a batch that is on its way to disk: deliver_hold. */
	bool holding;
	uint64_t held;
	size_t held_after;
};

/* Open store, filter and rules for an account.  together: NULL, or what its store
 * writes with (store_open_with).  s: that store, when it is open already (taken),
 * or NULL.  0 or -1; release either way. */
int deliver_open(struct deliver *d, const struct paths *paths,
                 const struct account *account, struct together *together,
                 struct store *s, struct err *err);
void deliver_release(struct deliver *d);

/* What the server calls a message (store.h, struct store_new). */
struct deliver_name {
	const char *uidl; /* its key */
	uint64_t size;    /* as listed; 0: unknown */
	bool match_content;
	bool mapped;   /* the bytes are a map of the file */
	uint64_t stub; /* only its header (store.h, struct store_new) */
};

/*
 * Put the message whose bytes were written to the batch's last tmp file into
 * the batch.  0 or -1.
 */
int deliver_message(struct deliver *d, struct store_batch *b, struct slice raw,
                    const struct deliver_name *name, struct err *err);

/* What filter and rules make of a message. */
struct deliver_judged {
	struct store_new info; /* borrows from the rest */
	struct rule_actions wish;
	struct spam_result spam;
	struct str labels, reasons;
};

/*
 * Judge a message that is whole now (store_fill): rules and filter have seen its
 * header only.  What rules send goes into the batch; what the user said of it
 * stays.
 *
 * row   of the header; folder and flags in j->info say where it belongs now,
 *       which is where it is unless only the verdict put it there
 *
 * 0 or -1; release j either way.
 */
int deliver_whole(struct deliver *d, struct store_batch *b,
                  const struct message *m, const struct store_row *row,
                  const char *uidl, struct deliver_judged *j, struct err *err);
void deliver_judged_release(struct deliver_judged *j);

/* What was delivered so far belongs to a batch that is being made safe: the next
 * deliver_arrived and the deliver_after behind it are of that one alone. */
void deliver_hold(struct deliver *d);
/* None of it became safe: forget what is to be done of all batches. */
void deliver_forget(struct deliver *d);
/* The batch is safe, or it is not: does its mail count as arrived? */
void deliver_arrived(struct deliver *d, bool safe);
/* Did the user ever write to who sent this? */
bool deliver_known_sender(struct store *s, const struct message *m);
/* A batch was committed: run commands and say what rules want said, by way of
 * tell.  n ids as store_batch_commit gave them. */
void deliver_after(struct deliver *d, const int64_t *ids, size_t n,
                   void (*tell)(void *ctx, const char *text), void *ctx);

#endif
