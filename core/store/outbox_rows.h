/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outbox rows: messages on their way out, each step durable. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/store.h"

enum outbox_state {
	OUTBOX_HELD, /* until not_before: undo */
	OUTBOX_QUEUED,
	OUTBOX_SENDING, /* found at start: unknown */
	OUTBOX_RETRY,
	OUTBOX_SENT,
	OUTBOX_FAILED,
	OUTBOX_UNKNOWN, /* connection lost after the final dot; due once more */
	OUTBOX_CANCELLED,
};

/* enum smtp_fate's value of a recipient who has the message. */
#define OUTBOX_FATE_SENT 1

struct outbox_rcpt {
	char *spec;
	int fate;    /* enum smtp_fate's values */
	char *words; /* the server's last, or NULL */
};

struct outbox_row {
	int64_t id;
	int64_t account;
	enum outbox_state state;
	char *from; /* envelope */
	struct outbox_rcpt *rcpts;
	size_t rcpt_count;
	char *subject;
	int64_t not_before;
	int tries;
	int doubts;          /* tries whose end nobody knows */
	int64_t take;        /* how often it was taken for sending */
	char *error;         /* last, or NULL */
	int64_t reply_to;    /* message to mark answered/forwarded, 0 */
	unsigned reply_flag; /* STORE_ANSWERED or STORE_FORWARDED */
	int64_t draft;       /* draft to remove when sent, 0 */
	bool automatic;      /* by a rule: no copy in Sent, nobody is known */
	unsigned dsn;        /* delivery reports that are wanted */
	char *file;          /* name below data/outbox */
};

const char *outbox_state_name(enum outbox_state s); /* "held", ... */
/* message (CRLF) is written and fsynced, then the row committed. */
int outbox_add(struct store *s, const struct outbox_row *row,
               struct slice message, int64_t *id_r, struct err *err);
/* The same for n of them at once: all are there or none is.  ids_r: n. */
int outbox_add_many(struct store *s, const struct outbox_row *rows,
                    const struct slice *messages, size_t n, int64_t *ids_r,
                    struct err *err);
int outbox_list(struct store *s, struct outbox_row **v_r, size_t *n_r,
                struct err *err);
void outbox_rows_free(struct outbox_row **v, size_t n);
int outbox_get(struct store *s, int64_t id, struct outbox_row **v_r,
               struct err *err);
/* The sender of the first that is due, taken or not; owned.  1, 0 none is, -1. */
int outbox_due_from(struct store *s, int64_t account, int64_t now,
                    char **from_r, struct err *err);
/* The accounts of what is due; *v_r is owned, on errors, too.  0 or -1. */
int outbox_due_accounts(struct store *s, int64_t now, int64_t **v_r,
                        size_t *n_r, struct err *err);
/* Take a due one for sending, exclusively across processes: state becomes
 * OUTBOX_SENDING and is durable.  1 taken, 0 none due, -1. */
int outbox_take(struct store *s, int64_t account, int64_t now,
                struct outbox_row **v_r, struct err *err);
/* The same for up to max of them in one transaction, the first due first, each
 * into v (room for max) as outbox_take's.  0 with *n_r, or -1. */
int outbox_take_many(struct store *s, int64_t account, int64_t now, size_t max,
                     struct outbox_row **v, size_t *n_r, struct err *err);
int outbox_update(struct store *s, const struct outbox_row *row,
                  struct err *err);
/* All of them in one transaction. */
int outbox_update_many(struct store *s, struct outbox_row *const *v, size_t n,
                       struct err *err);
/* Cancel unless it is being sent: 1 cancelled, 0 too late, -1. */
int outbox_cancel(struct store *s, int64_t id, struct err *err);
/* Remove what was cancelled before that time, rows and files. */
int outbox_purge(struct store *s, int64_t before, struct err *err);
/* Due at now as if it were new, those who were refused asked again; unless it is
 * being sent: 1 done, 0 it is being sent or gone, -1. */
int outbox_requeue(struct store *s, int64_t id, int64_t now, struct err *err);
/* The same for all of them at once.  0 or -1. */
int outbox_requeue_many(struct store *s, const int64_t *ids, size_t n,
                        int64_t now, struct err *err);
int outbox_message(struct store *s, int64_t id, struct fsx_map *map_r,
                   struct err *err);
/* The same for a row that was read. */
int outbox_map(struct store *s, const struct outbox_row *row,
               struct fsx_map *map_r, struct err *err);
/* As outbox_list, of those only that are being sent, are sent, or that some have:
 * what a process that died may have left to do. */
int outbox_unfinished(struct store *s, struct outbox_row **v_r, size_t *n_r,
                      struct err *err);
/*
 * Add the message of a row to a batch.  Its file is on disk already: at the commit
 * it gets a second name, or is copied where the file system has no links.
 *
 * m     the row's message.
 * info  as store_batch_add's.
 */
void store_batch_add_outbox(struct store_batch *b, const struct outbox_row *row,
                            const struct message *m,
                            const struct store_new *info);
/* Everybody has it, and no message is to be marked, no draft to be removed. */
bool outbox_is_over(const struct outbox_row *row);
/*
 * What became of mails: states and fates of v are written; rows that are over go
 * with their files, and the people who got those are known.  One transaction, with
 * all that was added to *b (may be NULL), which is taken.
 *
 * Returns 0, or -1: nothing of it was done, or nobody knows.
 */
int outbox_settle(struct store *s, struct store_batch **b,
                  struct outbox_row *const *v, size_t n, struct err *err);
/*
 * Queue a message because of the one added to the batch last.  Both are there
 * after the commit, or neither is; and what has this key was queued at most
 * once, however often that message is delivered.
 *
 * row    account, state, from, rcpts, subject, not_before, error, automatic;
 *        reply_to is set to the delivered message when reply_flag is not 0.
 * again  seconds after which the key may be used again; 0: never.
 */
int store_batch_outgoing(struct store_batch *b, const struct outbox_row *row,
                         const char *key, int64_t again, struct slice message,
                         struct err *err);
/* Keys that begin so are of what is only shown, and are not counted. */
#define OUTBOX_KEY_REFUSED "refused\n"
/* How many were queued so for the account since. */
int outbox_automatic_since(struct store *s, int64_t account, int64_t since,
                           int64_t *n_r, struct err *err);
/* Was a copy with this key (store_new.uidl) stored, even if it was deleted since? */
int outbox_is_copied(struct store *s, int64_t account, const char *key,
                     bool *copied_r, struct err *err);
/* After the sent copies are stored: the people who got them are known, rows and
 * files go, in one transaction. */
int outbox_close(struct store *s, struct outbox_row *const *v, size_t n,
                 int64_t when, struct err *err);
/* Remove row and file. */
int outbox_remove(struct store *s, int64_t id, struct err *err);
/* Is there anything to do by now, which is not: nothing there, or all of it waits
 * for a later time? */
int outbox_waiting(struct store *s, int64_t now, bool *waiting_r,
                   struct err *err);
/* Time of the next due one, 0 none. */
int outbox_next(struct store *s, int64_t *when_r, struct err *err);

/* People: completion by use. */
struct contact {
	char *name;
	char *address;
	int64_t uses;
	int64_t last;
};

int contact_used(struct store *s, const char *name, const char *address,
                 int64_t when, struct err *err);
int contact_all(struct store *s, struct contact **v_r, size_t *n_r,
                struct err *err);
void contacts_free(struct contact **v, size_t n);
/* People of an address book (uses and last do not count): those that are not known
 * yet are added, a name is filled in where there was none.  All or nothing.
 * *added_r: how many are new. */
int contact_add_all(struct store *s, const struct contact *v, size_t n,
                    size_t *added_r, struct err *err);
/* Did the user ever write to this address, or have it in an address book? */
int contact_known(struct store *s, const char *address, bool *known_r,
                  struct err *err);

#endif
