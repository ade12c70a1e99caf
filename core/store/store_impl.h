/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the store share; nobody else includes it. */
#ifndef STORE_STORE_IMPL_H
#define STORE_STORE_IMPL_H

#include "store/db.h"
#include "store/maildir.h"
#include "store/store.h"
#include "store/together.h"
#include "util/arena.h"
#include "util/array.h"

struct store {
	struct db *db;
	struct db *search; /* search.db with pabal.db attached; when used */
	char *data;
	char *cache;
	int mail_fd;
	int lock_fd;            /* data/lock: see deliver.c */
	unsigned batches;       /* that hold it */
	uint64_t fresh;         /* store_fresh */
	struct maildir maildir; /* of the account used last */
	int64_t maildir_account;
	struct together *together; /* borrowed; NULL: it writes alone */
	bool reading;              /* nothing can be written, because of: */
	struct err why;
};

/* What is to be written in one transaction, perhaps beside that of others. */
struct store_write {
	/* May be called again when the transaction was taken back, and with
	 * another store than its own, in that one's thread. */
	int (*write)(struct store *s, void *ctx, struct err *err);
	void *ctx;
	size_t rows;  /* about so many */
	bool durable; /* on disk when it is done */
};

/* Write it, and wait for that (together.c). */
int store_write(struct store *s, const struct store_write *what,
                struct err *err);
/* Of all that share with s; to be asked before a batch writes its first file. */
uint64_t store_syncs_failed(const struct store *s);
/*
 * The file system of fd is on disk as it was when this was called.  failed: what
 * store_syncs_failed said.  0, 1 there is no such call, -1.
 */
int store_sync_all(struct store *s, int fd, uint64_t failed, struct err *err);
/* One more store, one less.  Is it the first? */
bool together_join(struct together *t);
void together_leave(struct together *t);
/* How many wait for their turn to write. */
size_t together_waiting(struct together *t);

/* Half a SHA-256: no two mails of anyone meet. */
#define FACTS_HASH_SIZE 16
/* A line of a list shows less; search has the full text. */
#define FACTS_LINE_MAX 500

/* Derived from a message's bytes; strings in an arena. */
struct facts {
	int64_t date;
	uint64_t size;
	struct slice from_name, from_addr, to, subject, message_id;
	struct slice list; /* its List-Id, small letters; empty: none */
	unsigned char hash[FACTS_HASH_SIZE]; /* of what stays on the way */
	int64_t head;                        /* facts_head */
	bool attachment;
	uint64_t stub; /* it begins with the mark of a header alone; else 0 */
	int64_t *
		refs; /* Message-IDs as numbers, own one first when it has one */
	size_t ref_count;
};

/* fallback: date for messages without one. */
void facts_of(const struct message *m, int64_t fallback, struct arena *a,
              struct facts *f_r);

/* What stands in the <> of the List-Id (RFC 2919), in small letters; empty when
 * there is none.  In arena. */
struct slice facts_list(const struct message *m, struct arena *a);

/* A number of From, Subject, Date and Message-ID, the same for a message and for
 * its header alone; 0 when it has none of them. */
int64_t facts_head(const struct message *m);

/* Of a file that holds a header alone: bytes of the whole; else 0. */
uint64_t stub_of(const struct message *m);

/* A row of message, as stored. */
struct row {
	int64_t id;
	int64_t account;
	unsigned flags;
	bool found;
	struct maildir_place place; /* strings in the arena of the call */
};

/* 1, 0 when there is no such row, -1. */
int row_get(struct store *s, int64_t id, struct arena *a, struct row *row_r,
            struct err *err);
int row_by_base(struct store *s, int64_t account, struct slice base,
                struct arena *a, struct row *row_r, struct err *err);
/* The rows of an account with that hash, at most 16, in arena. */
int row_by_hash(struct store *s, int64_t account, const struct facts *f,
                struct arena *a, struct row **rows_r, size_t *n_r,
                struct err *err);
/* Up to 1000 rows of a folder with ids above after, by id. */
int row_window(struct store *s, int64_t account, enum folder folder,
               int64_t after, struct arena *a, struct row **rows_r, size_t *n_r,
               struct err *err);
struct slice facts_hash(const struct facts *f);
/* Write place and flags of a row that exists. */
int row_set_place(struct store *s, const struct row *row, struct err *err);
/* Insert a row with what is new about it (inside a transaction). */
int row_insert(struct store *s, const struct row *row, const struct facts *f,
               const struct store_new *info, int64_t *id_r, struct err *err);
/* Delete a row; its twins are settled anew. */
int row_delete(struct store *s, int64_t id, struct err *err);
/* Write verdict, score, reasons of a message. */
int row_set_verdict(struct store *s, int64_t id, const struct store_new *info,
                    struct err *err);
int row_set_labels(struct store *s, int64_t id, const char *labels,
                   struct err *err);
/* Write the facts of a row that exists. */
int row_set_facts(struct store *s, int64_t id, const struct facts *f,
                  struct err *err);

/* Write what a list shows: names and subject. */
int row_set_words(struct store *s, int64_t id, const struct facts *f,
                  struct err *err);

/* The conversation of these references, made or merged (in a transaction). */
int convo_assign(struct store *s, const int64_t *refs, size_t n, int64_t own,
                 int64_t *convo_r, struct err *err);

/* What tells twins; slices in arena. */
struct twin_key {
	enum folder folder;
	struct slice message_id, hash;
};

/* Settle who of the same mails in a folder is shown (in a transaction). */
int twin_settle(struct store *s, const struct twin_key *key, struct err *err);
int twin_key(struct store *s, int64_t id, struct arena *a,
             struct twin_key *key_r, struct err *err);
/* The same for the mail of that id, in another folder or its own (FOLDER_ANY). */
int twin_settle_id(struct store *s, int64_t id, enum folder folder,
                   struct err *err);

/* Outbox rows and files, each by itself (db_outbox.c). */
struct outbox_row;
char *outbox_path(struct store *s, const char *file); /* owned */
int outbox_write_file(struct store *s, const char *file, struct slice message,
                      struct err *err);
/* Remove files without a row, or make drafts of them when rows were lost. */
void outbox_remove_orphans(struct store *s);
/* Each within a transaction of the caller. */
int outbox_write_row(struct store *s, const struct outbox_row *row,
                     struct err *err);
/* As contact_used. */
int contact_count(struct store *s, const char *name, const char *address,
                  int64_t when, struct err *err);
int outbox_insert(struct store *s, const struct outbox_row *row,
                  const char *file, int64_t *id_r, struct err *err);

/* The folders of an account; valid until the next call. NULL with err. */
struct maildir *store_maildir(struct store *s, int64_t account,
                              struct err *err);
/* The name of an account's folder below mail/; owned, NULL with err. */
char *store_account_dir(struct store *s, int64_t account, struct err *err);
/* Open a message's file, found again if need be. fd or -1. */
int store_read_fd(struct store *s, int64_t id, struct err *err);
/* One try by the row as it stands: fd, or -1 with errno; *account_r of the row. */
int store_read_in_place(struct store *s, int64_t id, int64_t *account_r,
                        struct err *err);
/* Compare the folders of one account with its rows. */
int reconcile_account(struct store *s, int64_t account, bool all,
                      uint64_t *changed, struct err *err);
/* search.db, opened when first used. NULL with err. */
struct db *store_search(struct store *s, struct err *err);
/* Forget the full text. */
int fts_clear(struct store *s, struct err *err);
/*
 * Index these messages once more, as they read now.  Words cannot be taken out
 * (the table has no content), so each gets a further row: its rowid has the id of
 * the message in the lower bits, and the former ones do not count any more.
 */
int fts_again(struct store *s, const int64_t *ids, size_t n, struct err *err);
#define WORDS_ID_BITS 40
#define WORDS_ID      "words.rowid & 1099511627775"
#define WORDS_COUNT                                                        \
 "words.rowid = ifnull((SELECT row FROM renewed WHERE id = " WORDS_ID ")," \
 " words.rowid)"

/* Remember what undo needs (undo.c). */
enum undo_kind {
	UNDO_FLAGS, /* number: flags before, text: NULL */
	UNDO_MOVE,  /* number: folder before */
	UNDO_LABEL, /* number: was it there, text: label */
	UNDO_GROUP, /* the changes that have it as head */
};

int undo_begin(struct store *s, enum undo_kind kind, int64_t *token_r,
               struct err *err);
int undo_add(struct store *s, int64_t token, int64_t message, int64_t number,
             const char *text, struct err *err);

/* A change of one message (change.c); in a transaction. */
struct change {
	enum undo_kind kind;
	unsigned set, clear;
	enum folder folder;
	const char *label;
	bool add;
	int64_t token;  /* 0: not to be undone */
	int64_t missed; /* account of a file that was not in its place, 0 */
	/* Part of a group (many.c): token 0 begins one in it, the group 0 is
	 * begun.  NULL: alone, with a token of its own. */
	int64_t *group;
};

/* The user deleted a message for good (in a transaction, before its row goes). */
int uidl_doom(struct store *s, int64_t id, struct err *err);

int change_one(struct store *s, int64_t id, struct change *c, struct err *err);
/* All of them, in transactions of its own; c->token takes it back. */
int change_all(struct store *s, const int64_t *ids, size_t n, struct change *c,
               struct err *err);

#endif
