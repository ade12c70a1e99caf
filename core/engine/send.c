/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending what is due: one worker, one connection an account. */
/*
 * States of an outbox row (store/outbox_rows.h) and who makes each step:
 *
 *   held ---------- outbox_take, when due ---------> sending
 *   queued, retry - outbox_take, when due ---------> sending
 *   sending ------- settle: all recipients taken --> sent: copy stored, row gone
 *   sending ------- settle: some 4xx, no answer ---> retry (those only)
 *   sending ------- settle: the rest refused ------> failed (kept, with words)
 *   sending ------- the connection broke after the
 *                   final dot, or the program died > unknown
 *   unknown ------- outbox_take, when due, once ---> sending, same Message-ID
 *   unknown ------- a second time -----------------> failed, and said
 *
 * Invariants:
 * 1. A row is in state sending, durably, before the first byte goes out; only
 *    the process that holds the lock "send" has rows in that state.  A row
 *    found in it by who takes the lock is an orphan of a dead process.
 * 2. The fate of each recipient is durable before the next message is begun,
 *    so a recipient that took the message never gets it again.
 * 3. The Sent copy carries a key made from the outbox row, so storing it twice
 *    gives one file.  The row goes away only after the copy is stored.
 * 4. What somebody took has its Sent copy at once, whatever becomes of the
 *    other recipients: a row that failed or waits may be cancelled.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/job.h"
#include "engine/lock.h"
#include "engine/login.h"
#include "mail/account_match.h"
#include "mime/message.h"
#include "store/outbox_rows.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Minutes before the n-th try; after the last one a day's wait, five days in
 * all as RFC 5321 4.5.4.1 asks. */
static const int retry_minutes[] = { 1, 5, 15, 60, 180, 360, 720 };

#define SEND_TRIES_MAX    12
#define SEND_RETRY_LATER  1440
#define SEND_UNKNOWN_WAIT 5

struct sender {
	struct job *job;
	struct store *store;
	const struct account *account; /* whose mail it is */
	const struct account *carrier; /* of the open connection */
	struct smtp *smtp;
};

static void
tell(struct sender *s, enum event_kind kind, const struct outbox_row *row,
     const struct err *err, const char *text)
{
	struct event *e = event_new(kind, s->account->name);

	e->job = s->job->id;
	e->id = row->id;
	e->err = *err;
	if (text != NULL)
		e->text = xstrdup(text);
	queue_post(s->job->queue, e);
}

/* One connection as long as mail goes through the same server. */
static int
connect_smtp(struct sender *s, const char *from, struct err *err)
{
	const struct account *carrier =
		account_carrier(s->job->accounts, s->job->account_count,
	                        s->account, slice_of(from), err);
	struct login login = { .paths = s->job->paths,
		               .account = carrier,
		               .cancel_fd = s->job->cancel[0] };

	if (carrier == NULL)
		return -1;
	if (s->smtp != NULL && s->carrier == carrier && smtp_alive(s->smtp))
		return 0;
	smtp_close(&s->smtp);
	s->carrier = carrier;
	s->smtp = login_smtp(&login, err);
	return s->smtp != NULL ? 0 : -1;
}

/* ---- the transaction ---- */

static void
keep_fates(struct outbox_row *row, const struct smtp_recipient *rcpt,
           const size_t *which, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct outbox_rcpt *to = &row->rcpts[which[i]];

		to->fate = (int)rcpt[i].fate;
		free(to->words);
		to->words = rcpt[i].words[0] != '\0' ? xstrdup(rcpt[i].words)
		                                     : NULL;
	}
}

static int
transact(struct sender *s, struct outbox_row *row, bool *in_doubt_r,
         struct err *err)
{
	struct smtp_recipient *rcpt = xcalloc(row->rcpt_count, sizeof *rcpt);
	size_t *which = xcalloc(row->rcpt_count, sizeof *which);
	struct fsx_map map = { 0 };
	size_t n = 0;
	int rc = -1;

	for (size_t i = 0; i < row->rcpt_count; i++) {
		int fate = row->rcpts[i].fate;

		if (fate != SMTP_FATE_SENT && fate != SMTP_FATE_REFUSED) {
			rcpt[n].spec = row->rcpts[i].spec;
			which[n++] = i;
		}
	}
	if (outbox_message(s->store, row->id, &map, err) == 0) {
		step("send-transaction");
		rc = smtp_send(s->smtp, row->from, rcpt, n, map.data,
		               in_doubt_r, err);
		step("send-answered");
		keep_fates(row, rcpt, which, n);
	}
	fsx_map_close(&map);
	free(which);
	free(rcpt);
	return rc;
}

/* ---- after it ---- */

static int
store_copy(struct sender *s, const struct outbox_row *row, struct err *err)
{
	struct store_new info = { .folder = FOLDER_SENT,
		                  .flags = STORE_SEEN,
		                  .received = clock_now() };
	struct fsx_map map;
	struct message m = { 0 };
	char *key;
	int rc;

	if (outbox_message(s->store, row->id, &map, err) != 0)
		return -1;
	message_parse(&m, map.data);
	key = xasprintf("sent:%lld:%.*s", (long long)row->id,
	                SLICE_ARG(message_id(&m)));
	message_release(&m);
	info.uidl = key;
	rc = store_deliver(s->store, row->account, map.data, &info, NULL, err);
	free(key);
	fsx_map_close(&map);
	return rc;
}

static void
remember_people(struct sender *s, const struct outbox_row *row)
{
	struct err ignored = { 0 };

	/* Completion is a courtesy: the mail itself is out. */
	for (size_t i = 0; i < row->rcpt_count; i++)
		if (row->rcpts[i].fate == SMTP_FATE_SENT &&
		    contact_used(s->store, NULL, row->rcpts[i].spec,
		                 clock_now(), &ignored) != 0)
			log_line(LOG_ERROR, "%s", ignored.text);
}

static int
close_row(struct sender *s, const struct outbox_row *row, struct err *err)
{
	/* Nobody wrote it: Sent and the address book are for what people do;
	 * who gets automatic answers must not become a known sender. */
	if (!row->automatic && store_copy(s, row, err) != 0)
		return -1;
	step("send-copied");
	if (row->reply_to != 0 &&
	    store_flags(s->store, &row->reply_to, 1, row->reply_flag, 0, NULL,
	                err) != 0 &&
	    err->code != ERR_NOTFOUND)
		return -1;
	if (row->draft != 0 &&
	    store_delete(s->store, &row->draft, 1, err) != 0 &&
	    err->code != ERR_NOTFOUND)
		return -1;
	if (!row->automatic)
		remember_people(s, row);
	return outbox_remove(s->store, row->id, err);
}

/* How many recipients have that fate. */
static size_t
count_fate(const struct outbox_row *row, int fate)
{
	size_t n = 0;

	for (size_t i = 0; i < row->rcpt_count; i++)
		n += row->rcpts[i].fate == fate;
	return n;
}

static void
plan_retry(struct outbox_row *row, const char *why)
{
	size_t steps = sizeof retry_minutes / sizeof retry_minutes[0];
	size_t at = (size_t)row->tries;
	int minutes = at < steps ? retry_minutes[at] : SEND_RETRY_LATER;

	row->tries++;
	row->state = row->tries > SEND_TRIES_MAX ? OUTBOX_FAILED : OUTBOX_RETRY;
	row->not_before = clock_now() + (int64_t)minutes * 60;
	free(row->error);
	row->error = xstrdup(why);
}

static void
fail(struct outbox_row *row, const char *why)
{
	row->state = OUTBOX_FAILED;
	free(row->error);
	row->error = xstrdup(why);
}

/* "ADDRESS: the server's words", one after the other. */
static void
list_refused(const struct outbox_row *row, struct str *out)
{
	for (size_t i = 0; i < row->rcpt_count; i++) {
		const struct outbox_rcpt *r = &row->rcpts[i];

		if (r->fate != SMTP_FATE_REFUSED && r->fate != SMTP_FATE_RETRY)
			continue;
		str_printf(out, "%s%s: %s", out->n != 0 ? "; " : "", r->spec,
		           r->words != NULL ? r->words : "");
	}
}

static bool
can_be_retried(enum err_code code)
{
	switch (code) {
	case ERR_RETRY:
	case ERR_NOHOST:
	case ERR_PROTO:
	case ERR_CANCELLED:
	case ERR_IO:
		return true;
	case ERR_NONE:
	case ERR_AUTH:
	case ERR_CERT:
	case ERR_REFUSED:
	case ERR_LIMIT:
	case ERR_CONFIG:
	case ERR_USAGE:
	case ERR_NOTFOUND:
		return false;
	}
	return false;
}

/* The try as a whole failed: no recipient was decided by it. */
static void
settle_error(struct outbox_row *row, bool in_doubt, const struct err *err)
{
	char why[1100];

	(void)snprintf(why, sizeof why, "%s%s%s", err->text,
	               err->server[0] != '\0' ? ": " : "", err->server);
	if (in_doubt && row->doubts++ == 0) {
		row->state = OUTBOX_UNKNOWN;
		row->not_before = clock_now() + SEND_UNKNOWN_WAIT * 60;
		row->tries++;
		free(row->error);
		row->error = xstrdup(why);
	} else if (!in_doubt && can_be_retried(err->code)) {
		plan_retry(row, why);
	} else {
		fail(row, why);
	}
}

static void
settle_answered(struct outbox_row *row)
{
	struct str why;

	str_init(&why, 2000);
	list_refused(row, &why);
	if (count_fate(row, SMTP_FATE_RETRY) +
	            count_fate(row, SMTP_FATE_UNKNOWN) !=
	    0)
		plan_retry(row, why.p);
	else if (count_fate(row, SMTP_FATE_REFUSED) != 0)
		fail(row, why.p);
	else
		row->state = OUTBOX_SENT;
	str_release(&why);
}

/* cause: why the try as a whole failed, or ERR_NONE. */
static int
finish(struct sender *s, struct outbox_row *row, const struct err *cause,
       struct err *err)
{
	enum err_code failed =
		cause->code != ERR_NONE ? cause->code : ERR_REFUSED;
	struct err why = { 0 };

	if (outbox_update(s->store, row, err) != 0)
		return -1;
	step("send-settled");
	if (row->state != OUTBOX_SENT && !row->automatic &&
	    count_fate(row, SMTP_FATE_SENT) != 0 &&
	    store_copy(s, row, err) != 0)
		return -1;
	if (row->state == OUTBOX_SENT) {
		if (close_row(s, row, err) != 0)
			return -1;
		tell(s, EVENT_SEND_DONE, row, &why, _("sent"));
		return 0;
	}
	err_set(&why, row->state == OUTBOX_FAILED ? failed : ERR_RETRY, "%s",
	        row->error);
	tell(s, EVENT_SEND_DONE, row, &why, row->subject);
	return 0;
}

static int
send_row(struct sender *s, struct outbox_row *row, struct err *err)
{
	struct err why = { 0 };
	bool in_doubt = false;

	tell(s, EVENT_SEND_STATE, row, &why, _("sending"));
	if (connect_smtp(s, row->from, &why) != 0 ||
	    transact(s, row, &in_doubt, &why) != 0) {
		smtp_close(&s->smtp);
		settle_error(row, in_doubt, &why);
	} else {
		settle_answered(row);
	}
	return finish(s, row, &why, err);
}

static int
send_account(struct sender *s, const struct account *a, struct err *err)
{
	struct outbox_row *row;
	int64_t id;
	int rc = 0;

	s->account = a;
	if (store_account(s->store, a->name, &id, err) != 0)
		return -1;
	while (rc == 0 && !job_cancelled(s->job) &&
	       (rc = outbox_take(s->store, id, clock_now(), &row, err)) > 0) {
		rc = send_row(s, row, err);
		outbox_rows_free(&row, 1);
	}
	smtp_close(&s->smtp);
	return rc;
}

/* Rows that a dead process left behind (invariant 1). */
static int
recover(struct sender *s, struct err *err)
{
	struct outbox_row *rows;
	size_t n;
	int rc = 0;

	if (outbox_list(s->store, &rows, &n, err) != 0)
		return -1;
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct err why = { 0 };

		if (rows[i].state == OUTBOX_SENT) {
			rc = close_row(s, &rows[i], err);
		} else if (rows[i].state == OUTBOX_SENDING) {
			err_set(&why, ERR_RETRY,
			        _("the program ended while it was being sent; "
			          "it goes out once more under the same "
			          "Message-ID"));
			settle_error(&rows[i], true, &why);
			rc = outbox_update(s->store, &rows[i], err);
		}
	}
	outbox_rows_free(&rows, n);
	return rc;
}

static int
send_all(struct sender *s, struct err *err)
{
	s->store = store_open(s->job->paths->data, s->job->paths->cache, err);
	if (s->store == NULL || recover(s, err) != 0)
		return -1;
	for (size_t i = 0; i < s->job->account_count; i++)
		if (send_account(s, &s->job->accounts[i], err) != 0)
			return -1;
	return 0;
}

void
send_run(struct job *job)
{
	struct sender s = { .job = job };
	struct err err = { 0 };
	int lock = lock_take(job->paths, "send", "all", &err);

	if (lock >= 0) {
		if (send_all(&s, &err) != 0)
			log_line(LOG_ERROR, "%s", err.text);
		close(lock);
	}
	store_close(&s.store);
	/* Each row has had its own event; a failure of the whole is said. */
	if (err.code != ERR_NONE) {
		job->final = event_new(EVENT_SEND_DONE, NULL);
		job->final->job = job->id;
		job->final->err = err;
	}
}
