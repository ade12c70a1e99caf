/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen program: start, loop, end. */
#include "tui/app.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mail/account_match.h"
#include "text/unicode.h"
#include "tui/app_priv.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

/* The user's key bindings. */
#define KEYS_MAX ((size_t)256 * 1024)

int
app_load_conf(struct app *a, struct err *err)
{
	struct conf conf = { 0 };

	if (conf_load(&a->cli->paths, &conf, err) != 0) {
		conf_release(&conf);
		return -1;
	}
	conf_release(&a->conf);
	a->conf = conf;
	return 0;
}

/* Store numbers of the accounts. */
void
app_load_accounts(struct app *a)
{
	size_t i;

	a->accounts.n = 0;
	pane_list_forget_names(&a->list);
	for (i = 0; i < a->conf.account_count; i++) {
		const struct account *acc = &a->conf.accounts[i];
		struct err err = { 0 };
		int64_t id = -1;

		if (store_account(a->store, acc->name, &id, &err) != 0)
			app_say_err(a, &err);
		array_add(&a->accounts, id);
	}
}

const struct account *
app_account(const struct app *a, int64_t id)
{
	size_t i;

	for (i = 0; i < a->accounts.n && i < a->conf.account_count; i++)
		if (a->accounts.v[i] == id)
			return &a->conf.accounts[i];
	return NULL;
}

/* A bad line costs a message, not the program. */
static void
load_keys(struct app *a)
{
	char *path = fsx_join(a->cli->paths.config, "keys");
	struct err err = { 0 };
	struct str text;

	a->keys = keymap_new(action_preset(a->conf.keys));
	str_init(&text, KEYS_MAX);
	if (fsx_exists(path) &&
	    (fsx_read(path, KEYS_MAX, &text, &err) != 0 ||
	     keymap_read(a->keys, str_slice(&text), path, &err) != 0))
		app_say_err(a, &err);
	str_release(&text);
	free(path);
}

static void
init_panes(struct app *a)
{
	a->model = model_store(a->store);
	pane_folders_init(&a->folders, &a->model);
	pane_list_init(&a->list, &a->model);
	pane_reader_init(&a->reader, &a->model);
	w_line_init(&a->line);
	str_init(&a->query, 4096);
	str_init(&a->message, 1024);
	grid_init(&a->grid);
}

static int
start(struct app *a, struct err *err)
{
	struct term_opts opts = { 0 };
	int rows, cols;

	struct err missing = { 0 };
	bool made = paths_make(&a->cli->paths, &missing) == 0;

	if (app_load_conf(a, err) != 0)
		return -1;
	unicode_set_ambiguous(a->conf.ambiguous_cells == 2 ? 2 : 1);
	a->korean = strcmp(_("language:en"), "language:ko") == 0;
	a->store = store_open_reading(a->cli->paths.data, a->cli->paths.cache,
	                              err);
	if (a->store == NULL && !made)
		*err = missing;
	if (a->store == NULL)
		return -1;
	init_panes(a);
	a->engine = engine_new(&a->cli->paths, &a->conf, err);
	if (a->engine == NULL)
		return -1;
	opts.theme = a->conf.theme;
	opts.mouse = a->conf.mouse;
	if (term_open(&opts, err) != 0)
		return -1;
	term_size(&rows, &cols);
	grid_resize(&a->grid, rows, cols);
	a->layout = layout_make(rows, cols, PANE_LIST, false);
	load_keys(a);
	app_load_accounts(a);
	return 0;
}

static void
free_lists(struct app *a)
{
	struct app_fetch *f;

	array_foreach(&a->fetches, f) {
		free(f->account);
		free(f->text);
	}
	while (a->links.n > 0)
		free(a->links.v[--a->links.n]);
	array_release(&a->fetches);
	app_free_problems(a);
	array_release(&a->links);
	while (a->undo.n > 0)
		free(a->undo.v[--a->undo.n].rule);
	array_release(&a->undo);
	app_bulk_release(a);
	app_rule_release(a);
	array_release(&a->accounts);
	app_close_opened(a);
}

static void
stop(struct app *a)
{
	term_close();
	app_wizard_stop(a);
	compose_free(&a->compose);
	compose_free(&a->held);
	compose_free(&a->dropped);
	pane_compose_release(&a->pane_compose);
	pane_reader_release(&a->reader);
	pane_list_release(&a->list);
	pane_folders_release(&a->folders);
	w_pick_release(&a->picker);
	w_files_release(&a->files);
	spelling_release(&a->spell);
	free(a->attach_folder);
	w_line_release(&a->line);
	str_release(&a->query);
	str_release(&a->message);
	free(a->save_folder);
	free(a->autosave);
	free(a->work_what);
	array_release(&a->awaiting_keys);
	grid_release(&a->grid);
	keymap_free(&a->keys);
	free_lists(a);
	engine_free(&a->engine);
	store_close(&a->store);
	providers_free(&a->providers);
	conf_release(&a->conf);
}

/* What to show first. */
static int
first_view(struct app *a, const char *mailto, struct err *err)
{
	const struct account *acc = NULL;
	int64_t id = 0;

	if (a->cli->account_count > 0) {
		acc = account_match(&a->conf, a->cli->accounts[0], err);
		if (acc == NULL)
			return -1;
		if (store_account(a->store, acc->name, &id, err) != 0)
			return -1;
	}
	a->focus = PANE_LIST;
	app_open_view(a, id, FOLDER_INBOX);
	app_recover(a);
	(void)engine_index(a->engine);
	if (a->conf.account_count == 0)
		app_wizard_start(a);
	else if (mailto != NULL)
		app_write_mailto(a, mailto);
	return 0;
}

/* Readable, and yet no byte comes: for ever, that is a terminal that went
 * away. */
#define EMPTY_MAX 64

static void
wait_and_handle(struct app *a)
{
	struct pollfd fds[2] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = engine_fd(a->engine), .events = POLLIN },
	};
	int rc = poll(fds, 2, app_timeout(a));
	bool readable = rc > 0 && fds[0].revents != 0;
	struct term_event e;

	if (readable && fds[0].revents & (POLLERR | POLLHUP | POLLNVAL))
		a->quit = true;
	/* also when nothing is readable: a signal may have brought a new size
	 * before poll began */
	while (!a->quit && term_next(&e))
		app_term_event(a, &e);
	a->empty = readable && !term_progress() ? a->empty + 1 : 0;
	if (a->empty > EMPTY_MAX)
		a->quit = true;
	app_engine_events(a);
	app_tick(a);
}

static void
loop(struct app *a)
{
	a->dirty = true;
	while (!a->quit && !term_hangup()) {
		if (a->dirty)
			app_draw(a);
		a->dirty = false;
		wait_and_handle(a);
	}
	app_autosave(a, true);
}

int
app_run(struct cli *cli, const char *mailto)
{
	struct app a = { .cli = cli };
	struct err err = { 0 };
	int rc = start(&a, &err);

	if (rc == 0)
		rc = first_view(&a, mailto, &err);
	if (rc == 0)
		loop(&a);
	stop(&a);
	return rc == 0 ? 0 : cli_fail(cli, &err);
}
