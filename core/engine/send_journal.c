/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What outlives the program while mails are on their way: notes in the outbox's
 * journal, and what the next start makes of them.
 *
 *   journal opened --- START note: from here on all notes are there
 *   rows taken ------- their state is on the disk: sending        (sync)
 *   before next ------ BEGUN notes, some mails ahead
 *   each answer read - OVER note: what became of the row
 *   settled ---------- all that in the index                      (syncs)
 *   nothing is left -- the journal goes
 *
 *   found in state sending at the next start:
 *     an OVER note ------------------------> what it says, copies in Sent
 *     none, nor BEGUN; all notes are there -> queued, nothing is in doubt
 *     else ---------------------------------> unknown, once more (send_settle.c)
 *
 * Where the journal cannot be written (a full disk) it is given up: what was noted
 * is settled first, and from then on each answer is settled when it comes.  If
 * that fails, too, nothing more goes out.
 */
#include <stdlib.h>

#include "engine/send_priv.h"
#include "util/log.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* ---- notes ---- */

/* No more notes.  What was noted is settled; rows without notes must not look
 * untouched.  0, or -1 with s->trouble. */
static int
give_up_journal(struct sender *s, const struct err *why)
{
	struct err err = { 0 };

	log_line(LOG_ERROR, "%s", why->text);
	s->journal_lost = true;
	send_settle_now(s);
	if (s->trouble.code == ERR_NONE &&
	    outbox_journal_end(&s->journal, &err) != 0)
		s->trouble = err;
	outbox_journal_close(&s->journal);
	return s->trouble.code == ERR_NONE ? 0 : -1;
}

void
send_open_journal(struct sender *s)
{
	struct err why = { 0 };

	if (s->journal != NULL || s->journal_lost)
		return;
	s->journal = outbox_journal_open(s->store, &why);
	if (s->journal == NULL)
		(void)give_up_journal(s, &why);
}

int
send_note_begun(struct sender *s, size_t n)
{
	struct outbox_row *rows[SEND_GROUP_MAX];
	size_t left = s->ahead.n - s->at;
	struct err why = { 0 };

	if (n > left)
		n = left;
	if (s->journal_lost || s->at < s->begun)
		return 0;
	for (size_t i = 0; i < n; i++)
		rows[i] = s->ahead.v[s->at + i]->row;
	s->begun = s->at + n;
	if (outbox_journal_begun(s->journal, rows, n, &why) != 0)
		return give_up_journal(s, &why);
	return 0;
}

void
send_note_over(struct sender *s, const struct parcel *p)
{
	struct err why = { 0 };

	if (s->journal != NULL &&
	    outbox_journal_over(s->journal, p->row, &why) != 0)
		(void)give_up_journal(s, &why); /* p is settled with it */
	else if (s->journal_lost)
		send_settle_now(s);
}

/* ---- after a death ---- */

/* The row leaves the array and is a parcel with its outcome. */
static struct parcel *
take_out(struct sender *s, struct outbox_row *row, bool had)
{
	struct outbox_row *own = xcalloc(1, sizeof *own);
	struct err why = { 0 };
	struct parcel *p;

	*own = *row;
	*row = (struct outbox_row){ 0 };
	p = parcel_new(own);
	p->copied = had;
	if (send_wants_copy(own) &&
	    outbox_map(s->store, own, &p->map, &why) != 0) {
		/* Without its file there can be no copy. */
		log_line(LOG_ERROR, "%s", why.text);
		p->copied = true;
	}
	return p;
}

static void
decide(struct outbox_row *row, enum outbox_known known)
{
	switch (known) {
	case OUTBOX_KNOWN_NOTHING:
		send_settle_orphan(row);
		return;
	case OUTBOX_KNOWN_UNTOUCHED:
		send_put_back(row);
		return;
	case OUTBOX_KNOWN_OVER:
		return;
	}
}

static bool
somebody_has(const struct outbox_row *row)
{
	for (size_t i = 0; i < row->rcpt_count; i++)
		if (row->rcpts[i].fate == OUTBOX_FATE_SENT)
			return true;
	return false;
}

/* Rows in state sending, those of one account at a time. */
static int
settle_orphans(struct sender *s, struct outbox_row *rows, size_t n,
               struct err *err)
{
	enum outbox_known *known = xcalloc(n + 1, sizeof *known);
	bool *orphan = xcalloc(n + 1, sizeof *orphan);
	bool *had = xcalloc(n + 1, sizeof *had);
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		orphan[i] = rows[i].state == OUTBOX_SENDING;
		had[i] = somebody_has(&rows[i]);
	}
	outbox_journal_recall(s->store, rows, n, known);
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (!orphan[i])
			continue;
		decide(&rows[i], known[i]);
		if (s->over.n >= SEND_GROUP_MAX ||
		    (s->over.n > 0 &&
		     s->over.v[0]->row->account != rows[i].account))
			rc = send_settle(s, err);
		array_add(&s->over, take_out(s, &rows[i], had[i]));
	}
	if (rc == 0)
		rc = send_settle(s, err);
	free(known);
	free(orphan);
	free(had);
	return rc;
}

int
send_recover(struct sender *s, struct err *err)
{
	struct outbox_row *rows;
	size_t n;
	int rc;

	if (outbox_unfinished(s->store, &rows, &n, err) != 0)
		return -1;
	rc = settle_orphans(s, rows, n, err);
	for (size_t i = 0; i < n && rc == 0; i++)
		if (rows[i].id != 0)
			rc = send_finish(s, &rows[i], err);
	outbox_rows_free(&rows, n);
	if (rc != 0)
		return -1;
	step("send-recovered");
	return outbox_journal_remove(s->store, err);
}
