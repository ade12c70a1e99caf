/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMTP client: mail transactions by DATA (RFC 5321, section 3.3; RFC 2920).
 *
 *    begin -> commands -> 354 -> text -> [dot + commands of the next] -> reply
 *
 * 1. The rules for one mail are those of smtp_flight.c.
 * 2. With PIPELINING the commands go in windows: at most WINDOW replies are
 *    outstanding, so that neither side ever waits with full buffers for the
 *    other.  DATA ends the last window.
 *    When nobody is left and DATA is answered with 354 all the same, we hang up:
 *    a lone dot (RFC 2920, 3.1) would make some servers deliver an empty
 *    message.
 * 3. With PIPELINING the final dot goes out together with the next mail's
 *    first window: one round trip a mail.  At most one mail is in doubt.
 * 4. Before the dot nothing may have been said by the server.  A text larger
 *    than DRAIN_ABOVE is first taken by the server's system as a whole: what
 *    fails before left the message with us for certain.  For smaller ones that
 *    round trip would cost more than the rare doubt.
 * 5. Work that is slow (feed->pause) is done while the server is at work.
 */
#include <poll.h>

#include "proto/smtp_body.h"
#include "proto/smtp_drain.h"
#include "proto/smtp_flight.h"
#include "util/i18n.h"

#include "util/banned.h"

#define WINDOW 64
/* Less than a round trip that is worth to be used, more than to a near server. */
#define QUIET_MS       20
#define DRAIN_ABOVE    65536
#define DOT_TIMEOUT_MS 600000
/* For the last words of a server that hung up. */
#define EARLY_TIMEOUT_MS 500

struct data_run {
	struct smtp *c;
	const struct smtp_feed *feed;
	struct flight now;
	struct flight
		before; /* its dot was written, not answered; or no mail */
};

static bool
is_pipelining(const struct smtp *c)
{
	return (c->ext & SMTP_EXT_PIPELINING) != 0;
}

static bool
speaks_within(const struct smtp *c, int ms)
{
	struct pollfd fd = { .fd = stream_fd(c->s), .events = POLLIN };

	return stream_buffered(c->s) > 0 ||
	       (fd.fd >= 0 && poll(&fd, 1, ms) > 0);
}

bool
smtp_has_spoken(const struct smtp *c)
{
	return speaks_within(c, 0);
}

bool
smtp_is_quiet(const struct smtp *c)
{
	return !speaks_within(c, QUIET_MS);
}

int
smtp_is_over(struct err *err)
{
	return err_set(err, ERR_RETRY,
	               _("the connection to the server is over"));
}

int
smtp_get_last_reply(struct smtp *c, struct err *err)
{
	int timeout_ms = c->timeout_ms;
	int rc;

	if (timeout_ms < DOT_TIMEOUT_MS)
		c->timeout_ms = DOT_TIMEOUT_MS;
	stream_set_timeout(c->s, c->timeout_ms, 0);
	rc = smtp_get_reply(c, err);
	c->timeout_ms = timeout_ms;
	stream_set_timeout(c->s, timeout_ms, 0);
	return rc;
}

static void
give_back(struct data_run *d, struct flight *f)
{
	struct smtp_mail *m = f->mail;

	f->mail = NULL;
	d->feed->done(d->feed->ctx, m);
}

/* ---- the mail before ---- */

/* Its dot is out: wait for the answer.  0, or -1 broken; given back. */
static int
end_before(struct data_run *d)
{
	struct flight *f = &d->before;
	struct smtp *c = d->c;
	struct err *err;

	if (f->mail == NULL)
		return 0;
	err = &f->mail->err;
	if (smtp_get_last_reply(c, err) != 0) {
		flight_lose(c, f, NULL);
	} else if (c->reply.code / 100 == 3) {
		(void)flight_not_expected(c, err);
		flight_lose(c, f, NULL);
	} else {
		flight_settle(c, f);
	}
	give_back(d, f);
	return c->broken ? -1 : 0;
}

/* ---- commands ---- */

static int
flush(struct data_run *d)
{
	struct flight *f = d->now.mail != NULL ? &d->now : &d->before;

	if (stream_flush(d->c->s, &f->mail->err) != 0) {
		d->c->broken = true;
		return -1;
	}
	if (smtp_is_quiet(d->c))
		d->feed->pause(d->feed->ctx);
	return 0;
}

/* Write commands up to end, the one behind the last is DATA. */
static int
write_window(struct data_run *d, size_t end)
{
	struct flight *f = &d->now;

	if (smtp_in_step(d->c, &f->mail->err) != 0)
		return -1;
	while (f->asked < end && f->asked < flight_commands(f))
		if (flight_write_command(d->c, f) != 0)
			return -1;
	if (f->asked < end) {
		f->asked++;
		if (stream_write(d->c->s, "DATA\r\n", 6, &f->mail->err) != 0) {
			d->c->broken = true;
			return -1;
		}
	}
	return flush(d);
}

/* The replies to all that was written.  0, or -1 connection lost. */
static int
read_window(struct data_run *d)
{
	struct flight *f = &d->now;

	while (f->answered < f->asked) {
		struct err why = { 0 };

		if (smtp_get_reply(d->c, &why) != 0) {
			if (!f->mail_refused)
				f->mail->err = why;
			return -1;
		}
		if (f->answered == flight_commands(f))
			f->answered++;
		else if (flight_learn(d->c, f) != 0)
			return -1;
	}
	return 0;
}

/*
 * MAIL, RCPT and DATA, window by window.  Alone in its window, DATA is sent
 * only when somebody is to get the message.
 *
 * Returns the code of the reply to DATA, 0: it was not sent; -1: connection
 * lost.
 */
static int
send_commands(struct data_run *d)
{
	struct flight *f = &d->now;
	size_t total = flight_commands(f) + 1;
	size_t window = is_pipelining(d->c) ? WINDOW : 1;

	while (f->asked < total) {
		size_t left = total - f->asked;
		size_t end = left < window ? total : f->asked + window;

		if (f->mail_refused || (left == 1 && f->accepted == 0))
			return 0;
		if (write_window(d, end) != 0)
			return -1;
		if (end_before(d) != 0) {
			(void)smtp_is_over(&f->mail->err);
			return -1;
		}
		if (read_window(d) != 0)
			return -1;
	}
	return d->c->reply.code;
}

/* ---- the message ---- */

/*
 * The server spoke or hung up before the dot: it does not want the message, and
 * what it said is not the dot's answer.  Nothing was delivered.
 */
static int
stopped_early(struct smtp *c, struct flight *f)
{
	struct err *err = &f->mail->err;
	struct err why = { 0 };

	stream_set_timeout(c->s, EARLY_TIMEOUT_MS, 0);
	if (smtp_reply_read(&c->reply, c->s, EARLY_TIMEOUT_MS, &why) == 0) {
		(void)smtp_reply_error(
			&c->reply,
			_("the server stopped the transfer of the message"),
			err);
		if (c->reply.code >= 400)
			flight_refuse(c, f);
	} else if (err->code == ERR_NONE) {
		*err = why;
	}
	c->broken = true;
	return -1;
}

static int
send_text(struct smtp *c, struct flight *f)
{
	struct err *err = &f->mail->err;

	if (smtp_body_write(c->s, f->mail->message, err) != 0 ||
	    (f->body.size > DRAIN_ABOVE &&
	     (stream_flush(c->s, err) != 0 ||
	      smtp_drain(c->s, c->timeout_ms, err) != 0))) {
		c->broken = true;
		return err->code == ERR_RETRY ? stopped_early(c, f) : -1;
	}
	if (smtp_has_spoken(c))
		return stopped_early(c, f);
	if (stream_write(c->s, ".\r\n", 3, err) != 0) {
		c->broken = true;
		return -1;
	}
	f->end = stream_written(c->s);
	c->dirty = false; /* its answer ends the transaction, whatever it is */
	return 0;
}

/* DATA was answered with code, or not even asked (0).  0: the text is written
 * and its answer due; 1: it is decided; -1 */
static int
finish(struct data_run *d, int code)
{
	struct flight *f = &d->now;
	struct err ignored = { 0 };
	struct err *err = f->mail_refused ? &ignored : &f->mail->err;

	if (code == 354 && flight_wanted(f))
		return send_text(d->c, f);
	if (code == 354)
		d->c->broken = true; /* it waits for a message to nobody */
	else if (code > 0 && code < 400)
		return flight_not_expected(d->c, err);
	else if (code >= 400 && flight_wanted(f))
		flight_refuse(d->c, f);
	return 1;
}

/* One mail up to its dot.  Given back, or d->before. */
static void
send_one(struct data_run *d)
{
	struct flight *f = &d->now;
	int rc = -1;
	int code;

	f->reset = d->c->dirty;
	code = send_commands(d);
	if (code >= 0)
		rc = finish(d, code);
	if (rc == 0) {
		d->before = *f;
		*f = (struct flight){ 0 };
		if (!is_pipelining(d->c) && flush(d) != 0)
			flight_lose(d->c, &d->before, NULL);
		else
			return;
		give_back(d, &d->before);
		return;
	}
	if (rc < 0)
		flight_lose(d->c, f, NULL);
	if (d->before.mail != NULL) {
		/* The window with its dot did not get away, or was not read. */
		flight_lose(d->c, &d->before, &f->mail->err);
		give_back(d, &d->before);
	}
	give_back(d, f);
}

static void
send_by_data(struct smtp *c, const struct smtp_feed *feed)
{
	struct data_run d = { .c = c, .feed = feed };
	struct smtp_mail *m;

	while (!c->broken && (m = feed->next(feed->ctx)) != NULL) {
		if (flight_begin(c, &d.now, m) != 0)
			give_back(&d, &d.now);
		else
			send_one(&d);
		if (d.before.mail != NULL && !is_pipelining(c))
			(void)end_before(&d);
	}
	if (d.before.mail == NULL)
		return;
	if (c->broken || flush(&d) != 0) {
		flight_lose(c, &d.before, NULL);
		give_back(&d, &d.before);
	} else {
		(void)end_before(&d);
	}
}

/* The first mails of a feed were looked at. */
struct ahead {
	const struct smtp_feed *feed;
	struct smtp_mail *taken[2];
};

static struct smtp_mail *
next_ahead(void *ctx)
{
	struct ahead *a = ctx;
	struct smtp_mail *m = a->taken[0];

	a->taken[0] = a->taken[1];
	a->taken[1] = NULL;
	return m != NULL ? m : a->feed->next(a->feed->ctx);
}

static void
done_ahead(void *ctx, struct smtp_mail *m)
{
	const struct ahead *a = ctx;

	a->feed->done(a->feed->ctx, m);
}

static void
pause_ahead(void *ctx)
{
	const struct ahead *a = ctx;

	a->feed->pause(a->feed->ctx);
}

/* The connection broke before its turn came. */
static void
not_begun(struct smtp_mail *m, const struct smtp_feed *feed)
{
	m->in_doubt = false;
	m->rc = smtp_is_over(&m->err);
	for (size_t i = 0; i < m->rcpt_count; i++)
		m->rcpt[i].fate = SMTP_FATE_RETRY;
	feed->done(feed->ctx, m);
}

/* BDAT helps from the second mail on. */
void
smtp_send_feed(struct smtp *c, const struct smtp_feed *feed)
{
	struct ahead a = { .feed = feed };
	struct smtp_feed all = { .ctx = &a,
		                 .next = next_ahead,
		                 .done = done_ahead,
		                 .pause = pause_ahead };

	if (!smtp_alive(c))
		return;
	if (!is_pipelining(c) || (c->ext & SMTP_EXT_CHUNKING) == 0) {
		send_by_data(c, feed);
		return;
	}
	a.taken[0] = feed->next(feed->ctx);
	if (a.taken[0] != NULL)
		a.taken[1] = feed->next(feed->ctx);
	if (a.taken[1] != NULL)
		smtp_send_chunked(c, &all);
	else if (a.taken[0] != NULL)
		send_by_data(c, &all);
	if (a.taken[0] != NULL)
		not_begun(a.taken[0], feed);
}

/* ---- one mail ---- */

static struct smtp_mail *
next_one(void *ctx)
{
	struct smtp_mail **one = ctx;
	struct smtp_mail *m = *one;

	*one = NULL;
	return m;
}

static void
nothing_done(void *ctx, struct smtp_mail *m)
{
	(void)ctx;
	(void)m;
}

static void
no_pause(void *ctx)
{
	(void)ctx;
}

int
smtp_send(struct smtp *c, const char *from, struct smtp_recipient *rcpt,
          size_t rcpt_count, struct slice message, bool *in_doubt_r,
          struct err *err)
{
	struct smtp_mail m = { .from = from,
		               .rcpt = rcpt,
		               .rcpt_count = rcpt_count,
		               .message = message };
	struct smtp_mail *one = &m;
	struct smtp_feed feed = { .ctx = &one,
		                  .next = next_one,
		                  .done = nothing_done,
		                  .pause = no_pause };

	if (c->broken) {
		for (size_t i = 0; i < rcpt_count; i++)
			rcpt[i].fate = SMTP_FATE_RETRY;
		m.rc = smtp_is_over(&m.err);
	} else {
		send_by_data(c, &feed);
	}
	if (in_doubt_r != NULL)
		*in_doubt_r = m.in_doubt;
	if (m.rc != 0 && err != NULL)
		*err = m.err;
	return m.rc;
}
