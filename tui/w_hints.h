/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two rows of key hints. */
#ifndef TUI_W_HINTS_H
#define TUI_W_HINTS_H

#include "tui/grid.h"
#include "tui/keymap.h"

/* A hint that is not an action: fixed keys of a prompt or list. */
struct w_hint {
	const char *key;
	const char *label; /* translated */
};

/* As many hints of the context as fit, in the order of the action table. */
void w_hints_draw(struct grid *g, const struct rect *r, const struct keymap *k,
                  unsigned context);
/* Fixed ones, n of them. */
void w_hints_fixed(struct grid *g, const struct rect *r,
                   const struct w_hint *hints, size_t n);

#endif
