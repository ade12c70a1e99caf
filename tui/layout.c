/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the panes lie for a size of the terminal; pure. */
#include "tui/layout.h"

#include "util/banned.h"

/* From this size on several panes are readable side by side. */
#define WIDE_COLS 110
#define WIDE_ROWS 20
/* Below this the hint rows cost more than they give. */
#define HINT_ROWS_FROM 12

static int
clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

static void
narrow(struct layout *l, enum pane_id focus)
{
	switch (focus) {
	case PANE_FOLDERS:
		l->folders = l->body;
		break;
	case PANE_LIST:
		l->list = l->body;
		break;
	case PANE_READER:
		l->reader = l->body;
		break;
	}
}

static void
wide(struct layout *l, bool reading)
{
	int left = clamp(l->body.cols / 7, 20, 30);
	struct rect right = l->body;
	int list_rows;

	l->folders = l->body;
	l->folders.cols = left;
	l->vrule = l->body;
	l->vrule.col = left;
	l->vrule.cols = 1;
	right.col += left + 1;
	right.cols -= left + 1;
	l->list = right;
	if (!reading)
		return;
	list_rows = clamp(right.rows * 3 / 10, 6, 20);
	l->list.rows = list_rows;
	l->hrule = right;
	l->hrule.row += list_rows;
	l->hrule.rows = 1;
	l->reader = right;
	l->reader.row += list_rows + 1;
	l->reader.rows -= list_rows + 1;
}

struct layout
layout_make(int rows, int cols, enum pane_id focus, bool reading)
{
	struct layout l = { 0 };
	int hints = rows >= HINT_ROWS_FROM ? 2 : 0;

	if (rows < LAYOUT_MIN_ROWS || cols < LAYOUT_MIN_COLS) {
		l.too_small = true;
		return l;
	}
	l.title = (struct rect){ 0, 0, 1, cols };
	l.hints = (struct rect){ rows - hints, 0, hints, cols };
	l.status = (struct rect){ rows - hints - 1, 0, 1, cols };
	l.body = (struct rect){ 1, 0, rows - hints - 2, cols };
	l.wide = cols >= WIDE_COLS && rows >= WIDE_ROWS;
	if (l.wide)
		wide(&l, reading);
	else
		narrow(&l, focus);
	return l;
}
