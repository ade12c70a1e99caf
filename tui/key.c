/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys as numbers, and their names in bindings, help and hints. */
#include "tui/key.h"

#include "util/utf8.h"

#include "util/banned.h"

static const struct {
	uint32_t key;
	const char *name;
} names[] = {
	{ K_ESC, "Esc" },        { K_ENTER, "Enter" },
	{ K_TAB, "Tab" },        { K_UP, "Up" },
	{ K_BACKSPACE, "Bksp" }, { K_DELETE, "Del" },
	{ K_INSERT, "Ins" },     { K_BACKTAB, "Shift-Tab" },
	{ K_DOWN, "Down" },      { K_LEFT, "Left" },
	{ K_RIGHT, "Right" },    { K_HOME, "Home" },
	{ K_END, "End" },        { K_PGUP, "PgUp" },
	{ K_PGDN, "PgDn" },      { ' ', "Space" },
	{ '<', "lt" },
};

#define NAME_COUNT (sizeof names / sizeof names[0])

bool
key_is_text(uint32_t key)
{
	return key >= 0x20 && key != 0x7f && key < K_ESC &&
	       !(key >= 0x80 && key < 0xa0);
}

static int
parse_named(struct slice name, uint32_t *key_r)
{
	uint64_t n;
	size_t i;

	for (i = 0; i < NAME_COUNT; i++) {
		if (slice_ieq_z(name, names[i].name)) {
			*key_r = names[i].key;
			return 0;
		}
	}
	if (name.n >= 2 && byte_lower(name.p[0]) == 'f' &&
	    slice_u64(slice_from(name, 1), &n) == 0 && n >= 1 && n <= 12) {
		*key_r = K_F1 + (uint32_t)n - 1;
		return 0;
	}
	return -1;
}

int
key_parse(struct slice *rest, uint32_t *key_r)
{
	uint32_t mods = 0;
	size_t n;

	while (rest->n > 2 && slice_starts(*rest, "M-")) {
		mods |= K_ALT;
		*rest = slice_from(*rest, 2);
	}
	if (rest->n > 1 && rest->p[0] == '^') {
		mods |= K_CTRL;
		*rest = slice_from(*rest, 1);
	}
	if (rest->n == 0)
		return -1;
	n = slice_find(*rest, '>');
	if (rest->p[0] == '<' && rest->n > 1) {
		if (n == rest->n ||
		    parse_named(slice_make(rest->p + 1, n - 1), key_r) != 0)
			return -1;
		*rest = slice_from(*rest, n + 1);
	} else {
		*rest = slice_from(*rest, utf8_decode(rest->p, rest->n, key_r));
		if (mods & K_CTRL && *key_r < 0x80)
			*key_r = (uint32_t)byte_lower((char)*key_r);
	}
	*key_r |= mods;
	return 0;
}

static const char *
special_name(uint32_t code)
{
	size_t i;

	for (i = 0; i < NAME_COUNT; i++)
		if (names[i].key == code && code != '<')
			return names[i].name;
	return NULL;
}

void
key_show(uint32_t key, struct str *out)
{
	uint32_t code = K_CODE(key);
	const char *name = special_name(code);

	if (key & K_ALT)
		str_add_z(out, "Alt-");
	if (key & K_CTRL)
		str_add_z(out, "^");
	if (name != NULL)
		str_add_z(out, name);
	else if (code >= K_F1 && code <= K_F12)
		str_printf(out, "F%u", (unsigned)(code - K_F1 + 1));
	else if (key & K_CTRL && code < 0x80)
		str_add_c(out, byte_upper((char)code));
	else
		str_add_codepoint(out, code);
}

void
key_show_all(const uint32_t *keys, size_t n, struct str *out)
{
	size_t i;

	for (i = 0; i < n; i++) {
		uint32_t code = K_CODE(keys[i]);
		bool named = n > 1 && (code >= K_ESC || code == ' ');

		if (i > 0 && (named || code >= K_ESC))
			str_add_c(out, ' ');
		key_show(keys[i], out);
	}
}
