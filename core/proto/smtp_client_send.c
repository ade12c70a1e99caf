/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMTP client: one mail transaction (RFC 5321, section 3.3; RFC 2920).
 *
 * 1. What cannot be sent right is refused before MAIL: the connection stays as
 *    it was and the caller can build the message anew.
 * 2. Each recipient has its own fate.  Only those whose RCPT was answered 2xx
 *    ride on the final dot; its answer is theirs.
 * 3. With PIPELINING the commands go in windows: at most WINDOW replies are
 *    outstanding, so that neither side ever waits with full buffers for the
 *    other.  DATA ends the last window.
 *    When nobody is left and DATA is answered with 354 all the same, we hang up:
 *    a lone dot (RFC 2920, 3.1) would make some servers deliver an empty
 *    message.
 * 4. The final dot is a write of its own, after the server's system has taken
 *    all of the text.  What fails before it left the message with us for
 *    certain; what fails from it on is in doubt.
 * 5. The answer to the dot has ten minutes (RFC 5321, 4.5.3.2.6): to give up
 *    early makes duplicates (RFC 1047).
 *
 * Rejected: CHUNKING.  BDAT needs no stuffing but has the same doubt at its
 * end, and a transaction that fails half way must be told apart from DATA's.
 */
#include "proto/smtp_client_priv.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "proto/smtp_address.h"
#include "proto/smtp_body.h"
#include "proto/smtp_drain.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

#define WINDOW         64
#define DOT_TIMEOUT_MS 600000
/* For the last words of a server that hung up. */
#define EARLY_TIMEOUT_MS 500

struct envelope {
	const char *from;
	struct smtp_recipient *rcpt;
	size_t rcpt_count;
	struct slice message;
	struct smtp_body body;
	bool utf8;
	bool mail_refused;
	size_t accepted; /* recipients with 2xx */
	int data_code;   /* 0: DATA was not sent */
};

static bool
is_pipelining(const struct smtp *c)
{
	return (c->ext & SMTP_EXT_PIPELINING) != 0;
}

/* Fates */

static void
set_fate(struct smtp_recipient *r, enum smtp_fate fate, int code,
         struct slice words)
{
	size_t n = utf8_clean_line(words.p, words.n, r->words,
	                           sizeof r->words - 1);

	r->words[n] = '\0';
	r->fate = fate;
	r->code = code;
}

static void
set_fate_by_reply(struct smtp_recipient *r, const struct smtp_reply *reply)
{
	struct slice words = slice_rtrim(str_slice(&reply->text));

	set_fate(r, reply->code >= 500 ? SMTP_FATE_REFUSED : SMTP_FATE_RETRY,
	         reply->code, words);
}

/* Not refused so far, waiting for the dot's answer. */
static bool
is_riding(const struct smtp_recipient *r)
{
	return r->fate == SMTP_FATE_UNKNOWN;
}

/* All that were not refused before share the last reply. */
static void
share_reply(struct envelope *e, const struct smtp_reply *reply)
{
	for (size_t i = 0; i < e->rcpt_count; i++)
		if (is_riding(&e->rcpt[i]))
			set_fate_by_reply(&e->rcpt[i], reply);
}

/* They share a fate; reply may be NULL. */
static void
share_fate(struct envelope *e, enum smtp_fate fate,
           const struct smtp_reply *reply)
{
	struct slice words = SLICE_NONE;

	if (reply != NULL)
		words = slice_rtrim(str_slice(&reply->text));
	for (size_t i = 0; i < e->rcpt_count; i++)
		if (is_riding(&e->rcpt[i]))
			set_fate(&e->rcpt[i], fate,
			         reply != NULL ? reply->code : 0, words);
}

/* Checks before anything is sent */

static int
check_address(const struct smtp *c, struct envelope *e, const char *spec,
              struct err *err)
{
	switch (smtp_address_check(slice_of(spec))) {
	case SMTP_ADDRESS_OK:
		return 0;
	case SMTP_ADDRESS_8BIT:
		e->utf8 = true;
		if ((c->ext & SMTP_EXT_SMTPUTF8) != 0)
			return 0;
		return err_set(err, ERR_REFUSED,
		               _("the server takes no address outside ASCII: "
		                 "'%s'"),
		               spec);
	case SMTP_ADDRESS_BAD:
		break;
	}
	return err_set(err, ERR_REFUSED, _("'%s' is no mail address"),
	               spec != NULL ? spec : "");
}

static int
check_addresses(const struct smtp *c, struct envelope *e, struct err *err)
{
	int rc = 0;

	if (e->rcpt_count == 0)
		return err_set(err, ERR_REFUSED,
		               _("the message has no recipient"));
	if (e->from[0] != '\0')
		rc = check_address(c, e, e->from, err);
	for (size_t i = 0; i < e->rcpt_count; i++) {
		struct smtp_recipient *r = &e->rcpt[i];
		struct err why = { 0 };

		if (check_address(c, e, r->spec, &why) == 0)
			continue;
		set_fate(r, SMTP_FATE_REFUSED, 0, slice_of(why.text));
		if (rc == 0 && err != NULL)
			*err = why;
		rc = -1;
	}
	return rc;
}

static int
check_body(const struct smtp *c, const struct envelope *e, struct err *err)
{
	if (c->size_limit > 0 && e->body.size > c->size_limit)
		return err_set(err, ERR_REFUSED,
		               _("the message has %llu bytes, the server "
		                 "takes %llu at most"),
		               (unsigned long long)e->body.size,
		               (unsigned long long)c->size_limit);
	if (e->body.longest > SMTP_TEXT_LINE_MAX)
		return err_set(err, ERR_REFUSED,
		               _("the message has a line of %zu bytes, mail "
		                 "allows %d"),
		               e->body.longest, SMTP_TEXT_LINE_MAX);
	if (e->body.nul)
		return err_set(err, ERR_REFUSED,
		               _("the message has a NUL byte in its text"));
	if (e->body.eight_bit && (c->ext & SMTP_EXT_8BITMIME) == 0)
		return err_set(err, ERR_REFUSED,
		               _("the server takes 7-bit text only"));
	return 0;
}

/* Commands */

static int
write_mail(struct smtp *c, const struct envelope *e, struct err *err)
{
	struct str line;
	int rc;

	str_init(&line, SMTP_ADDRESS_MAX + 128);
	str_printf(&line, "MAIL FROM:<%s>", e->from);
	if ((c->ext & SMTP_EXT_SIZE) != 0)
		str_printf(&line, " SIZE=%llu",
		           (unsigned long long)e->body.size);
	if (e->body.eight_bit || e->utf8)
		str_add_z(&line, " BODY=8BITMIME");
	if (e->utf8)
		str_add_z(&line, " SMTPUTF8");
	str_add_z(&line, "\r\n");
	rc = stream_write(c->s, line.p, line.n, err);
	str_release(&line);
	return rc;
}

/* Command number i of a transaction: MAIL, one RCPT each, DATA. */
static int
write_command(struct smtp *c, const struct envelope *e, size_t i,
              struct err *err)
{
	int rc;

	if (i == 0)
		rc = write_mail(c, e, err);
	else if (i <= e->rcpt_count)
		rc = stream_printf(c->s, err, "RCPT TO:<%s>\r\n",
		                   e->rcpt[i - 1].spec);
	else
		rc = stream_write(c->s, "DATA\r\n", 6, err);
	if (rc != 0)
		c->broken = true;
	return rc;
}

static void
mail_refused(struct smtp *c, struct envelope *e, struct err *err)
{
	share_reply(e, &c->reply);
	(void)smtp_reply_error(&c->reply, _("the sender was refused"), err);
	if (c->reply.code == 530 && err != NULL) {
		(void)smtp_reply_error(
			&c->reply, _("the server wants a login first"), err);
		err->code = ERR_AUTH;
	}
}

/* MAIL and RCPT know yes and no only. */
static int
not_expected(struct smtp *c, struct err *err)
{
	c->broken = true;
	return smtp_reply_error(&c->reply,
	                        _("the answer of the server is not understood"),
	                        err);
}

/* What the reply just read says about command i.  DATA's is left to the caller.
 * 0, or -1 when there is no going on. */
static int
learn_reply(struct smtp *c, struct envelope *e, size_t i, struct err *err)
{
	int kind = c->reply.code / 100;

	if (i > e->rcpt_count)
		return 0;
	if (kind == 3)
		return not_expected(c, err);
	if (i == 0 && kind != 2) {
		mail_refused(c, e, err);
		e->mail_refused = true;
	} else if (i > 0 && !e->mail_refused) {
		if (kind == 2)
			e->accepted++;
		else
			set_fate_by_reply(&e->rcpt[i - 1], &c->reply);
	}
	return 0;
}

/* Read the replies to commands [from, end).  0, or -1 connection lost. */
static int
read_window(struct smtp *c, struct envelope *e, size_t from, size_t end,
            struct err *err)
{
	for (size_t i = from; i < end; i++) {
		/* The first trouble is the one to tell. */
		struct err *told = e->mail_refused ? NULL : err;

		if (smtp_get_reply(c, told) != 0)
			return -1;
		if (learn_reply(c, e, i, told) != 0)
			return -1;
		if (!c->broken)
			continue;
		if (i > e->rcpt_count)
			return 0;
		if (!e->mail_refused)
			(void)smtp_reply_error(
				&c->reply, _("the server ends the connection"),
				err);
		return -1;
	}
	return 0;
}

static int
write_window(struct smtp *c, const struct envelope *e, size_t from, size_t end,
             struct err *err)
{
	if (smtp_in_step(c, err) != 0)
		return -1;
	for (size_t i = from; i < end; i++)
		if (write_command(c, e, i, err) != 0)
			return -1;
	if (stream_flush(c->s, err) != 0) {
		c->broken = true;
		return -1;
	}
	return 0;
}

/*
 * MAIL, RCPT and DATA, window by window.  Alone in its window, DATA is sent
 * only when somebody is to get the message; e->data_code is 0 then.
 *
 * Returns 0, or -1: connection lost.
 */
static int
send_commands(struct smtp *c, struct envelope *e, struct err *err)
{
	size_t total = e->rcpt_count + 2;
	size_t window = is_pipelining(c) ? WINDOW : 1;

	c->dirty = true;
	for (size_t from = 0; from < total; from += window) {
		size_t end = total - from < window ? total : from + window;

		if (e->mail_refused || (from == total - 1 && e->accepted == 0))
			return 0;
		if (write_window(c, e, from, end, err) != 0 ||
		    read_window(c, e, from, end, err) != 0)
			return -1;
	}
	e->data_code = c->reply.code;
	return 0;
}

/* The message */

/* Has the server said something while the text is still being sent? */
static bool
spoke_early(const struct smtp *c)
{
	struct pollfd fd = { .fd = stream_fd(c->s), .events = POLLIN };

	return stream_buffered(c->s) > 0 || (fd.fd >= 0 && poll(&fd, 1, 0) > 0);
}

/*
 * The server spoke or hung up before the dot: it does not want the message, and
 * what it said is not the dot's answer.  Nothing was delivered.
 */
static int
stopped_early(struct smtp *c, struct envelope *e, struct err *err)
{
	struct err why = { 0 };

	stream_set_timeout(c->s, EARLY_TIMEOUT_MS, 0);
	if (smtp_reply_read(&c->reply, c->s, EARLY_TIMEOUT_MS, &why) == 0) {
		(void)smtp_reply_error(
			&c->reply,
			_("the server stopped the transfer of the message"),
			err);
		if (c->reply.code >= 400)
			share_reply(e, &c->reply);
	} else if (err != NULL && err->code == ERR_NONE) {
		*err = why;
	}
	c->broken = true;
	return -1;
}

static int
send_text(struct smtp *c, struct envelope *e, struct err *err)
{
	if (smtp_body_write(c->s, e->message, err) != 0 ||
	    stream_flush(c->s, err) != 0 ||
	    smtp_drain(c->s, c->timeout_ms, err) != 0) {
		if (err->code == ERR_RETRY)
			return stopped_early(c, e, err);
		c->broken = true;
		return -1;
	}
	return spoke_early(c) ? stopped_early(c, e, err) : 0;
}

static int
get_dot_reply(struct smtp *c, struct err *err)
{
	int timeout_ms = c->timeout_ms;
	int rc;

	if (timeout_ms < DOT_TIMEOUT_MS)
		c->timeout_ms = DOT_TIMEOUT_MS;
	stream_set_timeout(c->s, c->timeout_ms, 0);
	rc = smtp_turn(c, err);
	c->timeout_ms = timeout_ms;
	stream_set_timeout(c->s, timeout_ms, 0);
	return rc;
}

/* 0 when the server answered for the message, whatever it said. */
static int
send_message(struct smtp *c, struct envelope *e, bool *in_doubt_r,
             struct err *err)
{
	if (send_text(c, e, err) != 0)
		return -1;
	if (stream_write(c->s, ".\r\n", 3, err) != 0 ||
	    get_dot_reply(c, err) != 0) {
		c->broken = true;
		*in_doubt_r = true;
		return -1;
	}
	if (c->reply.code / 100 == 3) {
		*in_doubt_r = true;
		return not_expected(c, err);
	}
	c->dirty = false;
	if (c->reply.code / 100 == 2)
		share_fate(e, SMTP_FATE_SENT, &c->reply);
	else
		share_reply(e, &c->reply);
	return 0;
}

/* DATA was answered, or not even asked. */
static int
finish(struct smtp *c, struct envelope *e, bool *in_doubt_r, struct err *err)
{
	bool wanted = e->accepted > 0 && !e->mail_refused;
	struct err *told = e->mail_refused ? NULL : err;

	if (e->data_code == 354 && wanted)
		return send_message(c, e, in_doubt_r, err);
	if (e->data_code == 354)
		c->broken = true; /* it waits for a message to nobody */
	if (e->data_code != 354 && e->data_code > 0 && e->data_code < 400)
		return not_expected(c, told);
	if (e->data_code >= 400 && wanted)
		share_reply(e, &c->reply);
	return e->mail_refused ? -1 : 0;
}

static int
reset(struct smtp *c, struct err *err)
{
	if (smtp_in_step(c, err) != 0)
		return -1;
	if (stream_write(c->s, "RSET\r\n", 6, err) != 0) {
		c->broken = true;
		return -1;
	}
	if (smtp_turn(c, err) != 0)
		return -1;
	if (c->reply.code / 100 != 2) {
		c->broken = true;
		return smtp_reply_error(
			&c->reply, _("the server ends the connection"), err);
	}
	c->dirty = false;
	return 0;
}

static int
transact(struct smtp *c, struct envelope *e, bool *in_doubt_r, struct err *err)
{
	if (c->broken) {
		share_fate(e, SMTP_FATE_RETRY, NULL);
		return err_set(err, ERR_RETRY,
		               _("the connection to the server is over"));
	}
	if (check_addresses(c, e, err) != 0 || check_body(c, e, err) != 0)
		return -1;
	if ((!c->dirty || reset(c, err) == 0) &&
	    send_commands(c, e, err) == 0 && finish(c, e, in_doubt_r, err) == 0)
		return 0;
	if (!*in_doubt_r)
		share_fate(e, SMTP_FATE_RETRY, NULL);
	return -1;
}

int
smtp_send(struct smtp *c, const char *from, struct smtp_recipient *rcpt,
          size_t rcpt_count, struct slice message, bool *in_doubt_r,
          struct err *err)
{
	struct envelope e = {
		.from = from != NULL ? from : "",
		.rcpt = rcpt,
		.rcpt_count = rcpt_count,
		.message = message,
		.body = smtp_body_scan(message),
	};
	struct err why = { 0 };
	bool in_doubt = false;
	int rc;

	for (size_t i = 0; i < rcpt_count; i++)
		set_fate(&rcpt[i], SMTP_FATE_UNKNOWN, 0, SLICE_NONE);
	rc = transact(c, &e, &in_doubt, &why);
	if (in_doubt_r != NULL)
		*in_doubt_r = in_doubt;
	if (rc != 0 && err != NULL)
		*err = why;
	return rc;
}
