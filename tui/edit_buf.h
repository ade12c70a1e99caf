/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text being edited: a gap buffer that moves by graphemes and can undo. */
#ifndef TUI_EDIT_BUF_H
#define TUI_EDIT_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"
#include "util/str.h"

/*
 * Positions are byte offsets at cluster boundaries.  Typing costs the same
 * wherever the text is long: the gap follows the cursor.  What is typed in one
 * go is undone in one go.
 */
struct edit_buf;

/* max: bytes the text may have. */
struct edit_buf *edit_buf_new(size_t max);
void edit_buf_free(struct edit_buf **b);
size_t edit_buf_size(const struct edit_buf *b);
/* Number that grows with each change. */
unsigned edit_buf_version(const struct edit_buf *b);

/* Replace everything and forget what could be undone.  Text is UTF-8, LF. */
void edit_buf_set(struct edit_buf *b, struct slice text);
/* Insert at a position; returns the position behind it (the same when the
 * maximum is reached).  Controls but LF and TAB, and ill-formed bytes are
 * replaced. */
size_t edit_buf_insert(struct edit_buf *b, size_t at, struct slice text);
void edit_buf_delete(struct edit_buf *b, size_t at, size_t n);
/* Both in one, undone in one. */
void edit_buf_replace(struct edit_buf *b, size_t at, size_t n,
                      struct slice text);
/* What follows is undone apart from what came before. */
void edit_buf_mark(struct edit_buf *b);
/* Take back or do again one step; *at_r: where it was.  false: nothing left. */
bool edit_buf_undo(struct edit_buf *b, size_t *at_r);
bool edit_buf_redo(struct edit_buf *b, size_t *at_r);

/* Append bytes [from, to) to out. */
void edit_buf_copy(const struct edit_buf *b, size_t from, size_t to,
                   struct str *out);
char edit_buf_at(const struct edit_buf *b, size_t at); /* NUL at the end */
/* The cluster boundary after or before a position. */
size_t edit_buf_next(const struct edit_buf *b, size_t at);
size_t edit_buf_prev(const struct edit_buf *b, size_t at);
/* The next word's start, the start of this word or the one before. */
size_t edit_buf_next_word(const struct edit_buf *b, size_t at);
size_t edit_buf_prev_word(const struct edit_buf *b, size_t at);
/* Start and end (before LF) of the paragraph line that at is in. */
size_t edit_buf_line_start(const struct edit_buf *b, size_t at);
size_t edit_buf_line_end(const struct edit_buf *b, size_t at);

#endif
