/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which messages of a listing are here already, whatever the server calls them. */
/*
 * A message's key is, in this order:
 *
 *   its UIDL           when it has one that no entry before it has
 *   "header:" + hash   of its header (TOP) and size, otherwise
 *   "reused:" + hash   of UIDL and header, when the UIDL is known but the size
 *                      has changed and the header is of another message
 *   "sha256:" + hash   of its bytes, when there is no TOP: known after RETR
 *
 * 1. A UIDL that is known, with the size it had, is that message: no question.
 *    (Where all stays on the server, another message of that name and size is
 *    not seen: to ask would cost TOP of every message at each poll.)
 * 2. When nothing of the listing is known although messages should still be on
 *    the server, it has renamed them all (moved to another machine).  Headers
 *    tell which they are, and no body is fetched again; with "delete after
 *    fetching" bodies are, because nothing is deleted on the word of a header.
 * 3. When some should be there and are missing, while others are new, what
 *    arrives is compared with what is here byte for byte (match_content).
 * 4. Sizes that changed for many at once are another way of counting, not other
 *    messages, unless the headers of some of them say so.
 *
 * Sizes alone do not tell another message: fetch_verify.c.
 *
 * Rejected: comparing contents always: two messages with the same bytes and
 * different UIDLs are two messages.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/fetch_priv.h"
#include "mime/message.h"
#include "util/digest.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Header bytes that name a message; more of it adds nothing. */
#define HEAD_MAX ((size_t)256 * 1024)
/* So many changed sizes, and a tenth of all: the server counts otherwise, when so
 * many of their headers say nothing else. */
#define RECOUNT_MIN    20
#define RECOUNT_PROBES 8

/* Entries whose headers are asked for, and where they go. */
struct heads {
	struct fetch *f;
	const size_t *entries;
	fetch_head_fn *fn;
	struct str head;
};

char *
fetch_key_of_bytes(struct slice raw)
{
	struct str hex;
	char *key;

	str_init(&hex, 2 * DIGEST_SHA256_SIZE);
	digest_sha256_hex(raw, &hex);
	key = xasprintf("sha256:%s", hex.p);
	str_release(&hex);
	return key;
}

/* ---- headers ---- */

static int
head_begin(void *ctx, size_t index, struct err *err)
{
	struct heads *h = ctx;

	(void)index;
	(void)err;
	str_clear(&h->head);
	return 0;
}

static int
head_data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct heads *h = ctx;

	(void)err;
	str_add(&h->head, p, n);
	return 0;
}

static int
head_end(void *ctx, size_t index, bool ok, const struct err *why,
         struct err *err)
{
	struct heads *h = ctx;

	(void)why; /* a message without header is fetched */
	return ok ? h->fn(h->f, h->entries[index], str_slice(&h->head), err)
	          : 0;
}

int
fetch_each_head(struct fetch *f, const size_t *entries, size_t n,
                fetch_head_fn *fn, struct err *err)
{
	struct heads h = { .f = f, .entries = entries, .fn = fn };
	const struct pop3_sink sink = { head_begin, head_data, head_end, &h,
		                        NULL };
	unsigned capa = pop3_capa(f->pop3);
	uint32_t *numbers;
	int rc;

	if (n == 0 ||
	    ((capa & POP3_CAPA_ASKED) != 0 && (capa & POP3_CAPA_TOP) == 0))
		return 0;
	numbers = xcalloc(n, sizeof *numbers);
	for (size_t i = 0; i < n; i++)
		numbers[i] = f->listing.v[entries[i]].number;
	str_init(&h.head, HEAD_MAX);
	rc = pop3_heads(f->pop3, numbers, n, HEAD_MAX, &sink, err);
	str_release(&h.head);
	free(numbers);
	return rc;
}

/* ---- keys ---- */

struct uidl_row *
fetch_find_row(const struct fetch *f, size_t i)
{
	return f->keys[i] == NULL
	               ? NULL
	               : map_get(&f->known.map, slice_of(f->keys[i]));
}

static int
key_of_head(struct fetch *f, size_t i, struct slice head, struct err *err)
{
	char *text = xasprintf("%.*s\n%llu", SLICE_ARG(head),
	                       (unsigned long long)f->listing.v[i].size);

	(void)err;
	free(f->keys[i]);
	f->keys[i] = fetch_key_of_bytes(slice_of(text));
	memcpy(f->keys[i], "header", 6); /* "sha256:..." */
	f->rows[i] = fetch_find_row(f, i);
	free(text);
	return 0;
}

/* Most are known: only others need a map of their own. */
static bool
is_first(struct fetch *f, struct map *seen, const char *uidl,
         struct uidl_row *row)
{
	bool first;

	if (row == NULL)
		return map_set(seen, slice_of(uidl), f) == NULL;
	first = !row->listed;
	row->listed = true;
	return first;
}

/* known was loaded just now. */
static int
make_keys(struct fetch *f, struct err *err)
{
	size_t *nameless = xcalloc(f->listing.n, sizeof *nameless);
	struct map seen = { 0 };
	size_t n = 0;
	int rc;

	f->keys = xcalloc(f->listing.n, sizeof *f->keys);
	f->rows = xcalloc(f->listing.n, sizeof *f->rows);
	for (size_t i = 0; i < f->listing.n; i++) {
		const char *uidl = f->listing.v[i].uidl;
		struct uidl_row *row =
			uidl != NULL ? map_get(&f->known.map, slice_of(uidl))
				     : NULL;

		if (uidl != NULL && is_first(f, &seen, uidl, row)) {
			f->keys[i] = xstrdup(uidl);
			f->rows[i] = row;
		} else {
			nameless[n++] = i;
		}
	}
	rc = fetch_each_head(f, nameless, n, key_of_head, err);
	map_release(&seen);
	free(nameless);
	return rc;
}

int
fetch_load_known(struct fetch *f, struct err *err)
{
	uidl_map_release(&f->known);
	if (store_uidls(f->deliver.store, f->deliver.account_id, &f->known,
	                err) != 0)
		return -1;
	for (size_t i = 0; f->keys != NULL && i < f->listing.n; i++)
		f->rows[i] = fetch_find_row(f, i);
	return 0;
}

/* pabal.db was lost, but not the files: their names tell. */
static int
find_known(struct fetch *f, struct err *err)
{
	struct slice *keys = xcalloc(f->listing.n, sizeof *keys);
	size_t n = 0;
	size_t found = 0;
	int rc;

	for (size_t i = 0; i < f->listing.n; i++)
		if (f->keys[i] != NULL && f->rows[i] == NULL)
			keys[n++] = slice_of(f->keys[i]);
	if (n == 0)
		rc = 0;
	else
		rc = store_uidls_by_name(f->deliver.store,
		                         f->deliver.account_id, keys, n, &found,
		                         err);
	free(keys);
	if (rc == 0 && found != 0)
		rc = fetch_load_known(f, err);
	return rc;
}

/* ---- the same UIDL, another message (4) ---- */

static void
alias(struct fetch *f, size_t i, int64_t message)
{
	f->aliases[f->alias_count++] =
		(struct uidl_alias){ f->keys[i], message,
		                     f->listing.v[i].size };
}

static int
write_aliases(struct fetch *f, struct err *err)
{
	size_t n = f->alias_count;

	f->alias_count = 0;
	if (n == 0)
		return 0;
	if (store_uidl_alias(f->deliver.store, f->deliver.account_id,
	                     f->aliases, n, err) != 0)
		return -1;
	return fetch_load_known(f, err);
}

static int
compare_head(struct fetch *f, size_t i, struct slice head, struct err *err)
{
	const struct uidl_row *row = f->rows[i];
	enum fetch_same same;

	if (row == NULL)
		return 0;
	if (fetch_compare_head(f, row, head, &same, err) != 0)
		return -1;
	if (same == FETCH_SAME)
		alias(f, i, row->message);
	else
		fetch_name_reused(f, i, head);
	return 0;
}

/* So many sizes have changed: do the headers of some say the same? */
static int
probe_head(struct fetch *f, size_t i, struct slice head, struct err *err)
{
	const struct uidl_row *row = f->rows[i];
	enum fetch_same same = FETCH_SAME;

	if (row != NULL && fetch_compare_head(f, row, head, &same, err) != 0)
		return -1;
	f->others += same == FETCH_OTHER;
	return 0;
}

/* The server counts otherwise than it did. */
static int
recounted(struct fetch *f, const size_t *changed, size_t n, bool *yes_r,
          struct err *err)
{
	size_t some[RECOUNT_PROBES];

	*yes_r = false;
	if (n < RECOUNT_MIN || n < f->listing.n / 10)
		return 0;
	for (size_t i = 0; i < RECOUNT_PROBES; i++)
		some[i] = changed[i * (n - 1) / (RECOUNT_PROBES - 1)];
	f->others = 0;
	if (fetch_each_head(f, some, RECOUNT_PROBES, probe_head, err) != 0)
		return -1;
	*yes_r = f->others == 0;
	return 0;
}

static int
look_for_reused(struct fetch *f, struct err *err)
{
	size_t *changed = xcalloc(f->listing.n, sizeof *changed);
	size_t n = 0;
	bool all = false;
	int rc;

	for (size_t i = 0; i < f->listing.n; i++) {
		const struct uidl_row *row = f->rows[i];
		uint64_t size = f->listing.v[i].size;

		if (row != NULL && row->state != UIDL_SKIPPED && size != 0 &&
		    row->size != 0 && row->size != size)
			changed[n++] = i;
	}
	rc = recounted(f, changed, n, &all, err);
	for (size_t i = 0; all && i < n; i++) {
		const struct uidl_row *row = f->rows[changed[i]];

		if (row != NULL)
			alias(f, changed[i], row->message);
	}
	if (rc == 0 && !all)
		rc = fetch_each_head(f, changed, n, compare_head, err);
	free(changed);
	return rc == 0 ? write_aliases(f, err) : -1;
}

/* ---- other UIDLs, the same messages (2, 3) ---- */

static int
recognise(struct fetch *f, size_t i, struct slice head, struct err *err)
{
	struct message m = { 0 };
	int64_t id = 0;
	int rc;

	message_parse(&m, head);
	rc = store_find_head(f->deliver.store, f->deliver.account_id, 0, &m,
	                     f->listing.v[i].size, &id, err);
	message_release(&m);
	if (rc > 0)
		alias(f, i, id);
	return rc < 0 ? -1 : 0;
}

static int
recognise_all(struct fetch *f, struct err *err)
{
	size_t *entries = xcalloc(f->listing.n, sizeof *entries);
	size_t found = 0;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < f->listing.n; i++)
		if (f->keys[i] != NULL)
			entries[n++] = i;
	rc = fetch_each_head(f, entries, n, recognise, err);
	free(entries);
	if (rc != 0 || write_aliases(f, err) != 0)
		return -1;
	for (size_t i = 0; i < f->listing.n; i++)
		found += f->rows[i] != NULL;
	if (found != 0 && f->note == NULL)
		f->note = xasprintf(_("the server has given its messages new "
		                      "names; %zu of them are here already"),
		                    found);
	return 0;
}

static int
look_for_renamed(struct fetch *f, struct err *err)
{
	const struct map_entry *e;
	size_t expected = 0;
	size_t present = 0;
	size_t known = 0;

	map_foreach(&f->known.map, e)
		expected += ((const struct uidl_row *)e->value)->state ==
		            UIDL_STORED;
	for (size_t i = 0; i < f->listing.n; i++) {
		const struct uidl_row *row = f->rows[i];

		known += row != NULL;
		present += row != NULL && row->state == UIDL_STORED;
	}
	if (present >= expected || known == f->listing.n)
		return 0;
	f->match_content = true;
	if (known != 0 || f->account->keep == ACCOUNT_DELETE)
		return 0;
	return recognise_all(f, err);
}

int
fetch_identify(struct fetch *f, struct err *err)
{
	f->aliases = xcalloc(f->listing.n, sizeof *f->aliases);
	if (fetch_load_known(f, err) != 0 || make_keys(f, err) != 0 ||
	    find_known(f, err) != 0 || look_for_reused(f, err) != 0)
		return -1;
	return look_for_renamed(f, err);
}

/* ---- dates ---- */

int
fetch_date_of(struct fetch *f, size_t i, int64_t *date_r, struct err *err)
{
	struct message m = { 0 };
	struct str top;
	struct err why = { 0 };
	int rc;

	str_init(&top, HEAD_MAX);
	if (pop3_top(f->pop3, f->listing.v[i].number, 0, &top, &why) != 0) {
		str_release(&top);
		if (why.code == ERR_REFUSED)
			return 0;
		*err = why;
		return -1;
	}
	message_parse(&m, str_slice(&top));
	rc = message_date(&m, date_r);
	message_release(&m);
	str_release(&top);
	return rc;
}

/* ---- numbers that move ---- */

bool
fetch_choose_check(const struct fetch *f, struct pop3_check *check_r)
{
	/* Whatever went missing, the last one's number has changed. */
	for (size_t i = f->unchecked ? 0 : f->listing.n; i-- > 0;) {
		if (f->listing.v[i].uidl == NULL || f->gone[i])
			continue;
		*check_r = (struct pop3_check){
			.number = f->listing.v[i].number,
			.uidl = f->listing.v[i].uidl,
		};
		return true;
	}
	return false;
}

static bool
same_place(const struct pop3_listing *now, const struct pop3_item *item)
{
	size_t low = 0;
	size_t high = now->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (now->v[mid].number < item->number)
			low = mid + 1;
		else
			high = mid;
	}
	return low < now->n && now->v[low].number == item->number &&
	       slice_eq(slice_of(now->v[low].uidl), slice_of(item->uidl));
}

/* List again: do these entries still stand where they stood? */
static int
still_there(struct fetch *f, const size_t *entries, size_t n, struct err *err)
{
	struct pop3_listing now;
	bool same = true;

	if (pop3_list(f->pop3, &now, err) != 0)
		return -1;
	for (size_t i = 0; i < n && same; i++)
		same = same_place(&now, &f->listing.v[entries[i]]);
	pop3_listing_release(&now);
	if (!same)
		return err_set(err, ERR_RETRY,
		               _("the server has numbered its messages anew "
		                 "in the middle of the session; nothing was "
		                 "deleted there"));
	return 0;
}

int
fetch_look_again(struct fetch *f, const size_t *entries, size_t n,
                 struct err *err)
{
	struct err ignored = { 0 }; /* the first error is the one to tell */

	if (still_there(f, entries, n, err) == 0)
		return 0;
	/* Its answer was not one line: it is not asked again. */
	if (err->code == ERR_PROTO &&
	    store_state_set(f->deliver.store, f->unchecked_key, SLICE_LIT("1"),
	                    &ignored) != 0)
		log_line(LOG_ERROR, "%s", ignored.text);
	return -1;
}
