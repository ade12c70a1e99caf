/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending what is due: one worker, one connection for what goes one way. */
/*
 * States of an outbox row (store/outbox_rows.h) and who makes each step:
 *
 *   held ---------- outbox_take_many, when due ----> sending
 *   queued, retry - outbox_take_many, when due ----> sending
 *   sending ------- its account is gone ------------> failed
 *   sending ------- send_over: all recipients taken > sent: copy, row gone
 *   sending ------- send_over: some 4xx ------------> retry (those only)
 *   sending ------- send_over: the rest refused ----> failed (kept, with words)
 *   sending ------- the connection ended before the
 *                   mail's last octet left, after it
 *                   had ended others; cancelled ----> queued
 *   sending ------- the same, but it ended none ----> retry
 *   sending ------- the connection broke after the
 *                   last octet -------------------> unknown
 *   sending ------- the program died ------------> what the journal knows, else
 *                                                  unknown (send_journal.c)
 *   unknown ------- outbox_take_many, when due, once > sending, same Message-ID
 *   unknown ------- a second time ------------------> failed, and said
 *
 * Invariants:
 * 1. A row is in state sending, durably, before the first byte goes out; only
 *    the process that holds the lock "send" has rows in that state.  A row
 *    found in it by who takes the lock is an orphan of a dead process.
 * 2. A row leaves that state by its own final reply or by the end of its
 *    connection, whatever becomes of the mails beside it.  Its recipients'
 *    fates become durable with it: who took the message never gets it again.
 * 3. What the server answered for a mail is in the journal before the next answer
 *    is read, and settled for many mails at once.  Rows are taken when the
 *    connection is there, at most SEND_GROUP_MAX ahead of what was begun; only
 *    those that are noted as begun can be in doubt.
 * 4. The Sent copy carries a key made from the outbox row, so storing it twice
 *    gives one file.  The row goes away with the copy's coming, or after it.
 * 5. What somebody took has its Sent copy at once, whatever becomes of the
 *    other recipients: a row that failed or waits may be cancelled.  Where only
 *    the fates could be written it is made up for at the next start
 *    (send_finish).
 * 6. A login that failed is not tried again for the next mail of the same run:
 *    they share its outcome.
 *
 * What can come twice, under the same Message-ID and never more often, and is said
 * to be in doubt (RFC 1047: the server has a mail and we have not heard so):
 *  - the connection breaks: mails whose last octet left and whose answer did not
 *    come; at most one by DATA, with CHUNKING those in flight
 *    (smtp_client_bdat.c, 4);
 *  - the program is killed: mails that were begun (with CHUNKING: or would be
 *    among the next BEGUN_AT_ONCE) and whose answer was not read;
 *  - the power fails, or the system does: mails that were not settled, which is
 *    all since the last pause of the server, at most SEND_GROUP_MAX answered and
 *    those not answered;
 *  - the journal and the index both cannot be written (a full disk): those in
 *    flight then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/lock.h"
#include "engine/login.h"
#include "engine/send_priv.h"
#include "mail/account_match.h"
#include "mime/message.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Where many go out at once, so many are noted as begun with one write. */
#define BEGUN_AT_ONCE 16
/* What was cancelled can be brought back so long: 30 days. */
#define CANCELLED_KEPT 2592000

/* ---- rows ahead ---- */

static struct event *
say_sending(const struct sender *s, const struct outbox_row *row)
{
	struct event *e = event_new(EVENT_SEND_STATE, s->account->name);

	e->job = s->job->id;
	e->id = row->id;
	e->text = xstrdup(_("sending"));
	return e;
}

/* Do many mails go out before the first is answered? */
static bool
goes_at_once(const struct sender *s)
{
	unsigned both = SMTP_EXT_CHUNKING | SMTP_EXT_PIPELINING;

	return (smtp_ext(s->smtp) & both) == both;
}

static size_t
group_size(const struct sender *s)
{
	size_t n = SEND_GROUP_FIRST + s->answered;

	/* Without a connection nothing goes out. */
	if (s->smtp == NULL || goes_at_once(s) || n > SEND_GROUP_MAX)
		return SEND_GROUP_MAX;
	return n;
}

/* Take the next rows that are due.  0, or -1 in s->trouble. */
static int
take_rows(struct sender *s)
{
	struct outbox_row *rows[SEND_GROUP_MAX];
	struct event *said = NULL;
	struct event **last = &said;
	size_t n;

	s->ahead.n = s->at = s->begun = 0;
	if (job_cancelled(s->job))
		return 0;
	send_open_journal(s);
	if (outbox_take_many(s->store, s->account_id, clock_now(),
	                     group_size(s), rows, &n, &s->trouble) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		*last = say_sending(s, rows[i]);
		last = &(*last)->next;
		array_add(&s->ahead, parcel_new(rows[i]));
	}
	queue_post_all(s->job->queue, said);
	return 0;
}

/* The next one, left there; NULL: none is due, or trouble. */
static struct parcel *
peek(struct sender *s)
{
	if (s->trouble.code != ERR_NONE ||
	    (s->at == s->ahead.n && take_rows(s) != 0))
		return NULL;
	return s->at < s->ahead.n ? s->ahead.v[s->at] : NULL;
}

static const struct account *
carrier_of(const struct sender *s, const char *from, struct err *err)
{
	return account_carrier(s->job->accounts, s->job->account_count,
	                       s->account, slice_of(from), err);
}

/* Who writes the next mail that is due; owned.  NULL: none is, or trouble. */
static char *
next_from(struct sender *s)
{
	char *from = NULL;

	if (s->trouble.code != ERR_NONE || job_cancelled(s->job))
		return NULL;
	if (s->at < s->ahead.n)
		return xstrdup(s->ahead.v[s->at]->row->from);
	return outbox_due_from(s->store, s->account_id, clock_now(), &from,
	                       &s->trouble) == 1
	               ? from
	               : NULL;
}

/* It cannot even be tried. */
static void
give_up(struct sender *s, struct parcel *p, const struct err *why)
{
	p->mail.rc = -1;
	p->mail.err = *why;
	send_settle_error(p->row, why);
	array_add(&s->over, p);
}

/* ---- the feed of a connection ---- */

/* Reports name the mail by its Message-ID. */
static void
ask_reports(const struct sender *s, struct parcel *p)
{
	struct message m = { 0 };
	struct slice id;

	if (p->row->dsn == 0)
		return;
	if ((smtp_ext(s->smtp) & SMTP_EXT_DSN) == 0)
		log_line(LOG_INFO, "%s",
		         _("the server sends no delivery reports"));
	message_parse(&m, p->mail.message);
	id = message_id(&m);
	if (id.n < sizeof p->envid) {
		(void)snprintf(p->envid, sizeof p->envid, "%.*s",
		               SLICE_ARG(id));
		p->mail.envid = p->envid;
	}
	message_release(&m);
}

/* What a rule could not make has no bytes: that is no mail, however often it is
 * tried again. */
static int
map_mail(struct sender *s, struct parcel *p, struct err *err)
{
	if (outbox_map(s->store, p->row, &p->map, err) != 0)
		return -1;
	if (p->map.data.n == 0)
		return err_set(err, ERR_REFUSED,
		               _("there is no message: a rule could not make "
		                 "it"));
	return 0;
}

static struct smtp_mail *
feed_next(void *ctx)
{
	struct sender *s = ctx;
	struct parcel *p;

	while (!job_cancelled(s->job) && (p = peek(s)) != NULL) {
		struct err why = { 0 };

		if (carrier_of(s, p->row->from, &why) != s->carrier)
			return NULL;
		if (send_note_begun(s, goes_at_once(s) ? BEGUN_AT_ONCE : 1) !=
		    0)
			return NULL;
		s->at++;
		if (map_mail(s, p, &why) == 0) {
			p->mail.message = p->map.data;
			ask_reports(s, p);
			step("send-transaction");
			return &p->mail;
		}
		give_up(s, p, &why);
	}
	return NULL;
}

static void
feed_done(void *ctx, struct smtp_mail *m)
{
	struct sender *s = ctx;

	/* The mail is the parcel's first member. */
	struct parcel *p = (struct parcel *)(void *)m;

	step("send-answered");
	send_over(s, p);
	send_note_over(s, p);
	/* The server is at work on the next ones. */
	send_prepare_copy(s);
	/* A near server leaves no pause; what it said must not wait long. */
	if (s->over.n >= SEND_GROUP_MAX)
		send_settle_now(s);
}

static void
feed_pause(void *ctx)
{
	struct sender *s = ctx;

	if (s->over.n > 0)
		send_settle_now(s);
}

/* ---- connections ---- */

static bool
without_chunking(const struct sender *s, const struct account *carrier)
{
	for (size_t i = 0; i < s->no_chunking.n; i++)
		if (s->no_chunking.v[i] == carrier)
			return true;
	return false;
}

static int
connect_to(struct sender *s, const struct account *carrier, struct err *err)
{
	struct login login = { .paths = s->job->paths,
		               .account = carrier,
		               .cancel_fd = s->job->cancel[0],
		               .no_chunking = without_chunking(s, carrier) };

	if (s->dead == carrier) {
		*err = s->why_dead;
		return -1;
	}
	s->answered = 0;
	s->smtp = login_smtp(&login, err);
	if (s->smtp != NULL)
		return 0;
	s->dead = carrier;
	s->why_dead = *err;
	return -1;
}

/* There is no way for the next row. */
static void
give_up_next(struct sender *s, const struct err *why)
{
	struct parcel *p = peek(s);

	if (p == NULL)
		return;
	s->at++;
	give_up(s, p, why);
	if (s->at == s->ahead.n)
		send_settle_now(s);
}

/* Send what goes the way of mail from that address, over one connection. */
static void
send_some(struct sender *s, const char *from)
{
	struct smtp_feed feed = { .ctx = s,
		                  .next = feed_next,
		                  .done = feed_done,
		                  .pause = feed_pause };
	struct err why = { 0 };

	s->carrier = carrier_of(s, from, &why);
	if (s->carrier == NULL || connect_to(s, s->carrier, &why) != 0) {
		give_up_next(s, &why);
		return;
	}
	smtp_send_feed(s->smtp, &feed);
	if (smtp_bdat_refused(s->smtp))
		array_add(&s->no_chunking, s->carrier);
	send_settle_now(s);
	smtp_close(&s->smtp);
}

/* What was taken and not begun goes back as it was. */
static void
put_back_rest(struct sender *s)
{
	for (; s->at < s->ahead.n; s->at++) {
		struct parcel *p = s->ahead.v[s->at];

		send_put_back(p->row);
		array_add(&s->over, p);
	}
	send_settle_now(s);
	s->ahead.n = s->at = s->begun = 0;
}

static int
send_account(struct sender *s, const struct account *a, struct err *err)
{
	char *from;
	int rc;

	s->account = a;
	rc = store_find_account(s->store, a->name, &s->account_id, err);
	if (rc <= 0) /* 0: it never had any mail */
		return rc;
	while ((from = next_from(s)) != NULL) {
		send_some(s, from);
		free(from);
	}
	put_back_rest(s);
	if (s->trouble.code == ERR_NONE)
		return 0;
	*err = s->trouble;
	return -1;
}

/* ---- all accounts ---- */

/* Will nobody send mail of that account?  It was renamed, or is not set up any
 * more. */
static bool
is_gone(const struct sender *s, const char *name)
{
	for (size_t i = 0; i < s->job->account_count; i++)
		if (strcmp(s->job->accounts[i].name, name) == 0)
			return false;
	return true;
}

static void
fail_all_of(struct sender *s, int64_t id, char *name)
{
	struct account gone = { .name = name };
	struct err why = { 0 };

	(void)err_set(&why, ERR_CONFIG,
	              _("account '%s' is not set up any more"), name);
	s->account = &gone;
	s->account_id = id;
	while (peek(s) != NULL)
		give_up_next(s, &why);
	s->account = NULL;
}

/* Mail of accounts that are gone does not wait for ever without a word. */
static int
fail_strangers(struct sender *s, struct err *err)
{
	int64_t *ids;
	size_t n;

	if (outbox_due_accounts(s->store, clock_now(), &ids, &n, err) != 0) {
		free(ids);
		return -1;
	}
	for (size_t i = 0; i < n && s->trouble.code == ERR_NONE; i++) {
		char *name = store_account_name(s->store, ids[i]);

		if (name != NULL && is_gone(s, name))
			fail_all_of(s, ids[i], name);
		free(name);
	}
	free(ids);
	if (s->trouble.code == ERR_NONE)
		return 0;
	*err = s->trouble;
	return -1;
}

static int
send_all(struct sender *s, struct err *err)
{
	s->store = store_open(s->job->paths->data, s->job->paths->cache, err);
	if (s->store == NULL ||
	    outbox_purge(s->store, clock_now() - CANCELLED_KEPT, err) != 0 ||
	    send_recover(s, err) != 0)
		return -1;
	for (size_t i = 0; i < s->job->account_count; i++)
		if (send_account(s, &s->job->accounts[i], err) != 0)
			return -1;
	if (fail_strangers(s, err) != 0)
		return -1;
	return outbox_journal_end(&s->journal, err);
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
	/* After trouble the journal stays: what is in it is nowhere else. */
	outbox_journal_close(&s.journal);
	store_batch_abort(&s.copies);
	array_release(&s.ahead);
	array_release(&s.over);
	array_release(&s.no_chunking);
	store_close(&s.store);
	/* Each row has had its own event; a failure of the whole is said. */
	if (err.code != ERR_NONE) {
		job->final = event_new(EVENT_SEND_DONE, NULL);
		job->final->job = job->id;
		job->final->err = err;
	}
}
