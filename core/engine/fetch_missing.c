/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was fetched, is on the server yet, and is not here although the user did
 * not delete it: a backup without it was restored, or another program took it
 * away.  It is not fetched by itself (it may have been meant), nothing of it is
 * deleted on the server, and the user is told once how to get it again.
 */
#include <stdlib.h>

#include "engine/fetch_priv.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A number. */
#define COUNT_MAX 32

/* Said again only when it has become another number. */
static void
tell_once(struct fetch *f, size_t missing)
{
	char *key = xasprintf("missing.%lld", (long long)f->deliver.account_id);
	char *now = xasprintf("%zu", missing);
	struct err err = { 0 };
	struct str before;

	str_init(&before, COUNT_MAX);
	if (store_state_get(f->deliver.store, key, &before, &err) >= 0 &&
	    !slice_eq_z(str_slice(&before), now) &&
	    (missing != 0 || before.n != 0)) {
		if (missing != 0 && f->note == NULL)
			f->note = xasprintf(
				N_N("%zu message on the server was fetched and "
			            "is not here any more; pabal fetch "
			            "--missing gets it again",
			            "%zu messages on the server were fetched "
			            "and are not here any more; pabal fetch "
			            "--missing gets them again",
			            missing),
				missing);
		if (store_state_note(f->deliver.store, key, slice_of(now),
		                     &err) != 0)
			log_line(LOG_ERROR, "%s", err.text);
	}
	str_release(&before);
	free(key);
	free(now);
}

int
fetch_find_missing(struct fetch *f, struct err *err)
{
	struct slice *keys = xcalloc(f->listing.n, sizeof *keys);
	size_t *entries = xcalloc(f->listing.n, sizeof *entries);
	int64_t *ids = xcalloc(f->listing.n, sizeof *ids);
	size_t missing = 0;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < f->listing.n; i++) {
		const struct uidl_row *row = f->rows[i];

		if (row != NULL && row->state == UIDL_STORED &&
		    row->message == 0) {
			entries[n] = i;
			keys[n++] = slice_of(f->keys[i]);
		}
	}
	rc = store_uidls_relink(f->deliver.store, f->deliver.account_id, keys,
	                        n, ids, err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct uidl_row *row = f->rows[entries[i]];

		row->message = ids[i];
		row->lost = ids[i] == 0;
		missing += row->lost;
		if (row->lost && f->job->missing) {
			f->match_content = true;
			f->rows[entries[i]] = NULL;
		}
	}
	free(keys);
	free(entries);
	free(ids);
	if (rc == 0)
		tell_once(f, f->job->missing ? 0 : missing);
	return rc;
}

int
fetch_look_here(struct fetch *f, struct err *err)
{
	if (store_look(f->deliver.store, f->deliver.account_id, err) != 0 ||
	    fetch_load_known(f, err) != 0)
		return -1;
	return fetch_find_missing(f, err);
}
