/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream that plays a transcript. */
#include "lib/script_stream.h"

#include <stdio.h>

#include "lib/test.h"
#include "util/str.h"
#include "util/xalloc.h"

#define SCRIPT_MAX ((size_t)64 << 20)

enum piece_kind {
	PIECE_TO_US,
	PIECE_FROM_US,
	PIECE_CLOSE,
	PIECE_RESET,
	PIECE_STALL,
};

struct piece {
	enum piece_kind kind;
	size_t at; /* in bytes */
	size_t n;
};

struct script {
	struct script_opts opts;
	struct str bytes;
	struct piece *pieces;
	size_t n;
	size_t now;  /* piece that is played */
	size_t used; /* bytes of it */
	size_t sent; /* bytes to us in all */
	size_t total;
	bool closed;
	char problem[512];
};

static void
unescape(struct slice text, struct str *out)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c != '\\' || i + 1 >= text.n) {
			str_add_c(out, c);
			continue;
		}
		c = text.p[++i];
		if (c == 'x' && i + 2 < text.n) {
			str_add_c(out, (char)(byte_hex(text.p[i + 1]) * 16 +
			                      byte_hex(text.p[i + 2])));
			i += 2;
			continue;
		}
		str_add_c(out, c == 'r'   ? '\r'
		               : c == 'n' ? '\n'
		               : c == 't' ? '\t'
		               : c == '0' ? '\0'
		                          : c);
	}
}

static void
add_piece(struct script *s, enum piece_kind kind, size_t at)
{
	size_t n = s->bytes.n - at;

	if (s->n > 0 && kind <= PIECE_FROM_US &&
	    s->pieces[s->n - 1].kind == kind) {
		s->pieces[s->n - 1].n += n;
		return;
	}
	s->pieces = xreallocarray(s->pieces, s->n + 1, sizeof *s->pieces);
	s->pieces[s->n++] = (struct piece){ kind, at, n };
}

static void
add_line(struct script *s, struct slice line)
{
	size_t at = s->bytes.n;
	char kind = line.n > 1 && line.p[1] == ':' ? line.p[0] : '#';
	struct slice text = slice_from(line, line.n > 2 ? 3 : 2);

	switch (kind) {
	case 'S':
	case 's':
	case 'C':
	case 'c':
		unescape(text, &s->bytes);
		if (kind == 'S' || kind == 'C')
			str_add_z(&s->bytes, "\r\n");
		add_piece(s,
		          kind == 'S' || kind == 's' ? PIECE_TO_US
		                                     : PIECE_FROM_US,
		          at);
		if (kind == 'S' || kind == 's')
			s->total += s->bytes.n - at;
		break;
	case 'X':
		add_piece(s,
		          slice_eq_z(text, "reset")   ? PIECE_RESET
		          : slice_eq_z(text, "stall") ? PIECE_STALL
		                                      : PIECE_CLOSE,
		          at);
		break;
	default:
		break;
	}
}

static void
problem(struct script *s, const char *what, const char *p, size_t n)
{
	struct slice want = SLICE_NONE;

	if (s->problem[0] != '\0')
		return;
	if (s->now < s->n)
		want = slice_make(s->bytes.p + s->pieces[s->now].at + s->used,
		                  s->pieces[s->now].n - s->used);
	(void)snprintf(s->problem, sizeof s->problem,
	               "%s; sent '%.*s', transcript has '%.*s'", what,
	               n > 100 ? 100 : (int)n, p != NULL ? p : "",
	               want.n > 100 ? 100 : (int)want.n,
	               want.p != NULL ? want.p : "");
}

/* The piece that is played now, finished ones left behind. */
static const struct piece *
piece_now(struct script *s)
{
	while (s->now < s->n && s->pieces[s->now].kind <= PIECE_FROM_US &&
	       s->used == s->pieces[s->now].n) {
		s->now++;
		s->used = 0;
	}
	return s->now < s->n ? &s->pieces[s->now] : NULL;
}

static ssize_t
fault(struct script *s, enum piece_kind kind, struct err *err)
{
	if (kind == PIECE_CLOSE)
		return 0;
	(void)s;
	return err_set(err, ERR_RETRY,
	               kind == PIECE_STALL ? "script: timeout"
	                                   : "script: reset");
}

static ssize_t
script_read(void *ctx, void *p, size_t n, int64_t deadline_ms, struct err *err)
{
	struct script *s = ctx;
	const struct piece *now = piece_now(s);
	size_t give;

	(void)deadline_ms;
	if (now == NULL)
		return 0;
	if (now->kind > PIECE_FROM_US) {
		s->now++;
		return fault(s, now->kind, err);
	}
	if (s->opts.cut_after > 0 && s->sent >= s->opts.cut_after)
		return fault(s, s->opts.cut_stalls ? PIECE_STALL : PIECE_CLOSE,
		             err);
	if (now->kind == PIECE_FROM_US) {
		problem(s, "waits where it should send", NULL, 0);
		return err_set(err, ERR_RETRY, "script: %s", s->problem);
	}
	give = now->n - s->used;
	if (give > n)
		give = n;
	if (s->opts.max_io > 0 && give > s->opts.max_io)
		give = s->opts.max_io;
	if (s->opts.cut_after > 0 && give > s->opts.cut_after - s->sent)
		give = s->opts.cut_after - s->sent;
	memcpy(p, s->bytes.p + now->at + s->used, give);
	s->used += give;
	s->sent += give;
	return (ssize_t)give;
}

static ssize_t
script_write(void *ctx, const void *p, size_t n, int64_t deadline_ms,
             struct err *err)
{
	struct script *s = ctx;
	const struct piece *now = piece_now(s);
	size_t take = n;

	(void)deadline_ms;
	if (s->opts.cut_after > 0 && s->sent >= s->opts.cut_after)
		return err_set(err, ERR_RETRY, "script: cut");
	if (now == NULL || now->kind > PIECE_FROM_US)
		return err_set(err, ERR_RETRY, "script: closed");
	if (now->kind == PIECE_TO_US) {
		problem(s, "sends before it has read", p, n);
		return err_set(err, ERR_RETRY, "script: %s", s->problem);
	}
	if (s->opts.max_io > 0 && take > s->opts.max_io)
		take = s->opts.max_io;
	if (take > now->n - s->used)
		take = now->n - s->used;
	if (memcmp(p, s->bytes.p + now->at + s->used, take) != 0) {
		problem(s, "sends something else", p, n);
		return err_set(err, ERR_RETRY, "script: %s", s->problem);
	}
	s->used += take;
	return (ssize_t)take;
}

static void
script_close(void *ctx)
{
	struct script *s = ctx;

	s->closed = true;
}

static const struct stream_ops script_ops = {
	.read = script_read,
	.write = script_write,
	.close = script_close,
};

struct stream *
script_stream_new(const char *transcript, const struct script_opts *opts,
                  struct script **script_r)
{
	struct script *s = xcalloc(1, sizeof *s);
	struct slice rest = slice_of(transcript);
	struct slice line;

	if (opts != NULL)
		s->opts = *opts;
	str_init(&s->bytes, SCRIPT_MAX);
	while (slice_line(&rest, &line))
		add_line(s, line);
	*script_r = s;
	return stream_new(&script_ops, s,
	                  s->opts.cancel_fd > 0 ? s->opts.cancel_fd : -1);
}

void
script_free(struct script **sp)
{
	struct script *s = *sp;

	if (s == NULL)
		return;
	assert_true(s->closed);
	str_release(&s->bytes);
	free(s->pieces);
	free(s);
	*sp = NULL;
}

const char *
script_problem(const struct script *s)
{
	return s->problem[0] != '\0' ? s->problem : NULL;
}

bool
script_done(const struct script *s)
{
	return s->now >= s->n ||
	       (s->now + 1 == s->n && s->used == s->pieces[s->now].n);
}

size_t
script_bytes(const struct script *s)
{
	return s->total;
}

char *
script_load(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char *path =
		xasprintf("%s/tests/%s", srcdir != NULL ? srcdir : ".", name);
	FILE *f = fopen(path, "rb");
	struct str text;
	char buf[4096];
	size_t n;

	if (f == NULL)
		fail_msg("no transcript %s", path);
	str_init(&text, SCRIPT_MAX);
	while (f != NULL && (n = fread(buf, 1, sizeof buf, f)) > 0)
		str_add(&text, buf, n);
	if (f != NULL)
		(void)fclose(f);
	free(path);
	return str_take(&text);
}
