/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making the lines of the reader from a message. */
#ifndef TUI_READER_TEXT_H
#define TUI_READER_TEXT_H

#include "tui/pane_reader.h"

/* Bytes of text the reader shows of one message; more is cut. */
#define READER_TEXT_MAX ((size_t)16 * 1024 * 1024)
/* Lines of it: a line costs more memory than the empty line it shows, and nobody
 * scrolls further.  More are cut. */
#define READER_LINES_MAX 200000U

/* Fill p->text and p->lines for p->cols. */
void reader_text_make(struct pane_reader *p);
/* The first http, https or mailto link of s from offset on; false: none. */
bool reader_text_link(struct slice s, size_t from, struct slice *url_r);
/* Quote depth of a line and the length of its quote signs. */
int reader_text_quote(struct slice line, size_t *prefix_r);

#endif
