/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From terminal events to what they do. */
#include "tui/app_priv.h"

#include "tui/key.h"
#include "util/i18n.h"

#include "util/banned.h"

static void
show_help(struct app *a)
{
	a->help_from = a->screen;
	pane_help_open(&a->help, app_context(a));
	a->screen = APP_HELP;
}

static void
help_act(struct app *a, enum action_id id)
{
	int page = a->help.rows > 1 ? a->help.rows - 1 : 1;

	if (id == ACTION_BACK || id == ACTION_HELP)
		a->screen = a->help_from;
	else if (id == ACTION_NEXT || id == ACTION_PREV)
		pane_help_scroll(&a->help, id == ACTION_NEXT ? 1 : -1);
	else if (id == ACTION_PAGE_DOWN || id == ACTION_PAGE_UP)
		pane_help_scroll(&a->help,
		                 id == ACTION_PAGE_DOWN ? page : -page);
	else if (id == ACTION_FIRST)
		pane_help_scroll(&a->help, -a->help.count);
	else if (id == ACTION_LAST)
		pane_help_scroll(&a->help, a->help.count);
}

/* ---- moving in the panes ---- */

static void
move_list(struct app *a, int n)
{
	struct err err = { 0 };

	(void)model_list_move(&a->list.list, n, &err);
	if (err.code != ERR_NONE)
		app_say_err(a, &err);
}

static void
list_move_act(struct app *a, enum action_id id)
{
	int page = a->list.rows > 1 ? a->list.rows - 1 : 1;
	struct err err = { 0 };

	if (id == ACTION_NEXT || id == ACTION_SCROLL_DOWN)
		move_list(a, 1);
	else if (id == ACTION_PREV || id == ACTION_SCROLL_UP)
		move_list(a, -1);
	else if (id == ACTION_PAGE_DOWN)
		move_list(a, page);
	else if (id == ACTION_PAGE_UP)
		move_list(a, -page);
	else if ((id == ACTION_FIRST
	                  ? model_list_first(&a->list.list, &err)
	                  : model_list_last(&a->list.list, &err)) != 0)
		app_say_err(a, &err);
}

static void
folders_move_act(struct app *a, enum action_id id)
{
	int n = (int)a->folders.rows.n;

	if (id == ACTION_NEXT || id == ACTION_SCROLL_DOWN)
		pane_folders_move(&a->folders, 1);
	else if (id == ACTION_PREV || id == ACTION_SCROLL_UP)
		pane_folders_move(&a->folders, -1);
	else
		pane_folders_move(
			&a->folders,
			id == ACTION_PAGE_UP || id == ACTION_FIRST ? -n : n);
}

static void
reader_move_act(struct app *a, enum action_id id)
{
	if (id == ACTION_NEXT || id == ACTION_PREV)
		app_read_next(a, id == ACTION_NEXT ? 1 : -1);
	else if (id == ACTION_SCROLL_DOWN || id == ACTION_SCROLL_UP)
		(void)pane_reader_scroll(&a->reader,
		                         id == ACTION_SCROLL_DOWN ? 1 : -1);
	else if (id == ACTION_PAGE_DOWN) {
		if (!pane_reader_page(&a->reader, 1))
			app_read_next(a, 1);
	} else if (id == ACTION_PAGE_UP)
		(void)pane_reader_page(&a->reader, -1);
	else if (id == ACTION_FIRST)
		pane_reader_first(&a->reader);
	else
		pane_reader_last(&a->reader);
}

static void
move_act(struct app *a, enum action_id id)
{
	switch (a->focus) {
	case PANE_LIST:
		list_move_act(a, id);
		break;
	case PANE_FOLDERS:
		folders_move_act(a, id);
		break;
	case PANE_READER:
		reader_move_act(a, id);
		break;
	}
}

static void
match_act(struct app *a, bool back)
{
	if (a->focus == PANE_READER && a->reader.find.n > 0) {
		if (!pane_reader_find(&a->reader, SLICE_NONE, back))
			app_say(a, STYLE_DIM, _("not found"));
	} else if (a->focus == PANE_READER) {
		app_read_next(a, back ? -1 : 1);
	} else {
		move_list(a, back ? -1 : 1);
	}
}

static void
focus_act(struct app *a, bool left)
{
	if (left)
		a->focus = a->focus == PANE_READER ? PANE_LIST : PANE_FOLDERS;
	else if (a->focus == PANE_FOLDERS)
		a->focus = PANE_LIST;
	else if (a->reader.id != 0)
		a->focus = PANE_READER;
	/* one pane at a time: leaving the message closes it */
	if (!a->layout.wide && left && a->reader.id != 0)
		pane_reader_close(&a->reader);
}

static void
back_act(struct app *a)
{
	if (app_fill_cancel(a) || app_unsubscribe_cancel(a) ||
	    app_chore_cancel(a))
		return;
	if (a->focus != PANE_READER)
		a->focus = PANE_LIST;
	else if (!pane_reader_leave_part(&a->reader))
		app_close_reader(a);
}

static void
cancel_act(struct app *a)
{
	if (app_fill_cancel(a) || app_unsubscribe_cancel(a) ||
	    app_chore_cancel(a)) {
		return;
	} else if (engine_fetching(a->engine)) {
		engine_cancel_fetch(a->engine, NULL);
		app_say(a, STYLE_STATUS, _("stopping the fetch"));
	} else if (!app_leave_search(a) && a->reader.id != 0) {
		app_close_reader(a);
	}
}

/* A message that was just sent goes first; q again leaves at once, and it goes
 * next time. */
static void
quit_act(struct app *a)
{
	if (app_leave_search(a))
		return;
	if (a->held == NULL || a->leaving) {
		a->quit = true;
		return;
	}
	a->leaving = true;
	engine_cancel_fetch(a->engine, NULL);
	app_say(a, STYLE_WARN,
	        _("leaving when the message is sent; z takes it back, q again "
	          "leaves now"));
}

static void
toggle_mode(struct app *a, enum reader_mode mode)
{
	if (a->reader.id != 0)
		pane_reader_set_mode(&a->reader, a->reader.mode == mode
		                                         ? READER_SHORT
		                                         : mode);
}

/* ---- all actions of the mail screen ---- */

static bool
act_go(struct app *a, enum action_id id)
{
	static const struct {
		enum action_id id;
		enum folder folder;
	} places[] = {
		{ ACTION_GO_SENT, FOLDER_SENT },
		{ ACTION_GO_DRAFTS, FOLDER_DRAFTS },
		{ ACTION_GO_ARCHIVE, FOLDER_ARCHIVE },
		{ ACTION_GO_SPAM, FOLDER_SPAM },
		{ ACTION_GO_TRASH, FOLDER_TRASH },
	};

	size_t i;

	for (i = 0; i < sizeof places / sizeof places[0]; i++) {
		if (places[i].id == id) {
			app_open_view(a, a->view.account, places[i].folder);
			return true;
		}
	}
	if (id == ACTION_GO_INBOX)
		app_open_view(a, 0, FOLDER_INBOX);
	else if (id == ACTION_GO_ACCOUNT)
		app_pick_account(a);
	else if (id == ACTION_GO_FLAGGED)
		app_show_flagged(a);
	else if (id == ACTION_GO_UNREAD)
		app_toggle_unread(a);
	else if (id == ACTION_NEXT_ACCOUNT || id == ACTION_PREV_ACCOUNT)
		app_next_account(a, id == ACTION_NEXT_ACCOUNT ? 1 : -1);
	else if (id == ACTION_THREAD)
		app_show_convo(a);
	else
		return false;
	return true;
}

static bool
act_message(struct app *a, enum action_id id)
{
	if (id == ACTION_ARCHIVE)
		app_move(a, FOLDER_ARCHIVE);
	else if (id == ACTION_DELETE)
		app_move(a, FOLDER_TRASH);
	else if (id == ACTION_SPAM)
		app_spam(a);
	else if (id == ACTION_MOVE)
		app_pick_folder(a);
	else if (id == ACTION_UNDO)
		app_undo(a);
	else if (id == ACTION_SELECT)
		app_select(a);
	else if (id == ACTION_SELECT_ALL)
		app_select_all(a);
	else if (id == ACTION_SELECT_NONE)
		model_list_untag(&a->list.list);
	else if (id == ACTION_FLAG)
		app_toggle_flag(a, STORE_FLAGGED);
	else if (id == ACTION_UNREAD)
		app_toggle_flag(a, STORE_SEEN);
	else if (id == ACTION_WHY)
		app_why(a);
	else if (id == ACTION_RULE)
		app_rule_start(a);
	else if (id == ACTION_BULK)
		app_pick_bulk(a);
	else if (id == ACTION_BULK_THIS)
		app_bulk_selected(a);
	else
		return false;
	return true;
}

static bool
act_read(struct app *a, enum action_id id)
{
	if (id == ACTION_ATTACHMENTS)
		app_pick_attachment(a);
	else if (id == ACTION_LINKS)
		app_pick_link(a);
	else if (id == ACTION_HEADERS)
		toggle_mode(a, READER_FULL);
	else if (id == ACTION_RAW)
		toggle_mode(a, READER_RAW);
	else if (id == ACTION_CHARSET)
		app_pick_charset(a);
	else if (id == ACTION_FILL)
		app_fill(a);
	else if (id == ACTION_SEARCH)
		app_ask(a,
		        a->focus == PANE_READER ? PROMPT_FIND : PROMPT_SEARCH,
		        SLICE_NONE);
	else if (id == ACTION_LIMIT)
		app_ask(a, PROMPT_LIMIT, SLICE_NONE);
	else if (id == ACTION_NEXT_UNREAD)
		app_next_unread(a);
	else if (id == ACTION_NEXT_MATCH || id == ACTION_PREV_MATCH)
		match_act(a, id == ACTION_PREV_MATCH);
	else
		return false;
	return true;
}

static bool
act_program(struct app *a, enum action_id id)
{
	if (id == ACTION_FETCH)
		app_fetch_all(a);
	else if (id == ACTION_OUTBOX)
		app_pick_outbox(a);
	else if (id == ACTION_FETCHES)
		app_show_fetches(a);
	else if (id == ACTION_EMPTY_TRASH)
		app_empty_trash(a);
	else if (id == ACTION_CANCEL)
		cancel_act(a);
	else if (id == ACTION_ADD_ACCOUNT)
		app_wizard_start(a);
	else if (id == ACTION_COMMAND)
		app_ask(a, PROMPT_COMMAND, SLICE_NONE);
	else if (id == ACTION_QUIT)
		quit_act(a);
	else if (id == ACTION_BACK)
		back_act(a);
	else if (id == ACTION_FOCUS_LEFT || id == ACTION_FOCUS_RIGHT)
		focus_act(a, id == ACTION_FOCUS_LEFT);
	else if (id == ACTION_OPEN && a->focus == PANE_FOLDERS)
		app_open_folder_row(a);
	else if (id == ACTION_OPEN)
		app_read(a);
	else
		return false;
	return true;
}

void
app_act(struct app *a, enum action_id id)
{
	a->dirty = true;
	if (id == ACTION_REDRAW) {
		term_redraw();
	} else if (id == ACTION_SUSPEND) {
		app_autosave(a, true);
		term_suspend();
	} else if (a->screen == APP_HELP) {
		help_act(a, id);
	} else if (id == ACTION_HELP) {
		show_help(a);
	} else if (a->screen == APP_COMPOSE) {
		app_compose_act(a, id);
	} else if (a->screen == APP_MAIL) {
		if (id >= ACTION_NEXT && id <= ACTION_SCROLL_UP)
			move_act(a, id);
		else if (id >= ACTION_COMPOSE && id <= ACTION_EDIT_NEW)
			app_write(a, id);
		else if (!act_go(a, id) && !act_message(a, id) &&
		         !act_read(a, id))
			(void)act_program(a, id);
	}
}

/* ---- events ---- */

static void
command_key(struct app *a, uint32_t key)
{
	uint32_t keys[KEYMAP_EXPAND];
	size_t i, n = keymap_expand(key, keys);
	enum action_id id;

	for (i = 0; i < n; i++) {
		enum keymap_result r =
			keymap_feed(a->keys, app_context(a), keys[i], &id);

		a->dirty = true;
		if (r == KEYMAP_ACTION && !app_await(a, id))
			app_act(a, id);
	}
}

void
app_key(struct app *a, uint32_t key)
{
	a->moved = a->moved || a->focus != PANE_FOLDERS;
	if (a->prompt == PROMPT_NONE)
		app_message_seen(a);
	if (a->pick != PICK_NONE)
		app_pick_key(a, key);
	else if (a->prompt != PROMPT_NONE)
		app_prompt_key(a, key);
	else if (key == K_ESC && app_work_cancel(a))
		a->dirty = true;
	else if (a->screen == APP_WIZARD)
		app_wizard_effect(a, wizard_key(&a->wizard, key));
	else if (a->screen == APP_COMPOSE)
		app_compose_key(a, key);
	else
		command_key(a, key);
}

static bool
inside(const struct rect *r, int row, int col)
{
	return row >= r->row && row < r->row + r->rows && col >= r->col &&
	       col < r->col + r->cols;
}

static void
click_list(struct app *a, int row)
{
	size_t at;
	bool again;

	if (!pane_list_at(&a->list, row, &at))
		return;
	a->moved = true;
	again = a->focus == PANE_LIST && at == a->list.list.selected;
	a->list.list.selected = at;
	a->focus = PANE_LIST;
	/* a click on the selected row opens it; in wide windows each does */
	if (again || a->layout.wide)
		app_read(a);
}

static void
click_event(struct app *a, int row, int col)
{
	const struct layout *l = &a->layout;

	if (a->pick == PICK_FILES) {
		app_files_done(a, w_files_click(&a->files, row, col));
	} else if (a->pick != PICK_NONE) {
		app_pick_done(a, w_pick_click(&a->picker, row, col));
	} else if (a->screen == APP_COMPOSE && a->prompt == PROMPT_NONE) {
		pane_compose_click(&a->pane_compose, a->compose, row, col);
	} else if (a->screen == APP_MAIL && a->prompt == PROMPT_NONE) {
		if (inside(&l->list, row, col))
			click_list(a, row - l->list.row);
		else if (inside(&l->folders, row, col) &&
		         pane_folders_click(&a->folders, row - l->folders.row))
			app_open_folder_row(a);
		else if (inside(&l->reader, row, col))
			a->focus = PANE_READER;
	}
}

static void
wheel_event(struct app *a, int row, int col, int delta)
{
	if (a->pick != PICK_NONE) {
		app_pick_key(a, delta > 0 ? K_DOWN : K_UP);
	} else if (a->screen == APP_HELP) {
		pane_help_scroll(&a->help, delta * 3);
	} else if (a->screen == APP_COMPOSE) {
		(void)editor_act(a->compose->editor,
		                 delta > 0 ? ACTION_ED_DOWN : ACTION_ED_UP);
	} else if (a->screen == APP_MAIL) {
		if (inside(&a->layout.reader, row, col))
			(void)pane_reader_scroll(&a->reader, delta * 3);
		else if (inside(&a->layout.folders, row, col))
			pane_folders_move(&a->folders, delta);
		else
			move_list(a, delta);
	}
}

static void
paste_event(struct app *a, struct slice text)
{
	if (a->pick == PICK_FILES) {
		w_files_paste(&a->files, text);
	} else if (a->pick != PICK_NONE) {
		w_line_paste(&a->picker.filter, text);
		app_pick_key(a, K_END);
	} else if (a->prompt != PROMPT_NONE) {
		w_line_paste(&a->line, text);
	} else if (a->screen == APP_WIZARD) {
		wizard_paste(&a->wizard, text);
	} else if (a->screen == APP_COMPOSE) {
		pane_compose_paste(&a->pane_compose, a->compose, text);
	}
	/* in command mode pasted text is no command */
}

void
app_term_event(struct app *a, const struct term_event *e)
{
	int rows, cols;

	a->dirty = true;
	switch (e->kind) {
	case TERM_KEY:
		if (!app_await_key(a, e->key))
			app_key(a, e->key);
		break;
	case TERM_PASTE:
		paste_event(a, e->text);
		break;
	case TERM_CLICK:
		click_event(a, e->row, e->col);
		break;
	case TERM_WHEEL:
		wheel_event(a, e->row, e->col, e->delta);
		break;
	case TERM_RESIZE:
		term_size(&rows, &cols);
		grid_resize(&a->grid, rows, cols);
		term_redraw();
		break;
	}
}
