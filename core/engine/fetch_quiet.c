/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A listing in which there was nothing to do, and which is the same again. */
/*
 * Most fetches find nothing.  To see that again nobody needs the rows of all
 * that was fetched: it is enough that nothing has changed that decides on it.
 *
 * 1. Noted is a hash of the listing (numbers, UIDLs, sizes), one of what the
 *    account wants of its server, and the time from which on the first message
 *    is due to go by its age.
 * 2. Whatever changes a row of the account's UIDLs takes the note away, in the
 *    same transaction (triggers in store/schema.c): a fetch, a message deleted
 *    or lost here, an index restored.
 * 3. It is written only when nobody wrote to the database since the rows were
 *    read (store_version), so it never stands for rows that nobody looked at.
 * 4. It is written only where each message has a UIDL of its own that names it
 *    here, all of them are known, none was deleted there before (fetch_verify.c)
 *    and none is to be fetched, deleted, skipped or told of.  A server that shows a window, a quota (which looks at files) and
 *    --missing are always looked at as a whole.
 *
 * Rejected: the date of the last change of the index as a note (the list on the
 * screen writes there, too); comparing only how many there are.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fetch_priv.h"
#include "util/clock.h"
#include "util/digest.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Another number makes all notes invalid: the rules of a plan have changed. */
#define RULES 1

#define SECONDS_A_DAY 86400

static bool
may_be_quiet(const struct fetch *f)
{
	return !f->job->window && !f->job->missing && f->account->quota == 0;
}

static uint64_t
hash_listing(const struct pop3_listing *l)
{
	uint64_t h = l->n;

	for (size_t i = 0; i < l->n; i++) {
		const struct pop3_item *item = &l->v[i];
		uint64_t facts[2] = { item->number, item->size };

		h = digest_hash64(slice_make((const char *)facts, sizeof facts),
		                  h);
		if (item->uidl != NULL)
			h = digest_hash64(slice_of(item->uidl), h);
	}
	return h;
}

/* All of the account that fetch_plan_make looks at. */
static uint64_t
hash_wishes(const struct account *a)
{
	char *text = xasprintf("%d %d %d %d %" PRIu64 " %" PRIu64, RULES,
	                       (int)a->keep, a->keep_days,
	                       account_is_recent(a) ? 1 : 0, a->max_size,
	                       a->headers_above);
	uint64_t h = digest_hash64(slice_of(text), 0);

	free(text);
	return h;
}

int
fetch_is_quiet(struct fetch *f, struct err *err)
{
	struct store_quiet q;
	int rc = 0;

	f->version = store_version(f->deliver.store);
	if (!may_be_quiet(f))
		return 0;
	rc = store_quiet_get(f->deliver.store, f->deliver.account_id, &q, err);
	if (rc <= 0)
		return rc;
	return q.wishes == hash_wishes(f->account) && clock_now() < q.until &&
	       q.listing == hash_listing(&f->listing);
}

/* Is it known by its own UIDL, and nothing more to be said of it?  until_r: from
 * then on it is due to go. */
static bool
is_settled(const struct fetch *f, size_t i, int64_t *until_r)
{
	const char *uidl = f->listing.v[i].uidl;
	const struct uidl_row *row = f->rows[i];

	if (uidl == NULL || row == NULL || row->lost ||
	    row->state == UIDL_DELETED || strcmp(uidl, f->keys[i]) != 0)
		return false;
	if (f->account->keep == ACCOUNT_DELETE_AFTER) {
		int64_t days = f->account->keep_days;

		*until_r = row->fetched + days * SECONDS_A_DAY;
		/* Due already, and yet not in the plan: it is not safe here. */
		if (*until_r <= clock_now())
			*until_r = INT64_MAX;
	}
	return true;
}

void
fetch_note_quiet(struct fetch *f)
{
	const struct fetch_plan *p = &f->plan;
	struct store_quiet q = { .until = INT64_MAX };
	struct err err = { 0 };

	if (!may_be_quiet(f) || f->note != NULL ||
	    p->fetch_count + p->head_count + p->remove_count + p->too_large !=
	            0)
		return;
	for (size_t i = 0; i < f->listing.n; i++) {
		int64_t until = INT64_MAX;

		if (!is_settled(f, i, &until))
			return;
		if (until < q.until)
			q.until = until;
	}
	q.listing = hash_listing(&f->listing);
	q.wishes = hash_wishes(f->account);
	/* Without it the next fetch looks at all again. */
	if (store_quiet_set(f->deliver.store, f->deliver.account_id, &q,
	                    f->version, &err) != 0)
		log_line(LOG_ERROR, "%s", err.text);
}
