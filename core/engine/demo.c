/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The demo's world: POP3 and SMTP servers on loopback with sample mail. */
/*
 * Mail sent to one of the three accounts arrives there.  Mail to anybody else
 * is answered by that person, so that a reply can be seen to come back.
 */
#include "engine/demo.h"

#include <stdlib.h>
#include <string.h>

#include "engine/demo_box.h"
#include "engine/listener.h"
#include "mime/build.h"
#include "mime/message.h"
#include "net/tls.h"
#include "proto/smtp_sink.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define DEMO_BOXES       3
#define DEMO_TIMEOUT_MS  30000
#define DEMO_SUBJECT_MAX 4096

struct demo {
	struct demo_box boxes[DEMO_BOXES];
	struct tls_server *tls;
	struct listener *pop3;
	struct listener *smtp;
	pthread_mutex_t lock;
	pthread_cond_t more;
	size_t sent; /* under lock */
};

static void
serve_pop3(void *ctx, struct stream *s, const char *peer)
{
	struct demo *d = ctx;
	struct demo_session session = { .boxes = d->boxes, .n = DEMO_BOXES };
	const struct pop3_server_opts opts = {
		.ops = &demo_maildrop,
		.ctx = &session,
		.tls = d->tls,
		.implicit_tls = true,
		.timeout_ms = DEMO_TIMEOUT_MS,
	};
	struct err ignored = { 0 };

	(void)peer; /* it is us */
	/* The client sees what goes wrong. */
	(void)pop3_server_run(s, &opts, &ignored);
}

/* ---- the SMTP side ---- */

static struct demo_box *
box_of(struct demo *d, struct slice address)
{
	for (size_t i = 0; i < DEMO_BOXES; i++)
		if (slice_ieq_z(address, d->boxes[i].address))
			return &d->boxes[i];
	return NULL;
}

/* The recipient's answer to m, into the sender's box. */
static void
answer(struct demo_box *box, struct slice recipient, const struct message *m)
{
	struct build_draft draft = { .date = clock_now(), .zone = 9 * 3600 };
	struct addr to = { slice_of(box->title), slice_of(box->address) };
	struct str subject, reply_subject, text, id, out;
	struct err ignored = { 0 };

	str_init(&subject, DEMO_SUBJECT_MAX);
	str_init(&reply_subject, DEMO_SUBJECT_MAX);
	str_init(&text, MESSAGE_FIELD_MAX);
	str_init(&id, DEMO_SUBJECT_MAX);
	str_init(&out, BUILD_MAX);
	message_subject(m, &subject);
	build_reply_subject(str_slice(&subject), &reply_subject);
	str_add_z(&text, _("Thank you, your mail has arrived.\n\n"));
	build_quote(m, &text);
	build_message_id(recipient, &id);
	draft.from.spec = recipient;
	draft.to = (struct addr_list){ &to, 1 };
	draft.subject = str_slice(&reply_subject);
	draft.text = str_slice(&text);
	draft.message_id = str_slice(&id);
	draft.in_reply_to = message_id(m);
	draft.references = &draft.in_reply_to;
	draft.reference_count = draft.in_reply_to.n != 0;
	/* A letter that cannot be answered is not: nobody waits for it. */
	if (build_message(&draft, &out, &ignored) == 0)
		demo_box_add(box, str_slice(&out));
	str_release(&subject);
	str_release(&reply_subject);
	str_release(&text);
	str_release(&id);
	str_release(&out);
}

static int
take_message(void *ctx, struct slice from, const struct slice *rcpt,
             size_t rcpt_count, struct slice data)
{
	struct demo *d = ctx;
	struct demo_box *sender = box_of(d, from);
	struct message m = { 0 };

	message_parse(&m, data);
	for (size_t i = 0; i < rcpt_count; i++) {
		struct demo_box *box = box_of(d, rcpt[i]);

		if (box != NULL)
			demo_box_add(box, data);
		else if (sender != NULL)
			answer(sender, rcpt[i], &m);
	}
	message_release(&m);
	pthread_mutex_lock(&d->lock);
	d->sent++;
	pthread_cond_broadcast(&d->more);
	pthread_mutex_unlock(&d->lock);
	return 0;
}

static bool
sink_login(void *ctx, struct slice user, struct slice password)
{
	struct demo *d = ctx;
	const struct demo_box *box = box_of(d, user);

	return box != NULL && slice_eq_z(password, box->password);
}

static void
serve_smtp(void *ctx, struct stream *s, const char *peer)
{
	struct demo *d = ctx;
	const struct smtp_sink_opts opts = {
		.message = take_message,
		.login = sink_login,
		.ctx = d,
		.tls = d->tls,
		.starttls = true,
		.timeout_ms = DEMO_TIMEOUT_MS,
	};
	struct err ignored = { 0 };

	(void)peer; /* it is us */
	/* The client sees what goes wrong. */
	(void)smtp_sink_run(s, &opts, &ignored);
}

/* ---- setting it up ---- */

static int
save_account(const struct demo *d, const struct demo_box *box,
             const struct paths *paths, const char *ca, struct err *err)
{
	struct secret secret = { 0 };
	struct account a;
	int rc;

	account_init(&a);
	a.name = xstrdup(box->name);
	a.address = xstrdup(box->address);
	a.full_name = xstrdup(box->title);
	a.pop.host = xstrdup("localhost");
	a.pop.port = listener_port(d->pop3);
	a.pop.tls = ACCOUNT_TLS_IMPLICIT;
	a.smtp.host = xstrdup("localhost");
	a.smtp.port = listener_port(d->smtp);
	a.smtp.tls = ACCOUNT_TLS_START;
	a.ca_file = xstrdup(ca);
	secret_set(&secret, box->password, strlen(box->password));
	rc = conf_save_account(paths, &a, err);
	if (rc == 0)
		rc = credential_store(paths, box->name, &secret, err);
	secret_release(&secret);
	account_release(&a);
	return rc;
}

static int
start_servers(struct demo *d, const struct paths *paths, const char *folder,
              struct err *err)
{
	char *ca = fsx_join(folder, "ca.pem");
	char *cert = fsx_join(folder, "cert.pem");
	char *key = fsx_join(folder, "key.pem");
	int rc = -1;

	if (fsx_mkdirs(folder, err) != 0 ||
	    tls_make_test_ca(folder, "localhost", err) != 0)
		goto out;
	d->tls = tls_server_new(cert, key, err);
	if (d->tls == NULL)
		goto out;
	d->pop3 = listener_start(serve_pop3, d, err);
	if (d->pop3 == NULL)
		goto out;
	d->smtp = listener_start(serve_smtp, d, err);
	if (d->smtp == NULL)
		goto out;
	rc = 0;
	for (size_t i = 0; i < DEMO_BOXES && rc == 0; i++)
		rc = save_account(d, &d->boxes[i], paths, ca, err);
out:
	free(ca);
	free(cert);
	free(key);
	return rc;
}

static int
fill_boxes(struct demo *d, struct err *err)
{
	char *folder = paths_shipped("demo");
	int rc = 0;

	if (folder == NULL)
		return err_set(err, ERR_NOTFOUND,
		               _("the demo's sample mail is not installed"));
	for (size_t i = 0; i < DEMO_BOXES && rc == 0; i++)
		rc = demo_box_fill(&d->boxes[i], folder, err);
	free(folder);
	return rc;
}

struct demo *
demo_start(const struct paths *paths, struct err *err)
{
	struct demo *d = xcalloc(1, sizeof *d);
	char *folder = fsx_join(paths->state, "demo");
	int rc;

	demo_box_init(&d->boxes[0], "naver", _("Hong Gildong"),
	              "pabal.demo@naver.example");
	demo_box_init(&d->boxes[1], "work", _("Hong Gildong"),
	              "demo@hoesa.example");
	demo_box_init(&d->boxes[2], "gmail", _("Hong Gildong"),
	              "pabal.demo@gmail.example");
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->more, NULL);
	rc = fill_boxes(d, err);
	if (rc == 0)
		rc = start_servers(d, paths, folder, err);
	free(folder);
	if (rc != 0)
		demo_stop(&d);
	return d;
}

void
demo_stop(struct demo **dp)
{
	struct demo *d;

	if (dp == NULL || *dp == NULL)
		return;
	d = *dp;
	listener_stop(&d->pop3);
	listener_stop(&d->smtp);
	tls_server_free(&d->tls);
	for (size_t i = 0; i < DEMO_BOXES; i++)
		demo_box_release(&d->boxes[i]);
	pthread_cond_destroy(&d->more);
	pthread_mutex_destroy(&d->lock);
	free(d);
	*dp = NULL;
}

size_t
demo_sent(const struct demo *d)
{
	struct demo *w = (struct demo *)(uintptr_t)d; /* to lock it */
	size_t n;

	pthread_mutex_lock(&w->lock);
	n = w->sent;
	pthread_mutex_unlock(&w->lock);
	return n;
}

int
demo_wait_sent(struct demo *d, size_t n, int ms)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&d->lock);
	while (d->sent < n && rc == 0)
		rc = pthread_cond_timedwait(&d->more, &d->lock, &until);
	rc = d->sent >= n ? 0 : -1;
	pthread_mutex_unlock(&d->lock);
	return rc;
}
