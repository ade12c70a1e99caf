/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One fetch under way: what fetch.c and the other fetch_*.c share. */
#ifndef ENGINE_FETCH_PRIV_H
#define ENGINE_FETCH_PRIV_H

#include <pthread.h>

#include "engine/deliver.h"
#include "engine/fetch_plan.h"
#include "engine/intake.h"
#include "engine/job.h"
#include "proto/pop3_client.h"

struct fetch {
	struct job *job;
	const struct account *account;
	struct deliver deliver;
	struct pop3 *pop3;
	struct pop3_listing listing;
	char **keys; /* one a listing entry; NULL: not known */
	struct uidl_map known;
	struct uidl_row **rows; /* of known, by those keys; NULL: not known */
	uint64_t version;       /* of the store, before known was read */
	struct uidl_alias *aliases; /* found out; borrow from keys */
	size_t alias_count;
	bool first; /* nothing was known when it began */
	struct fetch_plan plan;
	size_t others;      /* headers of other messages, so far */
	bool match_content; /* the server's names are not to be trusted */
	char *stuck_key;    /* of the store's state */
	char *unchecked_key;
	bool unchecked; /* UIDL NUMBER confuses the server and us */
	bool freed;     /* free_window had something to do */
	char *note;     /* for the user, though all went well */

	/* What is being fetched: entries plan.fetch[at .. ). */
	size_t at;
	struct store_batch *batch;  /* NULL: none is open */
	struct store_batch *closed; /* the one before, on its way to disk */
	size_t *stored;             /* listing indices put into a batch */
	size_t stored_count;
	size_t closed_count; /* the first of them, once closed is committed */
	size_t safe_count;   /* the first of them are committed */
	size_t mark_count;   /* batches the plan is cut into from at on */
	size_t passed;       /* marks of them that were reached */
	struct intake intake;
	struct str memory; /* the message so far, unless spilled */
	bool spilled;      /* a large one: into fd as it comes */
	int fd;
	size_t current; /* listing index of the message that is arriving */
	bool arriving;

	size_t *removed; /* listing indices with DELE sent */
	size_t removed_count;
	bool *gone; /* one a listing entry: in removed */
	_Atomic uint64_t done;
	uint64_t failed, bytes;
	int64_t told_ms;
	struct err why;  /* of the last message that failed */
	bool shown;      /* the secret, to the server */
	bool paused;     /* the server was not called: see fetch_open */
	int delay;       /* between two logins, as the server wants it */
	int64_t changed; /* of the secret, before it was read */
};

/*
 * Give each entry of the listing its key and find out which are here already
 * under another name; f->known is up to date after it.
 */
int fetch_identify(struct fetch *f, struct err *err);
/* Mark what was fetched and is not here any more (lost); with --missing it
 * counts as not known. */
int fetch_find_missing(struct fetch *f, struct err *err);
/* Compare rows with files, then the same again: before anything is deleted. */
int fetch_look_here(struct fetch *f, struct err *err);
/* What is known by an entry's key as it is now; NULL: nothing. */
struct uidl_row *fetch_find_row(const struct fetch *f, size_t i);
/* What is here, anew; also f->rows, when there are keys. */
int fetch_load_known(struct fetch *f, struct err *err);

typedef int fetch_head_fn(struct fetch *f, size_t entry, struct slice head,
                          struct err *err);
/* Call fn for each entry of which the server shows the header (TOP). */
int fetch_each_head(struct fetch *f, const size_t *entries, size_t n,
                    fetch_head_fn *fn, struct err *err);
/* Date of an entry by its header: 1 known, 0 not, -1 err. */
int fetch_date_of(struct fetch *f, size_t i, int64_t *date_r, struct err *err);
/* A message without usable UIDL is named by its bytes; owned. */
char *fetch_key_of_bytes(struct slice raw);

/* ---- fetch_verify.c ---- */

enum fetch_same {
	FETCH_SAME,
	FETCH_OTHER,
	FETCH_UNKNOWN /* the message is gone, and what it was like */
};

/* Is the header that of the row's message? */
int fetch_compare_head(struct fetch *f, const struct uidl_row *row,
                       struct slice head, enum fetch_same *same_r,
                       struct err *err);
/* The entry's UIDL was another message's: it gets a key of its own. */
void fetch_name_reused(struct fetch *f, size_t i, struct slice head);
/* Take out of the plan's removals what is another message than the one we had;
 * it is fetched. */
int fetch_verify_plan(struct fetch *f, struct err *err);
/* Take other messages out of entries; the next fetch gets them. */
int fetch_verify(struct fetch *f, size_t *entries, size_t *n, struct err *err);

/* ---- fetch.c ---- */

/* Log in and list; f->pop3, f->listing. */
int fetch_connect(struct fetch *f, struct err *err);
void fetch_tell_progress(struct fetch *f, bool force);
void fetch_release(struct fetch *f);

/* ---- fetch_prepare.c ---- */

/* List the mailbox and make the plan: 0, also when there is nothing to do. */
int fetch_prepare(struct fetch *f, struct err *err);
/* Plan anew: keys or rows have changed. */
void fetch_replan(struct fetch *f);

/* ---- fetch_retrieve.c ---- */

/* Messages up to this are parsed from memory, larger ones from the file. */
#define FETCH_MEMORY ((size_t)1024 * 1024)

/* RETR what the plan has left, and make it durable batch by batch.  What came
 * complete before an error is kept. */
int fetch_retrieve(struct fetch *f, struct err *err);

/* ---- fetch_batch.c ---- */

/* The batches, those that there are, become durable and are told; with nothing in
 * it: dropped. */
int fetch_commit(struct fetch *f, struct err *err);
/* That of the batch before, if it is on disk by now. */
int fetch_commit_ready(struct fetch *f, struct err *err);
/* For the intake, ctx is the fetch: the batch is complete; it goes to disk while
 * the next one comes. */
int fetch_settle_batch(void *ctx, struct err *err);
/* The same: for a round trip nothing will come, so the batch's files can go to
 * disk. */
int fetch_start_batch(void *ctx, struct err *err);

/* ---- fetch_leave.c ---- */

/* DELE entries whose numbers were checked. */
int fetch_remove_entries(struct fetch *f, const size_t *entries, size_t n,
                         struct err *err);
/* Check that the numbers still mean the same, then DELE. */
int fetch_remove(struct fetch *f, const size_t *entries, size_t n,
                 struct err *err);
/* "Deleted here, deleted there" counts from the first fetch on that has it. */
int fetch_spare_earlier(struct fetch *f, struct err *err);
/* The account's quota: delete what was told, tell what goes next time. */
int fetch_keep_below(struct fetch *f, struct err *err);

/* ---- fetch_stub.c ---- */

/* Headers of plan.heads; those that the server does not give alone join
 * plan.fetch. */
int fetch_stubs(struct fetch *f, struct err *err);

/* ---- fetch_open.c ---- */

/* The store, and what is to be known before the server is called. */
int fetch_open(struct fetch *f, struct err *err);

/* The same while the server is called, and noted that it is. */
struct fetch_opening {
	struct fetch *f;
	pthread_t thread;
	bool beside; /* the thread runs */
	int rc;
	struct err err;
};

/* f->deliver is not to be touched before the end; each begin has one.  A store
 * that is open already is only told. */
void fetch_open_begin(struct fetch *f, struct fetch_opening *o);
int fetch_open_end(struct fetch_opening *o, struct err *err);

/* ---- fetch_quiet.c ---- */

/* Is it the listing in which there was nothing to do?  1 yes, 0 look at it, -1. */
int fetch_is_quiet(struct fetch *f, struct err *err);
/* Note that there was nothing to do, if that is so. */
void fetch_note_quiet(struct fetch *f);

/* ---- fetch_known.c ---- */

/* Choose a message that shows whether numbers still mean the same. */
bool fetch_choose_check(const struct fetch *f, struct pop3_check *check_r);
/* The check was not passed: -1 when these entries have moved.  0 when only the
 * server cannot tell where one stands. */
int fetch_look_again(struct fetch *f, const size_t *entries, size_t n,
                     struct err *err);

#endif
