/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chosen charsets, one durable value of the store for each sender. */
#include "store/sender_charset.h"

#include "text/unicode.h"

#include "util/banned.h"

/* "charset:" and an address; senders of longer ones are not remembered. */
#define KEY_MAX        400
#define NAME_MAX_BYTES 80

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
	str_release(&key);
	return rc < 0 ? -1 : 0;
}
