/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal: the only file that knows curses.  One per process. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/grid.h"
#include "util/err.h"
#include "util/slice.h"

struct term_opts {
	const char *theme; /* NULL: default; valid while open */
	bool mouse;
};

enum term_event_kind {
	TERM_KEY,
	TERM_PASTE, /* text, ill-formed bytes replaced, line ends LF */
	TERM_CLICK, /* row, col */
	TERM_WHEEL, /* row, col; delta -1 up, 1 down */
	TERM_RESIZE,
};

struct term_event {
	enum term_event_kind kind;
	uint32_t key;
	int row, col, delta;
	struct slice text; /* valid until the next term_next */
};

/* Take the terminal.  -1: ERR_CONFIG (TERM unset or unknown), ERR_USAGE (no
 * terminal). */
int term_open(const struct term_opts *opts, struct err *err);
/* Could the screen be shown in a terminal of this TERM, and in how many colours
 * (0: none)?  0, or -1 as term_open. */
int term_look(int *colours_r, struct err *err);
/* Give it back; may be called at any time, also when it was never taken. */
void term_close(void);
void term_size(int *rows_r, int *cols_r);
/* The next event that is there; never waits.  Wait with poll on fd 0. */
bool term_next(struct term_event *event_r);
/* Have bytes been read since the last call, even if they made no event? */
bool term_progress(void);
void term_paint(const struct grid *g);
/* Forget what the screen shows; the next paint draws everything. */
void term_redraw(void);
/* Give the terminal to another program, and take it back. */
void term_leave(void);
void term_enter(void);
/* Stop the process as ^Z does; returns when it goes on. */
void term_suspend(void);
void term_bell(void);
/* SIGHUP or SIGTERM came, or the terminal is gone: save and end. */
bool term_hangup(void);

#endif
