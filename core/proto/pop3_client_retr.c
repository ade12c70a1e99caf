/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POP3 client: messages (RETR, TOP, DELE). */
/*
 * Commands run ahead of their answers when the server takes it (PIPELINING):
 *
 * 1. At most WINDOW commands are without their answer.  Together they are under
 *    9 KB, which the sockets' buffers hold (16 KB and more on every system)
 *    although the server, busy sending to us, does not read: so we never wait
 *    for it to read, and it never for ever for us.
 * 2. When REFILL of them are answered, as many are sent in one write: few
 *    writes, and the pipe stays full.  WINDOW decides what a long way costs: at
 *    100 ms one connection brings about 5,000 messages a second.
 * 3. Answers come in order.  The message that is read is the oldest asked for.
 * 4. Marks stand between the commands: a check of the numbers goes out there
 *    without waiting, so the pipe does not run dry at the end of a batch.
 * 5. What is here before anything was asked is nobody's answer, and the end
 *    (pop3_in_step): all that follows would be the answer to something else.
 * 6. A message is complete at CRLF "." CRLF and not before; sizes said by the
 *    server mean nothing.
 */
#include <stdlib.h>

#include "net/dot.h"
#include "proto/pop3_client_priv.h"
#include "util/i18n.h"

#include "util/banned.h"

#define WINDOW 500
#define REFILL 64
/* Servers that take TOP 0 for the whole message must end some time. */
#define HEAD_MAX ((uint64_t)64 << 20)
/* As many messages as a listing may have. */
#define LISTED_MAX (1U << 20)

struct pipe {
	struct pop3 *p;
	const char *verb;
	const char *tail;
	struct pop3_check *check; /* NULL: none */
	const size_t *marks;
	size_t mark_count;
	const uint32_t *numbers;
	size_t n;
	size_t asked;
	size_t answered;
	size_t marks_asked;
	size_t marks_answered;
	bool stopped; /* a check was not passed: nothing more is asked */
};

/* Commands without their answer. */
static size_t
under_way(const struct pipe *q)
{
	return q->asked - q->answered + q->marks_asked - q->marks_answered;
}

static bool
is_mark_next(const struct pipe *q)
{
	return q->marks_asked < q->mark_count &&
	       q->marks[q->marks_asked] <= q->asked;
}

static bool
has_more(const struct pipe *q)
{
	return !q->stopped && (q->asked < q->n || is_mark_next(q));
}

static int
ask_next(struct pipe *q, struct err *err)
{
	if (!is_mark_next(q))
		return pop3_command(q->p, err, "%s %u%s", q->verb,
		                    (unsigned)q->numbers[q->asked++], q->tail);
	q->marks_asked++;
	if (q->check->uidl == NULL)
		return 0;
	return pop3_command(q->p, err, "UIDL %u", (unsigned)q->check->number);
}

/* Send what the window has room for. */
static int
fill_window(struct pipe *q, struct err *err)
{
	bool ahead = (q->p->capa & POP3_CAPA_PIPELINING) != 0;
	size_t window = ahead ? WINDOW : 1;

	if (under_way(q) > 0 && under_way(q) + REFILL > window)
		return 0;
	if (under_way(q) == 0 && pop3_in_step(q->p, err) < 0)
		return -1;
	while (has_more(q) && under_way(q) < window)
		if (ask_next(q, err) < 0)
			return -1;
	if (stream_flush(q->p->s, err) < 0) {
		q->p->broken = true;
		return -1;
	}
	return 0;
}

/* The text of a multi-line answer in runs, until its dot. */
struct body {
	uint64_t max; /* 0: none */
	uint64_t size;
	int (*data)(void *ctx, const char *p, size_t n, struct err *err);
	void *ctx;
};

static int
take_runs(struct body *b, struct dot_reader *d, struct slice *in,
          struct err *err)
{
	struct slice run;

	while (dot_next(d, in, &run)) {
		b->size += run.n;
		if (b->max > 0 && b->size > b->max)
			return err_set(err, ERR_LIMIT,
			               _("a message is larger than allowed"));
		if (b->data(b->ctx, run.p, run.n, err) < 0)
			return -1;
	}
	return 0;
}

static int
read_body(struct pop3 *p, struct body *b, struct err *err)
{
	struct dot_reader d = { 0 };

	while (d.state != DOT_END) {
		struct slice in;
		size_t all;
		int rc = stream_peek(p->s, &in, err);

		if (rc == 0)
			rc = err_set(err, ERR_RETRY,
			             _("the server closed the connection in "
			               "the middle of a message"));
		if (rc < 0)
			break;
		all = in.n;
		if (take_runs(b, &d, &in, err) < 0)
			break;
		stream_consume(p->s, all - in.n);
	}
	if (d.state == DOT_END)
		return 0;
	p->broken = true;
	return -1;
}

static int
retr_one(struct pipe *q, uint64_t max_size, const struct pop3_sink *sink,
         struct err *err)
{
	struct body body = { .max = max_size,
		             .data = sink->data,
		             .ctx = sink->ctx };
	struct err why = { 0 };
	struct pop3_reply reply;
	size_t index = q->answered;

	if (pop3_read_reply(q->p, &reply, err) < 0)
		return -1;
	if (!reply.ok)
		(void)pop3_refused(&reply, &why,
		                   pop3_reply_refusal_code(&reply),
		                   _("the server does not hand out a message"));
	if (sink->begin(sink->ctx, index, err) < 0)
		goto stopped;
	if (reply.ok && read_body(q->p, &body, err) < 0)
		return -1;
	q->answered++;
	if (sink->end(sink->ctx, index, reply.ok, reply.ok ? NULL : &why, err) <
	    0)
		goto stopped;
	return 0;
stopped:
	/* Answers still under way belong to nobody. */
	q->p->broken = true;
	return -1;
}

static bool
is_checked(const struct pop3_check *check, struct slice line)
{
	struct slice uidl;
	uint32_t number;

	return pop3_reply_uidl(line, &number, &uidl) == 0 &&
	       number == check->number && slice_eq_z(uidl, check->uidl);
}

/* "NUMBER UIDL" and nothing else. */
static bool
is_one_line(struct slice text)
{
	struct slice uidl;
	uint32_t number;

	return pop3_reply_uidl(text, &number, &uidl) == 0 && uidl.n != 0;
}

/* Lines of a listing, until its dot.  1 passed, 0 not, -1. */
static int
read_listed(struct pop3 *p, const struct pop3_check *check, struct err *err)
{
	struct slice line;
	size_t lines = 0;
	bool same = false;
	int rc;

	while ((rc = pop3_read_more(p, &line, err)) > 0) {
		if (++lines > LISTED_MAX) {
			p->broken = true;
			return err_set(err, ERR_LIMIT,
			               _("the server lists more messages than "
			                 "can be handled"));
		}
		same = same || is_checked(check, line);
	}
	return rc < 0 ? -1 : same;
}

/*
 * A "+OK" that does not say what was asked for: is it all, or does a listing
 * follow?  The next byte tells, for a line of a listing begins with a number and
 * a reply with '+' or '-'.  So that there is a next byte, the server must owe
 * one more reply; where none is under way NOOP asks for it.
 */
static int
read_doubtful(struct pipe *q, struct err *err)
{
	struct pop3 *p = q->p;
	bool noop = under_way(q) == 0;
	struct pop3_reply reply;
	struct slice next = { 0 }; /* stays so at the end */
	int same = 0;

	if (noop) {
		if (pop3_command(p, err, "NOOP") < 0)
			return -1;
		if (stream_flush(p->s, err) < 0) {
			p->broken = true;
			return -1;
		}
	}
	/* At the end of the connection the reader below says so. */
	if (stream_peek(p->s, &next, err) < 0) {
		p->broken = true;
		return -1;
	}
	if (!slice_starts(next, "+") && !slice_starts(next, "-"))
		same = read_listed(p, q->check, err);
	if (same >= 0 && noop && pop3_read_reply(p, &reply, err) < 0)
		return -1;
	return same;
}

/* The answer to a check.  Some servers do not look at the number and list all,
 * some say yes and nothing else: that is no pass.  1 passed, 0 not, -1. */
static int
read_check(struct pipe *q, struct err *err)
{
	struct pop3_reply reply;

	if (pop3_read_reply(q->p, &reply, err) < 0)
		return -1;
	if (!reply.ok)
		return 0;
	if (is_one_line(reply.text))
		return is_checked(q->check, reply.text);
	return read_doubtful(q, err);
}

/* A mark's turn has come. */
static int
take_mark(struct pipe *q, const struct pop3_sink *sink, struct err *err)
{
	struct pop3_check *check = q->check;
	int passed = 1;

	/* Without PIPELINING a round trip begins. */
	if (check->uidl != NULL && check->waiting != NULL &&
	    under_way(q) == 1 && (q->p->capa & POP3_CAPA_PIPELINING) == 0 &&
	    check->waiting(sink->ctx, err) != 0)
		goto stopped;
	q->marks_answered++;
	if (check->uidl != NULL)
		passed = read_check(q, err);
	if (passed < 0)
		return -1;
	if (q->stopped)
		return 0;
	check->same = passed > 0;
	q->stopped = !check->same;
	if (q->stopped || check->reached == NULL ||
	    check->reached(sink->ctx, err) == 0)
		return 0;
stopped:
	/* Answers still under way belong to nobody. */
	q->p->broken = true;
	return -1;
}

static int
take_next(struct pipe *q, uint64_t max_size, const struct pop3_sink *sink,
          struct err *err)
{
	if (q->marks_answered < q->marks_asked &&
	    q->marks[q->marks_answered] <= q->answered)
		return take_mark(q, sink, err);
	return retr_one(q, max_size, sink, err);
}

static int
run_pipe(struct pipe *q, uint64_t max_size, const struct pop3_sink *sink,
         struct err *err)
{
	struct pop3 *p = q->p;
	int rc = 0;

	if (p->broken)
		return err_set(err, ERR_RETRY, _("the connection was lost"));
	q->check = sink->check;
	if (q->check != NULL) {
		q->check->same = false;
		q->marks = q->check->marks != NULL ? q->check->marks : &q->n;
		q->mark_count =
			q->check->marks != NULL ? q->check->mark_count : 1;
	}
	pop3_want_speed(p, true);
	while (rc == 0 && (has_more(q) || under_way(q) > 0)) {
		rc = fill_window(q, err);
		if (rc == 0)
			rc = take_next(q, max_size, sink, err);
	}
	if (q->check != NULL)
		q->check->answered = q->answered;
	pop3_want_speed(p, false);
	return rc;
}

/* Headers of which the rest is dropped. */
struct heads {
	const struct pop3_sink *sink;
	size_t max;
	size_t left;
};

static int
heads_begin(void *ctx, size_t index, struct err *err)
{
	struct heads *h = ctx;

	h->left = h->max;
	return h->sink->begin(h->sink->ctx, index, err);
}

static int
heads_data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct heads *h = ctx;
	size_t used = n < h->left ? n : h->left;

	h->left -= used;
	return used == 0 ? 0 : h->sink->data(h->sink->ctx, p, used, err);
}

static int
heads_end(void *ctx, size_t index, bool ok, const struct err *why,
          struct err *err)
{
	struct heads *h = ctx;

	return h->sink->end(h->sink->ctx, index, ok, why, err);
}

int
pop3_heads(struct pop3 *p, const uint32_t *numbers, size_t n, size_t max_size,
           const struct pop3_sink *sink, struct err *err)
{
	struct heads h = { .sink = sink, .max = max_size };
	const struct pop3_sink cut = { heads_begin, heads_data, heads_end, &h,
		                       sink->check };
	struct pipe q = {
		.p = p, .verb = "TOP", .tail = " 0", .numbers = numbers, .n = n
	};

	return run_pipe(&q, HEAD_MAX, &cut, err);
}

int
pop3_retr(struct pop3 *p, const uint32_t *numbers, size_t n, uint64_t max_size,
          const struct pop3_sink *sink, struct err *err)
{
	struct pipe q = {
		.p = p, .verb = "RETR", .tail = "", .numbers = numbers, .n = n
	};

	return run_pipe(&q, max_size, sink, err);
}

static int
top_data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct str *out = ctx;

	str_add(out, p, n);
	if (out->full)
		return err_set(err, ERR_LIMIT,
		               _("the beginning of a message is larger than "
		                 "allowed"));
	return 0;
}

int
pop3_top(struct pop3 *p, uint32_t number, unsigned lines, struct str *out,
         struct err *err)
{
	struct body body = { .data = top_data, .ctx = out };
	struct pop3_reply reply;
	int rc;

	if (p->broken)
		return err_set(err, ERR_RETRY, _("the connection was lost"));
	if (pop3_in_step(p, err) < 0 ||
	    pop3_command(p, err, "TOP %u %u", (unsigned)number, lines) < 0 ||
	    pop3_ask(p, &reply, err) < 0)
		return -1;
	if (!reply.ok)
		return pop3_refused(&reply, err, ERR_REFUSED,
		                    _("the server does not show the beginning "
		                      "of a message"));
	pop3_want_speed(p, true);
	rc = read_body(p, &body, err);
	pop3_want_speed(p, false);
	return rc;
}

int
pop3_dele(struct pop3 *p, const uint32_t *numbers, size_t n, size_t *refused_r,
          struct err *err)
{
	struct pipe q = {
		.p = p, .verb = "DELE", .tail = "", .numbers = numbers, .n = n
	};
	size_t refused = 0;

	if (p->broken)
		return err_set(err, ERR_RETRY, _("the connection was lost"));
	while (q.answered < n) {
		struct pop3_reply reply;

		if (fill_window(&q, err) < 0 ||
		    pop3_read_reply(p, &reply, err) < 0)
			return -1;
		q.answered++;
		if (reply.ok)
			p->deleted = true;
		else
			refused++;
	}
	if (refused_r != NULL)
		*refused_r = refused;
	return 0;
}
