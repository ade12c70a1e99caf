/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys that are pressed before a search has found anything. */
#include "tui/app_priv.h"

#include <string.h>

#include "tui/key.h"
#include "util/i18n.h"

#include "util/banned.h"

/*
 * A search shows what the index knows.  While mail is still being indexed there
 * may be nothing yet, and whoever typed on blindly, "/words Enter Enter", means
 * the first hit.
 *
 * 1. The first key that acts on a message waits, and so does each one behind it:
 *    their order stays.  What acts on no message (another search, help, q) does
 *    so at once as long as nothing waits.
 * 2. They go on when something was found or the index is done, one after another;
 *    should one of them begin another search, the rest waits again.
 * 3. Escape and ^C forget them.
 */

static bool
searching(const struct app *a)
{
	return a->query.n > 0 && a->list.list.rows.n == 0 &&
	       engine_indexing(a->engine);
}

static bool
needs_message(enum action_id id)
{
	return (id >= ACTION_OPEN && id <= ACTION_PREV_MATCH) ||
	       (id >= ACTION_REPLY && id <= ACTION_MOVE) ||
	       (id >= ACTION_SELECT && id <= ACTION_BULK_THIS) ||
	       id == ACTION_THREAD ||
	       (id >= ACTION_ATTACHMENTS && id <= ACTION_FILL);
}

bool
app_await(struct app *a, enum action_id id)
{
	if (a->screen != APP_MAIL || a->focus == PANE_FOLDERS ||
	    !needs_message(id) || !searching(a))
		return false;
	/* those behind it, when it waits again, stay */
	a->awaiting = id;
	str_clear(&a->message);
	a->dirty = true;
	return true;
}

bool
app_await_key(struct app *a, uint32_t key)
{
	if (a->awaiting == ACTION_NONE)
		return false;
	a->dirty = true;
	if (key == K_ESC || key == K_CTRL_('c')) {
		a->awaiting = ACTION_NONE;
		a->awaiting_keys.n = 0;
		app_say(a, STYLE_STATUS, _("stopped"));
	} else if (a->awaiting_keys.n < APP_AWAITING_MAX) {
		array_add(&a->awaiting_keys, key);
	} else {
		term_bell();
	}
	return true;
}

void
app_await_text(const struct app *a, struct str *out)
{
	size_t n = a->awaiting_keys.n + 1;

	str_printf(out,
	           N_N("searching, %zu key waits; Esc stops",
	               "searching, %zu keys wait; Esc stops", n),
	           n);
}

void
app_await_go_on(struct app *a)
{
	enum action_id id = a->awaiting;
	uint32_t key;

	if (id == ACTION_NONE || searching(a))
		return;
	a->awaiting = ACTION_NONE;
	app_act(a, id);
	while (a->awaiting_keys.n > 0 && a->awaiting == ACTION_NONE &&
	       !a->quit) {
		key = a->awaiting_keys.v[0];
		a->awaiting_keys.n--;
		memmove(a->awaiting_keys.v, a->awaiting_keys.v + 1,
		        a->awaiting_keys.n * sizeof key);
		app_key(a, key);
	}
}
