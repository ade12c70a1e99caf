/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fetch will do: decided from the listing, the account and what is known; pure. */
#ifndef ENGINE_FETCH_PLAN_H
#define ENGINE_FETCH_PLAN_H

#include <stdint.h>

#include "conf/account.h"
#include "proto/pop3_client.h"
#include "store/store.h"

/*
 * Rules:
 * 1. A UIDL that the store knows is never fetched again; one that vanished from
 *    the listing means nothing.
 * 2. Where the same UIDL stands twice in a listing, or there is none, the
 *    message is named by a key made of its header (see keys below).
 * 3. Deleting is planned only for messages that are safe here: stored in an
 *    earlier session, or in this one after the commit (fetch.c).
 */
struct fetch_plan {
	size_t *fetch; /* indices into the listing, in the order to fetch */
	size_t fetch_count;
	size_t *heads; /* indices: large ones of which the header is enough */
	size_t head_count;
	size_t *remove; /* indices: stored before, due to be deleted now */
	size_t remove_count;
	size_t too_large; /* left alone because of max_size */
	bool first;       /* nothing of this account was ever fetched */
};

/* A listing and what is known of it.  All borrowed. */
struct fetch_listed {
	const struct pop3_listing *listing;
	char *const *keys;            /* names of its entries; NULL: none yet */
	struct uidl_row *const *rows; /* NULL: not known, to be fetched */
	bool first;                   /* nothing at all is known */
};

/* now decides on ACCOUNT_DELETE_AFTER.  Release with fetch_plan_release. */
void fetch_plan_make(const struct account *a, const struct fetch_listed *listed,
                     int64_t now, struct fetch_plan *plan_r);

/* A message that may leave the server. */
struct quota_item {
	size_t entry; /* of the listing */
	uint64_t size;
	const struct uidl_row *row;
};

/*
 * Choose what has to go so that total comes down to quota: the largest first,
 * of the same size the older one (the smaller entry), and only what safe says
 * yes to.  They stand first in items then.
 *
 * Returns how many; all that are safe when that is not enough.
 */
size_t fetch_plan_quota(struct quota_item *items, size_t n, uint64_t total,
                        uint64_t quota,
                        bool (*safe)(void *ctx, const struct uidl_row *row),
                        void *ctx);
void fetch_plan_release(struct fetch_plan *plan);

#endif
