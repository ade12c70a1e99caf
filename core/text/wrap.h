/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Breaking text into lines as Korean is read. */
#ifndef TEXT_WRAP_H
#define TEXT_WRAP_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"

/*
 * Take the next display line of at most width cells off *rest, one paragraph
 * without LF.  Trailing blanks of the line are not part of it.  false when
 * *rest is empty.  A cluster wider than width still comes alone.  TAB counts as
 * one cell: expand it before.  All lines of a paragraph take linear time.
 */
bool wrap_next(struct slice *rest, size_t width, struct slice *line_r);

#endif
