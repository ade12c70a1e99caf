/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen as cells of our own: panes draw here, term paints it, tests read it. */
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/theme.h"
#include "util/slice.h"
#include "util/str.h"

/* Bytes of a cluster we keep; what is longer loses its last combining marks. */
#define GRID_CELL_BYTES 20

/* cells: 1 or 2 for the first cell of a cluster, 0 for the second cell of a
 * wide one (n is 0 then). */
struct cell {
	char text[GRID_CELL_BYTES];
	uint8_t n;
	uint8_t cells;
	uint8_t style;
};

struct rect {
	int row, col, rows, cols;
};

struct grid {
	int rows, cols;
	struct cell *v;
	int cursor_row, cursor_col; /* -1: hidden */
};

void grid_init(struct grid *g);
void grid_release(struct grid *g);
/* Content becomes blanks of STYLE_TEXT. */
void grid_resize(struct grid *g, int rows, int cols);
void grid_clear(struct grid *g);
struct rect grid_rect(const struct grid *g);

/*
 * Draw text at (row, col) of r, clipped to r.  A wide cluster that does not fit
 * becomes a blank.  Controls and ill-formed bytes are drawn as U+FFFD.
 * Returns the column after the text.
 */
int grid_put(struct grid *g, const struct rect *r, int row, int col,
             enum style st, struct slice text);
int grid_put_z(struct grid *g, const struct rect *r, int row, int col,
               enum style st, const char *text);
/* The same in exactly width cells: padded with blanks, or cut with an ellipsis.
 * Returns col + width. */
int grid_field(struct grid *g, const struct rect *r, int row, int col,
               int width, enum style st, struct slice text);
/* Right-aligned in width cells. */
int grid_field_right(struct grid *g, const struct rect *r, int row, int col,
                     int width, enum style st, struct slice text);
void grid_fill(struct grid *g, const struct rect *r, enum style st);
/* Blank one row of r from col on. */
void grid_fill_row(struct grid *g, const struct rect *r, int row, int col,
                   enum style st);
/* Change the style of n cells without their text. */
void grid_restyle(struct grid *g, const struct rect *r, int row, int col, int n,
                  enum style st);
/* A horizontal or vertical line through the rect. */
void grid_hline(struct grid *g, const struct rect *r, int row);
void grid_vline(struct grid *g, const struct rect *r, int col);
/* Where the hardware cursor stands; clipped into r. */
void grid_cursor(struct grid *g, const struct rect *r, int row, int col);

const struct cell *grid_cell(const struct grid *g, int row, int col);
/* Text of a row without blanks at its end, appended. */
void grid_row_text(const struct grid *g, int row, struct str *out);
/* All rows, LF after each. */
void grid_dump(const struct grid *g, struct str *out);

#endif
