/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What became of mails: the states of their rows, Sent copies, events.
 *
 * In the order of send_settle, many mails at once:
 *
 *   0. as each answer comes: what a copy's row needs is read from the message
 *   1. the files of the outbox get second names in Sent, those are synced
 *   2. one transaction: states and fates, copies in Sent, rows gone of what
 *      everybody has and what marks or replaces nothing
 *   3. the messages they answer are marked, drafts go, the other rows gone
 *
 * 1 writes no mail to the disk (it is there since it was queued): two syncs for
 * any number of mails.  A kill before 2 is one before the servers answered: the
 * mails are unknown.  One after it loses nothing of what they said; 3 is made up
 * for by send_finish.  When 2 fails because of a copy (a full disk), the states
 * are written without it: a mail that was sent must not go out again for that;
 * send_finish makes up for the copy, too.
 *
 * Rejected: states first, copies in a transaction of their own (two syncs more,
 * one of them of the whole file system).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/send_priv.h"
#include "mime/message.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/reason.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Minutes before the n-th try; after the last one a day's wait, five days in
 * all as RFC 5321 4.5.4.1 asks. */
static const int retry_minutes[] = { 1, 5, 15, 60, 180, 360, 720 };

#define SEND_TRIES_MAX    12
#define SEND_RETRY_LATER  1440
#define SEND_UNKNOWN_WAIT 5
/* What is said of a mail: an address with the server's words, often enough. */
#define REFUSED_MAX 8000

/* How many recipients have that fate. */
static size_t
count_fate(const struct outbox_row *row, int fate)
{
	size_t n = 0;

	for (size_t i = 0; i < row->rcpt_count; i++)
		n += row->rcpts[i].fate == fate;
	return n;
}

/* ---- parcels ---- */

struct parcel *
parcel_new(struct outbox_row *row)
{
	struct parcel *p = xcalloc(1, sizeof *p);
	size_t n = 0;

	p->row = row;
	p->rcpt = xcalloc(row->rcpt_count, sizeof *p->rcpt);
	p->which = xcalloc(row->rcpt_count, sizeof *p->which);
	p->copied = count_fate(row, SMTP_FATE_SENT) != 0;
	for (size_t i = 0; i < row->rcpt_count; i++) {
		int fate = row->rcpts[i].fate;

		if (fate != SMTP_FATE_SENT && fate != SMTP_FATE_REFUSED) {
			p->rcpt[n].spec = row->rcpts[i].spec;
			p->which[n++] = i;
		}
	}
	p->mail.from = row->from;
	p->mail.rcpt = p->rcpt;
	p->mail.rcpt_count = n;
	p->mail.dsn = row->dsn;
	return p;
}

void
parcel_free(struct parcel **p)
{
	if (*p == NULL)
		return;
	fsx_map_close(&(*p)->map);
	outbox_rows_free(&(*p)->row, 1);
	free((*p)->rcpt);
	free((*p)->which);
	free(*p);
	*p = NULL;
}

/* ---- states ---- */

static void
set_error(struct outbox_row *row, const char *why)
{
	free(row->error);
	row->error = reason_neutral(why);
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
	set_error(row, why);
}

static void
fail(struct outbox_row *row, const char *why)
{
	row->state = OUTBOX_FAILED;
	set_error(row, why);
}

void
send_put_back(struct outbox_row *row)
{
	row->state = OUTBOX_QUEUED;
}

/* "ADDRESS: the server's words", a line each; who has the mail is said first. */
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

/* Nobody knows whether it was taken: it goes out once more. */
static void
settle_doubt(struct outbox_row *row, const char *why)
{
	char text[1300];

	if (row->doubts++ == 0) {
		row->state = OUTBOX_UNKNOWN;
		row->not_before = clock_now() + SEND_UNKNOWN_WAIT * 60;
		row->tries++;
		(void)snprintf(text, sizeof text,
		               _("%s; perhaps it was sent: it goes out once "
		                 "more under the same Message-ID"),
		               why);
		set_error(row, text);
	} else {
		(void)snprintf(text, sizeof text,
		               _("%s; perhaps it was sent: ask those it is "
		                 "for before you send it again"),
		               why);
		fail(row, text);
	}
}

/* The try as a whole failed: no recipient was decided by it. */
static void
settle_error(struct outbox_row *row, bool in_doubt, const struct err *err)
{
	char why[1100];

	(void)snprintf(why, sizeof why, "%s%s%s", err->text,
	               err->server[0] != '\0' ? ": " : "", err->server);
	if (in_doubt)
		settle_doubt(row, why);
	else if (can_be_retried(err->code))
		plan_retry(row, why);
	else
		fail(row, why);
}

void
send_settle_error(struct outbox_row *row, const struct err *cause)
{
	settle_error(row, false, cause);
}

void
send_settle_orphan(struct outbox_row *row)
{
	struct err why = { 0 };

	err_set(&why, ERR_RETRY,
	        _("the program ended while it was being sent"));
	settle_error(row, true, &why);
}

static void
settle_answered(struct outbox_row *row)
{
	struct str why;

	str_init(&why, REFUSED_MAX);
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

static void
keep_fates(struct parcel *p)
{
	for (size_t i = 0; i < p->mail.rcpt_count; i++) {
		struct outbox_rcpt *to = &p->row->rcpts[p->which[i]];

		to->fate = (int)p->rcpt[i].fate;
		free(to->words);
		to->words = p->rcpt[i].words[0] != '\0'
		                    ? reason_neutral(p->rcpt[i].words)
		                    : NULL;
	}
}

/*
 * Was it the connection that ended, and not this mail that was put off?  A
 * server may take some mails a connection (421), or not know BDAT; the next
 * connection goes on.  One that ended no mail is tried again later.
 */
static bool
is_next_turn(const struct sender *s, const struct parcel *p)
{
	const struct smtp_mail *m = &p->mail;

	if (m->rc == 0 || m->in_doubt || smtp_alive(s->smtp))
		return false;
	if (m->err.code == ERR_CANCELLED)
		return true;
	if (m->err.code != ERR_RETRY ||
	    (s->answered == 0 && !smtp_bdat_refused(s->smtp)))
		return false;
	for (size_t i = 0; i < m->rcpt_count; i++)
		if (m->rcpt[i].fate == SMTP_FATE_RETRY &&
		    m->rcpt[i].code != 0 && m->rcpt[i].code != 421)
			return false;
	return true;
}

void
send_over(struct sender *s, struct parcel *p)
{
	keep_fates(p);
	if (is_next_turn(s, p)) {
		send_put_back(p->row);
	} else if (p->mail.rc != 0) {
		settle_error(p->row, p->mail.in_doubt, &p->mail.err);
	} else {
		s->answered++;
		settle_answered(p->row);
	}
	array_add(&s->over, p);
}

/* ---- Sent copies ---- */

/* What the copy of a row is known by; owned. */
static char *
copy_key(const struct outbox_row *row, const struct message *m)
{
	return xasprintf("sent:%lld:%.*s", (long long)row->id,
	                 SLICE_ARG(message_id(m)));
}

/* Add the copy of row, whose message is text, to *b; begun when NULL. */
static int
add_copy(struct sender *s, struct store_batch **b, const struct outbox_row *row,
         struct slice text, struct err *err)
{
	struct store_new info = { .folder = FOLDER_SENT,
		                  .flags = STORE_SEEN,
		                  .received = clock_now() };
	struct message m = { 0 };
	char *key;

	if (*b == NULL)
		*b = store_batch_begin(s->store, row->account, err);
	if (*b == NULL)
		return -1;
	message_parse(&m, text);
	key = copy_key(row, &m);
	info.uidl = key;
	store_batch_add_outbox(*b, row, &m, &info);
	message_release(&m);
	free(key);
	return 0;
}

/* Nobody wrote an automatic one: Sent and the address book are for what people
 * do; who gets automatic answers must not become a known sender. */
bool
send_wants_copy(const struct outbox_row *row)
{
	return !row->automatic && row->state != OUTBOX_SENDING &&
	       count_fate(row, SMTP_FATE_SENT) != 0;
}

/* ---- closing ---- */

/* The message it answers is marked, the draft it came from goes. */
static int
close_others(struct sender *s, const struct outbox_row *row, struct err *err)
{
	if (row->reply_to != 0 &&
	    store_flags(s->store, &row->reply_to, 1, row->reply_flag, 0, NULL,
	                err) != 0 &&
	    err->code != ERR_NOTFOUND)
		return -1;
	if (row->draft != 0 &&
	    store_delete(s->store, &row->draft, 1, err) != 0 &&
	    err->code != ERR_NOTFOUND)
		return -1;
	return 0;
}

/* All rows of v are settled and have their copies. */
static int
close_sent(struct sender *s, struct outbox_row *const *v, size_t n,
           struct err *err)
{
	ARRAY(struct outbox_row *) sent = { 0 };
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (v[i]->state != OUTBOX_SENT)
			continue;
		array_add(&sent, v[i]);
		rc = close_others(s, v[i], err);
	}
	if (rc == 0 && sent.n > 0)
		rc = outbox_close(s->store, sent.v, sent.n, clock_now(), err);
	array_release(&sent);
	return rc;
}

/* Was its copy stored, whatever became of that since? */
static int
is_copied(struct sender *s, const struct outbox_row *row, struct slice text,
          bool *copied_r, struct err *err)
{
	struct message m = { 0 };
	char *key;
	int rc;

	message_parse(&m, text);
	key = copy_key(row, &m);
	rc = outbox_is_copied(s->store, row->account, key, copied_r, err);
	message_release(&m);
	free(key);
	return rc;
}

static int
finish_copy(struct sender *s, const struct outbox_row *row, struct slice text,
            struct err *err)
{
	struct store_batch *b = NULL;
	bool copied = false;
	int rc = is_copied(s, row, text, &copied, err);

	if (rc == 0 && !copied)
		rc = add_copy(s, &b, row, text, err);
	if (rc == 0 && b != NULL)
		rc = store_batch_commit(&b, NULL, NULL, err);
	store_batch_abort(&b);
	return rc;
}

int
send_finish(struct sender *s, struct outbox_row *row, struct err *err)
{
	struct fsx_map map = { 0 };
	struct err why = { 0 };
	int rc = 0;

	if (!send_wants_copy(row))
		return close_sent(s, &row, 1, err);
	if (outbox_map(s->store, row, &map, &why) != 0) {
		/* One file must not hold up all mail.  What is gone has no copy
		 * any more, what cannot be read has it another time. */
		log_line(LOG_ERROR, "%s", why.text);
		if (why.code != ERR_NOTFOUND)
			return 0;
	} else {
		rc = finish_copy(s, row, map.data, err);
	}
	fsx_map_close(&map);
	return rc == 0 ? close_sent(s, &row, 1, err) : -1;
}

/* ---- all of it ---- */

static struct event *
tell(struct sender *s, const struct parcel *p)
{
	const struct outbox_row *row = p->row;
	struct event *e = event_new(EVENT_SEND_DONE, s->account->name);
	enum err_code code =
		p->mail.err.code != ERR_NONE ? p->mail.err.code : ERR_REFUSED;

	e->job = s->job->id;
	e->id = row->id;
	e->text = xstrdup(row->state == OUTBOX_SENT ? _("sent") : row->subject);
	if (row->state != OUTBOX_SENT) {
		char *why = reason_local(row->error != NULL ? row->error : "");

		err_set(&e->err, row->state == OUTBOX_FAILED ? code : ERR_RETRY,
		        "%s", why);
		free(why);
	}
	return e;
}

/* What goes on over the next connection has no news yet; nobody waits for those
 * of an earlier process. */
static void
tell_all(struct sender *s)
{
	struct event *first = NULL;
	struct event **last = &first;
	struct parcel **p;

	array_foreach(&s->over, p) {
		if ((*p)->row->state == OUTBOX_QUEUED || s->account == NULL)
			continue;
		*last = tell(s, *p);
		last = &(*last)->next;
	}
	queue_post_all(s->job->queue, first);
}

/* All copies that s->over wants, in s->copies; NULL when none does. */
static int
add_copies(struct sender *s, struct err *err)
{
	for (; s->prepared < s->over.n; s->prepared++) {
		struct parcel *p = s->over.v[s->prepared];

		/* What some had before has its copy since then. */
		if (!p->copied && send_wants_copy(p->row) &&
		    add_copy(s, &s->copies, p->row, p->map.data, err) != 0)
			return -1;
	}
	return 0;
}

void
send_prepare_copy(struct sender *s)
{
	struct err ignored = { 0 };

	(void)add_copies(s, &ignored);
}

/* Those of v that mark or replace something; the others went when they were
 * settled. */
static int
close_marking(struct sender *s, struct outbox_row *const *v, size_t n,
              struct err *err)
{
	ARRAY(struct outbox_row *) left = { 0 };
	int rc;

	for (size_t i = 0; i < n; i++)
		if (!outbox_is_over(v[i]))
			array_add(&left, v[i]);
	rc = close_sent(s, left.v, left.n, err);
	array_release(&left);
	return rc;
}

static int
settle_rows(struct sender *s, struct outbox_row *const *v, size_t n,
            struct err *err)
{
	struct err ignored = { 0 };

	if (add_copies(s, err) != 0 ||
	    outbox_settle(s->store, &s->copies, v, n, err) != 0) {
		/* The first trouble is the one to tell. */
		(void)outbox_update_many(s->store, v, n, &ignored);
		return -1;
	}
	step("send-settled");
	return close_marking(s, v, n, err);
}

int
send_settle(struct sender *s, struct err *err)
{
	ARRAY(struct outbox_row *) rows = { 0 };
	struct parcel **p;
	int rc = 0;

	array_foreach(&s->over, p) {
		array_add(&rows, (*p)->row);
	}
	if (rows.n > 0)
		rc = settle_rows(s, rows.v, rows.n, err);
	if (rc == 0)
		tell_all(s);
	array_foreach(&s->over, p) {
		parcel_free(p);
	}
	store_batch_abort(&s->copies);
	s->prepared = 0;
	array_release(&rows);
	array_release(&s->over);
	return rc;
}

void
send_settle_now(struct sender *s)
{
	struct err err = { 0 };

	if (send_settle(s, &err) != 0 && s->trouble.code == ERR_NONE)
		s->trouble = err;
}
