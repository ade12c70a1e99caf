/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program in a pseudo-terminal with libvterm behind it: keys in, text out. */
#ifndef TESTS_LIB_SCREEN_H
#define TESTS_LIB_SCREEN_H

#include <stdbool.h>

#include "util/str.h"

struct screen;

/* env: "NAME=value" or "NAME" (to unset), NULL at the end; TERM is
 * xterm-256color unless said otherwise. */
struct screen *screen_start(int rows, int cols, char *const argv[],
                            const char *const env[]);
/* Ends the program if it still runs; its wait status, or -1. */
int screen_stop(struct screen **s);
/* The same without letting the program do anything more. */
void screen_kill(struct screen **s);
/* Type bytes, NUL-terminated. */
void screen_type(struct screen *s, const char *bytes);
void screen_resize(struct screen *s, int rows, int cols);
/* Let the program work until text stands on the screen, or is gone, or it has
 * ended; at most ms.  false: it did not come to that. */
bool screen_wait(struct screen *s, const char *text, int ms);
bool screen_wait_gone(struct screen *s, const char *text, int ms);
bool screen_wait_cursor_row(struct screen *s, int row, int ms);
bool screen_wait_end(struct screen *s, int ms);
/* Everything shown, LF after each row, blanks at the ends cut. */
void screen_text(struct screen *s, struct str *out);
/* Row of the first occurrence of text, -1: not shown. */
int screen_find(struct screen *s, const char *text);
void screen_cursor(struct screen *s, int *row_r, int *col_r);
/* All bytes the program wrote so far. */
const struct str *screen_bytes(const struct screen *s);

#endif
