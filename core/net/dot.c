/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that end with a line of one dot. */
/*
 * Reading looks for dots, not for line ends: base64 has none and prose few, so
 * memchr() runs through most of a buffer at once.  Only the edges of a buffer
 * and what follows CRLF "." go byte by byte.
 */
#include "net/dot.h"

#include <string.h>

#include "util/banned.h"

/* The state after a run of text that ends with these bytes. */
static enum dot_state
state_after(enum dot_state before, struct slice run)
{
	char last = run.p[run.n - 1];

	if (last == '\r')
		return DOT_CR;
	if (last != '\n')
		return DOT_MID;
	if (run.n >= 2)
		return run.p[run.n - 2] == '\r' ? DOT_BOL : DOT_LF;
	return before == DOT_CR ? DOT_BOL : DOT_LF;
}

/* Does the dot at in.p[i] begin a line? */
static bool
begins_line(enum dot_state state, struct slice in, size_t i)
{
	if (i == 0)
		return state == DOT_BOL;
	if (in.p[i - 1] != '\n')
		return false;
	if (i == 1)
		return state == DOT_CR;
	return in.p[i - 2] == '\r';
}

/* Does the dot at in.p[i] follow an LF that has no CR? */
static bool
follows_bare_lf(enum dot_state state, struct slice in, size_t i)
{
	if (i == 0)
		return state == DOT_LF;
	return in.p[i - 1] == '\n' && !begins_line(state, in, i);
}

/* Bytes of in up to the first dot that begins a line, with it when only an LF
 * stands before it (*lf_r), or all. */
static size_t
run_length(enum dot_state state, struct slice in, bool *lf_r)
{
	size_t i = 0;

	while (i < in.n) {
		const char *dot = memchr(in.p + i, '.', in.n - i);

		if (dot == NULL)
			return in.n;
		i = (size_t)(dot - in.p);
		if (begins_line(state, in, i))
			return i;
		*lf_r = follows_bare_lf(state, in, i++);
		if (*lf_r)
			return i;
	}
	return in.n;
}

static void
skip(struct slice *in, size_t n)
{
	in->p += n;
	in->n -= n;
}

/* What follows CRLF ".".  true: a run came out. */
static bool
after_dot(struct dot_reader *d, struct slice *in, struct slice *run_r)
{
	if (d->state == DOT_DOT && in->p[0] == '\r') {
		d->state = DOT_DOT_CR;
		skip(in, 1);
		return false;
	}
	if (d->state == DOT_DOT) {
		/* The byte after a stuffed dot is text, a dot too. */
		d->state = DOT_MID;
		return false;
	}
	if (in->p[0] == '\n') {
		d->state = DOT_END;
		skip(in, 1);
		return false;
	}
	*run_r = SLICE_LIT("\r");
	d->state = DOT_CR;
	return true;
}

bool
dot_next(struct dot_reader *d, struct slice *in, struct slice *run_r)
{
	while (in->n > 0 && d->state != DOT_END) {
		bool lf = false;
		size_t n;

		if (d->state == DOT_LF_DOT) {
			d->state = DOT_MID;
			if (in->p[0] == '.')
				skip(in, 1);
			continue;
		}
		if (d->state == DOT_DOT || d->state == DOT_DOT_CR) {
			if (after_dot(d, in, run_r))
				return true;
			continue;
		}
		n = run_length(d->state, *in, &lf);
		if (n > 0) {
			*run_r = slice_head(*in, n);
			d->state =
				lf ? DOT_LF_DOT : state_after(d->state, *run_r);
			skip(in, n);
			return true;
		}
		d->state = DOT_DOT;
		skip(in, 1);
	}
	return false;
}

/* The first CR or LF of text, or all of it. */
static size_t
line_length(struct slice text)
{
	size_t n = slice_find(text, '\n');

	return slice_find(slice_head(text, n), '\r');
}

int
dot_write(struct stream *s, struct slice text, struct err *err)
{
	while (text.n > 0) {
		size_t n = line_length(text);

		if (text.p[0] == '.' && stream_write(s, ".", 1, err) < 0)
			return -1;
		if (stream_write(s, text.p, n, err) < 0 ||
		    stream_write(s, "\r\n", 2, err) < 0)
			return -1;
		if (n + 1 < text.n && text.p[n] == '\r' &&
		    text.p[n + 1] == '\n')
			n++;
		text = slice_from(text, n < text.n ? n + 1 : n);
	}
	return stream_write(s, ".\r\n", 3, err);
}
