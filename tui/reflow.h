/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling the lines of a paragraph anew. */
#ifndef TUI_REFLOW_H
#define TUI_REFLOW_H

#include <stddef.h>

#include "tui/edit_buf.h"

/* Cells of a quoted line, its marks counted: what is quoted again still fits. */
#define REFLOW_CELLS 72

/*
 * The lines around at that are quoted alike, up to an empty one, become one
 * paragraph: quoted ones are broken anew, others are broken when they are shown
 * and sent.  Undone in one.  Returns where at is then.
 */
size_t reflow_paragraph(struct edit_buf *b, size_t at);

#endif
