/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files term*.c share. */
#ifndef TUI_TERM_PRIV_H
#define TUI_TERM_PRIV_H

#include <stdbool.h>

/* term.c */
/* Is it ours now, not left for another program? */
bool term_is_taken(void);

/* term_input.c */
/* When curses runs, and once it has ended. */
void term_input_open(void);
void term_input_close(void);

#endif
