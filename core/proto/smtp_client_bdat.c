/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMTP client: mails by BDAT, pipelined over all of them (RFC 3030, RFC 2920).
 *
 *    first mail:  MAIL RCPT.. BDAT (its first line) | all replies |
 *    then:        BDAT LAST, RSET MAIL RCPT.. BDAT LAST, ... , QUIT
 *
 * 1. The rules for one mail are those of smtp_flight.c.  Each is ended by the
 *    reply to its own BDAT LAST and by nothing else; replies are counted
 *    through, mail by mail.
 * 2. A server that offers CHUNKING and does not know BDAT (a proxy that passes
 *    on what it does not do) would take our text for commands.  So a
 *    connection's first BDAT carries one line of a header, and nothing follows
 *    before it was answered with 250.  A 500 to 504 is no verdict on the mail:
 *    we hang up, and the caller sends by DATA (smtp_bdat_refused).  So it is
 *    when nobody was accepted: the 503 may mean either, and the next reply may
 *    be one too many.
 * 3. RSET goes before each MAIL but the first: a mail that nobody takes leaves
 *    the server within it, and RFC 3030 wants RSET after a failed BDAT.
 * 4. In flight are at most MAILS_MAX mails, BYTES_MAX octets (or one mail) and
 *    REPLIES_MAX replies; of mails MAILS_NEAR where the server answers so soon that
 *    more would not be faster.  These bound what one lost connection, or a kill,
 *    puts in doubt; the last is less than a receive buffer, so that neither side waits
 *    with full buffers for the other.
 * 5. After a failed write the replies that came before it are still read: a
 *    server that hangs up has told what it took.
 * 6. QUIT goes out behind the last mail.  The connection is not alive then.
 *
 * Rejected: to open the window slowly (round trips for every sender, to spare
 * doubts that a lost connection makes rarely); one chunk for all of a large
 * message followed by BDAT 0 LAST (some servers refuse it); BINARYMIME (text is
 * encoded already).
 */
#include <stdlib.h>

#include "proto/smtp_body.h"
#include "proto/smtp_drain.h"
#include "proto/smtp_flight.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define MAILS_MAX   256
#define MAILS_NEAR  64
#define NEAR_MS     2
#define BYTES_MAX   ((uint64_t)512 << 10)
#define REPLIES_MAX 1024
/* A text that is larger is taken by the server's system before its end. */
#define DRAIN_ABOVE 65536
/* For what a server said before it hung up. */
#define EARLY_TIMEOUT_MS 500

struct bdat_run {
	struct smtp *c;
	const struct smtp_feed *feed;
	struct flight *ring;
	size_t first;
	size_t count;
	uint64_t bytes;
	size_t replies;  /* outstanding */
	uint64_t looked; /* stream_handed() when we listened last */
	struct err why;  /* the connection broke: the first reason */
	bool no_more;
};

static struct flight *
flight_at(struct bdat_run *r, size_t i)
{
	return &r->ring[(r->first + i) % MAILS_MAX];
}

static int
broke(struct bdat_run *r, const struct err *why)
{
	r->c->broken = true;
	if (r->why.code == ERR_NONE)
		r->why = *why;
	return -1;
}

static void
give_back_first(struct bdat_run *r)
{
	struct flight *f = flight_at(r, 0);

	r->bytes -= f->body.size;
	r->first = (r->first + 1) % MAILS_MAX;
	r->count--;
	r->feed->done(r->feed->ctx, f->mail);
}

/* ---- replies ---- */

/* Does the reply to a BDAT of f say that the server knows none? */
static bool
is_no_bdat(const struct smtp *c, const struct flight *f)
{
	int code = c->reply.code;

	if (code / 100 == 2)
		return false;
	if (!flight_wanted(f))
		return !c->bdat_works;
	return code >= 500 && code <= 504;
}

static int
no_bdat(struct bdat_run *r, struct flight *f)
{
	struct err why = { 0 };

	(void)err_set(&why, ERR_RETRY,
	              _("the server does not take messages in the way it "
	                "offers"));
	r->c->bdat_refused = true;
	f->text_refused = true;
	if (!flight_wanted(f))
		give_back_first(r);
	return broke(r, &why);
}

/* The reply to a BDAT of f, the first mail.  0, or -1 broken. */
static int
learn_bdat(struct bdat_run *r, struct flight *f)
{
	struct smtp *c = r->c;
	bool last = f->end != 0;
	bool yes = c->reply.code / 100 == 2;
	struct err why = { 0 };

	f->answered++;
	if (c->reply.code / 100 == 3) {
		(void)flight_not_expected(c, &why);
		return broke(r, &why);
	}
	if (is_no_bdat(c, f))
		return no_bdat(r, f);
	c->bdat_works |= yes;
	if (flight_wanted(f) && !f->text_refused) {
		if (last)
			flight_settle(c, f);
		else if (!yes)
			flight_refuse(c, f);
	}
	if (last || !flight_wanted(f) || f->text_refused)
		give_back_first(r);
	return c->broken ? -1 : 0;
}

/* The oldest reply that was due has been read.  0, or -1 broken. */
static int
learn(struct bdat_run *r)
{
	struct flight *f = flight_at(r, 0);

	r->replies--;
	if (f->answered >= flight_commands(f))
		return learn_bdat(r, f);
	return flight_learn(r->c, f) == 0 ? 0 : broke(r, &f->mail->err);
}

/* Read the oldest reply that is due and learn from it.  0, or -1 broken. */
static int
read_one(struct bdat_run *r)
{
	const struct flight *f = flight_at(r, 0);
	struct err why = { 0 };
	int rc = f->answered >= flight_commands(f)
	                 ? smtp_get_last_reply(r->c, &why)
	                 : smtp_get_reply(r->c, &why);

	return rc == 0 ? learn(r) : broke(r, &why);
}

/* Nobody answers what was not handed over yet. */
static int
read_ready(struct bdat_run *r)
{
	uint64_t handed = stream_handed(r->c->s);

	if (handed == r->looked && stream_buffered(r->c->s) == 0)
		return 0;
	r->looked = handed;
	while (r->replies > 0 && smtp_has_spoken(r->c))
		if (read_one(r) != 0)
			return -1;
	return 0;
}

/* A write failed: what was said before (invariant 5). */
static int
hung_up(struct bdat_run *r, const struct err *why)
{
	struct err ignored = { 0 };

	(void)broke(r, why);
	if (why->code == ERR_CANCELLED)
		return -1;
	r->c->timeout_ms = EARLY_TIMEOUT_MS;
	stream_set_timeout(r->c->s, EARLY_TIMEOUT_MS, 0);
	while (r->replies > 0 && smtp_get_reply(r->c, &ignored) == 0 &&
	       r->c->reply.code != 421)
		(void)learn(r);
	return -1;
}

static int
flush(struct bdat_run *r)
{
	struct err why = { 0 };

	if (stream_flush(r->c->s, &why) != 0)
		return hung_up(r, &why);
	return 0;
}

/* ---- commands ---- */

/* Wait until one more reply may be due. */
static int
make_room(struct bdat_run *r)
{
	while (r->replies >= REPLIES_MAX)
		if (flush(r) != 0 || read_one(r) != 0)
			return -1;
	return 0;
}

static int
write_commands(struct bdat_run *r, struct flight *f)
{
	while (f->asked < flight_commands(f)) {
		if (make_room(r) != 0)
			return -1;
		if (flight_write_command(r->c, f) != 0) {
			struct err why = f->mail->err;

			f->mail->err = (struct err){ 0 };
			return hung_up(r, &why);
		}
		r->replies++;
	}
	return make_room(r);
}

/* The chunk of size octets; last: BDAT LAST. */
static int
write_chunk(struct bdat_run *r, struct flight *f, struct slice text,
            uint64_t size, bool last)
{
	struct stream *s = r->c->s;
	struct err why = { 0 };

	if (stream_printf(s, &why, "BDAT %llu%s\r\n", (unsigned long long)size,
	                  last ? " LAST" : "") != 0 ||
	    smtp_body_write_chunk(s, text, &why) != 0 ||
	    (last && size > DRAIN_ABOVE &&
	     smtp_drain(s, r->c->timeout_ms, &why) != 0))
		return hung_up(r, &why);
	f->asked++;
	r->replies++;
	if (last)
		f->end = stream_written(s);
	return 0;
}

static int
read_all(struct bdat_run *r)
{
	if (flush(r) != 0)
		return -1;
	if (smtp_is_quiet(r->c))
		r->feed->pause(r->feed->ctx);
	while (r->replies > 0)
		if (read_one(r) != 0)
			return -1;
	return 0;
}

/* The first mail that anybody takes (invariant 2).  f is given back or whole. */
static int
send_probing(struct bdat_run *r, struct flight *f)
{
	struct slice first = smtp_body_first(f->mail->message);
	uint64_t size = smtp_body_scan(first).size;

	if (smtp_in_step(r->c, &r->why) != 0 || write_commands(r, f) != 0 ||
	    write_chunk(r, f, first, size, false) != 0 || read_all(r) != 0)
		return -1;
	if (r->count == 0)
		return 0;
	return write_chunk(r, f, slice_from(f->mail->message, first.n),
	                   f->body.size - size, true);
}

static int
send_next(struct bdat_run *r, struct smtp_mail *m)
{
	struct flight *f = flight_at(r, r->count);

	if (flight_begin(r->c, f, m) != 0) {
		r->feed->done(r->feed->ctx, m);
		return 0;
	}
	f->reset = r->c->dirty;
	r->count++;
	r->bytes += f->body.size;
	if (!r->c->bdat_works)
		return send_probing(r, f);
	if (write_commands(r, f) != 0)
		return -1;
	return write_chunk(r, f, m->message, f->body.size, true);
}

static bool
has_room(const struct bdat_run *r)
{
	bool near = r->c->turn_ms >= 0 && r->c->turn_ms <= NEAR_MS;
	size_t most = near ? MAILS_NEAR : MAILS_MAX;

	return r->count == 0 || (r->count < most && r->bytes < BYTES_MAX);
}

/* Write as many mails as may be in flight.  0, or -1 broken. */
static int
fill(struct bdat_run *r)
{
	struct err why = { 0 };

	while (!r->no_more && has_room(r)) {
		struct smtp_mail *m = r->feed->next(r->feed->ctx);

		r->no_more = m == NULL;
		if (m != NULL && (send_next(r, m) != 0 || read_ready(r) != 0))
			return -1;
	}
	if (r->no_more && r->count > 0 && !r->c->quitting) {
		r->c->quitting = true;
		if (stream_write(r->c->s, "QUIT\r\n", 6, &why) != 0)
			return hung_up(r, &why);
	}
	return 0;
}

void
smtp_send_chunked(struct smtp *c, const struct smtp_feed *feed)
{
	struct bdat_run r = { .c = c, .feed = feed };

	r.ring = xcalloc(MAILS_MAX, sizeof *r.ring);
	while (!c->broken && fill(&r) == 0 && r.count > 0) {
		if (flush(&r) != 0)
			break;
		if (smtp_is_quiet(c))
			feed->pause(feed->ctx);
		if (read_one(&r) != 0 || read_ready(&r) != 0)
			break;
	}
	if (r.why.code == ERR_NONE)
		(void)smtp_is_over(&r.why);
	while (r.count > 0) {
		flight_lose(c, flight_at(&r, 0), &r.why);
		give_back_first(&r);
	}
	free(r.ring);
}
