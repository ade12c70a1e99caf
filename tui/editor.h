/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text editor of the composer: cursor, wrapping, cutting, finding. */
#ifndef TUI_EDITOR_H
#define TUI_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/action.h"
#include "tui/edit_buf.h"
#include "tui/grid.h"

/* Lines are wrapped for display only; what is sent is format=flowed. */
struct editor;

/* max: bytes of the text. */
struct editor *editor_new(size_t max);
void editor_free(struct editor **e);
struct edit_buf *editor_buf(struct editor *e); /* borrowed */
void editor_set(struct editor *e, struct slice text);
/* All text, appended. */
void editor_text(const struct editor *e, struct str *out);
size_t editor_cursor(const struct editor *e);
void editor_set_cursor(struct editor *e, size_t at);
/* Type a character, Enter or Tab. false: the key types nothing. */
bool editor_key(struct editor *e, uint32_t key);
void editor_paste(struct editor *e, struct slice text);
/* An ACTION_ED_* but ACTION_ED_FIND.  false: it went up at the first line. */
bool editor_act(struct editor *e, enum action_id id);
/* Go to the next occurrence behind the cursor, round the end.  false: none. */
bool editor_find(struct editor *e, struct slice what);
/* Bytes of the text looked at so far: a key costs what is on screen costs,
 * however long the text is. */
size_t editor_work(const struct editor *e);
/* Draw into r and remember its size for paging; focus: place the cursor. */
void editor_draw(struct editor *e, struct grid *g, const struct rect *r,
                 bool focus);
/* Put the cursor where a click was, relative to the last drawn rect. */
void editor_click(struct editor *e, int row, int col);

#endif
