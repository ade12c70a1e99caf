/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chosen charsets, one durable value of the store for each sender. */
#include "store/sender_charset.h"

#include "store/store_impl.h"
#include "text/unicode.h"

#include "util/banned.h"

/* "charset:" and an address; senders of longer ones are not remembered. */
#define KEY_MAX        400
#define NAME_MAX_BYTES 80
/* Mail whose rows and words are made anew: more would be felt. */
#define RENEWED_MAX 500

/* The key of m's sender.  false: it has none that can be remembered. */
static bool
sender_key(const struct message *m, struct str *key)
{
	struct arena a = { NULL };
	struct addr_list list;
	bool ok;

	message_addrs(m, "From", &a, &list);
	ok = list.n > 0 && list.v[0].spec.n > 0;
	str_add_z(key, "charset:");
	if (ok)
		unicode_fold(list.v[0].spec, key);
	arena_release(&a);
	return ok && !key->full;
}

int
sender_charset_apply(struct store *s, struct message *m, struct err *err)
{
	enum charset cs = CHARSET_UNKNOWN;
	struct str key;
	struct str name;
	int rc = 0;

	str_init(&key, KEY_MAX);
	str_init(&name, NAME_MAX_BYTES);
	if (sender_key(m, &key))
		rc = store_state_get(s, key.p, &name, err);
	if (rc >= 0 && name.n > 0)
		cs = charset_lookup(str_slice(&name));
	if (cs != CHARSET_UNKNOWN)
		message_set_charsets(m, cs, m->fallback);
	str_release(&name);
	str_release(&key);
	return rc < 0 ? -1 : 0;
}

/* What a list shows of one message that is here. */
static int
renew_row(struct store *s, int64_t id, struct err *err)
{
	struct err unreadable = { 0 };
	struct fsx_map map = { 0 };
	struct arena a = { NULL };
	struct message m = { 0 };
	struct facts f;
	int rc;

	if (store_map(s, id, &map, &unreadable) != 0)
		return 0;
	message_parse(&m, map.data);
	rc = sender_charset_apply(s, &m, err);
	if (rc == 0) {
		facts_of(&m, 0, &a, &f);
		rc = row_set_words(s, id, &f, err);
	}
	arena_release(&a);
	message_release(&m);
	fsx_map_close(&map);
	return rc;
}

/* The sender's latest messages; ids has room for RENEWED_MAX. */
static int
find_mail(struct store *s, const struct message *m, int64_t *ids, size_t *n_r,
          struct err *err)
{
	struct arena a = { NULL };
	struct addr_list list;
	struct db_stmt *st;
	int rc;

	message_addrs(m, "From", &a, &list);
	st = db_query(
		s->db, err,
		"SELECT id FROM message WHERE from_addr = ? COLLATE NOCASE"
		" ORDER BY id DESC LIMIT ?",
		"ti", list.v[0].spec, (int64_t)RENEWED_MAX);
	*n_r = 0;
	rc = st != NULL ? 0 : -1;
	while (rc == 0 && (rc = db_step(st, err)) == 1) {
		ids[(*n_r)++] = db_int(st, 0);
		rc = 0;
	}
	db_done(st);
	arena_release(&a);
	return rc;
}

/* Lists and search follow. */
static int
renew(struct store *s, const struct message *m, struct err *err)
{
	int64_t ids[RENEWED_MAX];
	size_t n = 0;
	int rc;

	if (find_mail(s, m, ids, &n, err) != 0)
		return -1;
	if (n == 0)
		return 0;
	if (db_begin(s->db, false, err) != 0)
		return -1;
	rc = 0;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = renew_row(s, ids[i], err);
	if (db_end(s->db, rc, err) != 0)
		return -1;
	return fts_again(s, ids, n, err);
}

int
sender_charset_choose(struct store *s, struct message *m, enum charset cs,
                      struct err *err)
{
	struct str key;
	int rc = 0;

	message_set_charsets(m, cs, m->fallback);
	str_init(&key, KEY_MAX);
	if (sender_key(m, &key))
		rc = store_state_set(s, key.p, slice_of(charset_name(cs)), err);
	else
		rc = 1; /* nobody to renew */
	str_release(&key);
	if (rc == 0)
		rc = renew(s, m, err);
	return rc < 0 ? -1 : 0;
}
