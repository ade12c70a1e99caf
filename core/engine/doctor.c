/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A check-up of an account's servers: each step by itself, nothing changed. */
/*
 *   password -> for each server: name -> addresses -> connection -> greeting
 *     -> encryption -> what it offers -> login -> mailbox -> goodbye
 *
 * 1. What is looked at is what fetching and sending do: the same code opens the
 *    connections, and tells what it sees on the way (proto/watch.h).
 * 2. A step that fails ends that server and not the other one.
 * 3. Without a password all up to the login is looked at.
 * 4. One login a server; no message is read whole (RETR marks it at some), no
 *    DELE, no MAIL: the servers are as before.
 * 5. No finding has a secret in it, nor who logs in: servers repeat that when
 *    they refuse it, so their words go through hide_user(); the secret is kept out of
 *    them by err_set_server(), for all who call servers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/doctor_priv.h"
#include "engine/servers.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Shorter names would be found in ordinary words. */
#define NAME_LEAST 3
#define HIDDEN     "***"

void
finding_free(struct finding **f)
{
	if (*f == NULL)
		return;
	free((*f)->text);
	free((*f)->values);
	free(*f);
	*f = NULL;
}

/* Findings */

static void
hide_word(struct str *text, struct slice word)
{
	size_t from = 0;

	if (word.n < NAME_LEAST)
		return;
	while (from < text->n) {
		struct slice rest = slice_from(str_slice(text), from);
		size_t at = slice_ifind_text(rest, word);

		if (at >= rest.n)
			return;
		str_remove(text, from + at, word.n);
		str_insert(text, from + at, SLICE_LIT(HIDDEN));
		from += at + strlen(HIDDEN);
	}
}

/* Who logs in is nobody else's business; at which provider may be seen. */
static void
hide_user(const struct job *job, struct err *err)
{
	const struct account *a = &job->account;
	const char *const names[] = { a->address, a->user, a->smtp_user };
	struct str words;

	str_init(&words, sizeof err->server * strlen(HIDDEN));
	str_add_z(&words, err->server);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct slice name = slice_of(names[i]);
		struct slice local = slice_head(name, slice_find(name, '@'));

		hide_word(&words, local);
	}
	err_set_server(err, words.p, words.n);
	str_release(&words);
}

void
note_begin(struct note *n, struct checkup *c, const char *check)
{
	n->c = c;
	n->check = check;
	str_init(&n->text, DOCTOR_TEXT_MAX);
	str_init(&n->values, DOCTOR_VALUES_MAX);
	json_init(&n->json, &n->values);
	json_object(&n->json);
}

void
note_end(struct note *n, enum finding_state state, const struct err *err)
{
	struct job *job = n->c->job;
	struct event *e = event_new(EVENT_FINDING, job->account.name);
	struct finding *f = xcalloc(1, sizeof *f);

	json_end_object(&n->json);
	f->state = state;
	f->server = n->c->server;
	f->check = n->check;
	f->text = n->text.n > 0 ? xstrdup(n->text.p) : NULL;
	f->values = !n->values.full ? xstrdup(n->values.p) : NULL;
	if (err != NULL) {
		f->err = *err;
		hide_user(job, &f->err);
	}
	str_release(&n->text);
	str_release(&n->values);
	e->job = job->id;
	e->finding = f;
	queue_post(job->queue, e);
}

void
note_end_by(struct note *n, enum finding_state state_of_err,
            const struct err *err)
{
	note_end(n, err->code == ERR_NONE ? FINDING_WELL : state_of_err, err);
}

/* The account's secret */

static int
find_secret(struct checkup *c)
{
	struct secret *secret = &c->job->secret;
	const struct account *a = &c->job->account;
	struct err err = { 0 };
	struct note n;

	note_begin(&n, c, "password");
	if (credential_get(c->job->paths, a, secret, &err) != 0)
		;
	else if (a->password_command != NULL)
		str_add_z(&n.text, _("printed by password_command"));
	else if (a->password_file != NULL)
		str_add_z(&n.text, _("in the account's password_file"));
	else
		str_add_z(&n.text, _("stored by pabal"));
	json_key(&n.json, "token");
	json_bool(&n.json, account_has_token(a));
	note_end_by(&n, FINDING_BAD, &err);
	log_hide(secret);
	return err.code == ERR_NONE ? 0 : -1;
}

/* The servers */

static const char *
way_of(const struct account *a)
{
	switch (a->auth) {
	case ACCOUNT_AUTH_PASSWORD:
		return NULL;
	case ACCOUNT_AUTH_APOP:
		return "apop";
	case ACCOUNT_AUTH_XOAUTH2:
		return "xoauth2";
	case ACCOUNT_AUTH_OAUTHBEARER:
		return "oauthbearer";
	case ACCOUNT_AUTH_PLAIN:
		return "plain";
	case ACCOUNT_AUTH_LOGIN:
		return "login";
	case ACCOUNT_AUTH_CRAM_MD5:
		return "cram-md5";
	case ACCOUNT_AUTH_SCRAM_SHA_1:
		return "scram-sha-1";
	case ACCOUNT_AUTH_SCRAM_SHA_256:
		return "scram-sha-256";
	}
	return NULL;
}

static void
begin(struct checkup *c, struct job *job, const char *server,
      const struct account_server *at)
{
	struct pop3_opts opts;

	servers_pop3(&job->account, NULL, -1, &opts);
	*c = (struct checkup){ .job = job,
		               .server = server,
		               .at = at,
		               .starts_tls = at->tls == ACCOUNT_TLS_START,
		               .set_way = way_of(&job->account),
		               .timeout_ms = opts.timeout_ms };
	str_init(&c->offer, DOCTOR_TEXT_MAX);
}

static void
finish(struct checkup *c)
{
	free(c->tls_bad.text);
	free(c->tls_bad.values);
	str_release(&c->offer);
}

static struct login
login_for(struct checkup *c, const struct secret *secret,
          const struct watch *watch)
{
	return (struct login){ .paths = c->job->paths,
		               .account = &c->job->account,
		               .secret = secret,
		               .cancel_fd = c->job->cancel[0],
		               .look = secret == NULL,
		               .watch = watch };
}

static void
check_pop3(struct job *job, const struct secret *secret)
{
	struct checkup c;
	struct watch watch = { &c, doctor_saw };
	struct login login;
	struct err err = { 0 };
	struct err ignored = { 0 };
	struct pop3 *pop3 = NULL;

	begin(&c, job, "pop3", &job->account.pop);
	c.pin = job->account.pop_pin;
	login = login_for(&c, secret, &watch);
	if (doctor_look_up(&c) == 0) {
		pop3 = login_pop3(&login, &err);
		if (pop3 == NULL)
			doctor_failed(&c, &err);
		else
			doctor_say_ways(&c);
	}
	if (pop3 != NULL && secret != NULL)
		doctor_box(&c, pop3);
	/* Nothing was changed: how QUIT is answered does not matter. */
	if (pop3 != NULL)
		(void)pop3_quit(pop3, &ignored);
	pop3_close(&pop3);
	finish(&c);
}

static void
say_taken(struct checkup *c, const struct smtp *smtp)
{
	uint64_t limit = smtp_size_limit(smtp);
	struct note n;

	note_begin(&n, c, "login");
	str_add_z(&n.text, _("logged in, ready to send"));
	if (limit > 0) {
		struct str size;

		str_init(&size, 64);
		str_add_size(&size, limit);
		str_printf(&n.text, _("; takes mail of up to %s"), size.p);
		str_release(&size);
	}
	json_key(&n.json, "size_limit");
	json_int(&n.json, limit <= INT64_MAX ? (int64_t)limit : INT64_MAX);
	note_end(&n, FINDING_WELL, NULL);
}

static void
check_smtp(struct job *job, const struct secret *secret)
{
	struct checkup c;
	struct watch watch = { &c, doctor_saw };
	struct login login;
	struct err err = { 0 };
	struct smtp *smtp = NULL;

	begin(&c, job, "smtp", &job->account.smtp);
	c.pin = job->account.smtp_pin;
	if (job->account.auth == ACCOUNT_AUTH_APOP)
		c.set_way = NULL;
	login = login_for(&c, secret, &watch);
	if (doctor_look_up(&c) == 0) {
		smtp = login_smtp(&login, &err);
		if (smtp == NULL)
			doctor_failed(&c, &err);
		else
			doctor_say_ways(&c);
	}
	if (smtp != NULL && secret != NULL)
		say_taken(&c, smtp);
	smtp_close(&smtp);
	finish(&c);
}

void
doctor_run(struct job *job)
{
	struct event *e = event_new(EVENT_DOCTOR_DONE, job->account.name);
	struct checkup c = { .job = job };
	const struct secret *found;

	found = find_secret(&c) == 0 ? &job->secret : NULL;
	if (job->account.pop.host != NULL && !job_cancelled(job))
		check_pop3(job, found);
	if (job->account.smtp.host != NULL && !job_cancelled(job))
		check_smtp(job, found);
	if (job_cancelled(job))
		err_set(&e->err, ERR_CANCELLED, _("cancelled"));
	e->job = job->id;
	job->final = e;
}
