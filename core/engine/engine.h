/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine: jobs in worker threads, events to the screen. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "engine/event.h"
#include "mail/unsubscribe.h"
#include "mime/build.h"
#include "store/outbox_rows.h"
#include "store/store.h"

struct engine;

/* conf and paths are copied as needed; both stay valid while engine lives. */
struct engine *engine_new(const struct paths *paths, const struct conf *conf,
                          struct err *err);
/* Cancels what runs, waits for the workers. */
void engine_free(struct engine **e);
/* Configuration was changed: conf (new) replaces the former one. */
void engine_set_conf(struct engine *e, const struct conf *conf);
/* Readable when events wait. */
int engine_fd(const struct engine *e);
/* The next event (owned by the caller), or NULL. */
struct event *engine_next(struct engine *e);
/* The same, waiting up to timeout_ms (-1: for ever) while jobs run. */
struct event *engine_wait(struct engine *e, int timeout_ms);

/* Fetch an account (NULL: all).  One fetch per account at a time: a second call
 * is ignored.  Returns how many were started. */
size_t engine_fetch(struct engine *e, const char *account);
/* From now on fetches also get what was fetched before and is not here any more
 * without having been deleted in pabal. */
void engine_want_missing(struct engine *e);
/* Nobody looks on (cron, a timer): from now on fetches keep away from a server
 * that rejected the password again and again (ERR_AUTH); some providers lock the
 * account. */
void engine_unwatched(struct engine *e);
/* From now on a fetch begins sending (engine_send_due) when mail is due. */
void engine_want_outbox(struct engine *e);
/* Cancel fetches (NULL: all); each still ends in its final event. */
void engine_cancel_fetch(struct engine *e, const char *account);
/* Fetch the whole of a message of which only the header is here.
 * EVENT_FILL_PROGRESS ... EVENT_FILL_DONE with that job number; -1 with err. */
int64_t engine_fill(struct engine *e, struct store *s, int64_t id,
                    struct err *err);
bool engine_fetching(const struct engine *e);
bool engine_sending(const struct engine *e);
size_t engine_jobs(const struct engine *e); /* running or queued */

/* Test servers and login of an account (need not be saved).  secret copied;
 * NULL: by the account's password_command or password_file.
 * EVENT_PROBE_LINE ... EVENT_PROBE_DONE with that job number. */
int64_t engine_probe(struct engine *e, const struct account *a,
                     const struct secret *secret);
/* Look at each step on the way to the account's servers; nothing is changed.
 * EVENT_FINDING ... EVENT_DOCTOR_DONE with that job number, or -1. */
int64_t engine_doctor(struct engine *e, const struct account *a);
void engine_cancel_job(struct engine *e, int64_t job);

/* Queue a message (built, CRLF) for sending; hold: seconds it can be undone.
 * Durable when this returns 0.  Called from the main thread with its store. */
struct engine_mail {
	const struct account *account;
	const char *from; /* envelope */
	const char *const *rcpts;
	size_t rcpt_count;
	struct slice message;
	const char *subject;
	int hold;
	int64_t not_before; /* 0: now + hold */
	int64_t reply_to;   /* stored message this answers, 0 */
	unsigned reply_flag;
	int64_t draft; /* draft it came from, 0 */
	unsigned dsn;  /* enum dsn (conf/dsn.h) */
};

int engine_submit(struct engine *e, struct store *s,
                  const struct engine_mail *mail, int64_t *outbox_id_r,
                  struct err *err);
/* The same for n of them: all are in the outbox then, or none is. */
int engine_submit_many(struct engine *e, struct store *s,
                       const struct engine_mail *mails, size_t n,
                       int64_t *outbox_ids_r, struct err *err);
/* Send what is due now. Returns whether a worker was started or runs. */
bool engine_send_due(struct engine *e);

/*
 * Ask the host of u, which must be UNSUBSCRIBE_POST and which the user has seen,
 * to take us off its list: one request over verified TLS.  a: whose ca_file
 * counts, too; may be NULL.  EVENT_UNSUBSCRIBED with that job number; -1 with
 * err.
 */
int64_t engine_unsubscribe(struct engine *e, const struct unsubscribe *u,
                           const struct account *a, struct err *err);
/* The same by mail: through the outbox, held for hold seconds.  m is the
 * message that offers it, fallback the account it came through. */
int engine_unsubscribe_mail(struct engine *e, struct store *s,
                            const struct unsubscribe *u,
                            const struct message *m,
                            const struct account *fallback, int hold,
                            int64_t *outbox_id_r, struct err *err);

/*
 * Do what is due by now: fetch accounts at their interval, send what waits in
 * the outbox, index new mail.  Call it again and again from the main thread
 * with its store, at the latest after the milliseconds it returns and after
 * each event.
 */
int engine_tick(struct engine *e, struct store *s);

struct engine_schedule {
	int64_t last; /* attempt, 0: none */
	int64_t next; /* automatic one, 0: none */
	int rejected; /* paused: the server rejected the password so often */
	int failures; /* in a row, of any kind */
};

/* When an account was and will be fetched. */
int engine_schedule(struct engine *e, struct store *s, const struct account *a,
                    struct engine_schedule *schedule_r, struct err *err);

/* Take in what other programs did to the Maildir (EVENT_MAIL when there was
 * something), then index the text of messages that lack it; EVENT_INDEX ends
 * it.  Returns whether a worker was started or runs. */
bool engine_index(struct engine *e);
/* Is there such a worker whose EVENT_INDEX was not handed out yet? */
bool engine_indexing(const struct engine *e);

/* Move to Spam or back, and teach the filter; undoable with engine_undo. */
int engine_mark_spam(struct engine *e, struct store *s, const int64_t *ids,
                     size_t n, bool spam, int64_t *undo_r, struct err *err);
int engine_undo(struct engine *e, struct store *s, int64_t token,
                struct err *err);
/* A line for people on why a message got its verdict. */
int engine_explain(struct engine *e, struct store *s, int64_t id,
                   struct str *out, struct err *err);

#endif
