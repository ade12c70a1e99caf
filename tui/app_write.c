/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing, answering, sending, and taking it back. */
#include "tui/app_priv.h"

#include <stdlib.h>
#include <string.h>

#include "mail/account_match.h"
#include "store/sender_charset.h"
#include "tui/key.h"
#include "tui/text_fmt.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/step.h"
#include "util/when.h"

#include "util/banned.h"

static void
load_people(struct app *a)
{
	struct contact *people = NULL;
	struct err err = { 0 };
	size_t n = 0;

	if (contact_all(a->store, &people, &n, &err) != 0)
		app_say_err(a, &err);
	pane_compose_set_people(&a->pane_compose, people, n);
}

void
app_edit(struct app *a, struct compose *c)
{
	compose_free(&a->compose);
	a->compose = c;
	a->screen = APP_COMPOSE;
	a->autosave_at = 0;
	a->autosave_failed = false;
	load_people(a);
	app_say_from(a);
	a->dirty = true;
}

static bool
can_write(struct app *a)
{
	if (a->conf.account_count > 0)
		return true;
	app_say(a, STYLE_WARN, _("add an account first"));
	return false;
}

/* The account in view, else the default one. */
static struct compose *
fresh(struct app *a)
{
	const struct account *acc = app_account(a, a->view.account);

	return compose_new(&a->conf, acc != NULL ? acc->name : NULL);
}

/* From: the address this message was written to. */
static void
answer_from(struct app *a, struct compose *c, const struct message *m)
{
	const struct store_row *r = model_list_get(&a->list.list);
	const struct account *fallback =
		r != NULL ? app_account(a, r->account) : NULL;
	char *address = NULL;
	const struct account *acc =
		account_for_reply(&a->conf, m, fallback, &address);

	if (acc != NULL)
		compose_set_from(c, acc->name, address);
	free(address);
}

/* Was it written here?  Anybody can put an address of ours in From. */
static bool
is_written_here(const struct app *a, int64_t id)
{
	const struct store_row *r = model_list_get(&a->list.list);

	return r != NULL && r->id == id &&
	       (r->folder == FOLDER_SENT || r->folder == FOLDER_DRAFTS);
}

static void
fill(struct app *a, struct compose *c, const struct message *m, int64_t id,
     enum action_id action, struct err *err)
{
	if (action == ACTION_EDIT_NEW)
		compose_fill_again(c, m, is_written_here(a, id));
	else if (action == ACTION_FORWARD || action == ACTION_FORWARD_ATTACHED)
		(void)compose_fill_forward(
			c, m, id, action == ACTION_FORWARD_ATTACHED, err);
	else
		compose_fill_reply(
			c, m, id,
			action == ACTION_REPLY_ALL    ? COMPOSE_REPLY_ALL
			: action == ACTION_REPLY_LIST ? COMPOSE_REPLY_LIST
						      : COMPOSE_REPLY);
}

/* The message that is meant: a part of the stored one while that is read; it
 * has no row that could be marked. */
struct slice
app_raw_of(const struct app *a, struct slice stored, int64_t *id)
{
	if (a->focus != PANE_READER || !pane_reader_in_message(&a->reader))
		return stored;
	*id = 0;
	return a->reader.message.raw;
}

/* Does it send the message on, whole? */
static bool
passes_on(enum action_id id)
{
	return id == ACTION_FORWARD || id == ACTION_FORWARD_ATTACHED ||
	       id == ACTION_REDIRECT || id == ACTION_EDIT_NEW;
}

void
app_write(struct app *a, enum action_id id)
{
	struct err err = { 0 };
	struct fsx_map map;
	struct message m;
	struct compose *c;
	bool no_list;
	int64_t stored;

	if (!can_write(a))
		return;
	if (id == ACTION_COMPOSE) {
		app_edit(a, fresh(a));
		return;
	}
	if (passes_on(id) && app_header_only(a)) {
		app_say(a, STYLE_WARN,
		        _("only the header is here: open it, Enter fetches the "
		          "message"));
		return;
	}
	if (id == ACTION_REDIRECT) {
		app_ask(a, PROMPT_REDIRECT, SLICE_NONE);
		return;
	}
	if (!app_map_selected(a, &map, &stored))
		return;
	message_parse(&m, app_raw_of(a, map.data, &stored));
	if (sender_charset_apply(a->store, &m, &err) != 0)
		app_say_err(a, &err);
	c = fresh(a);
	answer_from(a, c, &m);
	fill(a, c, &m, stored, id, &err);
	no_list = id == ACTION_REPLY_LIST && !compose_has_list(&m);
	message_release(&m);
	fsx_map_close(&map);
	app_edit(a, c);
	if (c->crowded)
		app_say(a, STYLE_WARN,
		        _("there are too many recipients: not all of them are "
		          "here"));
	if (no_list)
		app_say(a, STYLE_WARN,
		        _("it names no list: this goes to the sender"));
	if (c->untaken != NULL)
		app_say(a, STYLE_WARN,
		        _("left out, no mail can be sent to it: %s"),
		        c->untaken);
	if (err.code != ERR_NONE)
		app_say_err(a, &err);
}

void
app_write_mailto(struct app *a, const char *uri)
{
	struct err err = { 0 };
	struct compose *c;
	struct mailto m;

	if (!can_write(a))
		return;
	if (mailto_parse(slice_of(uri), &m, &err) != 0) {
		app_say_err(a, &err);
	} else {
		c = fresh(a);
		compose_fill_mailto(c, &m);
		app_edit(a, c);
	}
	mailto_release(&m);
}

/* What a draft answers or forwards is marked so when the draft is sent. */
static void
find_original(struct app *a, struct compose *c)
{
	const char *id = c->forwarded != NULL ? c->forwarded : c->in_reply_to;
	struct err err = { 0 };

	if (id == NULL)
		return;
	if (store_find_message_id(a->store, slice_of(id), &c->reply_to, &err) !=
	    0)
		app_say_err(a, &err);
	if (c->reply_to != 0)
		c->reply_flag =
			c->forwarded != NULL ? STORE_FORWARDED : STORE_ANSWERED;
}

void
app_edit_draft(struct app *a)
{
	struct compose *c;
	struct fsx_map map;
	struct message m;
	int64_t id;

	if (!can_write(a) || !app_map_selected(a, &map, &id))
		return;
	message_parse(&m, map.data);
	c = fresh(a);
	compose_fill_draft(c, &m, id);
	find_original(a, c);
	message_release(&m);
	fsx_map_close(&map);
	app_edit(a, c);
}

/* ---- sending ---- */

static void
leave(struct app *a)
{
	a->screen = APP_MAIL;
	a->pane_compose.match_n = 0;
	app_autosave_forget(a);
	app_reload(a);
}

static int
submit(struct app *a, struct slice message, const struct compose_rcpts *rcpts,
       struct err *err)
{
	const struct compose *c = a->compose;
	const struct compose_from *from = &c->froms.v[c->from];
	struct engine_mail mail = {
		.account = conf_account(&a->conf, from->account),
		.from = from->address,
		.rcpts = rcpts->v,
		.rcpt_count = rcpts->n,
		.message = message,
		.subject = w_line_get(&c->lines[COMPOSE_SUBJECT]).p,
		.hold = a->conf.undo_seconds,
		.not_before = c->at,
		.reply_to = c->reply_to,
		.reply_flag = c->reply_flag,
		.draft = c->draft,
		.dsn = compose_dsn(c),
	};

	if (mail.account == NULL)
		return err_set(err, ERR_CONFIG,
		               _("account '%s' has no server to send by"),
		               from->account);
	return engine_submit(a->engine, a->store, &mail, &a->held_id, err);
}

/* For completion: names come from what the user typed. */
static void
remember_people(struct app *a)
{
	static const enum compose_field fields[] = { COMPOSE_TO, COMPOSE_CC,
		                                     COMPOSE_BCC };
	struct arena arena = { NULL };
	struct err err = { 0 };
	size_t i, k;

	for (i = 0; i < 3; i++) {
		struct addr_list list;

		addr_parse(&arena, NULL,
		           w_line_get(&a->compose->lines[fields[i]]), &list);
		for (k = 0; k < list.n; k++) {
			char *name = slice_dup(list.v[k].name);
			char *spec = slice_dup(list.v[k].spec);

			if (name[0] != '\0' &&
			    contact_used(a->store, name, spec, clock_now(),
			                 &err) != 0)
				app_say_err(a, &err);
			free(name);
			free(spec);
		}
	}
	arena_release(&arena);
}

/* The new one is safe: the row it came from may go. */
static void
forget_row(struct app *a)
{
	struct err err = { 0 };

	if (a->compose->outbox != 0 &&
	    outbox_remove(a->store, a->compose->outbox, &err) != 0)
		app_say_err(a, &err);
	a->compose->outbox = 0;
}

static void
say_scheduled(struct app *a)
{
	struct str s;

	if (a->held->at == 0)
		return;
	str_init(&s, 128);
	when_say(a->held->at, clock_now(), &s);
	app_say(a, STYLE_OK, _("to be sent %s; z takes it back"), s.p);
	str_release(&s);
}

static void
send_now(struct app *a)
{
	struct compose_rcpts rcpts = { 0 };
	enum compose_field wrong;
	struct err err = { 0 }, ignored = { 0 };
	struct str out;
	int rc;

	str_init(&out, BUILD_MAX);
	app_fill_blanks(a->compose, COMPOSE_BODY);
	compose_new_id(a->compose);
	rc = compose_build(a->compose, false, &out, &rcpts, &wrong, &err);
	if (rc != 0) {
		a->compose->focus = wrong;
	} else {
		/* the file says under which Message-ID it may have gone */
		(void)app_autosave_keep(a, a->compose, &ignored);
		rc = submit(a, str_slice(&out), &rcpts, &err);
	}
	if (rc != 0) {
		app_say_err(a, &err);
	} else {
		remember_people(a);
		forget_row(a);
		compose_free(&a->held);
		a->held = a->compose;
		a->compose = NULL;
		a->held_until = clock_now() + a->conf.undo_seconds;
		leave(a);
		str_clear(&a->message); /* it would hide the countdown */
		say_scheduled(a);
	}
	compose_rcpts_release(&rcpts);
	str_release(&out);
}

static void
send_checked(struct app *a)
{
	if (compose_misses_attachment(a->compose) && !a->compose->warned) {
		a->compose->warned = true;
		app_say(a, STYLE_WARN,
		        _("the text mentions an attachment, but there is none: "
		          "^J attaches, ^X again sends"));
		return;
	}
	send_now(a);
}

void
app_send_at(struct app *a, struct slice text)
{
	struct err err = { 0 };

	if (a->compose == NULL)
		return;
	a->compose->at = 0;
	if (slice_trim(text).n > 0 &&
	    when_parse(text, clock_now(), &a->compose->at, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	send_checked(a);
}

int
app_take_out(struct app *a, struct compose *c, int64_t row, struct err *err)
{
	struct err ignored = { 0 }; /* the file is for a crash only */
	int rc;

	(void)app_autosave_keep(a, c, &ignored);
	rc = outbox_cancel(a->store, row, err);
	step("taken out");
	if (rc != 1)
		app_autosave_forget(a);
	return rc;
}

static void
unsend_held(struct app *a)
{
	struct compose *c = a->held;
	struct err err = { 0 };
	int rc;

	a->held = NULL;
	a->leaving = false;
	free(c->unsent);
	c->unsent = c->sending;
	c->sending = NULL;
	c->outbox = a->held_id;
	c->at = 0;
	rc = app_take_out(a, c, a->held_id, &err);
	if (rc == 1) {
		app_edit(a, c);
		app_say(a, STYLE_OK, _("taken back, not sent"));
		return;
	}
	compose_free(&c);
	if (rc == 0)
		app_say(a, STYLE_WARN, _("too late, it is sent"));
	else
		app_say_err(a, &err);
}

/* z: the message just sent, or left, comes back.  false: there is none. */
bool
app_unsend(struct app *a)
{
	struct compose *c;

	if (a->held != NULL) {
		unsend_held(a);
		return true;
	}
	if (a->dropped == NULL || a->undo.n > a->dropped_at)
		return false; /* there is none, or something was done since */
	c = a->dropped;
	a->dropped = NULL;
	c->touched = true; /* nothing has it any more */
	app_edit(a, c);
	return true;
}

/* ---- keys of the composer ---- */

/* In the text its own changes first. */
static void
undo_act(struct app *a, bool again)
{
	struct compose *c = a->compose;
	unsigned version = edit_buf_version(editor_buf(c->editor));

	a->pane_compose.match_n = 0;
	if (c->focus == COMPOSE_BODY)
		(void)editor_act(c->editor,
		                 again ? ACTION_ED_REDO : ACTION_ED_UNDO);
	if (edit_buf_version(editor_buf(c->editor)) == version &&
	    !compose_undo(c, again))
		app_say(a, STYLE_DIM, _("nothing to take back"));
}

static void
body_act(struct app *a, enum action_id id)
{
	struct compose *c = a->compose;

	if (id == ACTION_ED_FIND)
		app_ask(a, PROMPT_ED_FIND, SLICE_NONE);
	else if (!editor_act(c->editor, id))
		c->focus = c->files.n > 0 ? COMPOSE_FILES : COMPOSE_SUBJECT;
}

void
app_compose_act(struct app *a, enum action_id id)
{
	struct compose *c = a->compose;

	if (c == NULL)
		return;
	if (id == ACTION_SEND)
		send_checked(a);
	else if (id == ACTION_SEND_LATER)
		app_ask(a, PROMPT_WHEN, SLICE_NONE);
	else if (id == ACTION_REPORT)
		compose_toggle_report(c);
	else if (id == ACTION_DISCARD)
		app_discard(a);
	else if (id == ACTION_POSTPONE)
		app_postpone(a);
	else if (id == ACTION_ATTACH)
		app_pick_files(a);
	else if (id == ACTION_DETACH)
		app_pick_detach(a);
	else if (id == ACTION_IDENTITY)
		compose_next_from(c, 1);
	else if (id == ACTION_EDITOR)
		app_external_editor(a);
	else if (id == ACTION_SPELL)
		app_spell(a);
	else if (id == ACTION_TEMPLATE)
		app_pick_template(a);
	else if (id == ACTION_ED_UNDO || id == ACTION_ED_REDO)
		undo_act(a, id == ACTION_ED_REDO);
	else if (id == ACTION_FIELD_NEXT)
		pane_compose_focus(&a->pane_compose, c, 1);
	else if (id == ACTION_FIELD_PREV)
		pane_compose_focus(&a->pane_compose, c, -1);
	else
		body_act(a, id);
}

static void
compose_key(struct app *a, uint32_t key)
{
	struct compose *c = a->compose;
	enum action_id id;

	if (pane_compose_box_key(&a->pane_compose, c, key))
		return;
	if (key_is_text(key) && pane_compose_key(&a->pane_compose, c, key))
		return;
	if (key == K_TAB && app_find_people(a))
		return;
	if (key == K_DELETE && c->focus == COMPOSE_FILES) {
		app_pick_detach(a);
		return;
	}
	switch (keymap_feed(a->keys, app_context(a), key, &id)) {
	case KEYMAP_ACTION:
		app_act(a, id);
		break;
	case KEYMAP_NONE:
		(void)pane_compose_key(&a->pane_compose, c, key);
		break;
	case KEYMAP_PENDING:
		break;
	}
}

void
app_compose_key(struct app *a, uint32_t key)
{
	const struct compose *c = a->compose;
	enum compose_field focus = c->focus;
	size_t from = c->from;

	a->dirty = true;
	compose_key(a, key);
	if (a->compose == c && c->focus != focus)
		app_fill_blanks(a->compose, c->focus);
	if (a->compose == c && c->from != from) {
		/* what was said of the other address */
		str_clear(&a->message);
		app_say_from(a);
	}
}
