/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox on screen: what waits, why, and what can be done about it. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "util/clock.h"
#include "util/fill.h"
#include "util/i18n.h"
#include "util/reason.h"
#include "util/when.h"

#include "util/banned.h"

/* A message whose time is further off was scheduled, not held for undo. */
#define SCHEDULED_SECONDS 60

enum outgoing_act {
	OUTGOING_READ, /* a line of the explanation */
	OUTGOING_EDIT,
	OUTGOING_NOW,
	OUTGOING_CANCEL,
};

/* Did a server say no, or was none asked? */
static bool
some_refused(const struct outbox_row *row)
{
	for (size_t i = 0; i < row->rcpt_count; i++)
		if (row->rcpts[i].words != NULL)
			return true;
	return false;
}

static const char *
outbox_words(const struct outbox_row *row)
{
	switch (row->state) {
	case OUTBOX_HELD:
		return _("held, can be taken back");
	case OUTBOX_QUEUED:
		return _("waiting");
	case OUTBOX_SENDING:
		return _("being sent");
	case OUTBOX_RETRY:
		return _("will be tried again");
	case OUTBOX_SENT:
		return _("sent");
	case OUTBOX_FAILED:
		return some_refused(row) ? _("refused") : _("not sent");
	case OUTBOX_UNKNOWN:
		return _("perhaps sent, perhaps not");
	case OUTBOX_CANCELLED:
		return _("cancelled");
	}
	return "";
}

/* The state with the time of what comes next; NULL: nothing does by itself. */
static const char *
words_with_time(const struct outbox_row *row)
{
	int64_t now = clock_now();

	if (row->not_before <= now)
		return NULL;
	if (row->state == OUTBOX_HELD)
		return row->not_before > now + SCHEDULED_SECONDS
		               ? _("to be sent {when}")
		               : NULL;
	if (row->state == OUTBOX_RETRY)
		return _("will be tried again {when}");
	if (row->state == OUTBOX_UNKNOWN)
		return _("perhaps sent, perhaps not; once more {when}");
	return NULL;
}

/* "being sent", "to be sent tomorrow 9:00", with the server's words. */
static void
describe(const struct outbox_row *row, struct str *out)
{
	const char *with_time = words_with_time(row);
	struct str when;

	str_init(&when, 200);
	when_say(row->not_before, clock_now(), &when);
	if (with_time != NULL)
		fill_blanks(
			with_time,
			(struct fill_blank[]){ { "when", str_slice(&when) } },
			1, out);
	else
		str_add_z(out, outbox_words(row));
	if (row->error != NULL)
		reason_add(": ", row->error, "", out);
	str_release(&when);
}

void
app_pick_outbox(struct app *a)
{
	struct outbox_row *rows = NULL;
	struct err err = { 0 };
	size_t i, n = 0;

	if (outbox_list(a->store, &rows, &n, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	app_pick_start(a, PICK_OUTBOX, _("Outbox"));
	for (i = 0; i < n; i++) {
		struct str s;

		str_init(&s, 2048);
		describe(&rows[i], &s);
		w_pick_add(&a->picker, rows[i].subject, s.p, rows[i].id);
		str_release(&s);
	}
	outbox_rows_free(&rows, n);
	if (n == 0) {
		a->pick = PICK_NONE;
		w_pick_release(&a->picker);
		app_say(a, STYLE_DIM, _("the outbox is empty"));
	}
}

/* What a person can do about it. */
static const char *
advice(const struct outbox_row *row)
{
	switch (row->state) {
	case OUTBOX_RETRY:
		return _("It is tried again by itself; nothing need be done.");
	case OUTBOX_FAILED:
		return _("It is not tried again by itself: correct the "
		         "address or the message, or ask the recipient.");
	case OUTBOX_UNKNOWN:
		return _("The connection broke at the very end: it is tried "
		         "once more under the same Message-ID, so most "
		         "recipients see it once.");
	case OUTBOX_HELD:
	case OUTBOX_QUEUED:
	case OUTBOX_SENDING:
	case OUTBOX_SENT:
	case OUTBOX_CANCELLED:
		break;
	}
	return NULL;
}

static void
add_recipients(struct app *a, const struct outbox_row *row)
{
	size_t i;

	for (i = 0; i < row->rcpt_count; i++) {
		const struct outbox_rcpt *r = &row->rcpts[i];

		char *words = r->words != NULL ? reason_local(r->words) : NULL;

		w_pick_add(&a->picker, r->spec,
		           r->fate == OUTBOX_FATE_SENT ? _("has it") : words,
		           OUTGOING_READ);
		free(words);
	}
}

static void
show_outgoing(struct app *a, const struct outbox_row *row)
{
	bool busy = row->state == OUTBOX_SENDING || row->state == OUTBOX_SENT;
	struct str s;

	app_pick_start(a, PICK_OUTGOING, row->subject);
	if (!busy) {
		w_pick_add(&a->picker, _("Edit and send again"), NULL,
		           OUTGOING_EDIT);
		w_pick_add(&a->picker, _("Send now"), NULL, OUTGOING_NOW);
	}
	if (!busy)
		w_pick_add(&a->picker, _("Do not send"), NULL, OUTGOING_CANCEL);
	str_init(&s, 2048);
	describe(row, &s);
	w_pick_add(&a->picker, s.p, NULL, OUTGOING_READ);
	str_release(&s);
	if (advice(row) != NULL)
		w_pick_add(&a->picker, advice(row), NULL, OUTGOING_READ);
	add_recipients(a, row);
}

void
app_pick_outgoing(struct app *a, int64_t id)
{
	struct outbox_row *row = NULL;
	struct err err = { 0 };

	a->outgoing = id;
	if (outbox_get(a->store, id, &row, &err) != 0)
		app_say_err(a, &err);
	else
		show_outgoing(a, row);
	outbox_rows_free(&row, 1);
}

/* z brings back only what was not dealt with here. */
static void
forget_held(struct app *a, int64_t id)
{
	if (a->held != NULL && a->held_id == id)
		compose_free(&a->held);
}

/* The draft a row was made of: it goes with what the row becomes. */
static void
find_draft(struct app *a, struct compose *c)
{
	struct err ignored = { 0 }; /* it may be gone */
	struct fsx_map map;
	struct message m;

	if (c->draft == 0 || store_map(a->store, c->draft, &map, &ignored) != 0)
		return;
	message_parse(&m, map.data);
	if (message_id(&m).n > 0)
		c->replaces = slice_dup(message_id(&m));
	message_release(&m);
	fsx_map_close(&map);
}

/* Take it out of the outbox: nothing is sent while it is edited.  1 with *c_r
 * owned, 0 when it is too late, -1. */
static int
take_out(struct app *a, const struct outbox_row *row, struct compose **c_r,
         struct err *err)
{
	struct compose *c;
	struct fsx_map map;
	struct message m;
	int rc;

	if (outbox_message(a->store, row->id, &map, err) != 0)
		return -1;
	message_parse(&m, map.data);
	c = compose_new(&a->conf, NULL);
	compose_fill_outbox(c, &m, row);
	message_release(&m);
	fsx_map_close(&map);
	find_draft(a, c);
	rc = app_take_out(a, c, row->id, err);
	if (rc == 1)
		forget_held(a, row->id);
	else
		compose_free(&c);
	if (rc == 0)
		app_say(a, STYLE_WARN, _("too late, it is sent"));
	*c_r = c;
	return rc;
}

static int
edit(struct app *a, const struct outbox_row *row, struct err *err)
{
	struct compose *c;
	int rc = take_out(a, row, &c, err);

	if (rc == 1) {
		c->waited = true;
		app_edit(a, c);
	}
	return rc < 0 ? -1 : 0;
}

static int
send_again(struct app *a, int64_t id, struct err *err)
{
	if (outbox_requeue(a->store, id, clock_now(), err) < 0)
		return -1;
	forget_held(a, id);
	(void)engine_send_due(a->engine);
	app_say(a, STYLE_OK, _("on its way"));
	return 0;
}

/* Of what a rule sent on, the message is in its folder anyway; without its file,
 * nothing can be a draft. */
static int
cancel_for_good(struct app *a, int64_t id, struct err *err)
{
	int rc = outbox_cancel(a->store, id, err);

	if (rc == 1)
		rc = outbox_remove(a->store, id, err) == 0 ? 1 : -1;
	if (rc >= 0)
		app_say(a, rc == 1 ? STYLE_OK : STYLE_WARN,
		        rc == 1 ? _("cancelled") : _("too late, it is sent"));
	return rc < 0 ? -1 : 0;
}

/* It becomes a draft: whoever changes his mind finds it. */
static int
cancel(struct app *a, const struct outbox_row *row, struct err *err)
{
	struct compose *c = NULL;
	int rc;

	if (row->automatic)
		return cancel_for_good(a, row->id, err);
	rc = take_out(a, row, &c, err);
	if (rc < 0 && err->code == ERR_NOTFOUND)
		return cancel_for_good(a, row->id, err);
	if (rc == 1)
		rc = app_save_draft(a, c, err) == 0 ? 1 : -1;
	if (rc == 1) {
		app_autosave_forget(a);
		app_reload(a);
		app_say(a, STYLE_OK, _("not sent; it is in Drafts (g d)"));
	}
	compose_free(&c);
	return rc < 0 ? -1 : 0;
}

static int
act(struct app *a, const struct outbox_row *row, enum outgoing_act what,
    struct err *err)
{
	switch (what) {
	case OUTGOING_EDIT:
		return edit(a, row, err);
	case OUTGOING_NOW:
		return send_again(a, row->id, err);
	case OUTGOING_CANCEL:
		return cancel(a, row, err);
	case OUTGOING_READ:
		break;
	}
	return 0;
}

void
app_outgoing(struct app *a, int64_t what)
{
	struct outbox_row *row = NULL;
	struct err err = { 0 };

	if (outbox_get(a->store, a->outgoing, &row, &err) != 0 ||
	    act(a, row, (enum outgoing_act)what, &err) != 0)
		app_say_err(a, &err);
	outbox_rows_free(&row, 1);
}
