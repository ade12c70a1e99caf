/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help page: all actions of a context with their keys. */
#ifndef TUI_PANE_HELP_H
#define TUI_PANE_HELP_H

#include "tui/grid.h"
#include "tui/keymap.h"

struct pane_help {
	unsigned context;
	int top;
	int rows;
	int count; /* lines */
};

void pane_help_open(struct pane_help *p, unsigned context);
void pane_help_scroll(struct pane_help *p, int n);
void pane_help_draw(struct pane_help *p, struct grid *g, const struct rect *r,
                    const struct keymap *k);

#endif
