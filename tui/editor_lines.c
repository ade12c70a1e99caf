/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The display lines of the editor: where they begin, what stands where. */
#include "tui/editor_priv.h"

#include <stdlib.h>

#include "text/unicode.h"
#include "text/wrap.h"
#include "util/xalloc.h"

#include "util/banned.h"

/*
 * 1. Display lines are computed paragraph by paragraph with text/wrap, never
 *    for the whole text: a key costs what the paragraphs on screen cost.
 * 2. A display line owns the blanks behind it, so every position lies in
 *    exactly one line; the cursor behind such blanks stands at the margin.
 * 3. A paragraph longer than SEGMENT bytes is wrapped in segments of about that
 *    size, counted from its start: a line pasted without end does not make each
 *    key cost its length.  The last display line of a segment may be short.
 */

/* Bytes wrapped at once: some screens full. */
#define SEGMENT 8192
/* Bytes before the end of one where a blank is looked for. */
#define SEGMENT_BACK 256

/* Bytes [from, to) into scratch: what a key costs is counted here. */
struct slice
editor_take(struct editor *e, size_t from, size_t to)
{
	str_clear(&e->scratch);
	edit_buf_copy(e->buf, from, to, &e->scratch);
	e->work += to - from;
	return str_slice(&e->scratch);
}

static size_t
width(const struct editor *e)
{
	/* one column stays free for the cursor behind a full line */
	return e->cols > 2 ? (size_t)e->cols - 1 : 1;
}

/* Where the segment that begins at from ends, to being the paragraph's end. */
static size_t
segment_end(const struct editor *e, size_t from, size_t to)
{
	size_t at = from + SEGMENT, i;

	if (to - from <= SEGMENT)
		return to;
	for (i = at; i > at - SEGMENT_BACK; i--)
		if (edit_buf_at(e->buf, i - 1) == ' ')
			return i;
	while (((unsigned char)edit_buf_at(e->buf, at) & 0xc0) == 0x80)
		at--;
	return at;
}

static struct editor_line
find_segment(const struct editor *e, size_t at)
{
	size_t from = edit_buf_line_start(e->buf, at);
	size_t to = edit_buf_line_end(e->buf, at);
	struct editor_line l = { .quoted = edit_buf_at(e->buf, from) == '>' };

	l.start = from;
	l.end = segment_end(e, from, to);
	while (at >= l.end && l.end < to) {
		l.start = l.end;
		l.end = segment_end(e, l.start, to);
	}
	l.whole = l.end == to;
	return l;
}

/* Is position at in the segment found last, in the text as it is? */
static bool
is_cached(const struct editor *e, size_t at)
{
	const struct editor_line *l = &e->segment;

	return e->segment_version == edit_buf_version(e->buf) &&
	       at >= l->start && (at < l->end || (l->whole && at == l->end));
}

/* The segment that position at is in.  A key asks again and again. */
static struct editor_line
segment_at(struct editor *e, size_t at)
{
	if (!is_cached(e, at)) {
		e->segment = find_segment(e, at);
		e->segment_version = edit_buf_version(e->buf);
	}
	return e->segment;
}

/* The display line of l's segment that holds position at, or its last one.
 * base: where one of its lines begins, not behind at. */
static struct editor_line
find_line(struct editor *e, struct editor_line l, size_t base, size_t at)
{
	struct slice text = editor_take(e, base, l.end);
	struct slice rest = text;
	struct slice shown;

	l.from = l.to = l.shown = base;
	l.last = l.whole;
	while (wrap_next(&rest, width(e), &shown)) {
		l.from = l.to;
		l.to = base + (text.n - rest.n);
		l.shown = shown.n == 0
		                  ? l.from
		                  : base + (size_t)(shown.p - text.p) + shown.n;
		l.last = rest.n == 0 && l.whole;
		if (at < l.to)
			break;
	}
	return l;
}

/* The display line that position at is in. */
struct editor_line
editor_line_at(struct editor *e, size_t at)
{
	struct editor_line l = segment_at(e, at);

	return find_line(e, l, l.start, at);
}

bool
editor_line_after(struct editor *e, const struct editor_line *l,
                  struct editor_line *next_r)
{
	size_t at = l->to;

	if (l->last && at >= edit_buf_size(e->buf))
		return false;
	if (!l->last && at < l->end)
		*next_r = find_line(e, *l, at, at);
	else
		*next_r = editor_line_at(e, at + l->last); /* behind the LF */
	return true;
}

bool
editor_line_before(struct editor *e, const struct editor_line *l,
                   struct editor_line *prev_r)
{
	if (l->from == 0)
		return false;
	*prev_r = l->from > l->start ? find_line(e, *l, l->start, l->from - 1)
	                             : editor_line_at(e, l->from - 1);
	return true;
}

/* TABs are drawn as one blank; everything else as wide as it is. */
size_t
editor_column_of(struct editor *e, const struct editor_line *l, size_t at)
{
	size_t end = at < l->shown ? at : l->shown;
	size_t cells;

	cells = unicode_cells(editor_take(e, l->from, end));
	if (at > l->shown)
		cells += at - l->shown;
	return cells < width(e) ? cells : width(e);
}

size_t
editor_position_at(struct editor *e, const struct editor_line *l, size_t column)
{
	size_t end = l->last || l->to == l->from ? l->to
	                                         : edit_buf_prev(e->buf, l->to);
	size_t at = l->from;

	while (at < end) {
		size_t next = edit_buf_next(e->buf, at);

		if (editor_column_of(e, l, next) > column)
			break;
		at = next;
	}
	return at;
}

/* The start of the line n lines before l, or of the first one: the lines of a
 * segment are found in one go. */
size_t
editor_lines_before(struct editor *e, struct editor_line l, size_t n)
{
	size_t *starts = xcalloc(n + 1, sizeof *starts);
	size_t at = l.from, kept;

	while (n > 0 && at > 0) {
		struct editor_line s = segment_at(e, at - 1);
		struct editor_line one = find_line(e, s, s.start, s.start);

		kept = 0;
		while (one.from < at) {
			starts[kept++ % n] = one.from;
			if (one.to >= at || one.last || one.to >= one.end)
				break;
			one = find_line(e, one, one.to, one.to);
		}
		at = kept < n ? s.start : starts[kept % n];
		n -= kept < n ? kept : n;
	}
	free(starts);
	return at;
}
