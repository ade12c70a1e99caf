/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Testing an account's servers and login, a line for each thing found. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/job.h"
#include "engine/login.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/str.h"

#include "util/banned.h"

/* Longest line that is said. */
#define PROBE_LINE 1024

static void say(struct job *job, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void
say(struct job *job, const char *fmt, ...)
{
	struct str line;
	va_list ap;

	str_init(&line, PROBE_LINE);
	va_start(ap, fmt);
	str_vprintf(&line, fmt, ap);
	va_end(ap);
	job_say(job, EVENT_PROBE_LINE, line.p);
	str_release(&line);
}

static void
say_tls(struct job *job, const struct tls_info *info)
{
	if (info == NULL)
		say(job, _("WARNING: the connection is not encrypted"));
	else
		say(job, _("%s verified: certificate for %s, %d days left"),
		    info->version, info->name, info->days_left);
}

static int
probe_pop3(struct job *job, struct err *err)
{
	const struct account *a = &job->account;
	struct login login = { .paths = job->paths,
		               .account = a,
		               .secret = &job->secret,
		               .cancel_fd = job->cancel[0] };
	struct pop3 *pop3;
	uint64_t count;
	uint64_t bytes;
	struct err ignored = { 0 };
	struct str size;

	say(job, _("POP3 %s:%d"), a->pop.host, a->pop.port);
	pop3 = login_pop3(&login, err);
	if (pop3 == NULL)
		return err_wrap(err, "POP3");
	say_tls(job, pop3_tls_info(pop3));
	pop3_stat(pop3, &count, &bytes);
	say(job, _("logged in as %s"), a->user != NULL ? a->user : a->address);
	str_init(&size, 64);
	str_add_size(&size, bytes);
	say(job, N_N("%llu message, %s", "%llu messages, %s", count),
	    (unsigned long long)count, size.p);
	str_release(&size);
	if ((pop3_capa(pop3) & (POP3_CAPA_UIDL | POP3_CAPA_ASKED)) ==
	    POP3_CAPA_ASKED)
		say(job, _("the server has no UIDL: messages are told apart "
		           "by their headers"));
	/* Nothing was changed: how QUIT is answered does not matter. */
	(void)pop3_quit(pop3, &ignored);
	pop3_close(&pop3);
	return 0;
}

static int
probe_smtp(struct job *job, struct err *err)
{
	const struct account *a = &job->account;
	struct login login = { .paths = job->paths,
		               .account = a,
		               .secret = &job->secret,
		               .cancel_fd = job->cancel[0] };
	struct smtp *smtp;

	say(job, _("SMTP %s:%d"), a->smtp.host, a->smtp.port);
	smtp = login_smtp(&login, err);
	if (smtp == NULL)
		return err_wrap(err, "SMTP");
	say_tls(job, smtp_tls_info(smtp));
	say(job, _("ready to send"));
	smtp_close(&smtp);
	return 0;
}

void
probe_run(struct job *job)
{
	struct event *e = event_new(EVENT_PROBE_DONE, job->account.name);
	struct err err = { 0 };
	int rc = 0;

	if (job->look_up)
		rc = credential_get(job->paths, &job->account, &job->secret,
		                    &err);
	log_hide(&job->secret);
	if (rc == 0 && job->account.pop.host != NULL)
		rc = probe_pop3(job, &err);
	if (rc == 0 && job->account.smtp.host != NULL)
		rc = probe_smtp(job, &err);
	if (rc != 0 && job_cancelled(job))
		err_set(&err, ERR_CANCELLED, _("cancelled"));
	e->job = job->id;
	e->err = err;
	job->final = e;
}
