/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk for bulk mail: who sends it, leaving a list, all of it at once. */
/*
 * 1. Nothing goes to a host or an address that was not shown before the key that
 *    sends it was pressed.
 * 2. What is done with all mail of a list or sender, and the rule that does it
 *    from now on, are one step for undo.
 */
#include "tui/app_priv.h"

#include <stdlib.h>
#include <string.h>

#include "mail/account_match.h"
#include "mail/bulk.h"
#include "tui/text_fmt.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Groups shown; nobody looks at more. */
#define GROUPS_MAX 1000
#define LINE_MAX   2048
/* Value of the line that changes the grouping. */
#define GROUP_OTHERWISE (-1)

enum bulk_line {
	LINE_READ, /* only says something */
	LINE_LEAVE,
	LINE_SHOW,
	LINE_ARCHIVE,
	LINE_DELETE,
	LINE_MARK_READ,
	LINE_LABEL,
};

static void
forget_senders(struct app_bulk *b)
{
	store_senders_free(&b->senders, b->n);
	b->n = 0;
}

static void
forget_chosen(struct app_bulk *b)
{
	free(b->key);
	b->key = NULL;
	unsubscribe_release(&b->way);
}

void
app_bulk_release(struct app *a)
{
	forget_senders(&a->bulk);
	forget_chosen(&a->bulk);
}

/* ---- the groups ---- */

static const char *
grouping(enum store_senders_by by)
{
	switch (by) {
	case STORE_BY_BOTH:
		return _("By list, else by sender; Enter: by sender only");
	case STORE_BY_SENDER:
		return _("By sender only; Enter: lists only");
	case STORE_BY_LIST:
		break;
	}
	return _("Lists only; Enter: by list, else by sender");
}

static void
add_group(struct app *a, const struct store_sender *s, int64_t at)
{
	struct str text, detail;

	str_init(&text, LINE_MAX);
	str_init(&detail, LINE_MAX);
	str_printf(&text, "%s <%s>", s->name, s->key);
	fmt_count(s->total, &detail);
	str_add_z(&detail, _(", unread "));
	fmt_count(s->unread, &detail);
	str_add_z(&detail,
	          s->last_opened != 0 ? _(", opened ") : _(", never opened"));
	if (s->last_opened != 0)
		fmt_date_short(s->last_opened, clock_now(), &detail);
	w_pick_add(&a->picker, text.p, detail.p, at);
	str_release(&text);
	str_release(&detail);
}

void
app_pick_bulk(struct app *a)
{
	struct app_bulk *b = &a->bulk;
	struct err err = { 0 };
	size_t i;

	forget_senders(b);
	if (store_senders(a->store, b->by, GROUPS_MAX, &b->senders, &b->n,
	                  &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	app_pick_start(a, PICK_BULK, _("Who sends the most"));
	for (i = 0; i < b->n; i++)
		add_group(a, &b->senders[i], (int64_t)i);
	w_pick_add(&a->picker, grouping(b->by), NULL, GROUP_OTHERWISE);
}

/* ---- one of them ---- */

static void
add_way(struct app *a)
{
	const struct unsubscribe *u = &a->bulk.way;
	struct str text, host;

	str_init(&text, LINE_MAX);
	str_init(&host, LINE_MAX);
	if (u->host != NULL)
		unsubscribe_show_host(u, &host);
	if (u->way == UNSUBSCRIBE_POST)
		str_printf(&text, _("Unsubscribe: one request to %s"), host.p);
	else if (u->way == UNSUBSCRIBE_MAIL)
		str_printf(&text, _("Unsubscribe: a mail to %s"), u->to);
	else if (u->way == UNSUBSCRIBE_WEB)
		str_printf(&text, _("Unsubscribe in the browser: %s"), host.p);
	if (u->unsigned_offer)
		w_pick_add(&a->picker,
		           _("One request is offered, but your provider "
		             "confirms no signature for that"),
		           NULL, LINE_READ);
	if (u->way == UNSUBSCRIBE_NONE)
		w_pick_add(&a->picker, _("It does not say how to unsubscribe"),
		           NULL, LINE_READ);
	else
		w_pick_add(&a->picker, text.p, NULL, LINE_LEAVE);
	str_release(&text);
	str_release(&host);
}

static void
show_actions(struct app *a)
{
	app_pick_start(a, PICK_BULK_ACT, a->bulk.key);
	add_way(a);
	w_pick_add(&a->picker, _("Archive all, those to come too"), NULL,
	           LINE_ARCHIVE);
	w_pick_add(&a->picker, _("Delete all, those to come too"), NULL,
	           LINE_DELETE);
	w_pick_add(&a->picker, _("Mark all read, those to come too"), NULL,
	           LINE_MARK_READ);
	w_pick_add(&a->picker, _("Label all, those to come too"), NULL,
	           LINE_LABEL);
	w_pick_add(&a->picker, _("Show its mail"), NULL, LINE_SHOW);
}

/* How the message offers to leave; its list or sender becomes the chosen one
 * when key is NULL. */
static int
choose(struct app *a, int64_t id, const char *key, bool list, struct err *err)
{
	struct app_bulk *b = &a->bulk;
	struct arena arena = { 0 };
	struct origin_hosts hosts;
	struct fsx_map map;
	struct message m;
	struct addr_list from = { 0 };
	struct slice own;

	forget_chosen(b);
	if (store_map(a->store, id, &map, err) != 0)
		return -1;
	message_parse(&m, map.data);
	origin_hosts_stored(&a->cli->paths, &a->conf, a->store, id, &hosts);
	unsubscribe_of(&m, &hosts, &b->way);
	origin_hosts_release(&hosts);
	b->message = id;
	own = store_list_id(&m, &arena);
	b->list = key != NULL ? list : own.n > 0;
	if (key == NULL && own.n == 0) {
		message_addrs(&m, "From", &arena, &from);
		own = from.n > 0 ? from.v[0].spec : SLICE_NONE;
	}
	b->key = key != NULL ? xstrdup(key) : slice_dup(own);
	for (char *p = b->key; *p != '\0'; p++)
		*p = byte_lower(*p);
	message_release(&m);
	fsx_map_close(&map);
	arena_release(&arena);
	return 0;
}

void
app_bulk_chosen(struct app *a, int64_t at)
{
	struct app_bulk *b = &a->bulk;
	struct err err = { 0 };

	if (at == GROUP_OTHERWISE) {
		b->by = b->by == STORE_BY_BOTH     ? STORE_BY_SENDER
		        : b->by == STORE_BY_SENDER ? STORE_BY_LIST
		                                   : STORE_BY_BOTH;
		app_pick_bulk(a);
		return;
	}
	if (choose(a, b->senders[at].newest, b->senders[at].key,
	           b->senders[at].list, &err) != 0)
		app_say_err(a, &err);
	else
		show_actions(a);
}

void
app_bulk_selected(struct app *a)
{
	struct err err = { 0 };
	struct fsx_map map;
	int64_t id;

	if (!app_map_selected(a, &map, &id))
		return;
	fsx_map_close(&map);
	if (choose(a, id, NULL, false, &err) != 0)
		app_say_err(a, &err);
	else if (a->bulk.key[0] == '\0')
		app_say(a, STYLE_WARN,
		        _("the message has neither list nor sender"));
	else
		show_actions(a);
}

/* ---- leaving ---- */

static const struct account *
came_through(struct app *a, int64_t id)
{
	struct store_rows rows = { 0 };
	struct err ignored = { 0 }; /* none is an answer */
	const struct account *acc = NULL;

	if (store_row(a->store, id, &rows, &ignored) == 0)
		acc = app_account(a, rows.v[0].account);
	store_rows_release(&rows);
	return acc;
}

static int
leave_by_mail(struct app *a, struct err *err)
{
	struct app_undo u = { .id = a->bulk.message };
	struct fsx_map map;
	struct message m;
	int rc;

	if (store_map(a->store, a->bulk.message, &map, err) != 0)
		return -1;
	message_parse(&m, map.data);
	rc = engine_unsubscribe_mail(a->engine, a->store, &a->bulk.way, &m,
	                             came_through(a, a->bulk.message),
	                             a->conf.undo_seconds, &u.outbox, err);
	message_release(&m);
	fsx_map_close(&map);
	if (rc != 0)
		return -1;
	app_remember(a, u);
	app_say(a, STYLE_STATUS,
	        _("a mail to %s is on its way; z takes it back"),
	        a->bulk.way.to);
	return 0;
}

static int
leave_by_request(struct app *a, struct err *err)
{
	int64_t job = engine_unsubscribe(a->engine, &a->bulk.way,
	                                 came_through(a, a->bulk.message), err);

	if (job < 0)
		return -1;
	a->bulk.job = job;
	app_say(a, STYLE_STATUS, _("asking %s, Esc stops"), a->bulk.way.host);
	return 0;
}

static void
leave(struct app *a)
{
	struct err err = { 0 };
	int rc = 0;

	switch (a->bulk.way.way) {
	case UNSUBSCRIBE_POST:
		rc = leave_by_request(a, &err);
		break;
	case UNSUBSCRIBE_MAIL:
		rc = leave_by_mail(a, &err);
		break;
	case UNSUBSCRIBE_WEB:
		app_open_link(a, a->bulk.way.url);
		break;
	case UNSUBSCRIBE_NONE:
		break;
	}
	if (rc != 0)
		app_say_err(a, &err);
}

bool
app_unsubscribe_cancel(struct app *a)
{
	if (a->bulk.job == 0)
		return false;
	engine_cancel_job(a->engine, a->bulk.job);
	return true;
}

void
app_unsubscribed(struct app *a, const struct event *e)
{
	if (e->job == a->bulk.job)
		a->bulk.job = 0;
	if (e->err.code == ERR_NONE)
		app_say(a, STYLE_OK, _("unsubscribed: %s took it"), e->text);
	else if (e->err.code == ERR_CANCELLED)
		app_say(a, STYLE_WARN,
		        _("stopped; perhaps %s took it, perhaps not"), e->text);
	else
		app_say_err(a, &e->err);
}

/* ---- all of it ---- */

static void
do_all(struct app *a, enum bulk_act act, const char *label)
{
	struct chore what = { .kind = CHORE_BULK,
		              .bulk = { .key = a->bulk.key,
		                        .list = a->bulk.list,
		                        .act = act,
		                        .label = label } };

	(void)app_chore(a, &what, a->bulk.message);
}

void
app_bulk_label(struct app *a, struct slice label)
{
	char *z = slice_dup(slice_trim(label));

	if (z[0] != '\0' && a->bulk.key != NULL)
		do_all(a, BULK_LABEL, z);
	free(z);
}

static void
show_mail(struct app *a)
{
	struct str query;

	str_init(&query, LINE_MAX);
	str_printf(&query, a->bulk.list ? "list:%s" : "from:\"%s\"",
	           a->bulk.key);
	app_search(a, str_slice(&query), true);
	str_release(&query);
}

void
app_bulk_act(struct app *a, int64_t what)
{
	switch ((enum bulk_line)what) {
	case LINE_LEAVE:
		leave(a);
		break;
	case LINE_SHOW:
		show_mail(a);
		break;
	case LINE_ARCHIVE:
		do_all(a, BULK_ARCHIVE, NULL);
		break;
	case LINE_DELETE:
		do_all(a, BULK_DELETE, NULL);
		break;
	case LINE_MARK_READ:
		do_all(a, BULK_READ, NULL);
		break;
	case LINE_LABEL:
		app_ask(a, PROMPT_BULK_LABEL, SLICE_NONE);
		break;
	case LINE_READ:
		break;
	}
}
