/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts in .mpoprc and .msmtprc. */
#include <stdlib.h>
#include <string.h>

#include "conf/account_keys.h"
#include "conf/foreign_priv.h"
#include "util/array.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* ---- msmtp and mpop: "key value" lines below "account NAME" ---- */

/* As an account was written, for those that build on it. */
struct model {
	char *name;
	struct account account;
	bool tls, starttls;
};

struct msmtp {
	struct foreign_file *f;
	ARRAY(struct model) models;
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

static void
keep_model(struct msmtp *m)
{
	const struct account *a = &m->one->account;
	struct model *model;

	if (a->name == NULL || m->models.n >= FOREIGN_MAX)
		return;
	model = array_add_new(&m->models);
	model->name = xstrdup(a->name);
	account_copy(&model->account, a);
	model->tls = m->tls;
	model->starttls = m->starttls;
}

/* "OTHER,OTHER": the settings of the last one that is known. */
static void
build_on(struct msmtp *m, struct slice names)
{
	const struct model *model;

	while (names.n > 0) {
		size_t comma = slice_find(names, ',');
		struct slice name = slice_trim(slice_head(names, comma));

		names = slice_from(names, comma + 1);
		array_foreach(&m->models, model) {
			if (!slice_eq_z(name, model->name))
				continue;
			copy_account(&m->one->account, &model->account);
			m->tls = model->tls;
			m->starttls = model->starttls;
		}
	}
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
	keep_model(m);
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
	if (colon < rest.n)
		build_on(m, slice_from(rest, colon + 1));
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
		/* one with a "*" is for whatever user */
		if (slice_find(value, '*') == value.n)
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
	struct model *model;
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
	array_foreach(&m.models, model) {
		free(model->name);
		account_release(&model->account);
	}
	array_release(&m.models);
}
