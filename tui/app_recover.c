/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a crash left unsent goes to Drafts, once. */
#include "tui/app_priv.h"

#include <stdlib.h>
#include <unistd.h>

#include "mail/account_match.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/step.h"

#include "util/banned.h"

/*
 * The file says under which Message-IDs the same text may be elsewhere (struct
 * compose).  Whatever the program was about when it died, and when this here dies
 * as well, in the end there is one:
 *
 * 1. On its way out, or sent already: the file goes.
 * 2. In Drafts, byte for byte: that one stays.  Another of that Message-ID is
 *    from before: it goes when this one is there.
 *    The crash may have come between a file in Drafts and its row: the index
 *    looks at the folders first.
 * 3. The draft that was taken up, and what was taken out of the outbox, go last.
 */

/* A message of the outbox by its Message-ID. */
struct outgoing {
	int64_t id; /* 0: none */
	enum outbox_state state;
};

/* What the file says. */
struct unsent {
	struct slice text;
	struct str key, replaces, sending, unsent;
};

static bool
is_row(struct app *a, int64_t row, struct slice id)
{
	struct err ignored = { 0 }; /* a file that is gone is another one */
	struct fsx_map map;
	struct message m;
	bool same;

	if (outbox_message(a->store, row, &map, &ignored) != 0)
		return false;
	message_parse(&m, map.data);
	same = slice_eq(message_id(&m), id);
	message_release(&m);
	fsx_map_close(&map);
	return same;
}

static int
find_outgoing(struct app *a, struct slice id, struct outgoing *o,
              struct err *err)
{
	struct outbox_row *rows = NULL;
	size_t i, n = 0;

	*o = (struct outgoing){ 0, OUTBOX_CANCELLED };
	if (id.n == 0)
		return 0;
	if (outbox_list(a->store, &rows, &n, err) != 0)
		return -1;
	for (i = 0; i < n && o->id == 0; i++)
		if (is_row(a, rows[i].id, id))
			*o = (struct outgoing){ rows[i].id, rows[i].state };
	outbox_rows_free(&rows, n);
	return 0;
}

/* Does the outbox have it, or did it go out?  1 yes, 0 no, -1. */
static int
is_going(struct app *a, struct slice id, struct err *err)
{
	struct outgoing o;
	bool sent = false;

	if (find_outgoing(a, id, &o, err) != 0)
		return -1;
	if (o.id != 0)
		return o.state != OUTBOX_CANCELLED;
	if (id.n > 0 && store_was_sent(a->store, id, &sent, err) != 0)
		return -1;
	return sent;
}

/* The account it was to be sent from. */
static const char *
account_of(const struct app *a, struct slice text)
{
	const struct account *acc = NULL;
	struct arena arena = { NULL };
	struct addr_list from;
	struct message m;

	message_parse(&m, text);
	message_addrs(&m, "From", &arena, &from);
	if (from.n > 0)
		acc = account_of_address(&a->conf, from.v[0].spec);
	message_release(&m);
	arena_release(&arena);
	return acc != NULL ? acc->name : a->conf.accounts[0].name;
}

static bool
has_text(struct app *a, int64_t id, struct slice text)
{
	struct err ignored = { 0 }; /* then it is stored once more */
	struct fsx_map map;
	bool same;

	if (store_map(a->store, id, &map, &ignored) != 0)
		return false;
	same = slice_eq(map.data, text);
	fsx_map_close(&map);
	return same;
}

/* The text is in Drafts afterwards, once under its key. */
static int
settle(struct app *a, const struct unsent *u, struct err *err)
{
	int64_t *ids = NULL;
	size_t i, n = 0;
	bool found = false;
	int rc = store_with_message_id(a->store, str_slice(&u->key),
	                               FOLDER_DRAFTS, &ids, &n, err);

	for (i = 0; rc == 0 && i < n; i++) {
		if (!found && has_text(a, ids[i], u->text)) {
			found = true;
			ids[i] = ids[--n];
			i--;
		}
	}
	if (rc == 0 && !found)
		rc = app_store_draft(a, u->text, account_of(a, u->text), err);
	if (rc == 0 && n > 0)
		rc = store_delete(a->store, ids, n, err);
	step("recovered");
	free(ids);
	return rc;
}

/* What it came from: a draft, a mail taken out of the outbox. */
static int
drop_origin(struct app *a, const struct unsent *u, struct err *err)
{
	struct outgoing o;
	int64_t *ids = NULL;
	size_t n = 0;
	int rc = 0;

	if (u->replaces.n > 0)
		rc = store_with_message_id(a->store, str_slice(&u->replaces),
		                           FOLDER_DRAFTS, &ids, &n, err);
	if (rc == 0 && n > 0)
		rc = store_delete(a->store, ids, n, err);
	free(ids);
	if (rc == 0)
		rc = find_outgoing(a, str_slice(&u->unsent), &o, err);
	if (rc == 0 && o.id != 0 && o.state == OUTBOX_CANCELLED)
		rc = outbox_remove(a->store, o.id, err);
	step("origin dropped");
	return rc;
}

static void
read_unsent(struct unsent *u, struct slice text)
{
	struct message m;

	u->text = text;
	message_parse(&m, text);
	str_add_slice(&u->key, message_id(&m));
	(void)message_text_field(&m, m.root, COMPOSE_REPLACES, &u->replaces);
	(void)message_text_field(&m, m.root, COMPOSE_SENDING, &u->sending);
	(void)message_text_field(&m, m.root, COMPOSE_UNSENT, &u->unsent);
	message_release(&m);
}

/* Returns 1 if the message is in Drafts now, 0 if it goes out. */
static int
recover_text(struct app *a, struct slice text, struct err *err)
{
	struct unsent u;
	int going;

	str_init(&u.key, W_LINE_MAX);
	str_init(&u.replaces, W_LINE_MAX);
	str_init(&u.sending, W_LINE_MAX);
	str_init(&u.unsent, W_LINE_MAX);
	read_unsent(&u, text);
	going = is_going(a, str_slice(&u.sending), err);
	if (going == 0)
		going = is_going(a, str_slice(&u.unsent), err);
	if (going == 0 &&
	    (settle(a, &u, err) != 0 || drop_origin(a, &u, err) != 0))
		going = -1;
	str_release(&u.unsent);
	str_release(&u.sending);
	str_release(&u.replaces);
	str_release(&u.key);
	return going < 0 ? -1 : !going;
}

static int
recover(struct app *a, const char *path, struct err *err)
{
	uint64_t changed;
	struct str text;
	int rc = -1;

	if (!fsx_exists(path))
		return 0;
	str_init(&text, BUILD_MAX);
	if (store_reconcile(a->store, &changed, err) == 0 &&
	    fsx_read(path, BUILD_MAX, &text, err) == 0)
		rc = recover_text(a, str_slice(&text), err);
	if (rc >= 0)
		(void)unlink(path); /* else the same is done once more */
	str_release(&text);
	return rc;
}

void
app_recover(struct app *a)
{
	struct err err = { 0 };
	int i, recovered = 0;

	for (i = 0; i < AUTOSAVE_SLOTS && a->conf.account_count > 0; i++) {
		struct err locked = { 0 };
		char *path = app_autosave_path(a, i);
		int fd = fsx_exists(path) ? app_autosave_lock(a, i, &locked)
		                          : -1;

		if (fd >= 0) {
			if (recover(a, path, &err) == 1)
				recovered++;
			(void)close(fd);
		}
		free(path);
	}
	if (err.code != ERR_NONE)
		app_say_err(a, &err);
	else if (recovered > 0)
		app_say(a, STYLE_WARN,
		        _("an unsent message was saved: see Drafts (g d)"));
}
