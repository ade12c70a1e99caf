/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From keys to actions: presets, the user's bindings, sequences, Hangul keys. */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/action.h"
#include "util/err.h"
#include "util/str.h"

/* The longest sequence of keys. */
#define KEYMAP_SEQUENCE 4
/* Keys that one Hangul syllable can come from. */
#define KEYMAP_EXPAND 8

struct keymap;

/* All bindings of a preset. */
struct keymap *keymap_new(enum preset preset);
void keymap_free(struct keymap **k);
/*
 * The user's bindings, a line each: "CONTEXT KEYS ACTION" where CONTEXT is
 * list, folders, reader, compose, body, help, mail or all, and ACTION "none"
 * takes a binding away; # starts a comment.  They win over the preset's.
 * Returns 0, or -1 ERR_CONFIG naming name and line.
 */
int keymap_read(struct keymap *k, struct slice text, const char *name,
                struct err *err);

enum keymap_result {
	KEYMAP_NONE,    /* bound to nothing; the sequence starts anew */
	KEYMAP_PENDING, /* a sequence goes on */
	KEYMAP_ACTION,
};

/* Feed one key of that context; the sequence so far is kept in k. */
enum keymap_result keymap_feed(struct keymap *k, unsigned context, uint32_t key,
                               enum action_id *action_r);
void keymap_reset(struct keymap *k);
/* The sequence so far for the status line, appended; "" when there is none. */
void keymap_pending(const struct keymap *k, struct str *out);
/*
 * In command mode a Hangul character stands for the keys that typed it: 머 is
 * "a", "j".  Returns how many; other keys come out unchanged.
 */
size_t keymap_expand(uint32_t key, uint32_t keys[KEYMAP_EXPAND]);
/* The first binding of an action in one of contexts, for hints; false: none. */
bool keymap_name(const struct keymap *k, unsigned contexts, enum action_id id,
                 struct str *out);
/* All bindings of it, ", " between. */
void keymap_all_names(const struct keymap *k, unsigned contexts,
                      enum action_id id, struct str *out);

#endif
