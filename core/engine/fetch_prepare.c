/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session is to do: the server's listing and the store make the plan. */
/*
 * 1. A UIDL is never forgotten because a listing lacks it.
 * 2. No message is retrieved whole, stored or deleted here: only f->plan is made,
 *    and noted what is to be skipped and what was looked at.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/fetch_priv.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Gmail's window has some 250 messages; below that nothing hides behind. */
#define WINDOW_FULL 100
/* A key of a message. */
#define STUCK_MAX 256

/* ---- the first fetch: only the last days ---- */

/*
 * Mailboxes are in order of arrival, so the first one that is young enough is
 * found by bisection in a few round trips.  Dates are the senders' and may lie:
 * a day of grace, and what has no date counts as young.
 */
static int
skip_old(struct fetch *f, struct err *err)
{
	int64_t oldest =
		clock_now() - (int64_t)(f->account->first_days + 1) * 86400;
	size_t low = 0;
	size_t high = f->listing.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int64_t date = 0;
		int rc = fetch_date_of(f, mid, &date, err);

		if (rc < 0)
			return -1;
		if (rc == 0 || date >= oldest)
			high = mid;
		else
			low = mid + 1;
	}
	for (size_t i = 0; i < low; i++)
		if (f->keys[i] != NULL &&
		    store_uidl_set(f->deliver.store, f->deliver.account_id,
		                   f->keys[i], UIDL_SKIPPED, err) != 0)
			return -1;
	return low == 0 ? 0 : 1;
}

/* ---- the plan ---- */

void
fetch_replan(struct fetch *f)
{
	const struct fetch_listed listed = { .listing = &f->listing,
		                             .keys = f->keys,
		                             .rows = f->rows,
		                             .first = f->first };

	fetch_plan_release(&f->plan);
	fetch_plan_make(f->account, &listed, clock_now(), &f->plan);
}

/* What earlier fetches have learnt about this server. */
static int
load_quirks(struct fetch *f, struct err *err)
{
	long long id = (long long)f->deliver.account_id;
	struct str value;
	int rc;

	f->stuck_key = xasprintf("stuck.%lld", id);
	f->unchecked_key = xasprintf("unchecked.%lld", id);
	str_init(&value, STUCK_MAX);
	rc = store_state_get(f->deliver.store, f->unchecked_key, &value, err);
	str_release(&value);
	f->unchecked = rc > 0;
	return rc < 0 ? -1 : 0;
}

/* What broke the connection last time comes after all others. */
static int
put_stuck_last(struct fetch *f, struct err *err)
{
	struct fetch_plan *p = &f->plan;
	struct str key;
	int rc;

	str_init(&key, STUCK_MAX);
	rc = store_state_get(f->deliver.store, f->stuck_key, &key, err);
	for (size_t i = 0; rc > 0 && i + 1 < p->fetch_count; i++) {
		size_t entry = p->fetch[i];

		if (f->keys[entry] == NULL ||
		    strcmp(f->keys[entry], key.p) != 0)
			continue;
		memmove(&p->fetch[i], &p->fetch[i + 1],
		        (p->fetch_count - i - 1) * sizeof *p->fetch);
		p->fetch[p->fetch_count - 1] = entry;
		break;
	}
	str_release(&key);
	return rc < 0 ? -1 : 0;
}

/*
 * A window moves on when its messages were retrieved and QUIT was heard.  When
 * that QUIT was lost, all that it shows is known here, and what lies behind it
 * would never be seen: they are retrieved once more (and not stored), at most
 * once a day, in case the server just has no more.
 */
static int
free_window(struct fetch *f, struct err *err)
{
	struct fetch_plan *p = &f->plan;
	char *key = xasprintf("window.%lld", (long long)f->deliver.account_id);
	char *today = xasprintf("%lld", (long long)(clock_now() / 86400));
	struct str last;
	int rc;

	str_init(&last, STUCK_MAX);
	rc = store_state_get(f->deliver.store, key, &last, err);
	if (rc >= 0 && p->fetch_count + p->head_count == 0 &&
	    f->listing.n >= WINDOW_FULL && strcmp(last.p, today) != 0) {
		for (size_t i = 0; i < f->listing.n; i++) {
			const struct uidl_row *row = f->rows[i];

			if (row != NULL && !row->stub)
				p->fetch[p->fetch_count++] = i;
		}
		f->freed = p->fetch_count != 0;
		rc = store_state_note(f->deliver.store, key, slice_of(today),
		                      err);
	}
	str_release(&last);
	free(key);
	free(today);
	return rc < 0 ? -1 : 0;
}

int
fetch_prepare(struct fetch *f, struct err *err)
{
	int quiet;

	f->removed = xcalloc(f->listing.n, sizeof *f->removed);
	f->gone = xcalloc(f->listing.n, sizeof *f->gone);
	if (fetch_spare_earlier(f, err) != 0)
		return -1;
	quiet = fetch_is_quiet(f, err);
	if (quiet != 0)
		return quiet < 0 ? -1 : 0;
	if (load_quirks(f, err) != 0 || fetch_identify(f, err) != 0 ||
	    fetch_find_missing(f, err) != 0)
		return -1;
	f->first = f->known.map.n == 0;
	fetch_replan(f);
	if (f->first && f->account->first_days > 0 && f->job->window &&
	    f->note == NULL) {
		/* What is not fetched would stand in the window for ever. */
		f->note = xstrdup(_("this server shows its oldest mail first "
		                    "and only a part of it, so all of it "
		                    "comes; the last 30 days alone come with "
		                    "recent:ADDRESS as user name"));
	} else if (f->first && f->account->first_days > 0 && !f->job->window) {
		int rc = skip_old(f, err);

		if (rc < 0 || (rc > 0 && fetch_load_known(f, err) != 0))
			return -1;
		fetch_replan(f);
	}
	/* What the rows say is here may have gone since the last look. */
	if (f->plan.remove_count != 0) {
		if (fetch_look_here(f, err) != 0)
			return -1;
		fetch_replan(f);
	}
	if (fetch_verify_plan(f, err) != 0)
		return -1;
	if (f->job->window && free_window(f, err) != 0)
		return -1;
	fetch_note_quiet(f);
	return put_stuck_last(f, err);
}
