/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of rendered HTML: blanks, blank lines, quote marks, indents. */
#ifndef TEXT_HTML_OUT_H
#define TEXT_HTML_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"
#include "util/str.h"

/*
 * Nothing is written for breaks and blanks until characters follow; so there
 * are no blanks at line ends and no blank lines at the ends of the text.
 */
struct html_out {
	struct str *text;
	struct str prefix; /* what each line begins with */
	size_t fresh;      /* markers from here on are for one line only */
	unsigned newlines; /* wanted before the next character */
	unsigned hard;     /* NBSP wanted before it */
	size_t shallow;    /* shortest prefix since the last character */
	bool space;        /* a blank wanted before it */
	bool open;         /* the line has characters */
	bool raw;          /* and preformatted ones: it is not broken */
	size_t wrap;       /* cells of a line, 0: it is not broken */
	size_t line;       /* where the line begins, after its prefix */
	size_t mark;       /* a place in text that moves with it */
};

void html_out_init(struct html_out *o, struct str *text);
void html_out_release(struct html_out *o);
/* Characters, made safe; blanks squeezed to one, but not when pre is set. */
void html_out_text(struct html_out *o, struct slice s, bool pre);
/* Characters that are known to be safe. */
void html_out_plain(struct html_out *o, struct slice s);
/* What follows begins a line / comes after a blank line / <br>. */
void html_out_break(struct html_out *o);
void html_out_gap(struct html_out *o);
void html_out_newline(struct html_out *o);
/* Lines from here on begin with prefix, or the next one with marker and those
 * after it with as many blanks.  Undo: html_out_pop with what they returned. */
size_t html_out_push(struct html_out *o, const char *prefix);
size_t html_out_push_marker(struct html_out *o, const char *marker);
void html_out_pop(struct html_out *o, size_t was);

#endif
