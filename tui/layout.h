/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the panes lie for a size of the terminal; pure. */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>

#include "tui/grid.h"

enum pane_id {
	PANE_FOLDERS,
	PANE_LIST,
	PANE_READER,
};

/* Smaller terminals get a sentence instead of panes. */
#define LAYOUT_MIN_ROWS 7
#define LAYOUT_MIN_COLS 30

/* A pane that is not shown has no rows. */
struct layout {
	bool too_small;
	bool wide; /* several panes at once */
	struct rect title, status, hints;
	struct rect folders, list, reader;
	struct rect body;  /* all between title and status */
	struct rect vrule; /* one column, or empty */
	struct rect hrule; /* one row, or empty */
};

/* focus: the pane to show when there is room for one; reading: a message is
 * open. */
struct layout layout_make(int rows, int cols, enum pane_id focus, bool reading);

#endif
