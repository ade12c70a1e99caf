/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts in .mpoprc, .msmtprc, .muttrc. */
#include <stdlib.h>
#include <string.h>

#include "conf/account_keys.h"
#include "conf/foreign_priv.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* ---- msmtp and mpop: "key value" lines below "account NAME" ---- */

struct msmtp {
	struct foreign_file *f;
	struct account defaults; /* as if sending, whatever the program */
	bool tls, starttls;      /* of the account being read */
	bool defaults_tls, defaults_starttls;
	struct foreign *one; /* NULL: defaults */
};

static void
copy_account(struct account *to, const struct account *from)
{
	char *name = to->name;

	to->name = NULL;
	account_release(to);
	account_copy(to, from);
	free(to->name);
	to->name = name;
}

/* The server is written where the program uses it. */
static void
finish_account(struct msmtp *m)
{
	struct account *a;
	struct account_server *s;
	bool pop = m->f->kind == FOREIGN_MPOP;

	if (m->one == NULL)
		return;
	a = &m->one->account;
	s = &a->smtp;
	s->tls = !m->tls       ? ACCOUNT_TLS_NONE
	         : m->starttls ? ACCOUNT_TLS_START
	                       : ACCOUNT_TLS_IMPLICIT;
	if (s->port == 0)
		s->port = s->tls == ACCOUNT_TLS_IMPLICIT ? (pop ? 995 : 465)
		          : pop                          ? 110
		                                         : 25;
	if (s->host == NULL) {
		foreign_take_back(m->f);
	} else if (pop) {
		a->pop = a->smtp;
		a->smtp = (struct account_server){ 0 };
	}
	m->one = NULL;
}

/* "account NAME [: OTHER]"; an "account default : OTHER" is OTHER itself. */
static void
begin_account(struct msmtp *m, struct slice rest)
{
	size_t colon = slice_find(rest, ':');
	struct slice name = slice_trim(slice_head(rest, colon));

	finish_account(m);
	if (slice_eq_z(name, "default") && colon < rest.n)
		return;
	m->one = foreign_add(m->f);
	m->tls = m->defaults_tls;
	m->starttls = m->defaults_starttls;
	if (m->one == NULL)
		return;
	copy_account(&m->one->account, &m->defaults);
	foreign_set(&m->one->account.name, name);
}

static bool
is_on(struct slice value)
{
	return value.n == 0 || slice_ieq_z(value, "on");
}

/* The same words as ours; "on", "user" and "off" are what we do by ourselves. */
static bool
knows_auth(struct slice value)
{
	static const char *const words[] = {
		"xoauth2",  "oauthbearer", "plain",         "login",
		"cram-md5", "scram-sha-1", "scram-sha-256", "apop",
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (slice_ieq_z(value, words[i]))
			return true;
	return false;
}

static void
msmtp_key(struct msmtp *m, struct slice key, struct slice value)
{
	struct err ignored = { 0 }; /* the word is one of ours */
	struct account *a = m->one != NULL ? &m->one->account : &m->defaults;
	bool *tls = m->one != NULL ? &m->tls : &m->defaults_tls;
	bool *start = m->one != NULL ? &m->starttls : &m->defaults_starttls;

	if (slice_eq_z(key, "host")) {
		foreign_set(&a->smtp.host, value);
	} else if (slice_eq_z(key, "port")) {
		a->smtp.port = foreign_port(value);
	} else if (slice_eq_z(key, "user")) {
		foreign_set(&a->user, value);
	} else if (slice_eq_z(key, "from")) {
		foreign_set(&a->address, value);
	} else if (slice_eq_z(key, "from_full_name")) {
		foreign_set(&a->full_name, value);
	} else if (slice_eq_z(key, "tls")) {
		*tls = is_on(value);
	} else if (slice_eq_z(key, "tls_starttls")) {
		*start = is_on(value);
	} else if (slice_eq_z(key, "keep")) {
		a->keep = is_on(value) ? ACCOUNT_KEEP : ACCOUNT_DELETE;
	} else if (slice_eq_z(key, "passwordeval")) {
		free(a->password_command);
		a->password_command = foreign_command(value);
	} else if (slice_eq_z(key, "password") && m->one != NULL) {
		foreign_has_password(m->one, value);
	} else if (slice_eq_z(key, "auth") && knows_auth(value)) {
		(void)account_key_set(a, "auth", value, &ignored);
	}
}

void
foreign_msmtp(struct foreign_file *f, struct slice text)
{
	struct msmtp m = { .f = f, .defaults_starttls = true };
	struct slice line;

	account_init(&m.defaults);
	while (slice_line(&text, &line)) {
		struct slice key;
		struct slice value = slice_trim(line);

		if (slice_starts(value, "#") || !slice_word(&value, &key))
			continue;
		value = slice_trim(value);
		if (value.n >= 2 && value.p[0] == '"' &&
		    value.p[value.n - 1] == '"')
			value = slice_make(value.p + 1, value.n - 2);
		if (slice_eq_z(key, "account"))
			begin_account(&m, value);
		else if (slice_eq_z(key, "defaults"))
			finish_account(&m);
		else
			msmtp_key(&m, key, value);
	}
	finish_account(&m);
	account_release(&m.defaults);
}

/* ---- mutt: "set name = value" ---- */

/* "pops://user:secret@host:port/" */
static void
take_url(struct slice url, struct account_server *s, char **user,
         struct foreign *one)
{
	size_t scheme = slice_find_text(url, SLICE_LIT("://"));
	bool tls = scheme > 0 && scheme < url.n && url.p[scheme - 1] == 's';
	bool pop = slice_istarts(url, "pop");
	struct slice rest = scheme < url.n ? slice_from(url, scheme + 3) : url;
	size_t at;
	size_t colon;

	rest = slice_head(rest, slice_find(rest, '/'));
	at = slice_rfind(rest, '@');
	if (at < rest.n) {
		struct slice who = slice_head(rest, at);

		colon = slice_find(who, ':');
		if (colon < who.n)
			foreign_has_password(one, slice_from(who, colon + 1));
		foreign_set(user, slice_head(who, colon));
		rest = slice_from(rest, at + 1);
	}
	colon = slice_rfind(rest, ':');
	foreign_set(&s->host, slice_head(rest, colon));
	s->tls = tls ? ACCOUNT_TLS_IMPLICIT : ACCOUNT_TLS_START;
	s->port =
		colon < rest.n ? foreign_port(slice_from(rest, colon + 1)) : 0;
	if (s->port == 0)
		s->port = pop ? (tls ? 995 : 110) : (tls ? 465 : 587);
}

/* "Kim <kim@example.org>", or the address alone. */
static void
mutt_from(struct account *a, struct slice value)
{
	size_t at = slice_rfind(value, '<');
	struct slice spec = slice_from(value, at + 1);

	if (at >= value.n) {
		foreign_set(&a->address, value);
		return;
	}
	foreign_set(&a->address, slice_head(spec, slice_find(spec, '>')));
	if (a->full_name == NULL)
		foreign_set(&a->full_name, slice_trim(slice_head(value, at)));
}

static void
mutt_set(struct foreign *one, struct slice key, struct slice value)
{
	struct account *a = &one->account;

	/* A variable or the output of a command: only mutt knows it. */
	if (slice_starts(value, "$") || slice_starts(value, "`"))
		return;
	if (slice_eq_z(key, "pop_host"))
		take_url(value, &a->pop, &a->user, one);
	else if (slice_eq_z(key, "pop_user"))
		foreign_set(&a->user, value);
	else if (slice_eq_z(key, "smtp_url"))
		take_url(value, &a->smtp, &a->smtp_user, one);
	else if (slice_eq_z(key, "pop_pass") || slice_eq_z(key, "smtp_pass"))
		foreign_has_password(one, value);
	else if (slice_eq_z(key, "from"))
		mutt_from(a, value);
	else if (slice_eq_z(key, "realname") || slice_eq_z(key, "real_name"))
		foreign_set(&a->full_name, value);
	else if (slice_eq_z(key, "pop_delete"))
		a->keep = slice_ieq_z(value, "yes") ? ACCOUNT_DELETE
		                                    : ACCOUNT_KEEP;
}

static void
mutt_line(struct foreign *one, struct slice line)
{
	struct str key;
	struct str value;

	str_init(&key, FOREIGN_WORD_MAX);
	str_init(&value, FOREIGN_WORD_MAX);
	while (foreign_word(&line, "=", &key)) {
		line = slice_trim(line);
		if (!slice_starts(line, "=")) {
			mutt_set(one, str_slice(&key), SLICE_LIT("yes"));
			continue;
		}
		if (!foreign_word(&line, "=", &value))
			break;
		mutt_set(one, str_slice(&key), str_slice(&value));
	}
	str_release(&key);
	str_release(&value);
}

void
foreign_mutt(struct foreign_file *f, struct slice text)
{
	struct foreign *one = foreign_add(f);
	struct slice line;
	struct account *a;

	if (one == NULL)
		return;
	one->account.keep = ACCOUNT_KEEP;
	while (slice_line(&text, &line)) {
		struct slice rest = slice_trim(line);
		struct slice word;

		if (slice_word(&rest, &word) && slice_eq_z(word, "set"))
			mutt_line(one, rest);
	}
	a = &one->account;
	if (a->user == NULL && a->pop.host == NULL) {
		a->user = a->smtp_user;
		a->smtp_user = NULL;
	}
	if (a->pop.host == NULL && a->smtp.host == NULL)
		foreign_take_back(f);
}
