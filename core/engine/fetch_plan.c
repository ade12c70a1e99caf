/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fetch will do: decided from the listing, the account and what is known; pure. */
#include "engine/fetch_plan.h"

#include <stdlib.h>

#include "util/xalloc.h"

#include "util/banned.h"

#define SECONDS_A_DAY 86400

/* Is the whole message safe here, or was it, until the user threw it away? */
static bool
was_safe(const struct uidl_row *row)
{
	switch (row->state) {
	case UIDL_STORED:
		return !row->stub && !row->lost;
	case UIDL_DELETED: /* and is there again */
	case UIDL_DOOMED:
	case UIDL_SPARED:
		return true;
	case UIDL_SKIPPED:
		break;
	}
	return false;
}

static bool
due_for_removal(const struct account *a, const struct uidl_row *row,
                int64_t now)
{
	if (!was_safe(row) || account_is_recent(a))
		return false;
	switch (a->keep) {
	case ACCOUNT_KEEP:
		return false;
	case ACCOUNT_DELETE:
		return true;
	case ACCOUNT_DELETE_AFTER:
		return now - row->fetched >=
		       (int64_t)a->keep_days * SECONDS_A_DAY;
	case ACCOUNT_AS_HERE:
		return row->state == UIDL_DOOMED ||
		       (row->state == UIDL_DELETED && row->message == 0);
	}
	return false;
}

/* What has no name yet cannot be found again later. */
static bool
header_will_do(const struct account *a, const struct pop3_item *item,
               const char *key)
{
	return a->headers_above != 0 && item->size > a->headers_above &&
	       key != NULL;
}

/* The newest stand last in a listing; on the first fetch they come first. */
static void
reverse(size_t *v, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		size_t t = v[i];

		v[i] = v[n - 1 - i];
		v[n - 1 - i] = t;
	}
}

void
fetch_plan_make(const struct account *a, const struct fetch_listed *listed,
                int64_t now, struct fetch_plan *plan_r)
{
	const struct pop3_listing *l = listed->listing;
	struct fetch_plan *p = plan_r;

	*p = (struct fetch_plan){ 0 };
	p->fetch = xcalloc(l->n, sizeof *p->fetch);
	p->heads = xcalloc(l->n, sizeof *p->heads);
	p->remove = xcalloc(l->n, sizeof *p->remove);
	p->first = listed->first;
	for (size_t i = 0; i < l->n; i++) {
		const struct uidl_row *row = listed->rows[i];

		if (row != NULL) {
			if (due_for_removal(a, row, now))
				p->remove[p->remove_count++] = i;
		} else if (a->max_size != 0 && l->v[i].size > a->max_size) {
			p->too_large++;
		} else if (header_will_do(a, &l->v[i], listed->keys[i])) {
			p->heads[p->head_count++] = i;
		} else {
			p->fetch[p->fetch_count++] = i;
		}
	}
	if (p->first) {
		reverse(p->fetch, p->fetch_count);
		reverse(p->heads, p->head_count);
	}
}

static int
larger_first(const void *a, const void *b)
{
	const struct quota_item *x = a;
	const struct quota_item *y = b;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

size_t
fetch_plan_quota(struct quota_item *items, size_t n, uint64_t total,
                 uint64_t quota,
                 bool (*safe)(void *ctx, const struct uidl_row *row), void *ctx)
{
	size_t chosen = 0;

	if (n > 0)
		qsort(items, n, sizeof *items, larger_first);
	for (size_t i = 0; i < n && total > quota; i++) {
		if (!safe(ctx, items[i].row))
			continue;
		total -= items[i].size;
		items[chosen++] = items[i];
	}
	return chosen;
}

void
fetch_plan_release(struct fetch_plan *plan)
{
	if (plan == NULL)
		return;
	free(plan->fetch);
	free(plan->heads);
	free(plan->remove);
	*plan = (struct fetch_plan){ 0 };
}
