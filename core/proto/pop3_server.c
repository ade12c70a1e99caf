/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * POP3 server machine: session, states, commands without mail.
 *
 * 1. Three states (RFC 1939): AUTHORIZATION until logged_in; TRANSACTION; and
 *    UPDATE, which is commit() at QUIT and nowhere else.  A session that ends
 *    in any other way deletes nothing.
 * 2. Bytes that came behind STLS in clear end the session: they would be taken
 *    for commands given inside TLS.
 * 3. Replies are flushed when no further command is waiting, so pipelined
 *    commands (RFC 2449, 6.6) are answered in few packets.
 * 4. A client has bounded means: the length of a line, the number of commands
 *    not known, the number of logins, each slower than the one before, the time
 *    until it has logged in.
 * 5. A message goes out in pieces of POP3_SERVER_PIECE bytes, whatever its size.
 *    One that cannot be read to its end ends the session: a final dot would say
 *    that it was whole.
 * 6. Texts of the server are English: they go to programs.
 */
#include "proto/pop3_server.h"

#include <stdlib.h>
#include <string.h>

#include "proto/pop3_server_priv.h"
#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

#define DEFAULT_TIMEOUT_MS   600000
#define HANDSHAKE_TIMEOUT_MS 60000
/* More than any client has; fewer than a search for holes needs. */
#define BAD_COMMANDS_MAX 50
/* RFC 2449: 255 with CRLF.  Clients with long names and passwords exist. */
#define COMMAND_MAX 1024
#define USER_MAX    255

enum pop3_next
pop3_server_wrote(int rc)
{
	return rc == 0 ? POP3_NEXT_GO : POP3_NEXT_FAIL;
}

enum pop3_next
pop3_server_ok(struct pop3_session *p, const char *words, struct err *err)
{
	return pop3_server_wrote(stream_printf(p->s, err, "+OK %s\r\n", words));
}

enum pop3_next
pop3_server_no(struct pop3_session *p, const char *words, struct err *err)
{
	return pop3_server_wrote(
		stream_printf(p->s, err, "-ERR %s\r\n", words));
}

bool
pop3_server_may_login(const struct pop3_session *p)
{
	return !p->opts->require_tls || stream_is_tls(p->s);
}

static bool
offers_stls(const struct pop3_session *p)
{
	return p->opts->stls && p->opts->tls != NULL && !p->logged_in &&
	       !stream_is_tls(p->s);
}

static enum pop3_next
capa(struct pop3_session *p, struct slice args, struct err *err)
{
	const char *login =
		pop3_server_may_login(p) ? "USER\r\nSASL PLAIN\r\n" : "";

	(void)args;
	return pop3_server_wrote(stream_printf(
		p->s, err,
		"+OK Capabilities follow\r\nTOP\r\nUIDL\r\nPIPELINING\r\n"
		"RESP-CODES\r\nAUTH-RESP-CODE\r\nEXPIRE NEVER\r\n"
		"IMPLEMENTATION pabal\r\n%s%s.\r\n",
		login, offers_stls(p) ? "STLS\r\n" : ""));
}

static enum pop3_next
noop(struct pop3_session *p, struct slice args, struct err *err)
{
	(void)args;
	return pop3_server_ok(p, "", err);
}

static enum pop3_next
quit(struct pop3_session *p, struct slice args, struct err *err)
{
	enum pop3_next next;

	(void)args;
	if (p->logged_in && p->any_gone &&
	    p->opts->ops->commit(p->opts->ctx, p->gone) != 0)
		next = pop3_server_no(
			p, "[SYS/TEMP] Some messages were not removed", err);
	else
		next = pop3_server_ok(p, "Bye", err);
	return next == POP3_NEXT_GO ? POP3_NEXT_END : next;
}

static enum pop3_next
stls(struct pop3_session *p, struct slice args, struct err *err)
{
	(void)args;
	if (!offers_stls(p))
		return pop3_server_no(p, "TLS is not available", err);
	if (stream_buffered(p->s) > 0) {
		(void)err_set(err, ERR_PROTO,
		              _("commands came before encryption began"));
		return POP3_NEXT_FAIL;
	}
	if (pop3_server_ok(p, "Begin TLS", err) != POP3_NEXT_GO ||
	    stream_flush(p->s, err) != 0 ||
	    tls_accept(p->s, p->opts->tls, HANDSHAKE_TIMEOUT_MS, err) != 0)
		return POP3_NEXT_FAIL;
	str_clear(&p->user);
	p->has_user = false;
	return POP3_NEXT_GO;
}

enum when {
	WHEN_BEFORE = 1, /* login */
	WHEN_AFTER = 2,
	WHEN_EVER = 3,
};

static const struct command {
	const char *name;
	enum when when;
	enum pop3_next (*run)(struct pop3_session *p, struct slice args,
	                      struct err *err);
} commands[] = {
	{ "CAPA", WHEN_EVER, capa },
	{ "NOOP", WHEN_AFTER, noop },
	{ "QUIT", WHEN_EVER, quit },
	{ "STLS", WHEN_BEFORE, stls },
	{ "USER", WHEN_BEFORE, pop3_server_user },
	{ "PASS", WHEN_BEFORE, pop3_server_pass },
	{ "AUTH", WHEN_BEFORE, pop3_server_auth },
	{ "STAT", WHEN_AFTER, pop3_server_stat },
	{ "LIST", WHEN_AFTER, pop3_server_list },
	{ "UIDL", WHEN_AFTER, pop3_server_uidl },
	{ "RETR", WHEN_AFTER, pop3_server_retr },
	{ "TOP", WHEN_AFTER, pop3_server_top },
	{ "DELE", WHEN_AFTER, pop3_server_dele },
	{ "RSET", WHEN_AFTER, pop3_server_rset },
};

static enum pop3_next
bad_command(struct pop3_session *p, const char *words, struct err *err)
{
	if (++p->bad_commands > BAD_COMMANDS_MAX) {
		(void)pop3_server_no(p, "Too many bad commands", NULL);
		(void)err_set(err, ERR_PROTO,
		              _("the client sent too many bad commands"));
		return POP3_NEXT_FAIL;
	}
	return pop3_server_no(p, words, err);
}

static enum pop3_next
run_line(struct pop3_session *p, struct slice line, struct err *err)
{
	size_t end = slice_find(line, ' ');
	struct slice word = slice_head(line, end);
	struct slice args = slice_from(line, end + 1);
	enum when now = p->logged_in ? WHEN_AFTER : WHEN_BEFORE;

	if (line.n > 0 && memchr(line.p, '\0', line.n) != NULL) {
		(void)err_set(err, ERR_PROTO, _("the client sent a NUL byte"));
		return POP3_NEXT_FAIL;
	}
	if (line.n > COMMAND_MAX)
		return bad_command(p, "Command too long", err);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (!slice_ieq_z(word, commands[i].name))
			continue;
		if ((commands[i].when & now) == 0)
			return bad_command(p, "Not in this state", err);
		return commands[i].run(p, args, err);
	}
	return bad_command(p, "Unknown command", err);
}

/* Before the login there is one deadline for all that a client may say. */
static int
limit_wait(const struct pop3_session *p, struct err *err)
{
	int64_t left;

	if (p->login_until == 0 || p->logged_in)
		return 0;
	left = p->login_until - clock_mono_ms();
	if (left <= 0)
		return err_set(err, ERR_RETRY,
		               _("the client did not log in in time"));
	if (left < p->opts->timeout_ms)
		stream_set_timeout(p->s, (int)left, 0);
	return 0;
}

/* Answer commands until one ends the session. */
static enum pop3_next
converse(struct pop3_session *p, struct err *err)
{
	enum pop3_next next = POP3_NEXT_GO;
	struct slice line;

	while (next == POP3_NEXT_GO) {
		int got;

		if (stream_buffered(p->s) == 0 && stream_flush(p->s, err) != 0)
			return POP3_NEXT_FAIL;
		if (limit_wait(p, err) != 0)
			return POP3_NEXT_FAIL;
		got = stream_read_line(p->s, POP3_SERVER_LINE_MAX, &line, err);
		if (got == 0)
			return POP3_NEXT_END;
		if (got < 0 && err->code == ERR_LIMIT)
			(void)pop3_server_no(p, "Command too long", NULL);
		next = got < 0 ? POP3_NEXT_FAIL : run_line(p, line, err);
	}
	return next;
}

static enum pop3_next
begin(struct pop3_session *p, struct err *err)
{
	const struct pop3_server_opts *o = p->opts;

	if (o->implicit_tls &&
	    tls_accept(p->s, o->tls, HANDSHAKE_TIMEOUT_MS, err) != 0)
		return POP3_NEXT_FAIL;
	return pop3_server_ok(p, "POP3 ready", err);
}

int
pop3_server_run(struct stream *s, const struct pop3_server_opts *opts,
                struct err *err)
{
	struct pop3_server_opts o = *opts;
	struct pop3_session p = { .s = s, .opts = &o };
	struct err why = { 0 };
	enum pop3_next next;

	if (o.timeout_ms <= 0)
		o.timeout_ms = DEFAULT_TIMEOUT_MS;
	stream_set_timeout(s, o.timeout_ms, 0);
	if (o.login_timeout_ms > 0)
		p.login_until = clock_mono_ms() + o.login_timeout_ms;
	str_init(&p.user, USER_MAX);
	next = begin(&p, &why);
	if (next == POP3_NEXT_GO)
		next = converse(&p, &why);
	/* Before the last words: who has read them may come again at once. */
	if (p.logged_in && o.ops->logout != NULL)
		o.ops->logout(o.ctx);
	/* What failed before is what counts. */
	(void)stream_flush(s, NULL);
	str_release(&p.user);
	free(p.gone);
	if (next != POP3_NEXT_FAIL)
		return 0;
	if (err != NULL)
		*err = why;
	return -1;
}
