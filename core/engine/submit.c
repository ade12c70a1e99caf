/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Putting a message into the outbox. */
#include <stdlib.h>
#include <string.h>

#include "conf/dsn.h"
#include "engine/engine_private.h"
#include "mail/account_match.h"
#include "mime/addr.h"
#include "proto/smtp_client.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

_Static_assert((int)DSN_SUCCESS == (int)SMTP_DSN_SUCCESS &&
                       (int)DSN_FAILURE == (int)SMTP_DSN_FAILURE &&
                       (int)DSN_DELAY == (int)SMTP_DSN_DELAY &&
                       (int)DSN_NEVER == (int)SMTP_DSN_NEVER &&
                       (int)DSN_FULL == (int)SMTP_DSN_FULL &&
                       (int)DSN_HEADER == (int)SMTP_DSN_HEADER,
               "the numbers in the outbox are those of the protocol");

static int
check(const struct conf *c, const struct engine_mail *mail, struct err *err)
{
	if (account_carrier(c->accounts, c->account_count, mail->account,
	                    slice_of(mail->from), err) == NULL)
		return -1;
	if (mail->rcpt_count == 0)
		return err_set(err, ERR_USAGE,
		               _("there is nobody to send it to"));
	for (size_t i = 0; i < mail->rcpt_count; i++)
		if (!addr_spec_ok(slice_of(mail->rcpts[i])))
			return err_set(err, ERR_USAGE,
			               _("'%s' is not an address"),
			               mail->rcpts[i]);
	return 0;
}

static void
release_row(struct outbox_row *row)
{
	for (size_t i = 0; i < row->rcpt_count; i++)
		free(row->rcpts[i].spec);
	free(row->rcpts);
	free(row->from);
	free(row->subject);
}

static int
make_row(struct store *s, const struct engine_mail *mail,
         struct outbox_row *row, struct err *err)
{
	if (store_account(s, mail->account->name, &row->account, err) != 0)
		return -1;
	row->state = mail->hold > 0 || mail->not_before > 0 ? OUTBOX_HELD
	                                                    : OUTBOX_QUEUED;
	row->not_before = mail->not_before > 0 ? mail->not_before
	                                       : clock_now() + mail->hold;
	row->from = xstrdup(mail->from);
	row->subject = xstrdup(mail->subject != NULL ? mail->subject : "");
	row->reply_to = mail->reply_to;
	row->reply_flag = mail->reply_flag;
	row->draft = mail->draft;
	row->dsn = mail->dsn;
	row->rcpt_count = mail->rcpt_count;
	row->rcpts = xcalloc(mail->rcpt_count, sizeof *row->rcpts);
	for (size_t i = 0; i < mail->rcpt_count; i++)
		row->rcpts[i].spec = xstrdup(mail->rcpts[i]);
	return 0;
}

int
engine_submit(struct engine *e, struct store *s, const struct engine_mail *mail,
              int64_t *outbox_id_r, struct err *err)
{
	struct outbox_row row = { 0 };
	int rc;

	if (check(e->conf, mail, err) != 0 || make_row(s, mail, &row, err) != 0)
		return -1;
	rc = outbox_add(s, &row, mail->message, outbox_id_r, err);
	release_row(&row);
	return rc;
}

int
engine_submit_many(struct engine *e, struct store *s,
                   const struct engine_mail *mails, size_t n,
                   int64_t *outbox_ids_r, struct err *err)
{
	struct outbox_row *rows = xcalloc(n + 1, sizeof *rows);
	struct slice *messages = xcalloc(n + 1, sizeof *messages);
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		messages[i] = mails[i].message;
		rc = check(e->conf, &mails[i], err);
		if (rc == 0)
			rc = make_row(s, &mails[i], &rows[i], err);
	}
	if (rc == 0)
		rc = outbox_add_many(s, rows, messages, n, outbox_ids_r, err);
	for (size_t i = 0; i < n; i++)
		release_row(&rows[i]);
	free(rows);
	free(messages);
	return rc;
}
