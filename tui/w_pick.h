/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list to choose from in a box; typing narrows it, 초성 too. */
#ifndef TUI_W_PICK_H
#define TUI_W_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/w_line.h"
#include "util/array.h"

struct w_pick_item {
	char *text;   /* owned */
	char *detail; /* at the right; owned or NULL */
	int64_t value;
	bool marked; /* shown with a tick */
};

struct w_pick {
	char *title;
	ARRAY(struct w_pick_item) items;
	ARRAY(size_t) shown; /* those that match */
	struct w_line filter;
	size_t selected, top; /* in shown */
	struct rect box;      /* as last drawn */
	int cols;             /* of the box, as high as fits; 0: by content */
};

void w_pick_init(struct w_pick *p, const char *title);
void w_pick_release(struct w_pick *p);
/* Texts are copied and made safe. */
void w_pick_add(struct w_pick *p, const char *text, const char *detail,
                int64_t value);

/* Take all items away; what is typed stays. */
void w_pick_clear(struct w_pick *p);
/* Items were added while something was typed. */
void w_pick_narrow(struct w_pick *p);

enum w_pick_result {
	W_PICK_GO_ON,
	W_PICK_CHOSEN,
	W_PICK_CANCELLED,
};

enum w_pick_result w_pick_key(struct w_pick *p, uint32_t key);
/* A click at a cell of the grid. */
enum w_pick_result w_pick_click(struct w_pick *p, int row, int col);
/* The selected item, NULL when nothing matches. */
const struct w_pick_item *w_pick_get(const struct w_pick *p);
void w_pick_draw(struct w_pick *p, struct grid *g);

#endif
