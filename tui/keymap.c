/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From keys to actions: presets, the user's bindings, sequences, Hangul keys. */
#include "tui/keymap.h"

#include <stdlib.h>
#include <string.h>

#include "text/hangul.h"
#include "tui/key.h"
#include "util/array.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

struct binding {
	unsigned contexts;
	uint32_t keys[KEYMAP_SEQUENCE];
	size_t n;
	enum action_id id;
};

struct keymap {
	ARRAY(struct binding) bindings; /* later ones win */
	uint32_t pending[KEYMAP_SEQUENCE];
	size_t pending_n;
	size_t preset_n; /* the user's bindings begin here */
};

/* One word of a binding: its keys; -1 when it is none or too long. */
static int
parse_sequence(struct slice word, struct binding *b)
{
	b->n = 0;
	while (word.n > 0) {
		if (b->n == KEYMAP_SEQUENCE ||
		    key_parse(&word, &b->keys[b->n]) != 0)
			return -1;
		b->n++;
	}
	return b->n > 0 ? 0 : -1;
}

struct keymap *
keymap_new(enum preset preset)
{
	struct keymap *k = xcalloc(1, sizeof *k);
	size_t i, n;
	const struct action *t = action_table(&n);

	for (i = 0; i < n; i++) {
		const char *keys = t[i].keys[preset];
		struct slice rest =
			slice_of(keys != NULL ? keys : t[i].keys[0]);
		struct slice word;

		while (slice_word(&rest, &word)) {
			struct binding b = { t[i].contexts, { 0 }, 0, t[i].id };

			if (parse_sequence(word, &b) == 0)
				array_add(&k->bindings, b);
		}
	}
	k->preset_n = k->bindings.n;
	return k;
}

void
keymap_free(struct keymap **k)
{
	if (k == NULL || *k == NULL)
		return;
	array_release(&(*k)->bindings);
	free(*k);
	*k = NULL;
}

static unsigned
context_lookup(struct slice name)
{
	static const struct {
		const char *name;
		unsigned bits;
	} contexts[] = {
		{ "list", CTX_LIST },       { "folders", CTX_FOLDERS },
		{ "reader", CTX_READER },   { "mail", CTX_MAIL },
		{ "compose", CTX_COMPOSE }, { "body", CTX_BODY },
		{ "help", CTX_HELP },       { "all", CTX_MAIN },
	};

	size_t i;

	for (i = 0; i < sizeof contexts / sizeof contexts[0]; i++)
		if (slice_eq_z(name, contexts[i].name))
			return contexts[i].bits;
	return 0;
}

static int
read_line(struct keymap *k, struct slice line)
{
	struct slice context, keys, name, more;
	const struct action *a;
	struct binding b = { 0 };

	if (!slice_word(&line, &context) || context.p[0] == '#')
		return 0;
	if (!slice_word(&line, &keys) || !slice_word(&line, &name) ||
	    slice_word(&line, &more))
		return -1;
	b.contexts = context_lookup(context);
	if (b.contexts == 0 || parse_sequence(keys, &b) != 0)
		return -1;
	if (!slice_eq_z(name, "none")) {
		a = action_lookup(name);
		if (a == NULL)
			return -1;
		b.id = a->id;
	}
	array_add(&k->bindings, b);
	return 0;
}

int
keymap_read(struct keymap *k, struct slice text, const char *name,
            struct err *err)
{
	struct slice line;
	unsigned n = 0;

	while (slice_line(&text, &line)) {
		n++;
		if (read_line(k, line) != 0)
			return err_set(err, ERR_CONFIG,
			               _("%s, line %u: not a key binding "
			                 "(CONTEXT KEYS ACTION)"),
			               name, n);
	}
	return 0;
}

static bool
starts_with(const struct binding *b, const uint32_t *keys, size_t n)
{
	return b->n >= n && memcmp(b->keys, keys, n * sizeof *keys) == 0;
}

/* A whole binding wins over a longer one only when it was made later. */
static enum keymap_result
look_up(const struct keymap *k, unsigned context, enum action_id *action_r)
{
	size_t i;

	for (i = k->bindings.n; i-- > 0;) {
		const struct binding *b = &k->bindings.v[i];

		if ((b->contexts & context) == 0 ||
		    !starts_with(b, k->pending, k->pending_n))
			continue;
		if (b->n > k->pending_n)
			return KEYMAP_PENDING;
		*action_r = b->id;
		return b->id == ACTION_NONE ? KEYMAP_NONE : KEYMAP_ACTION;
	}
	return KEYMAP_NONE;
}

enum keymap_result
keymap_feed(struct keymap *k, unsigned context, uint32_t key,
            enum action_id *action_r)
{
	enum keymap_result r;

	*action_r = ACTION_NONE;
	if (k->pending_n == KEYMAP_SEQUENCE)
		k->pending_n = 0;
	k->pending[k->pending_n++] = key;
	r = look_up(k, context, action_r);
	if (r != KEYMAP_PENDING)
		k->pending_n = 0;
	return r;
}

void
keymap_reset(struct keymap *k)
{
	k->pending_n = 0;
}

void
keymap_pending(const struct keymap *k, struct str *out)
{
	if (k->pending_n > 0)
		key_show_all(k->pending, k->pending_n, out);
}

size_t
keymap_expand(uint32_t key, uint32_t keys[KEYMAP_EXPAND])
{
	char typed[8];
	size_t i, n = 0;

	if (key < K_ESC && hangul_is(key))
		n = hangul_keys(key, typed);
	if (n == 0 || n > KEYMAP_EXPAND) {
		keys[0] = key;
		return 1;
	}
	for (i = 0; i < n; i++)
		keys[i] = (unsigned char)typed[i];
	return n;
}

/* Is this binding of the table hidden by a later one of the user's? */
static bool
overridden(const struct keymap *k, const struct binding *b)
{
	size_t i;

	for (i = k->preset_n; i < k->bindings.n; i++) {
		const struct binding *o = &k->bindings.v[i];

		if (o > b && o->n == b->n && (o->contexts & b->contexts) != 0 &&
		    starts_with(o, b->keys, b->n))
			return true;
	}
	return false;
}

static size_t
names(const struct keymap *k, unsigned contexts, enum action_id id, size_t max,
      struct str *out)
{
	size_t i, found = 0;

	for (i = 0; i < k->bindings.n && found < max; i++) {
		const struct binding *b = &k->bindings.v[i];

		if (b->id != id || (b->contexts & contexts) == 0 ||
		    overridden(k, b))
			continue;
		if (found++ > 0)
			str_add_z(out, ", ");
		key_show_all(b->keys, b->n, out);
	}
	return found;
}

bool
keymap_name(const struct keymap *k, unsigned contexts, enum action_id id,
            struct str *out)
{
	return names(k, contexts, id, 1, out) > 0;
}

void
keymap_all_names(const struct keymap *k, unsigned contexts, enum action_id id,
                 struct str *out)
{
	(void)names(k, contexts, id, SIZE_MAX, out);
}
