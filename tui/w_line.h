/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of input: fields, prompts, passwords; measured in cells. */
#ifndef TUI_W_LINE_H
#define TUI_W_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/grid.h"
#include "util/slice.h"
#include "util/str.h"

/* The longest input: a To field of some thousand addresses. */
#define W_LINE_MAX 65536

struct w_line {
	struct str text; /* one line, UTF-8 */
	size_t cursor;
	size_t left; /* first byte shown */
	bool hidden; /* a password: shown as dots */
};

void w_line_init(struct w_line *w);
void w_line_release(struct w_line *w); /* wipes hidden text */
void w_line_set(struct w_line *w, struct slice text);
struct slice w_line_get(const struct w_line *w);
/* Keys: text, arrows, Home End ^A ^E, Bksp Del ^D, ^U ^K ^W, Alt-b Alt-f.
 * false: none of these. */
bool w_line_key(struct w_line *w, uint32_t key);
/* Line ends become blanks.  Nothing of what does not fit as a whole: half an
 * address is somebody else's. */
void w_line_paste(struct w_line *w, struct slice text);
/* Draw into row of r from col on, width cells; focus places the cursor. */
void w_line_draw(struct w_line *w, struct grid *g, const struct rect *r,
                 int row, int col, int width, bool focus);

#endif
