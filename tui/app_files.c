/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attaching files to the message being written. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

void
app_pick_files(struct app *a)
{
	w_files_release(&a->files);
	w_files_init(&a->files, _("Attach"), a->attach_folder);
	a->pick = PICK_FILES;
	a->dirty = true;
}

/* One that cannot be read does not keep the others out. */
static void
attach_all(struct app *a)
{
	struct err err = { 0 };
	size_t i, n = 0;

	for (i = 0; i < a->files.marked.n; i++)
		if (compose_attach_file(a->compose, a->files.marked.v[i],
		                        &err) == 0)
			n++;
	if (err.code != ERR_NONE)
		app_say_err(a, &err);
	else if (n > 0)
		app_say(a, STYLE_OK,
		        N_N("%zu file attached", "%zu files attached", n), n);
}

void
app_files_done(struct app *a, enum w_pick_result r)
{
	a->dirty = true;
	if (r == W_PICK_GO_ON)
		return;
	if (r == W_PICK_CHOSEN && a->compose != NULL)
		attach_all(a);
	free(a->attach_folder);
	a->attach_folder = xstrdup(a->files.folder);
	a->pick = PICK_NONE;
	w_files_release(&a->files);
}

/* ---- taking one out again ---- */

void
app_pick_detach(struct app *a)
{
	const struct compose *c = a->compose;
	size_t i;

	if (c->files.n < 2) {
		app_detach(a, 0);
		return;
	}
	app_pick_start(a, PICK_DETACH, _("Remove which file?"));
	for (i = 0; i < c->files.n; i++) {
		struct str size;

		str_init(&size, 64);
		str_add_size(&size, c->files.v[i].size);
		w_pick_add(&a->picker, c->files.v[i].name, size.p, (int64_t)i);
		str_release(&size);
	}
}

void
app_detach(struct app *a, int64_t at)
{
	struct compose *c = a->compose;
	struct str key;

	if (c == NULL || (size_t)at >= c->files.n)
		return;
	str_init(&key, 40);
	(void)keymap_name(a->keys, CTX_COMPOSE, ACTION_ED_UNDO, &key);
	app_say(a, STYLE_STATUS,
	        _("'%s' is not attached any more; %s brings it back"),
	        c->files.v[at].name, key.p);
	str_release(&key);
	compose_detach(c, (size_t)at);
	if (c->files.n == 0 && c->focus == COMPOSE_FILES)
		c->focus = COMPOSE_SUBJECT;
}
