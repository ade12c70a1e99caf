/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POP3 server: the commands of the TRANSACTION state (RFC 1939, section 5). */
#include "proto/pop3_server_priv.h"

#include <string.h>

#include "util/i18n.h"

#include "util/banned.h"

/* RFC 1939, section 7: what a UIDL may have. */
#define UIDL_MAX 70

/* The index that the whole of word names; -1 after "-ERR" was said. */
static int
find_message(struct pop3_session *p, struct slice word, size_t *i_r,
             enum pop3_next *next_r, struct err *err)
{
	uint64_t number;

	if (slice_u64(word, &number) != 0 || number == 0 || number > p->count ||
	    p->gone[number - 1]) {
		*next_r = pop3_server_no(p, "No such message", err);
		return -1;
	}
	*i_r = (size_t)number - 1;
	return 0;
}

static uint64_t
size_of(const struct pop3_session *p, size_t i)
{
	return p->opts->ops->size(p->opts->ctx, i);
}

enum pop3_next
pop3_server_stat(struct pop3_session *p, struct slice args, struct err *err)
{
	unsigned long long n = 0;
	unsigned long long bytes = 0;

	(void)args;
	for (size_t i = 0; i < p->count; i++) {
		if (p->gone[i])
			continue;
		n++;
		bytes += size_of(p, i);
	}
	return pop3_server_wrote(
		stream_printf(p->s, err, "+OK %llu %llu\r\n", n, bytes));
}

/* One line of LIST or UIDL: its value behind the number. */
typedef int (*value_fn)(const struct pop3_session *p, size_t i,
                        struct str *out);

static int
size_value(const struct pop3_session *p, size_t i, struct str *out)
{
	str_add_u64(out, size_of(p, i));
	return 0;
}

static int
uidl_value(const struct pop3_session *p, size_t i, struct str *out)
{
	return p->opts->ops->uidl(p->opts->ctx, i, out);
}

static enum pop3_next
write_value(struct pop3_session *p, const char *lead, size_t i, value_fn value,
            struct err *err)
{
	struct str text;
	enum pop3_next next;

	str_init(&text, UIDL_MAX);
	if (value(p, i, &text) == 0 && text.n > 0 && !text.full)
		next = pop3_server_wrote(stream_printf(
			p->s, err, "%s%zu %s\r\n", lead, i + 1, text.p));
	else if (lead[0] != '\0')
		next = pop3_server_no(p, "[SYS/TEMP] Not readable now", err);
	else
		next = POP3_NEXT_GO; /* not listed: not fetched, not lost */
	str_release(&text);
	return next;
}

static enum pop3_next
list_values(struct pop3_session *p, struct slice args, value_fn value,
            struct err *err)
{
	enum pop3_next next;
	size_t i;

	if (args.n > 0) {
		if (find_message(p, args, &i, &next, err) != 0)
			return next;
		return write_value(p, "+OK ", i, value, err);
	}
	next = pop3_server_ok(p, "List follows", err);
	for (i = 0; i < p->count && next == POP3_NEXT_GO; i++)
		if (!p->gone[i])
			next = write_value(p, "", i, value, err);
	if (next != POP3_NEXT_GO)
		return next;
	return pop3_server_wrote(stream_write(p->s, ".\r\n", 3, err));
}

enum pop3_next
pop3_server_list(struct pop3_session *p, struct slice args, struct err *err)
{
	return list_values(p, args, size_value, err);
}

enum pop3_next
pop3_server_uidl(struct pop3_session *p, struct slice args, struct err *err)
{
	return list_values(p, args, uidl_value, err);
}

/* A text on its way out, between two pieces. */
struct text_out {
	size_t column; /* bytes of its last line */
	char last[2];  /* bytes; 0: none yet */
	bool in_body;
	uint64_t left; /* lines of the body that may go */
};

static bool
is_cut(const struct text_out *t)
{
	return t->in_body && t->left == 0;
}

/* A line, or its beginning or end; with its LF when that is there. */
static int
write_line(struct pop3_session *p, struct text_out *t, struct slice line,
           struct err *err)
{
	bool blank;

	if (t->column == 0 && line.p[0] == '.' &&
	    stream_write(p->s, ".", 1, err) != 0)
		return -1;
	if (stream_write(p->s, line.p, line.n, err) != 0)
		return -1;
	t->column += line.n;
	t->last[0] = line.n > 1 ? line.p[line.n - 2] : t->last[1];
	t->last[1] = line.p[line.n - 1];
	if (t->last[1] != '\n')
		return 0;
	blank = t->column == 1 || (t->column == 2 && t->last[0] == '\r');
	t->column = 0;
	if (t->in_body)
		t->left--;
	else
		t->in_body = blank;
	return 0;
}

/*
 * Write a piece of a text with dots stuffed, up to the end of what may go.  A
 * lone LF counts as the end of a line: a client that reads lines by it would
 * take a dot behind it for the end, and the rest for our answers; one that does
 * not sees two dots where a broken mail had one.
 */
static int
write_piece(struct pop3_session *p, struct text_out *t, struct slice piece,
            struct err *err)
{
	while (piece.n > 0 && !is_cut(t)) {
		size_t n = slice_find(piece, '\n');
		struct slice line = slice_head(piece, n + 1);

		if (write_line(p, t, line, err) != 0)
			return -1;
		piece = slice_from(piece, line.n);
	}
	return 0;
}

/* The message that is open. */
static int
write_text(struct pop3_session *p, uint64_t body_lines, struct err *err)
{
	const struct maildrop_ops *ops = p->opts->ops;
	struct text_out t = { .left = body_lines };
	char piece[POP3_SERVER_PIECE];
	ssize_t n = 1;

	while (n > 0 && !is_cut(&t)) {
		n = ops->read(p->opts->ctx, piece, sizeof piece);
		if (n < 0)
			return err_set(err, ERR_IO,
			               _("a message could not be read to its "
			                 "end"));
		if (write_piece(p, &t, slice_make(piece, (size_t)n), err) != 0)
			return -1;
	}
	if (t.last[1] != 0 && (t.last[0] != '\r' || t.last[1] != '\n') &&
	    stream_write(p->s, "\r\n", 2, err) != 0)
		return -1;
	return stream_write(p->s, ".\r\n", 3, err);
}

static enum pop3_next
send_message(struct pop3_session *p, size_t i, uint64_t body_lines,
             struct err *err)
{
	const struct maildrop_ops *ops = p->opts->ops;
	int rc;

	if (ops->open(p->opts->ctx, i) != 0)
		return pop3_server_no(p, "[SYS/TEMP] Not readable now", err);
	rc = stream_printf(p->s, err, "+OK %llu octets\r\n",
	                   (unsigned long long)size_of(p, i));
	if (rc == 0)
		rc = write_text(p, body_lines, err);
	ops->close(p->opts->ctx);
	return pop3_server_wrote(rc);
}

enum pop3_next
pop3_server_retr(struct pop3_session *p, struct slice args, struct err *err)
{
	enum pop3_next next;
	size_t i;

	if (find_message(p, args, &i, &next, err) != 0)
		return next;
	return send_message(p, i, UINT64_MAX, err);
}

enum pop3_next
pop3_server_top(struct pop3_session *p, struct slice args, struct err *err)
{
	struct slice rest = args;
	struct slice number = SLICE_NONE;
	enum pop3_next next;
	uint64_t lines;
	size_t i;

	(void)slice_split(&rest, ' ', &number); /* none: no such message */
	if (find_message(p, number, &i, &next, err) != 0)
		return next;
	if (slice_u64(rest, &lines) != 0)
		return pop3_server_no(p, "How many lines?", err);
	return send_message(p, i, lines, err);
}

enum pop3_next
pop3_server_dele(struct pop3_session *p, struct slice args, struct err *err)
{
	enum pop3_next next;
	size_t i;

	if (find_message(p, args, &i, &next, err) != 0)
		return next;
	p->gone[i] = true;
	p->any_gone = true;
	return pop3_server_ok(p, "Marked", err);
}

enum pop3_next
pop3_server_rset(struct pop3_session *p, struct slice args, struct err *err)
{
	(void)args;
	memset(p->gone, 0, p->count * sizeof *p->gone);
	p->any_gone = false;
	return pop3_server_ok(p, "", err);
}
