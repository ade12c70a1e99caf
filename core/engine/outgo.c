/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What rules send, run and say because of a message that comes in.
 *
 * 1. Mail is queued in the transaction that makes the message delivered
 *    (store_batch_outgoing): exactly once, whenever the program is killed.
 * 2. Its key is account, UIDL, Message-ID (servers may use a UIDL again), action
 *    and recipient; an answer's is the sender and the template, free again after
 *    ANSWER_AGAIN.
 * 3. Nothing goes out for spam, nor for what a rule put into the trash.
 * 4. Beyond the account's limit in a day nothing is queued: the first one stands
 *    in the outbox as failed, all get a label.
 * 5. What cannot be sent (no such identity, no server) stands in the outbox as
 *    failed, with the reason; it can be tried again there.
 * 6. What must not go (loops, lists, programs; mail/forward.h) is said there,
 *    too, once in REFUSED_AGAIN for each recipient and reason, and counts against
 *    no limit; what is not answered is not: that is as it should be.
 * 7. Commands run when the message is safe, each at most once: after a crash
 *    between the two it is not run.  Before it, it could run twice.
 */
#include "engine/outgo.h"

#include <stdlib.h>
#include <string.h>

#include "mail/forward.h"
#include "mime/build.h"
#include "store/outbox_rows.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/proc.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define DAY 86400
/* One answer to a person in a week (RFC 3834, 2, asks for such a limit). */
#define ANSWER_AGAIN ((int64_t)7 * DAY)
/* Newsletters come every day; that they stay here is said now and then. */
#define REFUSED_AGAIN ((int64_t)30 * DAY)
/* Templates are written by hand. */
#define TEMPLATE_MAX ((size_t)256 * 1024)
#define KEY_MAX      4096
#define NOTICE_MAX   1024
/* A command that takes longer keeps all other mail of the account waiting. */
#define COMMAND_MS 30000

static void
add_after(struct outgo *o, const char *command, char *text)
{
	struct deliver_after after = { store_batch_count(o->batch) - 1, command,
		                       text };

	array_add(&o->d->after, after);
}

/* ---- the plan ---- */

/* The configuration, and how many went out in a day so far. */
static int
prepare(struct deliver *d, struct err *err)
{
	struct conf *c;

	if (d->conf != NULL)
		return 0;
	if (outbox_automatic_since(d->store, d->account_id, clock_now() - DAY,
	                           &d->sent_today, err) != 0)
		return -1;
	c = xcalloc(1, sizeof *c);
	if (conf_load(d->paths, c, err) != 0) {
		free(c);
		return -1;
	}
	d->conf = c;
	return 0;
}

static const char *
refused(const struct outgo *o, const struct rule_out *what)
{
	struct forward_as as = { o->d->conf, o->d->account, NULL,
		                 o->d->account->address, &o->d->hosts };

	return forward_refused(o->m, what, &as);
}

int
outgo_plan(struct outgo *o, const struct store_new *info, struct str *labels,
           struct err *err)
{
	struct deliver *d = o->d;
	int64_t left;
	size_t n = 0;

	if (o->wish->out_count == 0 || info->verdict == SPAM_SPAM ||
	    info->folder == FOLDER_SPAM || info->folder == FOLDER_TRASH)
		return 0;
	if (prepare(d, err) != 0)
		return -1;
	o->may = true;
	for (size_t i = 0; i < o->wish->out_count; i++) {
		const char *why = refused(o, &o->wish->outs[i]);

		if (why == NULL)
			n++;
		else
			log_line(LOG_INFO, "%s: %s", o->wish->outs[i].to, why);
	}
	left = d->account->forward_limit - d->sent_today;
	o->allowed = left <= 0 ? 0 : (int64_t)n <= left ? n : (size_t)left;
	o->shown = n > o->allowed && left >= 0 ? 1 : 0;
	d->sent_today += (int64_t)(o->allowed + o->shown);
	if (n > o->allowed) {
		if (labels->n != 0)
			str_add_c(labels, ',');
		str_add_z(labels, _("not forwarded"));
	}
	return 0;
}

/* ---- queueing ---- */

/* What one mail is queued with. */
struct mail {
	const struct rule_out *what;
	struct forward_as as;
	struct arena arena;
	struct slice to; /* recipient */
	char *key;
	const char *failed; /* why it cannot be sent, or NULL */
	int64_t again;      /* seconds until the key is free, 0: never */
	struct str out;
};

static void
choose_identity(const struct outgo *o, struct mail *mail)
{
	struct deliver *d = o->d;

	mail->as =
		(struct forward_as){ d->conf, d->account, d->account->full_name,
		                     d->account->address, &d->hosts };
	if (mail->what->as != NULL) {
		const struct account *a = forward_identity(
			d->conf, mail->what->as, &mail->as.name);

		if (a == NULL) {
			mail->failed = _("no account has the identity that "
			                 "the rule names");
			return;
		}
		mail->as.account = a;
		mail->as.address = mail->what->as;
	}
	if (mail->as.account->smtp.host == NULL)
		mail->failed = _("the account has no SMTP server to send with");
}

static void
make_key(const struct outgo *o, struct mail *mail)
{
	static const char *const kinds[] = { [RULE_FORWARD] = "forward",
		                             [RULE_REDIRECT] = "redirect",
		                             [RULE_REPLY] = "reply" };
	const char *account = o->d->account->name;

	if (mail->again == REFUSED_AGAIN)
		mail->key = xasprintf(OUTBOX_KEY_REFUSED "%s\n%s\n%s", account,
		                      mail->what->to, mail->failed);
	else if (mail->what->kind == RULE_REPLY)
		mail->key = xasprintf("reply\n%s\n%s\n%.*s", account,
		                      mail->what->to, SLICE_ARG(mail->to));
	else
		mail->key = xasprintf("%s\n%s\n%s\n%s", kinds[mail->what->kind],
		                      account, mail->what->to, o->uidl);
}

static int
read_template(const struct outgo *o, const struct mail *mail, struct str *text,
              struct err *err)
{
	char *folder = fsx_join(o->d->paths->config, "templates");
	char *path = fsx_join(folder, mail->what->to);
	int rc = fsx_read(path, TEMPLATE_MAX, text, err);

	free(path);
	free(folder);
	return rc;
}

static int
make_bytes(const struct outgo *o, struct mail *mail, struct err *err)
{
	struct forward_in in = { .m = o->m,
		                 .what = mail->what,
		                 .as = &mail->as,
		                 .to = mail->to,
		                 .key = mail->key,
		                 .now = clock_now() };
	struct str text;
	struct tm tm;
	int rc = 0;

	str_init(&text, TEMPLATE_MAX);
	clock_local(in.now, &tm, &in.zone);
	if (mail->what->kind == RULE_REPLY)
		rc = read_template(o, mail, &text, err);
	in.template = str_slice(&text);
	if (rc == 0)
		rc = forward_make(&in, &mail->out, err);
	str_release(&text);
	/* Half a message is none. */
	if (rc != 0)
		str_clear(&mail->out);
	return rc;
}

static int
put(const struct outgo *o, struct mail *mail, struct err *err)
{
	char *to = slice_dup(mail->to);
	char *from = xstrdup(mail->as.address);
	char *error = mail->failed != NULL ? xstrdup(mail->failed) : NULL;
	struct outbox_rcpt rcpt = { .spec = to };
	struct outbox_row row = { .state = error != NULL ? OUTBOX_FAILED
		                                         : OUTBOX_QUEUED,
		                  .from = from,
		                  .rcpts = &rcpt,
		                  .rcpt_count = 1,
		                  .not_before = clock_now(),
		                  .error = error,
		                  .automatic = true };
	bool reply = mail->what->kind == RULE_REPLY;
	struct str subject;
	int rc;

	str_init(&subject, MESSAGE_FIELD_MAX);
	(void)message_subject(o->m, &subject); /* absent: empty */
	row.subject = subject.p;
	row.reply_flag = reply ? STORE_ANSWERED : STORE_FORWARDED;
	rc = store_account(o->d->store, mail->as.account->name, &row.account,
	                   err);
	if (rc == 0)
		rc = store_batch_outgoing(o->batch, &row, mail->key,
		                          mail->again, str_slice(&mail->out),
		                          err);
	str_release(&subject);
	free(error);
	free(from);
	free(to);
	return rc;
}

static void
say_limit(struct outgo *o)
{
	add_after(o, NULL,
	          xasprintf(_("rules have sent %d messages in a day, which is "
	                      "the limit of account '%s'"),
	                    o->d->account->forward_limit, o->d->account->name));
}

/* Not sent, but to be seen. */
static int
show_refused(struct outgo *o, const struct rule_out *what, const char *why,
             struct err *err)
{
	struct mail mail = { .what = what, .again = REFUSED_AGAIN };
	struct err ignored = { 0 }; /* why is known */
	int rc;

	if (what->kind == RULE_REPLY)
		return 0;
	str_init(&mail.out, BUILD_MAX);
	mail.to = slice_of(what->to);
	choose_identity(o, &mail);
	mail.failed = why;
	make_key(o, &mail);
	(void)make_bytes(o, &mail, &ignored);
	rc = put(o, &mail, err);
	free(mail.key);
	str_release(&mail.out);
	arena_release(&mail.arena);
	return rc;
}

/* beyond: the day's limit is reached. */
static int
queue_one(struct outgo *o, const struct rule_out *what, bool beyond,
          struct err *err)
{
	struct mail mail = { .what = what,
		             .again = what->kind == RULE_REPLY ? ANSWER_AGAIN
		                                               : 0 };
	struct err why = { 0 };
	int rc;

	str_init(&mail.out, BUILD_MAX);
	mail.to = what->kind == RULE_REPLY ? forward_reply_to(o->m, &mail.arena)
	                                   : slice_of(what->to);
	choose_identity(o, &mail);
	make_key(o, &mail);
	if (beyond) {
		mail.failed = _("the account's limit of automatic mail in a "
		                "day is reached");
		say_limit(o);
	}
	if (make_bytes(o, &mail, &why) != 0 && mail.failed == NULL)
		mail.failed = why.text;
	rc = put(o, &mail, err);
	o->d->queued = true;
	free(mail.key);
	str_release(&mail.out);
	arena_release(&mail.arena);
	return rc;
}

static void
plan_notice(struct outgo *o)
{
	struct arena arena = { 0 };
	struct addr_list from = { 0 };
	struct str text;

	str_init(&text, NOTICE_MAX);
	message_addrs(o->m, "From", &arena, &from);
	if (from.n > 0)
		addr_show_short(&from.v[0], &text);
	str_add_z(&text, ": ");
	(void)message_subject(o->m, &text); /* absent: empty */
	add_after(o, NULL, str_take(&text));
	arena_release(&arena);
}

int
outgo_queue(struct outgo *o, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < o->wish->command_count; i++)
		add_after(o, o->wish->commands[i], NULL);
	if (o->wish->notify)
		plan_notice(o);
	for (size_t i = 0; o->may && i < o->wish->out_count; i++) {
		const struct rule_out *what = &o->wish->outs[i];
		const char *why = refused(o, what);

		if (why != NULL && show_refused(o, what, why, err) != 0)
			return -1;
		if (why != NULL || n == o->allowed + o->shown)
			continue;
		if (queue_one(o, what, n >= o->allowed, err) != 0)
			return -1;
		n++;
	}
	return 0;
}

/* ---- afterwards ---- */

static int
run_command(struct deliver *d, const char *command, int64_t id, struct err *err)
{
	struct proc_opts opts = { .timeout_ms = COMMAND_MS,
		                  .output_max = NOTICE_MAX };
	char **argv = NULL;
	struct fsx_map map;
	int status = 0;
	int rc;

	if (proc_split(command, &argv, err) != 0)
		return -1;
	rc = store_map(d->store, id, &map, err);
	if (rc == 0) {
		step("command");
		opts.input = map.data;
		rc = proc_run(argv, &opts, NULL, &status, err);
		fsx_map_close(&map);
	}
	proc_free_argv(argv);
	if (rc == 0 && status != 0)
		rc = err_set(err, ERR_IO, _("its status is %d"), status);
	return rc;
}

static void
do_after(struct deliver *d, const struct deliver_after *after,
         const int64_t *ids, void (*tell)(void *ctx, const char *text),
         void *ctx)
{
	struct err err = { 0 };

	if (after->command != NULL &&
	    run_command(d, after->command, ids[after->at], &err) != 0) {
		(void)err_wrap(&err, _("command '%s' of a rule"),
		               after->command);
		tell(ctx, err.text);
	}
	if (after->text != NULL)
		tell(ctx, after->text);
}

void
deliver_after(struct deliver *d, const int64_t *ids, size_t n,
              void (*tell)(void *ctx, const char *text), void *ctx)
{
	size_t count = d->holding ? d->held_after : d->after.n;

	for (size_t i = 0; i < count; i++) {
		if (d->after.v[i].at < n)
			do_after(d, &d->after.v[i], ids, tell, ctx);
		free(d->after.v[i].text);
	}
	if (count > 0 && count < d->after.n)
		memmove(d->after.v, d->after.v + count,
		        (d->after.n - count) * sizeof *d->after.v);
	d->after.n -= count;
	d->holding = false;
}

void
outgo_forget(struct deliver *d)
{
	d->holding = false;
	deliver_after(d, NULL, 0, NULL, NULL);
}

void
outgo_release(struct deliver *d)
{
	outgo_forget(d);
	array_release(&d->after);
	if (d->conf != NULL)
		conf_release(d->conf);
	free(d->conf);
	d->conf = NULL;
}
