/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small SMTP server that takes mail (RFC 5321, 3207, 4954, 2920, 3030).
 *
 * 1. A message ends with CRLF "." CRLF and with nothing else; or with the last
 *    octet of BDAT LAST.  The octets of a BDAT are read whatever its answer is.
 * 2. Bytes that came behind STARTTLS in clear end the session; what was said
 *    before TLS is forgotten.
 * 3. Lines, recipients, messages and bad commands are bounded.
 * 4. Replies are flushed when no further command is waiting (PIPELINING).
 */
#include "proto/smtp_sink.h"

#include <stdlib.h>
#include <string.h>

#include "net/dot.h"
#include "proto/smtp_address.h"
#include "util/array.h"
#include "util/codec.h"
#include "util/i18n.h"
#include "util/secret.h"
#include "util/str.h"

#include "util/banned.h"

#define DEFAULT_TIMEOUT_MS   300000
#define HANDSHAKE_TIMEOUT_MS 60000
/* RFC 4954: AUTH lines; commands themselves are shorter. */
#define LINE_MAX_BYTES 12290
#define RCPT_MAX       1000
#define MESSAGE_MAX    ((size_t)64 << 20)
#define BAD_COMMANDS   50

enum next {
	NEXT_GO,
	NEXT_END,
	NEXT_FAIL, /* err is set */
};

struct session {
	struct stream *s;
	const struct smtp_sink_opts *opts;
	bool greeted;
	bool logged_in;
	bool has_from;
	char *from;
	ARRAY(char *) rcpt;
	struct str chunks; /* by BDAT so far */
	bool chunk_failed; /* only RSET helps */
	unsigned bad_commands;
};

static enum next
say(struct session *p, const char *reply, struct err *err)
{
	return stream_printf(p->s, err, "%s\r\n", reply) == 0 ? NEXT_GO
	                                                      : NEXT_FAIL;
}

static void
forget_mail(struct session *p)
{
	char **rcpt;

	array_foreach(&p->rcpt, rcpt)
		free(*rcpt);
	array_release(&p->rcpt);
	free(p->from);
	p->from = NULL;
	p->has_from = false;
	str_release(&p->chunks);
	str_init(&p->chunks, MESSAGE_MAX);
	p->chunk_failed = false;
}

static bool
offers_tls(const struct session *p)
{
	return p->opts->starttls && p->opts->tls != NULL &&
	       !stream_is_tls(p->s);
}

static const char *
offers(const struct session *p, unsigned ext, const char *line)
{
	return (p->opts->without & ext) == 0 ? line : "";
}

static enum next
ehlo(struct session *p, struct slice args, struct err *err)
{
	(void)args;
	forget_mail(p);
	p->greeted = true;
	if (stream_printf(p->s, err,
	                  "250-localhost\r\n%s%s250-SIZE %zu\r\n"
	                  "250-8BITMIME\r\n250-SMTPUTF8\r\n%s%s"
	                  "250 ENHANCEDSTATUSCODES\r\n",
	                  offers(p, SMTP_EXT_PIPELINING, "250-PIPELINING\r\n"),
	                  offers(p, SMTP_EXT_CHUNKING, "250-CHUNKING\r\n"),
	                  MESSAGE_MAX, offers_tls(p) ? "250-STARTTLS\r\n" : "",
	                  p->opts->login != NULL ? "250-AUTH PLAIN LOGIN\r\n"
	                                         : "") != 0)
		return NEXT_FAIL;
	return NEXT_GO;
}

static enum next
helo(struct session *p, struct slice args, struct err *err)
{
	(void)args;
	forget_mail(p);
	p->greeted = true;
	return say(p, "250 localhost", err);
}

static enum next
starttls(struct session *p, struct slice args, struct err *err)
{
	(void)args;
	if (!offers_tls(p))
		return say(p, "502 5.5.1 TLS is not available", err);
	if (stream_buffered(p->s) > 0) {
		(void)err_set(err, ERR_PROTO,
		              _("commands came before encryption began"));
		return NEXT_FAIL;
	}
	if (say(p, "220 2.0.0 Begin TLS", err) != NEXT_GO ||
	    stream_flush(p->s, err) != 0 ||
	    tls_accept(p->s, p->opts->tls, HANDSHAKE_TIMEOUT_MS, err) != 0)
		return NEXT_FAIL;
	forget_mail(p);
	p->greeted = false;
	p->logged_in = false;
	return NEXT_GO;
}

/* AUTH */

/* Ask with prompt (base64) and decode the answer; *ok_r false: not base64. */
static enum next
ask(struct session *p, const char *prompt, struct str *out, bool *ok_r,
    struct err *err)
{
	struct slice line;
	int got;

	if (stream_printf(p->s, err, "334 %s\r\n", prompt) != 0 ||
	    stream_flush(p->s, err) != 0)
		return NEXT_FAIL;
	got = stream_read_line(p->s, LINE_MAX_BYTES, &line, err);
	if (got <= 0)
		return got == 0 ? NEXT_END : NEXT_FAIL;
	*ok_r = codec_base64_decode(line, out) == 0;
	return NEXT_GO;
}

static enum next
judge(struct session *p, struct slice user, struct slice password,
      struct err *err)
{
	p->logged_in = p->opts->login(p->opts->ctx, user, password);
	return say(p,
	           p->logged_in ? "235 2.7.0 Logged in"
	                        : "535 5.7.8 Wrong user name or password",
	           err);
}

static enum next
auth_plain(struct session *p, struct slice initial, struct str *raw,
           struct err *err)
{
	struct slice text;
	struct slice authzid;
	struct slice user;
	enum next next = NEXT_GO;
	bool ok = true;

	if (initial.n == 0)
		next = ask(p, "", raw, &ok, err);
	else
		ok = codec_base64_decode(initial, raw) == 0;
	if (next != NEXT_GO)
		return next;
	text = str_slice(raw);
	if (!ok || !slice_split(&text, '\0', &authzid) ||
	    !slice_split(&text, '\0', &user) || text.p == NULL)
		return say(p, "501 5.5.2 Not understood", err);
	return judge(p, user, text, err);
}

static enum next
auth_login(struct session *p, struct slice initial, struct str *raw,
           struct err *err)
{
	enum next next = NEXT_GO;
	size_t user_n;
	bool ok = true;

	if (initial.n == 0)
		next = ask(p, "VXNlcm5hbWU6", raw, &ok, err);
	else
		ok = codec_base64_decode(initial, raw) == 0;
	user_n = raw->n;
	if (next == NEXT_GO && ok)
		next = ask(p, "UGFzc3dvcmQ6", raw, &ok, err);
	if (next != NEXT_GO)
		return next;
	if (!ok)
		return say(p, "501 5.5.2 Not understood", err);
	return judge(p, slice_head(str_slice(raw), user_n),
	             slice_from(str_slice(raw), user_n), err);
}

static enum next
auth(struct session *p, struct slice args, struct err *err)
{
	struct slice name = SLICE_NONE;
	struct slice initial = SLICE_NONE;
	struct str raw;
	enum next next;

	if (p->opts->login == NULL || !p->greeted || p->logged_in)
		return say(p, "503 5.5.1 Not now", err);
	(void)slice_word(&args, &name);
	(void)slice_word(&args, &initial);
	str_init(&raw, LINE_MAX_BYTES);
	if (slice_ieq_z(name, "PLAIN"))
		next = auth_plain(p, initial, &raw, err);
	else if (slice_ieq_z(name, "LOGIN"))
		next = auth_login(p, initial, &raw, err);
	else
		next = say(p, "504 5.5.4 Unknown method", err);
	secret_wipe(raw.p, raw.n);
	str_release(&raw);
	return next;
}

/* Mail */

/* The path behind "FROM:" or "TO:"; what follows ">" is not looked at. */
static bool
read_path(struct slice args, const char *lead, struct slice *path_r)
{
	size_t end;

	if (!slice_istarts(args, lead))
		return false;
	args = slice_trim(slice_from(args, slice_of(lead).n));
	if (!slice_starts(args, "<"))
		return false;
	args = slice_from(args, 1);
	end = slice_find(args, '>');
	*path_r = slice_head(args, end);
	return end < args.n &&
	       (end == 0 || smtp_address_check(*path_r) != SMTP_ADDRESS_BAD);
}

static enum next
mail(struct session *p, struct slice args, struct err *err)
{
	struct slice path;

	if (!p->greeted || p->has_from)
		return say(p, "503 5.5.1 Not now", err);
	if (p->opts->login != NULL && !p->logged_in)
		return say(p, "530 5.7.0 Log in first", err);
	if (!read_path(args, "FROM:", &path))
		return say(p, "501 5.5.4 Not understood", err);
	p->from = slice_dup(path);
	p->has_from = true;
	return say(p, "250 2.1.0 Sender taken", err);
}

static enum next
rcpt(struct session *p, struct slice args, struct err *err)
{
	struct slice path;

	if (!p->has_from)
		return say(p, "503 5.5.1 MAIL first", err);
	if (!read_path(args, "TO:", &path) || path.n == 0)
		return say(p, "501 5.5.4 Not understood", err);
	if (p->rcpt.n >= RCPT_MAX)
		return say(p, "452 4.5.3 Too many recipients", err);
	if (p->opts->recipient != NULL &&
	    !p->opts->recipient(p->opts->ctx, path))
		return say(p, "550 5.1.1 No such mailbox", err);
	array_add(&p->rcpt, slice_dup(path));
	return say(p, "250 2.1.5 Recipient taken", err);
}

/* Read up to the final dot.  What is above MESSAGE_MAX is dropped: out->full. */
static enum next
read_message(struct session *p, struct str *out, struct err *err)
{
	struct dot_reader dot = { 0 };
	struct slice run;

	while (dot.state != DOT_END) {
		struct slice in;
		size_t before;
		int got = stream_peek(p->s, &in, err);

		if (got <= 0)
			return got == 0 ? NEXT_END : NEXT_FAIL;
		before = in.n;
		while (dot_next(&dot, &in, &run))
			str_add_slice(out, run);
		stream_consume(p->s, before - in.n);
	}
	return NEXT_GO;
}

static int
hand_over(struct session *p, const struct str *text)
{
	struct slice *list = NULL;
	size_t cap = 0;
	int rc;

	for (size_t i = 0; i < p->rcpt.n; i++) {
		list = array_grow_(list, i, &cap, sizeof *list);
		list[i] = slice_of(p->rcpt.v[i]);
	}
	rc = p->opts->message(p->opts->ctx, slice_of(p->from), list, p->rcpt.n,
	                      str_slice(text));
	free(list);
	return rc;
}

static enum next
data(struct session *p, struct slice args, struct err *err)
{
	struct str text;
	enum next next;

	(void)args;
	if (p->rcpt.n == 0)
		return say(p, "554 5.5.1 No valid recipients", err);
	if (say(p, "354 End with a dot", err) != NEXT_GO ||
	    stream_flush(p->s, err) != 0)
		return NEXT_FAIL;
	str_init(&text, MESSAGE_MAX);
	next = read_message(p, &text, err);
	if (next == NEXT_GO && text.full)
		next = say(p, "552 5.3.4 Message too large", err);
	else if (next == NEXT_GO && hand_over(p, &text) != 0)
		next = say(p, "451 4.3.0 Not stored", err);
	else if (next == NEXT_GO)
		next = say(p, "250 2.0.0 Taken", err);
	str_release(&text);
	forget_mail(p);
	return next;
}

/* Read n octets behind BDAT; kept: append them to the message. */
static enum next
read_chunk(struct session *p, uint64_t n, bool kept, struct err *err)
{
	while (n > 0) {
		struct slice in;
		int got = stream_peek(p->s, &in, err);

		if (got <= 0)
			return got == 0 ? NEXT_END : NEXT_FAIL;
		if (in.n > n)
			in = slice_head(in, (size_t)n);
		if (kept)
			str_add_slice(&p->chunks, in);
		stream_consume(p->s, in.n);
		n -= in.n;
	}
	return NEXT_GO;
}

static enum next
end_chunks(struct session *p, struct err *err)
{
	bool stored = hand_over(p, &p->chunks) == 0;

	forget_mail(p);
	return say(p, stored ? "250 2.0.0 Taken" : "451 4.3.0 Not stored", err);
}

static enum next
bdat(struct session *p, struct slice args, struct err *err)
{
	struct slice size = SLICE_NONE;
	struct slice last = SLICE_NONE;
	bool wanted = p->rcpt.n > 0 && !p->chunk_failed;
	enum next next;
	uint64_t n;

	(void)slice_word(&args, &size);
	(void)slice_word(&args, &last);
	if ((p->opts->without & SMTP_EXT_CHUNKING) != 0)
		return say(p, "502 5.5.1 Not offered", err);
	if (slice_u64(size, &n) != 0 ||
	    (last.n > 0 && !slice_ieq_z(last, "LAST"))) {
		/* How much follows is not known. */
		(void)say(p, "501 5.5.4 Not understood", NULL);
		(void)err_set(err, ERR_PROTO, _("a command is not understood"));
		return NEXT_FAIL;
	}
	next = read_chunk(p, n, wanted, err);
	if (next != NEXT_GO)
		return next;
	if (!wanted)
		return say(p, "503 5.5.1 No valid recipients", err);
	if (p->chunks.full) {
		p->chunk_failed = true;
		return say(p, "552 5.3.4 Message too large", err);
	}
	return last.n > 0 ? end_chunks(p, err) : say(p, "250 2.0.0 Go on", err);
}

static enum next
rset(struct session *p, struct slice args, struct err *err)
{
	(void)args;
	forget_mail(p);
	return say(p, "250 2.0.0 Forgotten", err);
}

static enum next
noop(struct session *p, struct slice args, struct err *err)
{
	(void)args;
	return say(p, "250 2.0.0 Ready", err);
}

static enum next
vrfy(struct session *p, struct slice args, struct err *err)
{
	(void)args;
	return say(p, "252 2.5.2 Send and see", err);
}

static enum next
quit(struct session *p, struct slice args, struct err *err)
{
	enum next next = say(p, "221 2.0.0 Bye", err);

	(void)args;
	return next == NEXT_GO ? NEXT_END : next;
}

static const struct command {
	const char *name;
	enum next (*run)(struct session *p, struct slice args, struct err *err);
} commands[] = {
	{ "EHLO", ehlo }, { "HELO", helo }, { "STARTTLS", starttls },
	{ "AUTH", auth }, { "MAIL", mail }, { "RCPT", rcpt },
	{ "DATA", data }, { "RSET", rset }, { "NOOP", noop },
	{ "VRFY", vrfy }, { "QUIT", quit }, { "BDAT", bdat },
};

static enum next
run_line(struct session *p, struct slice line, struct err *err)
{
	size_t end = slice_find(line, ' ');
	struct slice word = slice_head(line, end);

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (slice_ieq_z(word, commands[i].name))
			return commands[i].run(p, slice_from(line, end + 1),
			                       err);
	if (++p->bad_commands <= BAD_COMMANDS)
		return say(p, "500 5.5.2 Unknown command", err);
	(void)say(p, "421 4.7.0 Too many bad commands", NULL);
	(void)err_set(err, ERR_PROTO,
	              _("the client sent too many bad commands"));
	return NEXT_FAIL;
}

static enum next
converse(struct session *p, struct err *err)
{
	enum next next = NEXT_GO;
	struct slice line;

	while (next == NEXT_GO) {
		int got;

		if (stream_buffered(p->s) == 0 && stream_flush(p->s, err) != 0)
			return NEXT_FAIL;
		got = stream_read_line(p->s, LINE_MAX_BYTES, &line, err);
		if (got == 0)
			return NEXT_END;
		next = got < 0 ? NEXT_FAIL : run_line(p, line, err);
	}
	return next;
}

int
smtp_sink_run(struct stream *s, const struct smtp_sink_opts *opts,
              struct err *err)
{
	struct session p = { .s = s, .opts = opts };
	enum next next = NEXT_GO;

	str_init(&p.chunks, MESSAGE_MAX);
	stream_set_timeout(
		s, opts->timeout_ms > 0 ? opts->timeout_ms : DEFAULT_TIMEOUT_MS,
		0);
	if (opts->implicit_tls &&
	    tls_accept(s, opts->tls, HANDSHAKE_TIMEOUT_MS, err) != 0)
		next = NEXT_FAIL;
	if (next == NEXT_GO)
		next = say(&p, "220 localhost ESMTP ready", err);
	if (next == NEXT_GO)
		next = converse(&p, err);
	/* The last words; what failed before is what counts. */
	(void)stream_flush(s, NULL);
	forget_mail(&p);
	str_release(&p.chunks);
	return next == NEXT_FAIL ? -1 : 0;
}
