/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stored message as it goes over the wire: lines end in CRLF, the last, too. */
#include "engine/serve_text.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/i18n.h"
#include "util/slice.h"

#include "util/banned.h"

#define PIECE 8192

static ssize_t
read_some(const struct serve_text *t, char *p, size_t n, struct err *err)
{
	ssize_t got;

	do
		got = read(t->fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(err, errno, _("cannot read the message"));
	return got;
}

static int
rewind_text(struct serve_text *t, struct err *err)
{
	t->ended = false;
	t->last = 0;
	if (lseek(t->fd, 0, SEEK_SET) != 0)
		return err_sys(err, errno, _("cannot read the message"));
	return 0;
}

/* Does the first line end in a lone LF?  1 yes, 0 no, -1. */
static int
has_lone_lf(struct serve_text *t, struct err *err)
{
	char piece[PIECE];
	char before = 0;
	ssize_t n;

	while ((n = read_some(t, piece, sizeof piece, err)) > 0) {
		size_t at = slice_find(slice_make(piece, (size_t)n), '\n');

		if (at < (size_t)n)
			return at > 0 ? piece[at - 1] != '\r' : before != '\r';
		before = piece[n - 1];
	}
	return n < 0 ? -1 : 0;
}

int
serve_text_open(struct serve_text *t, int fd, bool foreign, struct err *err)
{
	int lone = 0;

	*t = (struct serve_text){ .fd = fd };
	if (foreign)
		lone = has_lone_lf(t, err);
	t->convert = lone == 1;
	if (lone >= 0 && rewind_text(t, err) == 0)
		return 0;
	serve_text_close(t);
	return -1;
}

void
serve_text_close(struct serve_text *t)
{
	if (t->fd >= 0)
		close(t->fd); /* was only read */
	t->fd = -1;
}

/* To p, with CRs put in; from may be the second half of it. */
static size_t
put_crs(struct serve_text *t, const char *from, size_t n, char *p)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		char c = from[i];

		if (c == '\n' && t->last != '\r')
			p[to++] = '\r';
		p[to++] = c;
		t->last = c;
	}
	return to;
}

/* A last line without its end gets one: the size counts it. */
static size_t
end_line(struct serve_text *t, char *p)
{
	static const char end[] = "\r\n";
	size_t n = t->last == '\r' ? 1 : 2;

	t->ended = true;
	if (t->last == 0 || t->last == '\n')
		return 0;
	memcpy(p, end + 2 - n, n);
	return n;
}

ssize_t
serve_text_read(struct serve_text *t, char *p, size_t n, struct err *err)
{
	/* Each byte may become two: what is read stands in the second half. */
	size_t room = t->convert ? n / 2 : n;
	char *from = p + n - room;
	ssize_t got;

	if (t->ended)
		return 0;
	got = read_some(t, from, room, err);
	if (got < 0)
		return -1;
	if (got == 0)
		return (ssize_t)end_line(t, p);
	if (t->convert)
		return (ssize_t)put_crs(t, from, (size_t)got, p);
	t->last = p[got - 1];
	return got;
}

/* Nothing is put in: the file's size and what its last line lacks. */
static int
plain_size(struct serve_text *t, uint64_t *size_r, struct err *err)
{
	char end[2];
	struct stat st;

	if (fstat(t->fd, &st) != 0)
		return err_sys(err, errno, _("cannot read the message"));
	*size_r = (uint64_t)st.st_size;
	if (st.st_size == 0)
		return 0;
	if (pread(t->fd, &t->last, 1, st.st_size - 1) != 1)
		return err_sys(err, errno, _("cannot read the message"));
	*size_r += end_line(t, end);
	return rewind_text(t, err);
}

int
serve_text_size(struct serve_text *t, uint64_t *size_r, struct err *err)
{
	char piece[PIECE];
	ssize_t n;

	*size_r = 0;
	if (!t->convert)
		return plain_size(t, size_r, err);
	while ((n = serve_text_read(t, piece, sizeof piece, err)) > 0)
		*size_r += (uint64_t)n;
	return n < 0 ? -1 : rewind_text(t, err);
}
