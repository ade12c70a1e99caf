/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The local mailbox: Maildir files and the index beside them. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mime/parse.h"
#include "util/err.h"
#include "util/fsx.h"
#include "util/map.h"
#include "util/str.h"

/*
 * Exactly once: the Maildir base name of a fetched message is made from account
 * and UIDL, so a fetch repeated after a crash writes the same file.  Order:
 * tmp, fsync, rename, fsync of the folder, one transaction (rows and UIDLs);
 * only then may the caller DELE.
 *
 * A handle belongs to one thread; any number of handles and processes may have
 * the store open.
 */
struct store;

/* Folders of an account; labels and views come on top. */
enum folder {
	FOLDER_INBOX,
	FOLDER_ARCHIVE,
	FOLDER_SENT,
	FOLDER_DRAFTS,
	FOLDER_SPAM,
	FOLDER_TRASH,
	FOLDER_COUNT,
	FOLDER_ANY = -1,
};

const char *folder_name(enum folder f); /* "Inbox", ...: on disk and CLI */
int folder_lookup(struct slice name, enum folder *f_r); /* 0 or -1 */

enum store_flag { /* as in Maildir names */
	STORE_SEEN = 1,
	STORE_ANSWERED = 2,
	STORE_FLAGGED = 4,
	STORE_FORWARDED = 8,
	STORE_DRAFT = 16,
};

enum spam_verdict {
	SPAM_NONE,
	SPAM_HAM,
	SPAM_UNSURE,
	SPAM_SPAM
};

/* One row of a list; strings owned by the row list, safe for a terminal. */
struct store_row {
	int64_t id;
	int64_t account;
	enum folder folder;
	unsigned flags;
	int64_t date; /* of the message, else when it came */
	uint64_t size;
	char *from_name; /* short form for lists */
	char *from_addr;
	char *to; /* short form, for Sent and Drafts */
	char *subject;
	char *message_id;
	char *labels;  /* comma separated */
	int64_t convo; /* conversation */
	bool has_attachment;
	enum spam_verdict verdict;
	double spam_score;
	int copies; /* came through this many accounts */
	/* Bytes on the server of a message of which only the header is here;
	 * 0: it is whole. */
	uint64_t stub;
};

struct store_rows {
	struct store_row *v;
	size_t n;
};

void store_rows_release(struct store_rows *r);

/* data: folder with mail/ and pabal.db; cache: for search.db.  Creates what is
 * missing.  NULL: ERR_IO (read-only, full), ERR_RETRY (locked). */
struct store *store_open(const char *data, const char *cache, struct err *err);
/* One of several threads' stores, which write together (store/together.h). */
struct together;
struct store *store_open_with(const char *data, const char *cache,
                              struct together *t, struct err *err);
/*
 * The same, or a store to read from where nothing can be written (a file system
 * that is read-only or full, no permission): then whatever would write fails.
 */
struct store *store_open_reading(const char *data, const char *cache,
                                 struct err *err);
/* Why nothing can be written, borrowed; NULL when it can. */
const char *store_read_only(const struct store *s);
/* Can it be written now?  Then it is, from here on.  True when that is new. */
bool store_retry(struct store *s);
void store_close(struct store **s);
/* Did store_open fail because pabal.db is no sound database? */
bool store_damaged(const struct err *err);

/* What store_check found. */
struct store_health {
	uint64_t rows;    /* messages */
	uint64_t missing; /* of them without their file, and files ... */
	uint64_t unknown; /* ... without a row: seen when next looked at */
	bool counted;     /* the counters agree with the rows */
};

/* Who waits for a check: asked now and then, with how much is done of about how
 * much; true: it shall end. */
struct store_waiter {
	bool (*ask)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/* Is all sound?  Nothing is written.  waiter: may be NULL.  0, or -1: ERR_IO
 * when the index is damaged (store_damaged), ERR_RETRY when it is held by
 * another program, ERR_CANCELLED when the waiter said so. */
int store_check(struct store *s, const struct store_waiter *waiter,
                struct store_health *health_r, struct err *err);
/* Put such a pabal.db aside, as pabal.db.damaged-TIME; store_open makes a new
 * one, store_rebuild fills it from the mail files. */
int store_set_aside(const char *data, struct err *err);

/* Number of the account of that name, made when new.  -1 with err. */
int store_account(struct store *s, const char *name, int64_t *id_r,
                  struct err *err);
/* The same without making it: 1; 0 when there is none; -1 with err. */
int store_find_account(struct store *s, const char *name, int64_t *id_r,
                       struct err *err);
char *store_account_name(struct store *s, int64_t id); /* owned or NULL */
/* Path of the folder with the mail of the account of that name, owned; NULL
 * with err, ERR_NOTFOUND when it never had any. */
char *store_account_path(struct store *s, const char *name, struct err *err);

/* ---- delivery: a batch is durable and visible at commit, or not at all ---- */
struct store_batch;

struct store_new {
	enum folder folder;
	unsigned flags;
	const char *uidl;     /* NULL: not fetched (sent, imported) */
	uint64_t listed_size; /* what the server says it has; 0: nothing */
	int64_t received;
	enum spam_verdict verdict;
	double spam_score;
	struct slice spam_reasons; /* a line each */
	const char *labels;        /* comma separated; may be NULL */
	/* Only the header: bytes of the whole, else 0.  The message begins with
	 * what store_stub_mark gives. */
	uint64_t stub;
	/* The server's UIDLs cannot be trusted (none, or renumbered): when the
	 * account has a message of the very same bytes, it is that one. */
	bool match_content;
};

struct store_batch *store_batch_begin(struct store *s, int64_t account,
                                      struct err *err);
/* A tmp file to stream the message into (fd, owned by the batch until add). */
int store_batch_file(struct store_batch *b, int *fd_r, struct err *err);
/* The message written to the last tmp file, whose bytes m was parsed from, goes
 * into the batch. */
int store_batch_add(struct store_batch *b, const struct message *m,
                    const struct store_new *info, struct err *err);
/* Forget the message added last, with what store_batch_outgoing added to it:
 * it was not delivered. */
void store_batch_take_back(struct store_batch *b);
/* What is in the batch may be another message than its UIDL's: each is noted with
 * a size that is not its own, so that the next fetch asks for its header. */
void store_batch_doubt(struct store_batch *b);
/* Forget the last tmp file (a message that was cut). */
void store_batch_drop(struct store_batch *b);
size_t store_batch_count(const struct store_batch *b);
uint64_t store_batch_bytes(const struct store_batch *b);
/* Begin to make its files durable while something else is done: no message need
 * be added any more, and nothing is renamed before store_batch_commit, which
 * waits for it and has its error.  A second time: nothing. */
void store_batch_start(struct store_batch *b);
bool store_batch_started(const struct store_batch *b);
/* store_batch_commit would not wait for that. */
bool store_batch_ready(const struct store_batch *b);
/* fsync all, rename, fsync folders, one transaction.  ids_r (may be NULL): ids
 * of the messages in order of add, owned.  Frees the batch either way. */
int store_batch_commit(struct store_batch **b, int64_t **ids_r, size_t *n_r,
                       struct err *err);
void store_batch_abort(struct store_batch **b);
/* How many messages came through this handle that were not here before. */
uint64_t store_fresh(const struct store *s);
/* One message at once: sent copies, drafts, imports. */
int store_deliver(struct store *s, int64_t account, struct slice message,
                  const struct store_new *info, int64_t *id_r, struct err *err);

/* ---- messages of which only the header is here (stub.c) ---- */

/* Append the field that such a file begins with, CRLF included. */
void store_stub_mark(uint64_t bytes, struct str *out);
/*
 * The whole message, written to the batch's last tmp file, takes the place of
 * its header: durable when this returns 0.  Frees the batch either way.
 *
 * id     of the row; one that is whole already stays as it is
 * m      parsed from the bytes of the tmp file
 * info   NULL, or the verdict upon the whole, its reasons and labels; what
 *        store_batch_outgoing was given after store_batch_expect goes with it
 * id_r   the message's new id: it is another message for all who have seen the
 *        header only; folder, flags, labels, verdict and undo go over to it
 *
 * -1: ERR_NOTFOUND when it was deleted meanwhile, ERR_IO.
 */
int store_fill(struct store_batch **b, int64_t id, const struct message *m,
               const struct store_new *info, int64_t *id_r, struct err *err);
/* The last tmp file is for store_fill: it counts as the batch's message. */
void store_batch_expect(struct store_batch *b);
/* Was store_fill cut short (a crash)?  Then what is left of it is done now.
 * *id_r: the message's id after it. */
int store_fill_settle(struct store *s, int64_t id, int64_t *id_r,
                      struct err *err);

/* ---- what was fetched ---- */
enum uidl_state {
	UIDL_STORED = 1,
	UIDL_DELETED = 2, /* on the server, too */
	UIDL_SKIPPED = 3,
	/* Deleted here for good by the user (store_delete, or another program
	 * out of Trash): goes there too when the account wants that. */
	UIDL_DOOMED = 4,
	/* The same, before the account wanted that: it stays there. */
	UIDL_SPARED = 5
};

struct uidl_row {
	enum uidl_state state;
	int64_t message; /* id, 0 when gone */
	int64_t fetched; /* time */
	uint64_t size;   /* as the server listed it; 0: unknown */
	int64_t head;    /* store_head_number, 0: unknown */
	bool stub;       /* only the header is here */
	bool lost;       /* the file went without the user (engine) */
	bool listed;     /* by the server, now (engine) */
	bool shown;      /* its header, by the server (engine) */
};

/* Values: struct uidl_row *, owned by the map's arena. */
struct uidl_map {
	struct map map;
	struct arena arena;
};

int store_uidls(struct store *s, int64_t account, struct uidl_map *map_r,
                struct err *err);
void uidl_map_release(struct uidl_map *m);
int store_uidl_set(struct store *s, int64_t account, const char *uidl,
                   enum uidl_state state, struct err *err);
/* All that was deleted here until now becomes UIDL_SPARED.  Durable. */
int store_uidls_spare(struct store *s, int64_t account, struct err *err);

/*
 * A listing in which there was nothing to do: while it and what the account wants
 * stay the same there still is nothing.  Forgotten when any row of the account's
 * UIDLs changes, or a message of it becomes whole.
 */
struct store_quiet {
	uint64_t listing; /* hash of what the server listed */
	uint64_t wishes;  /* hash of what decides on it */
	int64_t until;    /* from then on something is to do */
};

/* 1 there is one, 0 none, -1. */
int store_quiet_get(struct store *s, int64_t account, struct store_quiet *q_r,
                    struct err *err);
/* Only when store_version still is version, of before the rows were read: what
 * others wrote since may matter. */
int store_quiet_set(struct store *s, int64_t account,
                    const struct store_quiet *q, uint64_t version,
                    struct err *err);

/* A message that is here has this UIDL as well, or another size in the list. */
struct uidl_alias {
	const char *uidl;
	int64_t message;
	uint64_t size;
};

/* All in one transaction; what is known of the message's other UIDLs (when it
 * was fetched) holds for the new one. */
int store_uidl_alias(struct store *s, int64_t account,
                     const struct uidl_alias *v, size_t n, struct err *err);
/* A number of the header's From, Subject, Date and Message-ID; 0: it has none. */
int64_t store_head_number(const struct message *head);
/*
 * A message of the account that has this header (Message-ID, Date, Subject).
 *
 * id    look at this row only; 0: at all of them, and then the Message-ID must
 *       not be empty and the size as it is here or as it was listed
 *
 * Returns 1 with its row in *id_r, 0 there is none, -1 err.
 */
int store_find_head(struct store *s, int64_t account, int64_t id,
                    const struct message *head, uint64_t size, int64_t *id_r,
                    struct err *err);
/* Of UIDLs that are not known: those whose files are here although pabal.db was
 * lost become known again; *found_r: how many. */
int store_uidls_by_name(struct store *s, int64_t account,
                        const struct slice *uidls, size_t n, size_t *found_r,
                        struct err *err);

/* A message that is to be deleted on the server next time. */
struct store_leaving {
	char *uidl;
	int64_t message; /* row, 0 none */
	uint64_t size;
};

/* What stands there, largest first; owned (store_leaving_free). */
int store_leaving(struct store *s, int64_t account, struct store_leaving **v_r,
                  size_t *n_r, struct err *err);
void store_leaving_free(struct store_leaving **v, size_t n);
/* These and no others; message is not looked at.  Durable. */
int store_leaving_set(struct store *s, int64_t account,
                      const struct store_leaving *v, size_t n, struct err *err);

/* store_reconcile for one account. */
int store_look(struct store *s, int64_t account, struct err *err);
/* UIDLs that are known without a message: ids_r says which message of that name
 * is here after all, 0 none; the index is set right. */
int store_uidls_relink(struct store *s, int64_t account,
                       const struct slice *uidls, size_t n, int64_t *ids_r,
                       struct err *err);
/* Once a day: copy UIDLs, labels, verdicts, contacts to data/backup, where
 * store_open and store_rebuild find them when pabal.db was lost. */
int store_copy_daily(struct store *s, struct err *err);

struct fetch_record {
	int64_t account;
	int64_t started, ended;
	int64_t took_ms; /* by a clock that is never set */
	uint64_t messages, skipped, bytes;
	char *why;   /* some were skipped; NULL: not known */
	char *error; /* NULL: none */
};

/* What the key of the state is to say; borrowed. */
struct store_state {
	const char *key;
	struct slice value;
};

/* Write it, and state unless NULL, in one transaction; durable: on disk. */
int store_fetch_record(struct store *s, const struct fetch_record *r,
                       const struct store_state *state, bool durable,
                       struct err *err);
/* The last n of an account (0: of all), newest first; owned
 * (fetch_records_free). */
int store_fetch_history(struct store *s, int64_t account, size_t n,
                        struct fetch_record **v_r, size_t *n_r,
                        struct err *err);
void fetch_records_free(struct fetch_record **v, size_t n);

/* ---- lists are windows ---- */
struct store_view {
	int64_t account;    /* 0: all */
	enum folder folder; /* FOLDER_ANY: all but Spam and Trash */
	bool unread_only;
	bool flagged_only;
	const char *label;  /* NULL: any */
	const char *search; /* query of mail/search, as SQL match; NULL: none */
	int64_t convo;      /* 0: any */
};

/* Key of a row: lists are ordered by (date, id), newest first. */
struct store_key {
	int64_t date;
	int64_t id;
};

/* Up to limit rows after key (NULL: from the top); before: up to limit rows
 * before it, in list order. */
int store_list(struct store *s, const struct store_view *view,
               const struct store_key *key, bool before, size_t limit,
               struct store_rows *rows_r, struct err *err);
int store_count(struct store *s, const struct store_view *view,
                uint64_t *total_r, uint64_t *unread_r, struct err *err);
int store_row(struct store *s, int64_t id, struct store_rows *rows_r,
              struct err *err);
/* By Message-ID (without <>); 0 when absent. */
int store_find_message_id(struct store *s, struct slice message_id,
                          int64_t *id_r, struct err *err);
/* All of a folder, the oldest first; *ids_r owned, NULL for none. */
int store_with_message_id(struct store *s, struct slice message_id,
                          enum folder folder, int64_t **ids_r, size_t *n_r,
                          struct err *err);
/* Is a copy of it in Sent, wherever else it is? */
int store_was_sent(struct store *s, struct slice message_id, bool *sent_r,
                   struct err *err);
/* Map the file of a message; finds it again when other programs renamed it. */
int store_map(struct store *s, int64_t id, struct fsx_map *map_r,
              struct err *err);
char *store_path(struct store *s, int64_t id, struct err *err); /* owned */
int store_spam_reasons(struct store *s, int64_t id, struct str *out,
                       struct err *err);

/* ---- changes; each returns an undo token (> 0) for store_undo ---- */
int store_flags(struct store *s, const int64_t *ids, size_t n, unsigned set,
                unsigned clear, int64_t *undo_r, struct err *err);
int store_move(struct store *s, const int64_t *ids, size_t n,
               enum folder folder, int64_t *undo_r, struct err *err);
int store_label(struct store *s, const int64_t *ids, size_t n,
                const char *label, bool add, int64_t *undo_r, struct err *err);
int store_set_verdict(struct store *s, int64_t id, enum spam_verdict verdict,
                      double score, struct slice reasons, struct err *err);
/* The file goes now (drafts that were sent, emptied trash); its UIDLs become
 * UIDL_DOOMED. */
int store_delete(struct store *s, const int64_t *ids, size_t n,
                 struct err *err);
/* The same for all in Trash of an account (0: of all); *n_r: how many. */
int store_empty_trash(struct store *s, int64_t account, uint64_t *n_r,
                      struct err *err);
int store_undo(struct store *s, int64_t token, struct err *err);

/* Compare files and index; other programs may have changed the Maildir.
 * changed_r counts rows added, removed, altered. */
int store_reconcile(struct store *s, uint64_t *changed_r, struct err *err);
/* Rebuild rows from the files. */
int store_rebuild(struct store *s, void (*progress)(void *, uint64_t, uint64_t),
                  void *ctx, struct err *err);
/* Full text for up to n messages that lack it; *left_r: how many remain. */
int store_index_text(struct store *s, size_t n, uint64_t *left_r,
                     struct err *err);
/* Number that changes whenever the store did, by any process. */
uint64_t store_version(struct store *s);

/* ---- account state: small durable values ---- */
int store_state_get(struct store *s, const char *key, struct str *out,
                    struct err *err); /* 1 there, 0 absent, -1 */
int store_state_set(struct store *s, const char *key, struct slice value,
                    struct err *err);
/* The same, but a power cut may undo it. */
int store_state_note(struct store *s, const char *key, struct slice value,
                     struct err *err);

#endif
