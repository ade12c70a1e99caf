/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaving a list: the one request of RFC 8058, or a message. */
#include <stdlib.h>

#include "engine/engine_private.h"
#include "net/dial.h"
#include "net/tls.h"
#include "proto/http_post.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* To connect, for TLS, and for the answer, each. */
#define UNSUBSCRIBE_MS 30000

static int
ask(struct job *job, struct err *err)
{
	struct dial_opts where = { .host = job->host,
		                   .port = job->port,
		                   .timeout_ms = UNSUBSCRIBE_MS,
		                   .cancel_fd = job->cancel[0] };
	struct tls_opts tls = { .host = job->host,
		                .ca_file = job->account.ca_file,
		                .timeout_ms = UNSUBSCRIBE_MS };
	struct http_post post = { .port = job->port,
		                  .target = job->target,
		                  .body = UNSUBSCRIBE_BODY,
		                  .timeout_ms = UNSUBSCRIBE_MS };
	char *host = dial_ascii_host(job->host, err);
	struct stream *s = host != NULL ? dial(&where, err) : NULL;
	int status;
	int rc = s != NULL ? tls_start(s, &tls, err) : -1;

	post.host = host;
	if (rc == 0)
		rc = http_post(s, &post, &status, err);
	stream_close(&s);
	free(host);
	return rc;
}

void
unsubscribe_run(struct job *job)
{
	struct event *e = event_new(EVENT_UNSUBSCRIBED, job->account.name);
	struct err err = { 0 };

	/* A cancel may show as a broken call: name it as it is. */
	if (ask(job, &err) != 0 && job_cancelled(job))
		err_set(&err, ERR_CANCELLED, _("cancelled"));
	e->job = job->id;
	e->text = xstrdup(job->host);
	e->err = err;
	job->final = e;
}

int64_t
engine_unsubscribe(struct engine *e, const struct unsubscribe *u,
                   const struct account *a, struct err *err)
{
	struct job *job;

	if (u->way != UNSUBSCRIBE_POST || !http_target_ok(slice_of(u->target)))
		return err_set(err, ERR_USAGE,
		               _("the list does not offer that"));
	job = engine_add_job(e, JOB_UNSUBSCRIBE);
	if (job == NULL)
		return err_set(err, ERR_RETRY, _("cannot start a worker"));
	if (a != NULL)
		account_copy(&job->account, a);
	job->host = xstrdup(u->host);
	job->target = xstrdup(u->target);
	job->port = u->port;
	engine_start_job(e, job);
	return job->id;
}

int
engine_unsubscribe_mail(struct engine *e, struct store *s,
                        const struct unsubscribe *u, const struct message *m,
                        const struct account *fallback, int hold,
                        int64_t *outbox_id_r, struct err *err)
{
	struct unsubscribe_mail mail;
	int rc = unsubscribe_write(u, m, e->conf, fallback, &mail, err);

	if (rc == 0) {
		const char *to = u->to;
		struct engine_mail out = { .account = mail.account,
			                   .from = mail.from,
			                   .rcpts = &to,
			                   .rcpt_count = 1,
			                   .message = str_slice(&mail.message),
			                   .subject = mail.subject,
			                   .hold = hold };

		rc = engine_submit(e, s, &out, outbox_id_r, err);
	}
	unsubscribe_mail_release(&mail);
	return rc;
}
