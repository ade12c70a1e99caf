/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox on screen: what waits, why, and what can be done about it. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "tui/text_fmt.h"
#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

/* A message whose time is further off was scheduled, not held for undo. */
#define SCHEDULED_SECONDS 60

enum outgoing_act {
	OUTGOING_READ, /* a line of the explanation */
	OUTGOING_EDIT,
	OUTGOING_NOW,
	OUTGOING_CANCEL,
};

static const char *
outbox_words(enum outbox_state s)
{
	switch (s) {
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
		return _("refused");
	case OUTBOX_UNKNOWN:
		return _("perhaps sent, perhaps not");
	case OUTBOX_CANCELLED:
		return _("cancelled");
	}
	return "";
}

/* "being sent", "to be sent ...: the server's words". */
static void
describe(const struct outbox_row *row, struct str *out)
{
	bool later = row->not_before > clock_now();

	if (row->state == OUTBOX_HELD &&
	    row->not_before > clock_now() + SCHEDULED_SECONDS)
		str_add_z(out, _("to be sent"));
	else
		str_add_z(out, outbox_words(row->state));
	if (later && (row->state == OUTBOX_HELD || row->state == OUTBOX_RETRY ||
	              row->state == OUTBOX_UNKNOWN)) {
		str_add_c(out, ' ');
		fmt_date_short(row->not_before, clock_now(), out);
	}
	if (row->error != NULL)
		str_printf(out, ": %s", row->error);
}

void
app_pick_outbox(struct app *a)
{
	struct outbox_row *rows = NULL;
	struct err err = { 0 };
	size_t i, n = 0, shown = 0;

	if (outbox_list(a->store, &rows, &n, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	app_pick_start(a, PICK_OUTBOX, _("Outbox"));
	for (i = 0; i < n; i++) {
		struct str s;

		if (rows[i].state == OUTBOX_CANCELLED)
			continue; /* on no way any more */
		shown++;
		str_init(&s, 2048);
		describe(&rows[i], &s);
		w_pick_add(&a->picker, rows[i].subject, s.p, rows[i].id);
		str_release(&s);
	}
	outbox_rows_free(&rows, n);
	if (shown == 0) {
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

		w_pick_add(&a->picker, r->spec,
		           r->fate == OUTBOX_FATE_SENT ? _("has it") : r->words,
		           OUTGOING_READ);
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
	if (!busy && row->state != OUTBOX_CANCELLED)
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

/* It comes out of the outbox's way first: nothing is sent while it is edited,
 * and what a crash leaves is a cancelled row. */
static int
edit(struct app *a, const struct outbox_row *row, struct err *err)
{
	struct compose *c;
	struct fsx_map map;
	struct message m;
	int rc = outbox_cancel(a->store, row->id, err);

	if (rc == 0)
		app_say(a, STYLE_WARN, _("too late, it is sent"));
	else
		forget_held(a, row->id);
	if (rc != 1 || outbox_message(a->store, row->id, &map, err) != 0)
		return rc < 0 || err->code != ERR_NONE ? -1 : 0;
	message_parse(&m, map.data);
	c = compose_new(&a->conf, NULL);
	compose_fill_outbox(c, &m, row);
	message_release(&m);
	fsx_map_close(&map);
	app_edit(a, c);
	return 0;
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

static int
cancel(struct app *a, int64_t id, struct err *err)
{
	int rc = outbox_cancel(a->store, id, err);

	if (rc == 1)
		forget_held(a, id);
	if (rc >= 0)
		app_say(a, rc == 1 ? STYLE_OK : STYLE_WARN,
		        rc == 1 ? _("cancelled") : _("too late, it is sent"));
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
		return cancel(a, row->id, err);
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
