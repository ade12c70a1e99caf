/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of sending share. */
#ifndef ENGINE_SEND_PRIV_H
#define ENGINE_SEND_PRIV_H

#include "engine/job.h"
#include "proto/smtp_client.h"
#include "store/outbox_journal.h"
#include "store/outbox_rows.h"
#include "util/array.h"

/* Rows taken at once: each time costs a sync.  All that the connection can have
 * in flight where they go out together (CHUNKING); else few at first. */
#define SEND_GROUP_MAX   256
#define SEND_GROUP_FIRST 8

/* A row of the outbox with what the connection needs of it. */
struct parcel {
	struct smtp_mail
		mail; /* first: the connection gives back its address */
	struct outbox_row *row;      /* owned */
	struct fsx_map map;          /* the message, when it is on its way */
	struct smtp_recipient *rcpt; /* those who are to be asked */
	size_t *which;               /* their places in row->rcpts */
	bool copied;                 /* some have it since an earlier try */
	char envid[101];             /* RFC 3461, 4.4: 100 at most */
};

struct sender {
	struct job *job;
	struct store *store;
	const struct account *account; /* whose mail it is */
	int64_t account_id;
	const struct account *carrier; /* of the open connection */
	struct smtp *smtp;
	ARRAY(struct parcel *)
	ahead; /* state sending, not begun; next at [at] */
	size_t at;
	ARRAY(struct parcel *) over; /* its outcome is known, not durable yet */
	size_t prepared;            /* so many of over have their copy in ... */
	struct store_batch *copies; /* ... or NULL */
	struct outbox_journal *journal; /* or NULL: none yet, or it is lost */
	bool journal_lost;              /* outcomes are made durable at once */
	size_t begun;    /* so many of ahead are noted as begun */
	size_t answered; /* mails that this connection ended */
	ARRAY(const struct account *) no_chunking; /* BDAT is no use there */
	const struct account *dead; /* no connection in this run ... */
	struct err why_dead;        /* ... for that */
	struct err trouble;         /* of our own store; ERR_NONE: none */
};

struct parcel *parcel_new(struct outbox_row *row); /* takes row */
void parcel_free(struct parcel **p);

/* The program ended while the row was being sent, and it may have been taken. */
void send_settle_orphan(struct outbox_row *row);
/* Nothing was tried, or the connection ended before its turn. */
void send_put_back(struct outbox_row *row);
/* No try could be made; cause says why. */
void send_settle_error(struct outbox_row *row, const struct err *cause);

/*
 * What the connection made of a parcel becomes the state of its row; it goes to
 * s->over.
 */
void send_over(struct sender *s, struct parcel *p);

/* Before rows are taken: those without a note are known to be untouched. */
void send_open_journal(struct sender *s);
/*
 * The mails that come next may be on their way: note that where a death of the
 * process does not undo it.  0, or -1 with s->trouble: they must not go out.
 */
int send_note_begun(struct sender *s, size_t n);
/* The same for the outcome of p, in s->over already.  Where it cannot be noted
 * it is made durable at once. */
void send_note_over(struct sender *s, const struct parcel *p);
/* What a dead process left: rows in state SENDING, copies that are missing.
 * 0 or -1. */
int send_recover(struct sender *s, struct err *err);

/* Make ready what goes to Sent of those in s->over that came since; nothing is
 * written yet.  What fails is tried again, and said, by send_settle. */
void send_prepare_copy(struct sender *s);

/*
 * Make the outcome of all in s->over durable, store Sent copies, remove rows of
 * what everybody has, and say it.  Empties s->over either way.  0 or -1.
 */
int send_settle(struct sender *s, struct err *err);

/* The same; trouble goes to s->trouble. */
void send_settle_now(struct sender *s);

/* Finish what a dead process left to do for a row that is settled: a copy of what
 * somebody has, and closing it when everybody has it.  0 or -1. */
int send_finish(struct sender *s, struct outbox_row *row, struct err *err);
/* Has the row a copy in Sent to come? */
bool send_wants_copy(const struct outbox_row *row);

#endif
