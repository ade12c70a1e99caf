/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text being edited: a gap buffer that moves by graphemes and can undo. */
#include "tui/edit_buf.h"

#include <stdlib.h>
#include <string.h>

#include "text/unicode.h"
#include "util/array.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/*
 * 1. bytes [0, gap) and [gap_end, cap) are the text; every change moves the
 *    gap to its place first, so a run of typing moves nothing.
 * 2. Every change appends to the log and drops what could be done again.
 *    step numbers the undo steps; a step is undone as a whole.
 * 3. Typing joins the step before when it goes on exactly behind it.
 */

/* Bytes looked at around a position to find a cluster: far more than any real
 * cluster has. */
#define CLUSTER_WINDOW 128
/* Bytes looked at in one go for the end of a line. */
#define LF_BLOCK 4096
/* Changes kept for undo. */
#define LOG_MAX 10000

struct change {
	bool insert;
	size_t at;
	char *text;
	size_t n;
	unsigned step;
};

struct edit_buf {
	char *p;
	size_t gap, gap_end, cap;
	size_t max;
	unsigned version;
	ARRAY(struct change) log;
	size_t done; /* log entries that are applied */
	unsigned step;
	bool join; /* the next change may join the last */
	bool glue; /* the next change is undone with the last */
};

struct edit_buf *
edit_buf_new(size_t max)
{
	struct edit_buf *b = xcalloc(1, sizeof *b);

	b->max = max;
	return b;
}

static void
log_cut(struct edit_buf *b, size_t n)
{
	while (b->log.n > n)
		free(b->log.v[--b->log.n].text);
	if (b->done > n)
		b->done = n;
}

void
edit_buf_free(struct edit_buf **b)
{
	if (b == NULL || *b == NULL)
		return;
	log_cut(*b, 0);
	array_release(&(*b)->log);
	free((*b)->p);
	free(*b);
	*b = NULL;
}

size_t
edit_buf_size(const struct edit_buf *b)
{
	return b->cap - (b->gap_end - b->gap);
}

unsigned
edit_buf_version(const struct edit_buf *b)
{
	return b->version;
}

static void
move_gap(struct edit_buf *b, size_t at)
{
	if (at < b->gap) {
		size_t n = b->gap - at;

		memmove(b->p + b->gap_end - n, b->p + at, n);
		b->gap -= n;
		b->gap_end -= n;
	} else if (at > b->gap) {
		size_t n = at - b->gap;

		memmove(b->p + b->gap, b->p + b->gap_end, n);
		b->gap += n;
		b->gap_end += n;
	}
}

static void
need_gap(struct edit_buf *b, size_t n)
{
	size_t tail = b->cap - b->gap_end;
	size_t cap;

	if (b->gap_end - b->gap >= n)
		return;
	cap = b->cap + n + b->cap / 2 + 256;
	b->p = xrealloc(b->p, cap);
	memmove(b->p + cap - tail, b->p + b->gap_end, tail);
	b->gap_end = cap - tail;
	b->cap = cap;
}

static void
raw_insert(struct edit_buf *b, size_t at, const char *p, size_t n)
{
	if (n == 0)
		return;
	need_gap(b, n);
	move_gap(b, at);
	memcpy(b->p + b->gap, p, n);
	b->gap += n;
	b->version++;
}

static void
raw_delete(struct edit_buf *b, size_t at, size_t n)
{
	if (n == 0)
		return;
	move_gap(b, at);
	b->gap_end += n;
	b->version++;
}

static bool
joins(const struct edit_buf *b, bool insert, size_t at, size_t n)
{
	const struct change *c;

	if (!b->join || b->done == 0)
		return false;
	c = &b->log.v[b->done - 1];
	if (c->insert != insert)
		return false;
	return insert ? at == c->at + c->n : at == c->at || at + n == c->at;
}

static void
log_change(struct edit_buf *b, bool insert, size_t at, const char *p, size_t n)
{
	struct change *c;
	bool join = joins(b, insert, at, n);

	log_cut(b, b->done);
	if (b->log.n == LOG_MAX)
		log_cut(b, 0);
	if (!join && !b->glue)
		b->step++;
	if (join && insert && b->log.n > 0) {
		c = &b->log.v[b->log.n - 1];
		c->text = xrealloc(c->text, c->n + n + 1);
		memcpy(c->text + c->n, p, n);
		c->n += n;
	} else {
		c = array_add_new(&b->log);
		c->insert = insert;
		c->at = at;
		c->text = xmemdup0(p, n);
		c->n = n;
		c->step = b->step;
	}
	b->done = b->log.n;
	b->join = true;
}

void
edit_buf_mark(struct edit_buf *b)
{
	b->join = false;
}

/* What may stand in the text. */
static void
clean(struct slice text, struct str *out)
{
	while (text.n > 0) {
		uint32_t c;
		size_t n = utf8_decode(text.p, text.n, &c);

		text = slice_from(text, n);
		if (c == '\r')
			continue;
		if (c == '\n' || c == '\t' ||
		    (c >= 0x20 && c != 0x7f && !(c >= 0x80 && c < 0xa0)))
			str_add_codepoint(out, c);
		else
			str_add_codepoint(out, UTF8_REPLACEMENT);
	}
}

size_t
edit_buf_insert(struct edit_buf *b, size_t at, struct slice text)
{
	size_t room = b->max - edit_buf_size(b);
	struct str s;
	size_t n;

	str_init(&s, room + 4);
	clean(text, &s);
	n = s.n <= room ? s.n : utf8_cut(s.p, room);
	if (n > 0) {
		raw_insert(b, at, s.p, n);
		log_change(b, true, at, s.p, n);
	}
	str_release(&s);
	return at + n;
}

void
edit_buf_delete(struct edit_buf *b, size_t at, size_t n)
{
	struct str s;

	if (at > edit_buf_size(b) || n == 0)
		return;
	if (n > edit_buf_size(b) - at)
		n = edit_buf_size(b) - at;
	str_init(&s, b->max);
	edit_buf_copy(b, at, at + n, &s);
	raw_delete(b, at, n);
	log_change(b, false, at, s.p, s.n);
	str_release(&s);
}

void
edit_buf_replace(struct edit_buf *b, size_t at, size_t n, struct slice text)
{
	edit_buf_mark(b);
	edit_buf_delete(b, at, n);
	b->glue = n > 0;
	(void)edit_buf_insert(b, at, text);
	b->glue = false;
	edit_buf_mark(b);
}

void
edit_buf_set(struct edit_buf *b, struct slice text)
{
	b->gap = 0;
	b->gap_end = b->cap;
	(void)edit_buf_insert(b, 0, text);
	log_cut(b, 0);
	b->join = false;
	b->version++;
}

static void
apply(struct edit_buf *b, const struct change *c, bool insert)
{
	if (insert)
		raw_insert(b, c->at, c->text, c->n);
	else
		raw_delete(b, c->at, c->n);
}

bool
edit_buf_undo(struct edit_buf *b, size_t *at_r)
{
	unsigned step;

	b->join = false;
	if (b->done == 0)
		return false;
	step = b->log.v[b->done - 1].step;
	while (b->done > 0 && b->log.v[b->done - 1].step == step) {
		const struct change *c = &b->log.v[--b->done];

		apply(b, c, !c->insert);
		*at_r = c->insert ? c->at : c->at + c->n;
	}
	return true;
}

bool
edit_buf_redo(struct edit_buf *b, size_t *at_r)
{
	unsigned step;

	b->join = false;
	if (b->done == b->log.n)
		return false;
	step = b->log.v[b->done].step;
	while (b->done < b->log.n && b->log.v[b->done].step == step) {
		const struct change *c = &b->log.v[b->done++];

		apply(b, c, c->insert);
		*at_r = c->insert ? c->at + c->n : c->at;
	}
	return true;
}

void
edit_buf_copy(const struct edit_buf *b, size_t from, size_t to, struct str *out)
{
	size_t size = edit_buf_size(b);

	if (to > size)
		to = size;
	if (from >= to)
		return;
	if (from < b->gap)
		str_add(out, b->p + from, (to < b->gap ? to : b->gap) - from);
	if (to > b->gap) {
		size_t start = from > b->gap ? from : b->gap;

		str_add(out, b->p + b->gap_end + (start - b->gap), to - start);
	}
}

char
edit_buf_at(const struct edit_buf *b, size_t at)
{
	if (at >= edit_buf_size(b))
		return '\0';
	return at < b->gap ? b->p[at] : b->p[b->gap_end + (at - b->gap)];
}

/* Bytes around a position in one piece. */
static struct slice
window(const struct edit_buf *b, size_t from, size_t to, char *space)
{
	size_t size = edit_buf_size(b);
	size_t i;

	if (to > size)
		to = size;
	for (i = from; i < to; i++)
		space[i - from] = edit_buf_at(b, i);
	return slice_make(space, to > from ? to - from : 0);
}

size_t
edit_buf_next(const struct edit_buf *b, size_t at)
{
	char space[CLUSTER_WINDOW];
	struct slice s = window(b, at, at + CLUSTER_WINDOW, space);

	return s.n == 0 ? at : at + unicode_cluster(s);
}

size_t
edit_buf_prev(const struct edit_buf *b, size_t at)
{
	char space[CLUSTER_WINDOW];
	size_t from = at > CLUSTER_WINDOW ? at - CLUSTER_WINDOW : 0;
	struct slice s;

	while (from < at && (edit_buf_at(b, from) & 0xc0) == 0x80)
		from++;
	s = window(b, from, at, space);
	return s.n == 0 ? at : at - unicode_cluster_back(s);
}

static bool
is_gap(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

size_t
edit_buf_next_word(const struct edit_buf *b, size_t at)
{
	size_t size = edit_buf_size(b);

	while (at < size && !is_gap(edit_buf_at(b, at)))
		at++;
	while (at < size && is_gap(edit_buf_at(b, at)))
		at++;
	return at;
}

size_t
edit_buf_prev_word(const struct edit_buf *b, size_t at)
{
	while (at > 0 && is_gap(edit_buf_at(b, at - 1)))
		at--;
	while (at > 0 && !is_gap(edit_buf_at(b, at - 1)))
		at--;
	return at;
}

/* The text is in two pieces, and a line may be long: no call for each byte. */

/* Behind the last LF of p[0, n), 0: there is none.  Block by block, because
 * memchr is fast and the way back may be long. */
static size_t
behind_last_lf(const char *p, size_t n)
{
	while (n > 0) {
		size_t from = n > LF_BLOCK ? n - LF_BLOCK : 0;

		if (memchr(p + from, '\n', n - from) != NULL) {
			while (p[n - 1] != '\n')
				n--;
			return n;
		}
		n = from;
	}
	return 0;
}

size_t
edit_buf_line_start(const struct edit_buf *b, size_t at)
{
	size_t size = edit_buf_size(b);

	if (at > size)
		at = size;
	if (at > b->gap) {
		size_t n = behind_last_lf(b->p + b->gap_end, at - b->gap);

		if (n > 0)
			return b->gap + n;
		at = b->gap;
	}
	return behind_last_lf(b->p, at);
}

size_t
edit_buf_line_end(const struct edit_buf *b, size_t at)
{
	size_t size = edit_buf_size(b);
	const char *found;

	if (at < b->gap) {
		found = memchr(b->p + at, '\n', b->gap - at);
		if (found != NULL)
			return (size_t)(found - b->p);
		at = b->gap;
	}
	if (at >= size)
		return size;
	found = memchr(b->p + b->gap_end + (at - b->gap), '\n', size - at);
	return found != NULL ? b->gap + (size_t)(found - (b->p + b->gap_end))
	                     : size;
}
