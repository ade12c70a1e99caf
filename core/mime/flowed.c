/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format=flowed (RFC 3676): undo it when reading, make it when sending. */
#include "mime/flowed.h"

#include <stddef.h>

#include "text/unicode.h"

#include "util/banned.h"

/* RFC 3676 4.2: lines of 78 at most, the soft break's space included. */
#define FLOWED_CELLS 78
/* RFC 5322 2.1.1 allows 998; signs without width could fill a line of few
 * cells with any number of bytes.  Marks and stuffing have their place, too. */
#define FLOWED_BYTES 900
/* Quote marks in front of each line of a paragraph that is broken. */
#define FLOWED_DEPTH 64

/* Take ">" marks and then the stuffed space off the line. */
static size_t
take_marks(struct slice *line)
{
	size_t depth = 0;

	while (depth < line->n && line->p[depth] == '>')
		depth++;
	*line = slice_from(*line, depth);
	if (line->n > 0 && line->p[0] == ' ')
		*line = slice_from(*line, 1);
	return depth;
}

static void
add_marks(size_t depth, bool blank, struct str *out)
{
	for (size_t i = 0; i < depth; i++)
		str_add_c(out, '>');
	if (depth > 0 && !blank)
		str_add_c(out, ' ');
}

void
flowed_decode(struct slice text, bool delsp, struct str *out)
{
	size_t depth = 0;
	bool open = false; /* the line before was flowed */
	struct slice line;

	while (slice_line(&text, &line)) {
		size_t marks = take_marks(&line);
		bool signature = slice_eq_z(line, "-- ");
		bool flows =
			line.n > 0 && line.p[line.n - 1] == ' ' && !signature;

		if (open && (marks != depth || signature)) {
			str_add_c(out, '\n');
			open = false;
		}
		if (!open)
			add_marks(marks, line.n == 0, out);
		depth = marks;
		if (flows && delsp)
			line.n--;
		str_add_slice(out, line);
		open = flows;
		if (!flows)
			str_add_c(out, '\n');
	}
	if (open)
		str_add_c(out, '\n');
}

/* RFC 3676 4.4: lines that begin like this get a space more. */
static bool
wants_stuffing(struct slice s)
{
	return s.n > 0 &&
	       (s.p[0] == ' ' || s.p[0] == '>' || slice_starts(s, "From "));
}

/* The longest head of s that ends in a space and fits into so many cells; all
 * when it fits or cannot be broken.  A run of spaces is broken, too. */
static struct slice
take_line(struct slice s, size_t cells)
{
	struct slice fit =
		unicode_fit(slice_head(s, FLOWED_BYTES), cells, NULL);
	size_t n;

	if (fit.n == s.n)
		return s;
	n = slice_rfind(fit, ' ');
	if (n == fit.n)
		n = fit.n + slice_find(slice_from(s, fit.n), ' ');
	if (n >= s.n)
		return s;
	do
		n++;
	while (n < FLOWED_BYTES && n < s.n && s.p[n] == ' ');
	return slice_head(s, n);
}

/* Quotes are broken with their marks on each line: they read as the same
 * paragraph again.  Those that fit stay as they are, without stuffing. */
static void
encode_quote(struct slice s, struct str *out)
{
	struct slice rest = s;
	size_t depth = take_marks(&rest);
	size_t marks = depth < FLOWED_DEPTH ? depth : FLOWED_DEPTH;

	if (take_line(s, FLOWED_CELLS - 1).n == s.n) {
		str_add_slice(out, s);
		str_add_c(out, '\n');
		return;
	}
	do {
		size_t cells = FLOWED_CELLS - 2 - marks;
		struct slice line = take_line(rest, cells);

		add_marks(marks, line.n == 0, out);
		str_add_slice(out, line);
		str_add_c(out, '\n');
		rest = slice_from(rest, line.n);
	} while (rest.n > 0);
}

/* One paragraph.  Trailing spaces would make it flow into the next one. */
static void
encode_paragraph(struct slice s, struct str *out)
{
	if (!slice_eq_z(s, "-- "))
		while (s.n > 0 && s.p[s.n - 1] == ' ')
			s.n--;
	if (s.n > 0 && s.p[0] == '>') {
		encode_quote(s, out);
		return;
	}
	do {
		struct slice line = take_line(s, FLOWED_CELLS - 1);

		if (wants_stuffing(line))
			str_add_c(out, ' ');
		str_add_slice(out, line);
		str_add_c(out, '\n');
		s = slice_from(s, line.n);
	} while (s.n > 0);
}

void
flowed_encode(struct slice text, struct str *out)
{
	struct slice line;

	while (slice_line(&text, &line))
		encode_paragraph(line, out);
}
