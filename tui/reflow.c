/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling the lines of a paragraph anew. */
#include "tui/reflow.h"

#include "text/unicode.h"
#include "text/wrap.h"

#include "util/banned.h"

/* Bytes of a paragraph; longer ones are left alone. */
#define PARAGRAPH_MAX ((size_t)1024 * 1024)
/* Cells that a quoted line keeps for its text however deep it is quoted. */
#define CELLS_MIN 20

static struct slice
line_of(const struct edit_buf *b, size_t at, struct str *out)
{
	str_clear(out);
	edit_buf_copy(b, edit_buf_line_start(b, at), edit_buf_line_end(b, at),
	              out);
	return str_slice(out);
}

/* "> > ": marks and the blank behind each. */
static size_t
marks_length(struct slice line)
{
	size_t i = 0;

	while (i < line.n && line.p[i] == '>')
		i += i + 1 < line.n && line.p[i + 1] == ' ' ? 2 : 1;
	return i;
}

static size_t
depth(struct slice line)
{
	size_t i, n = 0;

	for (i = 0; i < marks_length(line); i++)
		n += line.p[i] == '>';
	return n;
}

/* Does a line go with the others of this depth?  The signature's mark does not. */
static bool
belongs(struct slice line, size_t want)
{
	return depth(line) == want &&
	       slice_trim(slice_from(line, marks_length(line))).n > 0 &&
	       !slice_eq_z(line, "-- ");
}

struct paragraph {
	size_t from, to; /* without the last LF */
	size_t depth;
};

static bool
find_paragraph(const struct edit_buf *b, size_t at, struct paragraph *p)
{
	struct str line;
	bool found;

	str_init(&line, PARAGRAPH_MAX);
	p->depth = depth(line_of(b, at, &line));
	found = belongs(str_slice(&line), p->depth);
	p->from = edit_buf_line_start(b, at);
	p->to = edit_buf_line_end(b, at);
	while (found && p->from > 0 &&
	       belongs(line_of(b, p->from - 1, &line), p->depth))
		p->from = edit_buf_line_start(b, p->from - 1);
	while (found && p->to < edit_buf_size(b) &&
	       belongs(line_of(b, p->to + 1, &line), p->depth))
		p->to = edit_buf_line_end(b, p->to + 1);
	str_release(&line);
	return found && p->to - p->from < PARAGRAPH_MAX;
}

/* All its words in one line. */
static void
join(struct slice text, struct str *out)
{
	struct slice line, word;

	while (slice_line(&text, &line)) {
		line = slice_from(line, marks_length(line));
		while (slice_word(&line, &word)) {
			if (out->n > 0)
				str_add_c(out, ' ');
			str_add_slice(out, word);
		}
	}
}

/* Broken into lines behind marks. */
static void
fill(struct slice text, struct slice marks, struct str *out)
{
	size_t used = unicode_cells(marks);
	size_t width = REFLOW_CELLS > used + CELLS_MIN ? REFLOW_CELLS - used
	                                               : CELLS_MIN;
	struct slice line;

	while (wrap_next(&text, width, &line)) {
		if (out->n > 0)
			str_add_c(out, '\n');
		str_add_slice(out, marks);
		str_add_slice(out, line);
	}
}

size_t
reflow_paragraph(struct edit_buf *b, size_t at)
{
	struct str old, joined, marks, filled;
	struct paragraph p;

	if (!find_paragraph(b, at, &p))
		return at;
	str_init(&old, PARAGRAPH_MAX);
	str_init(&joined, PARAGRAPH_MAX);
	str_init(&marks, PARAGRAPH_MAX);
	str_init(&filled, PARAGRAPH_MAX * 2);
	edit_buf_copy(b, p.from, p.to, &old);
	join(str_slice(&old), &joined);
	for (size_t i = 0; i < p.depth; i++)
		str_add_z(&marks, "> ");
	if (p.depth > 0)
		fill(str_slice(&joined), str_slice(&marks), &filled);
	else
		str_add_slice(&filled, str_slice(&joined));
	if (!marks.full && !filled.full &&
	    !slice_eq(str_slice(&filled), str_slice(&old))) {
		edit_buf_replace(b, p.from, p.to - p.from, str_slice(&filled));
		at = p.from + filled.n;
	}
	str_release(&filled);
	str_release(&marks);
	str_release(&joined);
	str_release(&old);
	return at;
}
