/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is it the message we mean?  Asked before anything known goes from the server. */
/*
 * A UIDL should never be used again.  Servers that number their messages, or
 * lost their state, do it all the same, and the new message often has the size
 * of the old one (a daily report).
 *
 * 1. What is to be deleted there because of an earlier session is deleted only
 *    when the server's header (TOP) is that of the message we had, which row
 *    uidl.head tells though the message is gone here.  Otherwise it is new mail:
 *    it gets a key of its own and is fetched.
 * 2. So is what we deleted there and find there again, whatever the account does
 *    with mail on the server.
 * 3. Without TOP a UIDL with the size it had is that message: nothing else can
 *    be known.  With another size it is fetched.
 *
 * What this session fetched needs no question: its bytes are here.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/fetch_priv.h"
#include "mime/message.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A server that never deletes shows all again each time; new mail stands last. */
#define AGAIN_MAX 500

int
fetch_compare_head(struct fetch *f, const struct uidl_row *row,
                   struct slice head, enum fetch_same *same_r, struct err *err)
{
	struct message m = { 0 };
	int64_t id = 0;
	int64_t number;
	int rc = 0;

	message_parse(&m, head);
	number = store_head_number(&m);
	if (row->head == 0 && row->message != 0)
		rc = store_find_head(f->deliver.store, f->deliver.account_id,
		                     row->message, &m, 0, &id, err);
	message_release(&m);
	if (row->head != 0)
		*same_r = row->head == number ? FETCH_SAME : FETCH_OTHER;
	else if (row->message != 0)
		*same_r = rc > 0 ? FETCH_SAME : FETCH_OTHER;
	else
		*same_r = FETCH_UNKNOWN;
	return rc < 0 ? -1 : 0;
}

void
fetch_name_reused(struct fetch *f, size_t i, struct slice head)
{
	char *text = xasprintf("%s\n%.*s", f->keys[i], SLICE_ARG(head));

	free(f->keys[i]);
	f->keys[i] = fetch_key_of_bytes(slice_of(text));
	memcpy(f->keys[i], "reused", 6); /* "sha256:..." */
	f->rows[i] = fetch_find_row(f, i);
	f->match_content = true;
	free(text);
}

static int
verify_head(struct fetch *f, size_t i, struct slice head, struct err *err)
{
	struct uidl_row *row = f->rows[i];
	enum fetch_same same;

	if (row == NULL)
		return 0;
	if (fetch_compare_head(f, row, head, &same, err) != 0)
		return -1;
	row->shown = true;
	if (same == FETCH_OTHER ||
	    (same == FETCH_UNKNOWN && row->state == UIDL_DELETED))
		fetch_name_reused(f, i, head);
	return 0;
}

/* No header was shown, and the size is another one: it is fetched. */
static void
drop_unshown(struct fetch *f, const size_t *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct uidl_row *row = f->rows[entries[i]];
		uint64_t size = f->listing.v[entries[i]].size;

		if (row == NULL || row->shown || row->size == 0 || size == 0 ||
		    row->size == size)
			continue;
		free(f->keys[entries[i]]);
		f->keys[entries[i]] = NULL;
		f->rows[entries[i]] = NULL;
		f->match_content = true;
	}
}

/* The last max of those that were deleted there, and all others that are due. */
static size_t
doubtful(const struct fetch *f, size_t *entries)
{
	bool *due = xcalloc(f->listing.n, sizeof *due);
	size_t again = 0;
	size_t n = 0;

	for (size_t i = 0; i < f->plan.remove_count; i++)
		due[f->plan.remove[i]] = true;
	for (size_t i = f->listing.n; i-- > 0;) {
		const struct uidl_row *row = f->rows[i];

		if (row == NULL)
			continue;
		if (row->state == UIDL_DELETED ? again++ < AGAIN_MAX : due[i])
			entries[n++] = i;
	}
	free(due);
	return n;
}

/* What was not looked at stays for the next time. */
static void
keep_unasked(struct fetch *f, const size_t *entries, size_t n)
{
	struct fetch_plan *p = &f->plan;
	bool *asked = xcalloc(f->listing.n, sizeof *asked);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		asked[entries[i]] = true;
	for (size_t i = 0; i < p->remove_count; i++)
		if (asked[p->remove[i]])
			p->remove[kept++] = p->remove[i];
	p->remove_count = kept;
	free(asked);
}

int
fetch_verify_plan(struct fetch *f, struct err *err)
{
	size_t *entries = xcalloc(f->listing.n, sizeof *entries);
	size_t n = doubtful(f, entries);
	int rc = fetch_each_head(f, entries, n, verify_head, err);

	if (rc == 0 && n > 0) {
		drop_unshown(f, entries, n);
		fetch_replan(f);
		keep_unasked(f, entries, n);
	}
	free(entries);
	return rc;
}

int
fetch_verify(struct fetch *f, size_t *entries, size_t *n, struct err *err)
{
	struct uidl_alias *others;
	size_t other_count = 0;
	size_t kept = 0;
	char **keys;
	int rc;

	if (*n == 0)
		return 0;
	keys = xcalloc(*n, sizeof *keys);
	others = xcalloc(*n, sizeof *others);
	for (size_t i = 0; i < *n; i++)
		keys[i] = xstrdup(f->keys[entries[i]]);
	rc = fetch_each_head(f, entries, *n, verify_head, err);
	for (size_t i = 0; rc == 0 && i < *n; i++) {
		size_t entry = entries[i];

		if (strcmp(keys[i], f->keys[entry]) == 0)
			entries[kept++] = entry;
		else
			/* A size that is not its own: the next fetch asks for
			 * its header and gets it. */
			others[other_count++] = (struct uidl_alias){
				keys[i], 0, f->listing.v[entry].size + 1
			};
	}
	if (rc == 0 && other_count > 0)
		rc = store_uidl_alias(f->deliver.store, f->deliver.account_id,
		                      others, other_count, err);
	for (size_t i = 0; i < *n; i++)
		free(keys[i]);
	free(keys);
	free(others);
	*n = kept;
	return rc;
}
