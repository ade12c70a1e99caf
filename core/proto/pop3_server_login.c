/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POP3 server: USER and PASS (RFC 1939), AUTH PLAIN (RFC 5034, 4616). */
#include "proto/pop3_server_priv.h"

#include <poll.h>
#include <string.h>

#include "util/codec.h"
#include "util/i18n.h"
#include "util/secret.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define BAD_LOGINS_MAX   3
#define DEFAULT_DELAY_MS 1000

/* Wait before a wrong login is answered; a cancel ends the wait. */
static void
pause_after_failure(const struct pop3_session *p)
{
	struct pollfd fd = { .fd = stream_cancel_fd(p->s), .events = POLLIN };
	int ms = p->opts->login_delay_ms;

	if (ms < 0)
		return;
	if (ms == 0)
		ms = DEFAULT_DELAY_MS;
	/* Shifted by BAD_LOGINS_MAX at most.  Woken early it is shorter. */
	(void)poll(&fd, 1, ms << (p->bad_logins - 1));
}

static enum pop3_next
wrong_login(struct pop3_session *p, struct err *err)
{
	p->bad_logins++;
	pause_after_failure(p);
	if (pop3_server_no(p, "[AUTH] Wrong user name or password", err) !=
	    POP3_NEXT_GO)
		return POP3_NEXT_FAIL;
	if (p->bad_logins < BAD_LOGINS_MAX)
		return POP3_NEXT_GO;
	(void)err_set(err, ERR_AUTH, _("the client failed to log in"));
	return POP3_NEXT_FAIL;
}

/* Control characters in a name are nobody's name, but somebody's attack. */
static bool
is_name(struct slice user)
{
	for (size_t i = 0; i < user.n; i++)
		if ((unsigned char)user.p[i] < 0x20 || user.p[i] == 0x7f)
			return false;
	return user.n > 0 && utf8_valid(user.p, user.n);
}

static enum pop3_next
log_in(struct pop3_session *p, struct slice user, struct slice password,
       struct err *err)
{
	const struct maildrop_ops *ops = p->opts->ops;
	enum pop3_login got = is_name(user)
	                              ? ops->login(p->opts->ctx, user, password)
	                              : POP3_LOGIN_WRONG;

	switch (got) {
	case POP3_LOGIN_WRONG:
		return wrong_login(p, err);
	case POP3_LOGIN_BUSY:
		return pop3_server_no(p, "[IN-USE] The mailbox is in use", err);
	case POP3_LOGIN_NOT_NOW:
		return pop3_server_no(
			p, "[SYS/TEMP] The mailbox cannot be opened now", err);
	case POP3_LOGIN_YES:
		break;
	}
	p->logged_in = true;
	stream_set_timeout(p->s, p->opts->timeout_ms, 0);
	p->count = ops->count(p->opts->ctx);
	p->gone = xcalloc(p->count > 0 ? p->count : 1, sizeof *p->gone);
	return pop3_server_ok(p, "Logged in", err);
}

enum pop3_next
pop3_server_user(struct pop3_session *p, struct slice args, struct err *err)
{
	if (!pop3_server_may_login(p))
		return pop3_server_no(p, "[SYS/PERM] Begin TLS first", err);
	str_clear(&p->user);
	str_add_slice(&p->user, args);
	p->has_user = !p->user.full && is_name(args);
	if (!p->has_user)
		return pop3_server_no(p, "No user name", err);
	return pop3_server_ok(p, "Password?", err);
}

enum pop3_next
pop3_server_pass(struct pop3_session *p, struct slice args, struct err *err)
{
	enum pop3_next next;

	if (!p->has_user)
		return pop3_server_no(p, "USER first", err);
	next = log_in(p, str_slice(&p->user), args, err);
	str_clear(&p->user);
	p->has_user = false;
	return next;
}

/* authzid NUL authcid NUL password. */
static enum pop3_next
plain(struct pop3_session *p, struct slice text, struct err *err)
{
	struct slice authzid;
	struct slice user;

	if (!slice_split(&text, '\0', &authzid) ||
	    !slice_split(&text, '\0', &user) || text.p == NULL ||
	    (authzid.n > 0 && !slice_eq(authzid, user)))
		return wrong_login(p, err);
	return log_in(p, user, text, err);
}

static enum pop3_next
plain_base64(struct pop3_session *p, struct slice text, struct err *err)
{
	struct str raw;
	enum pop3_next next;

	str_init(&raw, POP3_SERVER_LINE_MAX);
	if (slice_eq_z(text, "*"))
		next = pop3_server_no(p, "Cancelled", err);
	else if (codec_base64_decode(text, &raw) != 0)
		next = pop3_server_no(p, "Not base64", err);
	else
		next = plain(p, str_slice(&raw), err);
	secret_wipe(raw.p, raw.n);
	str_release(&raw);
	return next;
}

static enum pop3_next
ask_plain(struct pop3_session *p, struct err *err)
{
	struct slice line;
	int got;

	if (stream_write(p->s, "+ \r\n", 4, err) != 0 ||
	    stream_flush(p->s, err) != 0)
		return POP3_NEXT_FAIL;
	got = stream_read_line(p->s, POP3_SERVER_LINE_MAX, &line, err);
	if (got == 0)
		return POP3_NEXT_END;
	return got < 0 ? POP3_NEXT_FAIL : plain_base64(p, line, err);
}

enum pop3_next
pop3_server_auth(struct pop3_session *p, struct slice args, struct err *err)
{
	struct slice name = SLICE_NONE;
	struct slice initial;

	if (!pop3_server_may_login(p))
		return pop3_server_no(p, "[SYS/PERM] Begin TLS first", err);
	if (!slice_word(&args, &name))
		return pop3_server_wrote(stream_printf(
			p->s, err, "+OK Methods follow\r\nPLAIN\r\n.\r\n"));
	if (!slice_ieq_z(name, "PLAIN"))
		return pop3_server_no(p, "Unknown method", err);
	if (!slice_word(&args, &initial))
		return ask_plain(p, err);
	return plain_base64(p, initial, err);
}
