/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POP3 server: the commands of the TRANSACTION state (RFC 1939, section 5). */
#include "proto/pop3_server_priv.h"

#include <string.h>

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

/* Take a line with its CRLF, or what is left without one. */
static struct slice
take_line(struct slice *rest)
{
	size_t n = slice_find_text(*rest, SLICE_LIT("\r\n"));
	struct slice line = slice_head(*rest, n + 2);

	*rest = slice_from(*rest, line.n);
	return line;
}

/*
 * Write text with dots stuffed and the final dot, of its body no more than
 * body_lines.  Only CRLF ends a line: a dot behind a lone LF is text to every
 * client that undoes the stuffing by the book.
 */
static enum pop3_next
write_text(struct pop3_session *p, struct slice text, uint64_t body_lines,
           struct err *err)
{
	bool in_body = false;
	struct slice line = SLICE_LIT("\r\n");

	while (text.n > 0 && (!in_body || body_lines > 0)) {
		line = take_line(&text);
		if (line.p[0] == '.' && stream_write(p->s, ".", 1, err) != 0)
			return POP3_NEXT_FAIL;
		if (stream_write(p->s, line.p, line.n, err) != 0)
			return POP3_NEXT_FAIL;
		if (in_body)
			body_lines--;
		else
			in_body = slice_eq_z(line, "\r\n");
	}
	if (!slice_ends(line, "\r\n") &&
	    stream_write(p->s, "\r\n", 2, err) != 0)
		return POP3_NEXT_FAIL;
	return pop3_server_wrote(stream_write(p->s, ".\r\n", 3, err));
}

static enum pop3_next
send_message(struct pop3_session *p, size_t i, uint64_t body_lines,
             struct err *err)
{
	struct str text;
	enum pop3_next next;

	str_init(&text, POP3_SERVER_MESSAGE_MAX);
	if (p->opts->ops->read(p->opts->ctx, i, &text) != 0 || text.full) {
		next = pop3_server_no(p, "[SYS/TEMP] Not readable now", err);
	} else {
		next = pop3_server_wrote(
			stream_printf(p->s, err, "+OK %zu octets\r\n", text.n));
		if (next == POP3_NEXT_GO)
			next = write_text(p, str_slice(&text), body_lines, err);
	}
	str_release(&text);
	return next;
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
