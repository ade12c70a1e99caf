/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMTP replies (RFC 5321, section 4.2).
 *
 * 1. A reply is one to SMTP_REPLY_LINES_MAX lines of three digits, "-" on all
 *    but the last, and the same code on each.  "250-ok", "550 no" is no
 *    success and no failure: it is an error of the protocol, because a peer
 *    that was asked twice would answer like that.
 * 2. The first digit is 2 to 5.  Anything else is not understood, rather than
 *    taken for one of them.
 * 3. Line, number of lines and text are bounded, whatever the server sends.
 */
#include "proto/smtp_reply.h"

#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

void
smtp_reply_init(struct smtp_reply *r)
{
	r->code = 0;
	r->lines = 0;
	str_init(&r->text, SMTP_REPLY_TEXT_MAX);
}

void
smtp_reply_release(struct smtp_reply *r)
{
	if (r != NULL)
		str_release(&r->text);
}

void
smtp_reply_clear(struct smtp_reply *r)
{
	r->code = 0;
	r->lines = 0;
	str_clear(&r->text);
}

static int
not_understood(struct slice line, struct err *err)
{
	(void)err_set(err, ERR_PROTO,
	              _("the answer of the server is not understood"));
	err_set_server(err, line.p, line.n);
	return -1;
}

/* The three digits, or -1. */
static int
read_code(struct slice line)
{
	if (line.n < 3 || line.p[0] < '2' || line.p[0] > '5' ||
	    !byte_is_digit(line.p[1]) || !byte_is_digit(line.p[2]))
		return -1;
	return (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 +
	       (line.p[2] - '0');
}

int
smtp_reply_line(struct smtp_reply *r, struct slice line, struct err *err)
{
	int code = read_code(line);
	bool more = line.n > 3 && line.p[3] == '-';

	if (code < 0 || (line.n > 3 && !more && line.p[3] != ' '))
		return not_understood(line, err);
	if (r->lines > 0 && code != r->code)
		return not_understood(line, err);
	if (r->lines >= SMTP_REPLY_LINES_MAX)
		return err_set(err, ERR_LIMIT,
		               _("the answer of the server does not end"));
	r->code = code;
	r->lines++;
	str_add_slice(&r->text, slice_from(line, 4));
	str_add_c(&r->text, '\n');
	if (r->text.full)
		return err_set(err, ERR_LIMIT,
		               _("the answer of the server is too long"));
	return more ? 1 : 0;
}

int
smtp_reply_read(struct smtp_reply *r, struct stream *s, int timeout_ms,
                struct err *err)
{
	int64_t deadline_ms = clock_mono_ms() + timeout_ms;
	struct slice line;
	int more = 1;

	smtp_reply_clear(r);
	while (more == 1) {
		int got = stream_read_line(s, SMTP_REPLY_LINE_MAX, &line, err);

		if (got < 0)
			return -1;
		if (got == 0)
			return err_set(err, ERR_RETRY,
			               _("the server closed the connection"));
		more = smtp_reply_line(r, line, err);
		if (more == 1 && clock_mono_ms() > deadline_ms)
			return err_set(err, ERR_RETRY,
			               _("the server did not answer in time"));
	}
	return more;
}

struct slice
smtp_reply_first(const struct smtp_reply *r)
{
	struct slice rest = str_slice(&r->text);
	struct slice line = SLICE_NONE;

	(void)slice_line(&rest, &line); /* none: the empty line */
	return line;
}

int
smtp_reply_error(const struct smtp_reply *r, const char *what, struct err *err)
{
	enum err_code code = ERR_PROTO;
	struct str words;

	if (r->code >= 400 && r->code < 500)
		code = ERR_RETRY;
	if (r->code >= 500)
		code = ERR_REFUSED;
	(void)err_set(err, code, "%s", what);
	str_init(&words, sizeof err->server);
	str_printf(&words, "%d %.*s", r->code,
	           SLICE_ARG(slice_rtrim(str_slice(&r->text))));
	err_set_server(err, words.p, words.n);
	str_release(&words);
	return -1;
}
