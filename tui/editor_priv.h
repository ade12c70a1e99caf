/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files editor*.c share. */
#ifndef TUI_EDITOR_PRIV_H
#define TUI_EDITOR_PRIV_H

#include "tui/editor.h"

/* One display line: bytes [from, to) of the text; shown: without blanks cut
 * by wrapping. */
struct editor_line {
	size_t from, to;
	size_t shown;
	bool last;         /* of its paragraph */
	bool quoted;       /* the paragraph is */
	size_t start, end; /* of its segment */
	bool whole;        /* nothing of the paragraph follows that */
};

struct editor {
	struct edit_buf *buf;
	size_t cursor;
	size_t top;
	size_t goal; /* column that up and down try to keep */
	bool keep_goal;
	int rows, cols;
	struct str cut;
	bool cutting; /* the last action was a cut: the next one adds */
	struct str scratch;
	size_t max;
	struct editor_line
		segment; /* found last: from, to, shown, last are not set */
	unsigned segment_version; /* of the text then */
	size_t work;              /* bytes taken out of the text so far */
};

/* editor_lines.c */
/* Bytes [from, to), valid until the next call: what a key costs is counted
 * here. */
struct slice editor_take(struct editor *e, size_t from, size_t to);
/* The display line that position at is in. */
struct editor_line editor_line_at(struct editor *e, size_t at);
/* Its neighbours; false: there is none.  l and the result may be the same. */
bool editor_line_after(struct editor *e, const struct editor_line *l,
                       struct editor_line *next_r);
bool editor_line_before(struct editor *e, const struct editor_line *l,
                        struct editor_line *prev_r);
/* The start of the line n lines before l, or of the first one. */
size_t editor_lines_before(struct editor *e, struct editor_line l, size_t n);
/* The column of position at, and the position that column is over. */
size_t editor_column_of(struct editor *e, const struct editor_line *l,
                        size_t at);
size_t editor_position_at(struct editor *e, const struct editor_line *l,
                          size_t column);

#endif
