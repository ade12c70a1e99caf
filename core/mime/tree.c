/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The MIME tree of a message (RFC 5322, 2045-2049), slices of one read-only buffer.
 *
 * One pass, one cursor, no recursion:
 *
 *   open_part    reads a header block at the cursor and decides what the part is;
 *                a multipart or message/rfc822 becomes a frame of the stack
 *   next_mark    finds the next delimiter line of any open multipart
 *   close_frames ends the parts that the line ends
 *
 * 1. A delimiter is a line "--boundary" or "--boundary--", blanks after it
 *    allowed.  The innermost multipart is asked first; an outer one ends all
 *    parts inside it.  "--boundary--" with anything behind it ends the multipart
 *    too when the line is no better delimiter of another one.
 * 2. The line end before a delimiter belongs to the delimiter.
 * 3. The search jumps from hyphen to hyphen (memchr): base64 has none, so an
 *    attachment costs one pass at memory speed and is not decoded.
 * 4. A multipart that names no boundary has that of the first line that looks
 *    like a delimiter.  One in which no delimiter is found is text, HTML when it
 *    begins so; one with a delimiter and no part has no leaf, and its preamble
 *    is kept as lost text.
 * 5. At most MIME_DEPTH_MAX frames, MIME_PARTS_MAX parts, MIME_FIELDS_MAX fields;
 *    what goes beyond stays in the body of the part where it was met.
 *
 * Rejected: splitting into lines first (touches every byte several times); a
 * hash over all boundaries (with the depth limit, comparing lengths and then
 * bytes is faster and linear too).
 */
#include "mime/tree.h"

#include <string.h>

#include "mime/boundary.h"
#include "mime/header.h"
#include "mime/limits.h"
#include "mime/part.h"
#include "util/array.h"
#include "util/fsx.h"

#include "util/banned.h"

/* An open multipart (boundary set) or message/rfc822 (none). */
struct frame {
	struct part *part;
	struct slice boundary;
	struct part *last;   /* child */
	struct part *before; /* the child before it */
	size_t index;        /* of the last child, from 1 */
	const char *met;     /* its first delimiter line, or NULL */
};

struct parser {
	struct message *m;
	struct frame stack[MIME_DEPTH_MAX];
	size_t depth;
	size_t parts;
	size_t fields;
	const char *start;
	const char *cursor;
	const char *end;
	bool mapped;
	struct part
		*leaf; /* its body is being read; NULL: preamble, epilogue */
	struct part *spare; /* taken out of the tree, zeroed */
	const char *kept;   /* mapped: what stands before it was forgotten */
	ARRAY(struct header_field) scratch;
};

/* A delimiter line. */
struct mark {
	size_t frame;
	bool closing;
	const char *line; /* begins here */
	const char *next; /* the line behind it */
};

enum match {
	MATCH_NONE,
	MATCH_OPENING,
	MATCH_CLOSING,
	MATCH_CLOSING_JUNK, /* something stands behind it */
};

/* Does the line (behind "--") belong to frame f? */
static enum match
frame_match(const struct frame *f, struct slice line)
{
	struct slice b = f->boundary;
	struct slice rest;

	if (b.n == 0 || line.n < b.n || memcmp(line.p, b.p, b.n) != 0)
		return MATCH_NONE;
	rest = slice_rtrim(slice_from(line, b.n));
	if (rest.n == 0)
		return MATCH_OPENING;
	if (!slice_starts(rest, "--"))
		return MATCH_NONE;
	return rest.n == 2 ? MATCH_CLOSING : MATCH_CLOSING_JUNK;
}

/* Is there a delimiter line at p, which begins with "--"? */
static bool
mark_at(const struct parser *ps, const char *p, struct mark *mark)
{
	const char *lf = memchr(p, '\n', (size_t)(ps->end - p));
	const char *line_end = lf != NULL ? lf : ps->end;
	struct slice line = slice_make(p + 2, (size_t)(line_end - p) - 2);
	bool junk = false;

	mark->line = p;
	mark->next = lf != NULL ? lf + 1 : ps->end;
	mark->closing = true;
	for (size_t i = ps->depth; i > 0; i--) {
		enum match match = frame_match(&ps->stack[i - 1], line);

		if (match == MATCH_NONE ||
		    (match == MATCH_CLOSING_JUNK && junk))
			continue;
		mark->frame = i - 1;
		junk = match == MATCH_CLOSING_JUNK;
		mark->closing = match != MATCH_OPENING;
		if (!junk)
			return true;
	}
	return junk;
}

static bool
starts_line(const struct parser *ps, const char *p)
{
	return p == ps->start || p[-1] == '\n';
}

/* A map that is read from start to end need not be in memory as a whole. */
static void
forget_before(struct parser *ps, const char *p)
{
	if (!ps->mapped || p - ps->kept < MIME_MAP_STRETCH)
		return;
	fsx_map_forget(ps->kept, (size_t)(p - ps->kept));
	ps->kept = p;
}

static const char *
next_hyphen(struct parser *ps, const char *p)
{
	while (ps->mapped && ps->end - p > MIME_MAP_STRETCH) {
		const char *hyphen = memchr(p, '-', MIME_MAP_STRETCH);

		if (hyphen != NULL)
			return hyphen;
		p += MIME_MAP_STRETCH;
		forget_before(ps, p);
	}
	return memchr(p, '-', (size_t)(ps->end - p));
}

/* The first delimiter line at or behind p. */
static bool
next_mark(struct parser *ps, const char *p, struct mark *mark)
{
	bool any = false;

	for (size_t i = 0; i < ps->depth; i++)
		any = any || ps->stack[i].boundary.n > 0;
	if (!any)
		return false;
	while (ps->end - p >= 2 && (p = next_hyphen(ps, p)) != NULL) {
		forget_before(ps, p);
		if (ps->end - p >= 2 && p[1] == '-' && starts_line(ps, p)) {
			if (mark_at(ps, p, mark))
				return true;
			p = mark->next;
			continue;
		}
		while (p < ps->end && *p == '-')
			p++;
	}
	return false;
}

/* End of what stands before the line at p: without the line end. */
static const char *
before_line(const char *p, const char *start)
{
	if (p > start && p[-1] == '\n')
		p--;
	if (p > start && p[-1] == '\r')
		p--;
	return p;
}

static struct slice
span(const char *start, const char *end)
{
	return slice_make(start, end > start ? (size_t)(end - start) : 0);
}

static void
set_path(struct parser *ps, struct part *p, size_t index, bool container)
{
	struct slice up = p->parent != NULL ? p->parent->path : SLICE_NONE;
	char number[32];
	size_t at = sizeof number;
	size_t n;
	char *path;

	if ((p->parent == NULL || p->parent->is_message) && container) {
		p->path = up;
		return;
	}
	if (p->parent == NULL && index == 1) {
		p->path = SLICE_LIT("1");
		return;
	}
	do {
		number[--at] = (char)('0' + index % 10);
		index /= 10;
	} while (index > 0);
	if (up.n > 0)
		number[--at] = '.';
	n = sizeof number - at;
	path = arena_alloc(&ps->m->arena, up.n + n + 1);
	if (up.n > 0)
		memcpy(path, up.p, up.n);
	memcpy(path + up.n, number + at, n);
	p->path = slice_make(path, up.n + n);
}

/* Keep the field that reaches from line to end. */
static void
add_field(struct parser *ps, const char *line, const char *colon,
          const char *end)
{
	if (line == NULL)
		return;
	if (ps->fields >= MIME_FIELDS_MAX) {
		ps->m->cut |= MESSAGE_CUT_HEADER;
		return;
	}
	ps->fields++;
	array_add(&ps->scratch, header_field_make(line, colon, end));
}

/* A byte order mark, "From " of an mbox file (quoted or not) and blanks may
 * stand before the first field. */
static const char *
skip_to_header(const char *p, const char *end)
{
	struct slice s = span(p, end);
	size_t n = 0;

	if (slice_starts(s, "\xef\xbb\xbf"))
		s = slice_from(s, 3);
	if (slice_starts(s, "From ") || slice_starts(s, ">From "))
		s = slice_from(s, slice_find(s, '\n') + 1);
	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
		n++;
	if (n > 0 && n < s.n && s.p[n] != '\r' && s.p[n] != '\n') {
		const char *next;
		const char *colon;

		if (header_line(s.p + n, s.n - n, &next, &colon) ==
		    HEADER_LINE_FIELD)
			s = slice_from(s, n);
	}
	return s.p;
}

static bool
starts_with_hyphens(const char *p, const char *end)
{
	return end - p >= 2 && p[0] == '-' && p[1] == '-';
}

/* Where the lines of a header block lead. */
struct block {
	const char *line;  /* the field being read, or NULL */
	const char *colon; /* of it */
	const char *junk;  /* the first line that is no header line, or NULL */
};

/*
 * The line at at, which is no delimiter.  Lines that cannot be in a header are
 * left out, as gateways and broken filters put them there; but "--" is most
 * likely the first delimiter after an empty line that was lost.  true when the
 * block goes on at *next_r, false when the body begins there.
 */
static bool
take_header_line(struct parser *ps, struct block *b, const char *at,
                 const char **next_r)
{
	const char *colon = NULL;
	enum header_line kind =
		header_line(at, (size_t)(ps->end - at), next_r, &colon);

	if (kind == HEADER_LINE_END)
		return false;
	if (kind == HEADER_LINE_OTHER &&
	    (ps->scratch.n > 0 || b->line != NULL) &&
	    starts_with_hyphens(at, ps->end)) {
		*next_r = at;
		return false;
	}
	if (kind == HEADER_LINE_FOLD && b->line != NULL)
		return true;
	add_field(ps, b->line, b->colon, at);
	b->line = kind == HEADER_LINE_FIELD ? at : NULL;
	b->colon = colon;
	if (kind != HEADER_LINE_FIELD && b->junk == NULL)
		b->junk = at;
	return true;
}

/* Is there nothing more of this part? */
static bool
at_mark(const struct parser *ps)
{
	struct mark mark;

	return ps->cursor == ps->end ||
	       (starts_with_hyphens(ps->cursor, ps->end) &&
	        mark_at(ps, ps->cursor, &mark));
}

/*
 * Read the header block at the cursor into p->fields and leave the cursor at
 * the body.  A delimiter line ends it as well.  A block without any field is
 * no header but text.  When no body follows (and this is not just a text), what
 * begins with the first line that is no header line is kept as lost text:
 * nothing written may vanish.
 */
static void
read_header(struct parser *ps, struct part *p)
{
	const char *start = skip_to_header(ps->cursor, ps->end);
	const char *at = start;
	struct block b = { NULL, NULL, NULL };
	struct mark mark;
	bool ended = false;

	ps->scratch.n = 0;
	while (at < ps->end && !ended) {
		const char *next;

		if (starts_with_hyphens(at, ps->end) && mark_at(ps, at, &mark))
			break;
		ended = !take_header_line(ps, &b, at, &next);
		if (ended)
			add_field(ps, b.line, b.colon, at);
		at = next;
	}
	if (!ended)
		add_field(ps, b.line, b.colon, at);
	ps->cursor = at;
	if (b.junk != NULL && (ps->scratch.n > 0 || p->parent != NULL) &&
	    (!ended || (ps->scratch.n == 0 && at_mark(ps))))
		p->lost = span(ps->scratch.n == 0 ? start : b.junk,
		               before_line(at, start));
	else if (b.junk != NULL && ps->scratch.n == 0)
		ps->cursor = start;
	p->bare = at == start;
	p->header = span(start, at);
	p->field_count = ps->scratch.n;
	p->fields =
		arena_calloc(&ps->m->arena, p->field_count, sizeof *p->fields);
	if (p->field_count > 0)
		memcpy(p->fields, ps->scratch.v,
		       p->field_count * sizeof *p->fields);
}

static bool
is_message_type(struct slice type)
{
	return slice_eq_z(type, "message/rfc822") ||
	       slice_eq_z(type, "message/global") ||
	       slice_eq_z(type, "message/news");
}

static struct frame *
push(struct parser *ps, struct part *p, struct slice boundary)
{
	struct frame *f;

	if (ps->depth == MIME_DEPTH_MAX) {
		ps->m->cut |= MESSAGE_CUT_DEPTH;
		return NULL;
	}
	f = &ps->stack[ps->depth++];
	f->part = p;
	f->boundary = boundary;
	f->last = NULL;
	f->before = NULL;
	f->index = 0;
	f->met = NULL;
	return f;
}

static struct part *
new_part(struct parser *ps)
{
	struct part *p = ps->spare;
	struct frame *up = ps->depth > 0 ? &ps->stack[ps->depth - 1] : NULL;

	if (p == NULL)
		p = arena_alloc(&ps->m->arena, sizeof *p);
	ps->spare = NULL;
	ps->parts++;
	if (up == NULL)
		return p;
	p->parent = up->part;
	if (up->last != NULL)
		up->last->next = p;
	else
		up->part->child = p;
	up->before = up->last;
	up->last = p;
	up->index++;
	return p;
}

static void
become_text(struct part *p)
{
	p->type = boundary_text_type(p->body);
	p->is_message = false;
}

/*
 * Read the part at the cursor.  Returns true when it is a message/rfc822 whose
 * message has to be read next.
 */
static bool
open_part(struct parser *ps)
{
	struct frame *up = ps->depth > 0 ? &ps->stack[ps->depth - 1] : NULL;
	bool digest =
		up != NULL && slice_eq_z(up->part->type, "multipart/digest");
	struct part *p = new_part(ps);
	size_t index = up != NULL ? up->index : 1;
	struct slice boundary;
	bool container;

	if (up == NULL && ps->m->root == NULL)
		ps->m->root = p;
	read_header(ps, p);
	part_read_fields(&ps->m->arena, p, digest, &boundary);
	p->body = span(ps->cursor, ps->end);
	container = part_is_multipart(p);
	if (container && boundary.n == 0)
		boundary = boundary_guess(p->body);
	if (container && (boundary.n == 0 || !push(ps, p, boundary))) {
		become_text(p);
		container = false;
	}
	if (container)
		set_path(ps, p, index, true);
	ps->leaf = container ? NULL : p;
	if (!is_message_type(p->type))
		return false;
	p->is_message = true;
	if (p->cte != CTE_IDENTITY || p->body.n == 0)
		return false;
	if (ps->parts >= MIME_PARTS_MAX || !push(ps, p, SLICE_NONE)) {
		become_text(p);
		return false;
	}
	set_path(ps, p, index, false);
	ps->leaf = NULL;
	return true;
}

/* No part was found: without a delimiter the text is shown as it stands. */
static void
settle_childless(struct parser *ps, struct frame *f, size_t index)
{
	if (f->part->child != NULL || f->boundary.n == 0)
		return;
	if (f->met != NULL) {
		f->part->lost = span(f->part->body.p,
		                     before_line(f->met, f->part->body.p));
		return;
	}
	become_text(f->part);
	set_path(ps, f->part, index, false);
}

/* Close all frames but the outermost keep; the bodies of their parts end. */
static void
close_frames(struct parser *ps, size_t keep, const char *end)
{
	while (ps->depth > keep) {
		struct frame *f = &ps->stack[--ps->depth];
		size_t index =
			ps->depth > 0 ? ps->stack[ps->depth - 1].index : 1;

		f->part->body = span(f->part->body.p, end);
		settle_childless(ps, f, index);
	}
}

/* The leaf is complete: give it its path, or take it out again when there is
 * not even an empty line (two delimiters in a row). */
static void
settle_leaf(struct parser *ps)
{
	struct frame *f = ps->depth > 0 ? &ps->stack[ps->depth - 1] : NULL;
	struct part *p = ps->leaf;

	ps->leaf = NULL;
	if (p == NULL)
		return;
	if (f == NULL || f->boundary.n == 0 || !p->bare) {
		set_path(ps, p, f != NULL ? f->index : 1, false);
		return;
	}
	if (f->before != NULL)
		f->before->next = NULL;
	else
		f->part->child = NULL;
	f->last = f->before;
	f->index--;
	ps->parts--;
	memset(p, 0, sizeof *p);
	ps->spare = p;
}

/* Find where the next part begins.  false at the end of the message. */
static bool
advance(struct parser *ps)
{
	struct mark mark;
	const char *end;

	do {
		if (ps->parts >= MIME_PARTS_MAX)
			ps->m->cut |= MESSAGE_CUT_PARTS;
		if (ps->parts >= MIME_PARTS_MAX ||
		    !next_mark(ps, ps->cursor, &mark))
			return false;
		end = before_line(mark.line, ps->cursor);
		if (ps->leaf != NULL)
			ps->leaf->body = span(ps->leaf->body.p, end);
		settle_leaf(ps);
		if (ps->stack[mark.frame].met == NULL)
			ps->stack[mark.frame].met = mark.line;
		close_frames(ps, mark.frame + 1, end);
		if (mark.closing)
			close_frames(ps, mark.frame, mark.next);
		ps->cursor = mark.next;
	} while (mark.closing);
	return true;
}

/* Parse one message from ps->start on into a tree. */
static void
run(struct parser *ps)
{
	do
		while (open_part(ps))
			;
	while (advance(ps));
	settle_leaf(ps);
	close_frames(ps, 0, ps->end);
}

void
tree_build(struct message *m, struct slice raw, struct part *inside,
           size_t *parts)
{
	struct parser ps = { .m = m };

	ps.parts = *parts;
	ps.start = ps.cursor = ps.kept = raw.p;
	ps.mapped = m->mapped && raw.p == m->raw.p;
	ps.end = raw.p + raw.n;
	if (inside != NULL)
		(void)push(&ps, inside, SLICE_NONE);
	run(&ps);
	*parts = ps.parts;
	array_release(&ps.scratch);
}
