/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys as numbers, and their names in bindings, help and hints. */
#ifndef TUI_KEY_H
#define TUI_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"
#include "util/str.h"

/* A key is a code point or one of these, with modifiers or-ed to it. */
enum key_special {
	K_NONE = 0,
	K_ESC = 0x110000, /* first above Unicode */
	K_ENTER,
	K_TAB,
	K_BACKTAB,
	K_BACKSPACE,
	K_DELETE,
	K_INSERT,
	K_UP,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PGUP,
	K_PGDN,
	K_F1,
	K_F12 = K_F1 + 11,
};

#define K_CTRL      (UINT32_C(1) << 24)
#define K_ALT       (UINT32_C(1) << 25)
#define K_CTRL_(c)  (K_CTRL | (uint32_t)(c))
#define K_CODE(key) ((key) & ~(K_CTRL | K_ALT))

/* A key that types itself: a code point without modifiers, no control. */
bool key_is_text(uint32_t key);
/*
 * Take one key off a binding: "x", "^X", "M-x", "<Enter>", "<lt>", "<Space>".
 * Returns 0, or -1 when *rest is empty or no key.
 */
int key_parse(struct slice *rest, uint32_t *key_r);
/* Append the name for people: "^X", "Alt-e", "Enter", "g". */
void key_show(uint32_t key, struct str *out);
/* Names of a sequence of keys in binding notation, "gi" or "<Enter>". */
void key_show_all(const uint32_t *keys, size_t n, struct str *out);

#endif
