/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One mail on its way through an SMTP connection (RFC 5321, section 3.3).
 *
 * 1. What cannot be sent right is refused before MAIL: the connection stays as
 *    it was and the caller can build the message anew.
 * 2. Each recipient has its own fate.  Only those whose RCPT was answered 2xx
 *    ride on the message's own answer.
 * 3. A message is in doubt when its last octet (the final dot, or the end of
 *    BDAT LAST) was handed to the system and its answer did not come.  Before
 *    that no server has it, whatever happened.
 * 4. Replies come in the order of the commands.  So after a 421, or an answer
 *    that is not understood before the text was complete, nothing that was
 *    written behind it was or will be done.
 */
#include "proto/smtp_flight.h"

#include <string.h>

#include "proto/smtp_address.h"
#include "util/codec.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* MAIL and RCPT with an address and all parameters we know. */
#define COMMAND_MAX (4 * SMTP_ADDRESS_MAX + 512)

/* ---- fates ---- */

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

/* Not refused so far, waiting for the message's answer. */
static bool
is_riding(const struct smtp_recipient *r)
{
	return r->fate == SMTP_FATE_UNKNOWN;
}

void
flight_refuse(struct smtp *c, struct flight *f)
{
	for (size_t i = 0; i < f->mail->rcpt_count; i++)
		if (is_riding(&f->mail->rcpt[i]))
			set_fate_by_reply(&f->mail->rcpt[i], &c->reply);
	f->text_refused = true;
}

void
flight_settle(struct smtp *c, struct flight *f)
{
	struct slice words = slice_rtrim(str_slice(&c->reply.text));

	f->ended = true;
	if (c->reply.code / 100 != 2) {
		flight_refuse(c, f);
		return;
	}
	for (size_t i = 0; i < f->mail->rcpt_count; i++)
		if (is_riding(&f->mail->rcpt[i]))
			set_fate(&f->mail->rcpt[i], SMTP_FATE_SENT,
			         c->reply.code, words);
}

void
flight_lose(struct smtp *c, struct flight *f, const struct err *why)
{
	struct smtp_mail *m = f->mail;
	bool told = c->reply.code == 421;

	m->rc = -1;
	if (m->err.code == ERR_NONE && why != NULL)
		m->err = *why;
	m->in_doubt = !told && !f->ended && !f->text_refused && f->end != 0 &&
	              f->end <= stream_handed(c->s);
	if (m->in_doubt)
		return;
	for (size_t i = 0; i < m->rcpt_count; i++)
		if (is_riding(&m->rcpt[i]))
			set_fate(&m->rcpt[i], SMTP_FATE_RETRY, 0, SLICE_NONE);
}

/* ---- checks before anything is sent ---- */

static int
check_address(const struct smtp *c, struct flight *f, const char *spec,
              struct err *err)
{
	switch (smtp_address_check(slice_of(spec))) {
	case SMTP_ADDRESS_OK:
		return 0;
	case SMTP_ADDRESS_8BIT:
		f->utf8 = true;
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
check_addresses(const struct smtp *c, struct flight *f, struct err *err)
{
	struct smtp_mail *m = f->mail;
	int rc = 0;

	if (m->rcpt_count == 0)
		return err_set(err, ERR_REFUSED,
		               _("the message has no recipient"));
	if (m->from[0] != '\0')
		rc = check_address(c, f, m->from, err);
	for (size_t i = 0; i < m->rcpt_count; i++) {
		struct smtp_recipient *r = &m->rcpt[i];
		struct err why = { 0 };

		if (check_address(c, f, r->spec, &why) == 0)
			continue;
		set_fate(r, SMTP_FATE_REFUSED, 0, slice_of(why.text));
		if (rc == 0)
			*err = why;
		rc = -1;
	}
	return rc;
}

static int
check_body(const struct smtp *c, const struct flight *f, struct err *err)
{
	if (c->size_limit > 0 && f->body.size > c->size_limit)
		return err_set(err, ERR_REFUSED,
		               _("the message has %llu bytes, the server "
		                 "takes %llu at most"),
		               (unsigned long long)f->body.size,
		               (unsigned long long)c->size_limit);
	if (f->body.longest > SMTP_TEXT_LINE_MAX)
		return err_set(err, ERR_REFUSED,
		               _("the message has a line of %zu bytes, mail "
		                 "allows %d"),
		               f->body.longest, SMTP_TEXT_LINE_MAX);
	if (f->body.nul)
		return err_set(err, ERR_REFUSED,
		               _("the message has a NUL byte in its text"));
	if (f->body.eight_bit && (c->ext & SMTP_EXT_8BITMIME) == 0)
		return err_set(err, ERR_REFUSED,
		               _("the server takes 7-bit text only"));
	return 0;
}

int
flight_begin(struct smtp *c, struct flight *f, struct smtp_mail *mail)
{
	*f = (struct flight){ .mail = mail,
		              .body = smtp_body_scan(mail->message) };
	mail->rc = 0;
	mail->in_doubt = false;
	mail->err = (struct err){ 0 };
	if (mail->from == NULL)
		mail->from = "";
	for (size_t i = 0; i < mail->rcpt_count; i++)
		set_fate(&mail->rcpt[i], SMTP_FATE_UNKNOWN, 0, SLICE_NONE);
	if (check_addresses(c, f, &mail->err) != 0 ||
	    check_body(c, f, &mail->err) != 0)
		mail->rc = -1;
	return mail->rc;
}

/* ---- commands ---- */

size_t
flight_commands(const struct flight *f)
{
	return (f->reset ? 2 : 1) + f->mail->rcpt_count;
}

/* xtext (RFC 3461, section 4). */
static void
add_xtext(struct str *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char b = (unsigned char)*text;

		if (b < '!' || b > '~' || b == '+' || b == '=')
			str_printf(out, "+%02X", b);
		else
			str_add_c(out, *text);
	}
}

static void
make_mail(const struct smtp *c, const struct flight *f, struct str *line)
{
	const struct smtp_mail *m = f->mail;

	str_printf(line, "MAIL FROM:<%s>", m->from);
	if ((c->ext & SMTP_EXT_SIZE) != 0)
		str_printf(line, " SIZE=%llu",
		           (unsigned long long)f->body.size);
	if (f->body.eight_bit || f->utf8)
		str_add_z(line, " BODY=8BITMIME");
	if (f->utf8)
		str_add_z(line, " SMTPUTF8");
	if (m->dsn == 0 || (c->ext & SMTP_EXT_DSN) == 0)
		return;
	str_add_z(line,
	          (m->dsn & SMTP_DSN_FULL) != 0 ? " RET=FULL" : " RET=HDRS");
	if (m->envid != NULL && m->envid[0] != '\0') {
		str_add_z(line, " ENVID=");
		add_xtext(line, m->envid);
	}
}

static void
make_notify(unsigned dsn, struct str *line)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{ SMTP_DSN_SUCCESS, "SUCCESS" },
		{ SMTP_DSN_FAILURE, "FAILURE" },
		{ SMTP_DSN_DELAY, "DELAY" },
	};

	const char *lead = " NOTIFY=";

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((dsn & names[i].bit) != 0) {
			str_printf(line, "%s%s", lead, names[i].name);
			lead = ",";
		}
	if (lead[0] == ' ')
		str_add_z(line, " NOTIFY=NEVER");
}

static void
make_rcpt(const struct smtp *c, const struct flight *f, size_t i,
          struct str *line)
{
	const char *spec = f->mail->rcpt[i].spec;

	str_printf(line, "RCPT TO:<%s>", spec);
	if (f->mail->dsn == 0 || (c->ext & SMTP_EXT_DSN) == 0)
		return;
	make_notify(f->mail->dsn, line);
	/* The utf-8 address type (RFC 6533) is more than a report needs. */
	if (!utf8_has_8bit(spec, strlen(spec))) {
		str_add_z(line, " ORCPT=rfc822;");
		add_xtext(line, spec);
	}
}

int
flight_write_command(struct smtp *c, struct flight *f)
{
	size_t i = f->asked++;
	struct str line;
	int rc;

	str_init(&line, COMMAND_MAX);
	if (f->reset && i == 0)
		str_add_z(&line, "RSET");
	else if (i == (f->reset ? 1 : 0))
		make_mail(c, f, &line);
	else
		make_rcpt(c, f, i - (f->reset ? 2 : 1), &line);
	str_add_z(&line, "\r\n");
	c->dirty = true;
	rc = stream_write(c->s, line.p, line.n, &f->mail->err);
	if (rc != 0)
		c->broken = true;
	str_release(&line);
	return rc;
}

/* ---- replies ---- */

int
flight_not_expected(struct smtp *c, struct err *err)
{
	c->broken = true;
	return smtp_reply_error(&c->reply,
	                        _("the answer of the server is not understood"),
	                        err);
}

static void
mail_refused(struct smtp *c, struct flight *f)
{
	struct err *err = &f->mail->err;

	flight_refuse(c, f);
	f->mail_refused = true;
	f->mail->rc = -1;
	(void)smtp_reply_error(&c->reply, _("the sender was refused"), err);
	if (c->reply.code == 530) {
		(void)smtp_reply_error(
			&c->reply, _("the server wants a login first"), err);
		err->code = ERR_AUTH;
	}
}

static void
learn_rcpt(struct smtp *c, struct flight *f, size_t i)
{
	if (f->mail_refused)
		return;
	if (c->reply.code / 100 == 2)
		f->accepted++;
	else
		set_fate_by_reply(&f->mail->rcpt[i], &c->reply);
}

int
flight_learn(struct smtp *c, struct flight *f)
{
	size_t i = f->answered++;
	int kind = c->reply.code / 100;
	/* The first trouble is the one to tell. */
	struct err ignored = { 0 };
	struct err *err = f->mail_refused ? &ignored : &f->mail->err;

	if (kind == 3)
		return flight_not_expected(c, err);
	if (f->reset && i == 0) {
		if (kind == 2)
			return 0;
		c->broken = true;
		return smtp_reply_error(
			&c->reply, _("the server ends the connection"), err);
	}
	i -= f->reset ? 1 : 0;
	if (i == 0 && kind != 2)
		mail_refused(c, f);
	else if (i > 0)
		learn_rcpt(c, f, i - 1);
	if (!c->broken)
		return 0;
	if (!f->mail_refused)
		(void)smtp_reply_error(
			&c->reply, _("the server ends the connection"), err);
	return -1;
}

bool
flight_wanted(const struct flight *f)
{
	return f->accepted > 0 && !f->mail_refused;
}
