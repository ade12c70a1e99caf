/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What leaves the server: DELE, and what goes so that its mailbox stays small. */
/*
 * 1. Only a message whose whole file is here may leave.
 * 2. What leaves was told before: the fetch that finds the mailbox too large
 *    writes down what is to go, largest first, and says so; the next one deletes
 *    what stands there, if it still has to go.
 * 3. Where messages go because they were deleted here (keep = here), those that
 *    were deleted before the first fetch that has it stay: nobody meant them.
 */
#include <stdlib.h>

#include "engine/fetch_priv.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define MARK_MAX 8

int
fetch_remove_entries(struct fetch *f, const size_t *entries, size_t n,
                     struct err *err)
{
	uint32_t *numbers = xcalloc(n, sizeof *numbers);
	size_t refused = 0;
	int rc;

	for (size_t i = 0; i < n; i++)
		numbers[i] = f->listing.v[entries[i]].number;
	step("fetch-dele");
	rc = pop3_dele(f->pop3, numbers, n, &refused, err);
	free(numbers);
	if (rc != 0)
		return -1;
	if (refused != 0)
		log_line(LOG_INFO, "%s: %zu DELE refused", f->account->name,
		         refused);
	for (size_t i = 0; i < n; i++) {
		f->removed[f->removed_count++] = entries[i];
		f->gone[entries[i]] = true;
	}
	return 0;
}

int
fetch_remove(struct fetch *f, const size_t *entries, size_t n, struct err *err)
{
	struct pop3_check check;
	const struct pop3_sink sink = { .check = &check };

	if (n == 0)
		return 0;
	if (fetch_choose_check(f, &check)) {
		if (pop3_retr(f->pop3, NULL, 0, 0, &sink, err) != 0)
			return -1;
		if (!check.same && fetch_look_again(f, entries, n, err) != 0)
			return -1;
	} else if (fetch_look_again(f, entries, n, err) != 0) {
		return -1;
	}
	return fetch_remove_entries(f, entries, n, err);
}

/*
 * The mark says that the last fetch had it, too.  Without one nothing that was
 * deleted so far goes: nobody knew then that it would.
 */
int
fetch_spare_earlier(struct fetch *f, struct err *err)
{
	bool wanted = f->account->keep == ACCOUNT_AS_HERE &&
	              !account_is_recent(f->account);
	struct store *s = f->deliver.store;
	char *key = xasprintf("as-here.%lld", (long long)f->deliver.account_id);
	struct str mark;
	int rc;

	str_init(&mark, MARK_MAX);
	rc = store_state_get(s, key, &mark, err);
	if (rc >= 0 && wanted != (mark.n != 0)) {
		rc = wanted ? store_uidls_spare(s, f->deliver.account_id, err)
		            : 0;
		if (rc == 0)
			rc = store_state_set(s, key,
			                     slice_of(wanted ? "1" : ""), err);
	}
	str_release(&mark);
	free(key);
	return rc < 0 ? -1 : 0;
}

/* Is the file there, whole? */
static bool
is_safe(void *ctx, const struct uidl_row *row)
{
	struct fetch *f = ctx;
	struct err ignored = { 0 }; /* unreadable: not safe */
	struct fsx_map map;
	bool safe;

	if (row->state != UIDL_STORED || row->stub || row->message == 0 ||
	    store_map(f->deliver.store, row->message, &map, &ignored) != 0)
		return false;
	safe = map.data.n > 0;
	fsx_map_close(&map);
	return safe;
}

/* Bytes of the mailbox as it will be after QUIT. */
static uint64_t
mailbox_size(const struct fetch *f)
{
	uint64_t total = 0;

	for (size_t i = 0; i < f->listing.n; i++)
		if (!f->gone[i] && f->listing.v[i].size < UINT64_MAX - total)
			total += f->listing.v[i].size;
	return total;
}

static bool
was_told(const struct store_leaving *v, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq_z(slice_of(v[i].uidl), key))
			return true;
	return false;
}

/* Those that may go, largest first. */
static size_t
candidates(struct fetch *f, struct quota_item *items)
{
	size_t n = 0;

	for (size_t i = 0; i < f->listing.n; i++) {
		const struct uidl_row *row = f->rows[i];

		if (!f->gone[i] && row != NULL && f->listing.v[i].size > 0)
			items[n++] =
				(struct quota_item){ i, f->listing.v[i].size,
				                     row };
	}
	return n;
}

static void
say(struct fetch *f, const struct store_leaving *v, size_t n)
{
	struct str size, limit;
	uint64_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += v[i].size;
	str_init(&size, 64);
	str_init(&limit, 64);
	str_add_size(&size, bytes);
	str_add_size(&limit, f->account->quota);
	free(f->note);
	f->note = xasprintf(
		N_N("the mailbox there is larger than %s: the next fetch "
	            "deletes %zu message of %s that is safe here",
	            "the mailbox there is larger than %s: the next fetch "
	            "deletes %zu messages of %s that are safe here",
	            n),
		limit.p, n, size.p);
	str_release(&size);
	str_release(&limit);
}

/* Of what has to go: now what was told, the rest is told. */
static int
let_go(struct fetch *f, const struct quota_item *items, size_t n,
       struct err *err)
{
	struct store_leaving *told = NULL;
	struct store_leaving *next = xcalloc(n, sizeof *next);
	size_t *now = xcalloc(n, sizeof *now);
	size_t told_n = 0;
	size_t next_n = 0;
	size_t now_n = 0;
	int rc = store_leaving(f->deliver.store, f->deliver.account_id, &told,
	                       &told_n, err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		char *key = f->keys[items[i].entry];

		if (was_told(told, told_n, key))
			now[now_n++] = items[i].entry;
		else
			next[next_n++] =
				(struct store_leaving){ .uidl = key,
				                        .size = items[i].size };
	}
	if (rc == 0)
		rc = store_leaving_set(f->deliver.store, f->deliver.account_id,
		                       next, next_n, err);
	if (rc == 0 && next_n > 0)
		say(f, next, next_n);
	if (rc == 0)
		rc = fetch_verify(f, now, &now_n, err);
	if (rc == 0)
		rc = fetch_remove(f, now, now_n, err);
	store_leaving_free(&told, told_n);
	free(next);
	free(now);
	return rc;
}

int
fetch_keep_below(struct fetch *f, struct err *err)
{
	const struct account *a = f->account;
	struct quota_item *items;
	size_t n;
	int rc;

	if (a->quota == 0 || account_is_recent(a))
		return store_leaving_set(f->deliver.store,
		                         f->deliver.account_id, NULL, 0, err);
	if (fetch_load_known(f, err) != 0)
		return -1;
	items = xcalloc(f->listing.n, sizeof *items);
	n = candidates(f, items);
	n = fetch_plan_quota(items, n, mailbox_size(f), a->quota, is_safe, f);
	rc = let_go(f, items, n, err);
	free(items);
	return rc;
}
