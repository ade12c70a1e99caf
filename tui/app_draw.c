/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing everything, once per turn of the loop. */
#include "tui/app_priv.h"

#include "text/unicode.h"
#include "text/wrap.h"
#include "tui/text_fmt.h"
#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

/* How long a message stays. */
#define SAY_MS 8000
/* A problem is shown so long even if keys are typed. */
#define PROBLEM_MS 2000
#define BAR_CELLS  10
/* Room for an answer that is enough beside a long question. */
#define ANSWER_CELLS 24

void
app_say(struct app *a, enum style st, const char *fmt, ...)
{
	struct str s;
	va_list ap;

	str_init(&s, 2048);
	va_start(ap, fmt);
	str_vprintf(&s, fmt, ap);
	va_end(ap);
	str_clear(&a->message);
	unicode_clean_line(str_slice(&s), &a->message);
	str_release(&s);
	a->message_style = st;
	a->message_since = clock_mono_ms();
	/* a problem waits for somebody to see it */
	a->message_until = app_says_problem(a) ? 0 : a->message_since + SAY_MS;
	a->dirty = true;
}

/* Called before a key is obeyed: it takes the message away.  A problem that
 * came while the user was typing stays long enough to be read. */
void
app_message_seen(struct app *a)
{
	if (a->message.n == 0 ||
	    (app_says_problem(a) &&
	     clock_mono_ms() - a->message_since < PROBLEM_MS))
		return;
	str_clear(&a->message);
	a->dirty = true;
}

bool
app_says_problem(const struct app *a)
{
	return a->message.n > 0 && (a->message_style == STYLE_ERROR ||
	                            a->message_style == STYLE_WARN);
}

void
app_say_err(struct app *a, const struct err *err)
{
	if (err->server[0] != '\0')
		app_say(a, STYLE_ERROR, _("%s (the server: %s)"), err->text,
		        err->server);
	else
		app_say(a, STYLE_ERROR, "%s", err->text);
}

unsigned
app_context(const struct app *a)
{
	switch (a->screen) {
	case APP_COMPOSE:
		return a->compose != NULL && a->compose->focus == COMPOSE_BODY
		               ? CTX_BODY
		               : CTX_COMPOSE;
	case APP_WIZARD:
		return CTX_WIZARD;
	case APP_HELP:
		return CTX_HELP;
	case APP_MAIL:
		break;
	}
	switch (a->focus) {
	case PANE_FOLDERS:
		return CTX_FOLDERS;
	case PANE_READER:
		return a->reader.stub != 0 ? CTX_READER | CTX_STUB : CTX_READER;
	case PANE_LIST:
		break;
	}
	return CTX_LIST;
}

/* ---- the top bar ---- */

static void
view_name(const struct app *a, struct str *out)
{
	const struct account *acc = app_account(a, a->view.account);
	const char *folder = fmt_folder(a->view.folder);

	if (a->view.convo != 0)
		str_add_z(out, _("Conversation"));
	else if (a->view.flagged_only)
		str_add_z(out, _("Flagged"));
	else if (acc != NULL)
		str_printf(out, "%s · %s", acc->name, folder);
	else
		str_add_z(out, a->view.folder == FOLDER_INBOX ? _("All inboxes")
		                                              : folder);
	if (a->query.n > 0)
		str_printf(out, " · %s: %s",
		           a->query_all ? _("search") : _("limit"), a->query.p);
}

static const char *
compose_title(const struct compose *c)
{
	if (c == NULL || c->reply_to == 0)
		return _("New message");
	return c->reply_flag == STORE_FORWARDED ? _("Forward") : _("Reply");
}

static void
title_left(const struct app *a, struct str *out)
{
	str_printf(out, " %s  ", _("pabal"));
	if (a->screen == APP_COMPOSE) {
		str_add_z(out, compose_title(a->compose));
	} else if (a->screen == APP_WIZARD) {
		str_add_z(out, _("Add an account"));
	} else if (a->screen == APP_HELP) {
		str_add_z(out, _("Help"));
	} else {
		view_name(a, out);
		str_add_z(out, " · ");
		if (a->view.unread_only)
			str_printf(out, "%s ", _("only"));
		str_printf(out, _("unread %llu"),
		           (unsigned long long)a->list.list.unread);
		if (a->list.list.tagged.n > 0) {
			str_add_z(out, " · ");
			str_printf(out, _("selected %zu"),
			           a->list.list.tagged.n);
		}
	}
}

/* "naver 320/1204" with a bar; the fetch that is furthest from its end. */
static int
draw_progress(struct app *a, int right)
{
	const struct rect *r = &a->layout.title;
	uint64_t done = 0, total = 0;
	struct str s;
	size_t i;
	int col, filled;

	if (a->fetches.n == 0)
		return right;
	for (i = 0; i < a->fetches.n; i++) {
		done += a->fetches.v[i].done;
		total += a->fetches.v[i].total;
	}
	str_init(&s, 256);
	if (a->fetches.n == 1)
		str_add_z(&s, a->fetches.v[0].account);
	else
		str_printf(&s, _("%zu accounts"), a->fetches.n);
	if (total > 0)
		str_printf(&s, " %llu/%llu ", (unsigned long long)done,
		           (unsigned long long)total);
	else
		str_add_z(&s, " … ");
	col = right - BAR_CELLS - (int)unicode_cells(str_slice(&s)) - 1;
	if (col > 12) {
		col = grid_put(&a->grid, r, 0, col, STYLE_TITLE, str_slice(&s));
		filled = total > 0 ? (int)(done * BAR_CELLS / total) : 0;
		for (i = 0; i < BAR_CELLS; i++)
			(void)grid_put_z(&a->grid, r, 0, col + (int)i,
			                 (int)i < filled ? STYLE_PROGRESS
			                                 : STYLE_PROGRESS_REST,
			                 (int)i < filled ? "█" : "░");
		right = col - (int)unicode_cells(str_slice(&s)) - 1;
	}
	str_release(&s);
	return right;
}

static void
draw_title(struct app *a)
{
	const struct rect *r = &a->layout.title;
	int right = r->cols - 7;
	struct tm now;
	struct str s;

	grid_fill(&a->grid, r, STYLE_TITLE);
	str_init(&s, 1024);
	clock_local(clock_now(), &now, NULL);
	str_printf(&s, "%02d:%02d", now.tm_hour, now.tm_min);
	(void)grid_put(&a->grid, r, 0, r->cols - 6, STYLE_TITLE, str_slice(&s));
	right = draw_progress(a, right);
	str_clear(&s);
	title_left(a, &s);
	(void)grid_field(&a->grid, r, 0, 0, right, STYLE_TITLE, str_slice(&s));
	str_release(&s);
}

/* ---- the status line ---- */

static void
draw_prompt(struct app *a)
{
	const struct rect *r = &a->layout.status;
	struct slice label = slice_of(app_prompt_label(a->prompt));
	size_t cells = unicode_cells(label);
	/* half of a narrow terminal is for what is typed */
	int room = r->cols / 2;
	int col = cells < (size_t)room ? (int)cells : room;

	if (r->cols - (int)cells >= ANSWER_CELLS)
		col = (int)cells;
	grid_fill(&a->grid, r, STYLE_STATUS);
	(void)grid_field(&a->grid, r, 0, 1, col, STYLE_SUBJECT, label);
	col++;
	w_line_draw(&a->line, &a->grid, r, 0, col + 1, r->cols - col - 2, true);
}

/* What goes on when there is no message. */
static void
idle_text(const struct app *a, struct str *out)
{
	int64_t left = a->held_until - clock_now();

	if (a->awaiting != ACTION_NONE)
		app_await_text(a, out);
	else if (a->work != 0)
		app_work_text(a, out);
	else if (a->held != NULL && a->held->at == 0 && left > 0)
		str_printf(out, _("Sending in %lld s; z takes it back"),
		           (long long)left);
	else if (a->fetches.n > 0 && a->fetches.v[0].text != NULL)
		str_printf(out, "%s: %s", a->fetches.v[0].account,
		           a->fetches.v[0].text);
	else if (store_read_only(a->store) != NULL)
		str_add_z(out, _("the store is read-only: nothing will be "
		                 "kept"));
	else if (a->index_total > a->index_done)
		str_printf(out, _("indexing %llu of %llu"),
		           (unsigned long long)a->index_done,
		           (unsigned long long)a->index_total);
}

/* A message is worth more than what it covers: a long one takes the number
 * behind it, and rows of the panes above. */
static void
draw_message(struct app *a)
{
	struct rect r = a->layout.status;
	size_t width = (size_t)r.cols - 2;
	struct slice rest = str_slice(&a->message);
	struct slice line;
	int n = 0;

	if (unicode_cells(rest) + 12 <= width) {
		(void)grid_put(&a->grid, &r, 0, 1, a->message_style, rest);
		return;
	}
	while (wrap_next(&rest, width, &line))
		n++;
	n = n < a->layout.body.rows ? n : a->layout.body.rows;
	r.row -= n - 1;
	r.rows = n;
	grid_fill(&a->grid, &r, STYLE_STATUS);
	rest = str_slice(&a->message);
	for (n = 0; wrap_next(&rest, width, &line); n++)
		(void)grid_put(&a->grid, &r, n, 1, a->message_style, line);
}

static void
draw_status(struct app *a)
{
	const struct rect *r = &a->layout.status;
	struct str s, pending;

	if (a->prompt != PROMPT_NONE) {
		draw_prompt(a);
		return;
	}
	str_init(&s, 2048);
	str_init(&pending, 64);
	if (a->message.n == 0)
		idle_text(a, &s);
	grid_fill(&a->grid, r, STYLE_STATUS);
	keymap_pending(a->keys, &pending);
	if (pending.n > 0)
		str_add_z(&pending, " …");
	else if (a->screen == APP_MAIL && a->focus == PANE_READER)
		str_printf(&pending, "%d%%", pane_reader_percent(&a->reader));
	else if (a->screen == APP_MAIL)
		fmt_count(a->list.list.total, &pending);
	(void)grid_field_right(&a->grid, r, 0, r->cols - 11, 10, STYLE_DIM,
	                       str_slice(&pending));
	if (a->message.n > 0)
		draw_message(a);
	else
		(void)grid_field(&a->grid, r, 0, 1, r->cols - 12, STYLE_DIM,
		                 str_slice(&s));
	str_release(&pending);
	str_release(&s);
}

/* Below a line to type in, a list to choose from, a text to read. */
static void
draw_box_hints(struct app *a)
{
	struct w_hint go[] = { { "Enter", _("Go") }, { "Esc", _("Cancel") } };
	struct w_hint choose[] = { { "Enter", _("Choose") },
		                   { "Esc", _("Cancel") } };
	struct w_hint files[] = {
		{ "Enter", _("Attach") }, { "Tab", _("Mark") },
		{ "←", _("Up") },         { "~/", _("Home") },
		{ ".", _("Hidden") },     { "Esc", _("Cancel") },
	};
	struct w_hint read[] = { { "Esc", _("Back") } };
	const struct rect *r = &a->layout.hints;

	if (a->pick == PICK_NONE)
		w_hints_fixed(&a->grid, r, go, 2);
	else if (a->pick == PICK_FILES)
		w_hints_fixed(&a->grid, r, files, 6);
	else if (a->pick != PICK_TEXT)
		w_hints_fixed(&a->grid, r, choose, 2);
	else
		w_hints_fixed(&a->grid, r, read, 1);
}

static void
draw_hints(struct app *a)
{
	if (a->layout.hints.rows == 0)
		return;
	if (a->prompt != PROMPT_NONE || a->pick != PICK_NONE) {
		draw_box_hints(a);
	} else if (a->screen == APP_WIZARD) {
		wizard_draw_hints(&a->wizard, &a->grid, &a->layout.hints);
	} else {
		w_hints_draw(&a->grid, &a->layout.hints, a->keys,
		             app_context(a));
	}
}

/* ---- panes ---- */

static void
draw_mail(struct app *a)
{
	struct layout *l = &a->layout;
	struct grid *g = &a->grid;

	if (l->folders.rows > 0)
		pane_folders_draw(&a->folders, g, &l->folders,
		                  a->focus == PANE_FOLDERS);
	if (l->list.rows > 0)
		pane_list_draw(&a->list, g, &l->list, a->focus == PANE_LIST,
		               clock_now());
	if (l->reader.rows > 0)
		pane_reader_draw(&a->reader, g, &l->reader,
		                 a->focus == PANE_READER);
	if (l->vrule.cols > 0)
		grid_vline(g, &l->vrule, 0);
	if (l->hrule.rows > 0)
		grid_hline(g, &l->hrule, 0);
}

static void
draw_too_small(struct app *a)
{
	struct rect r = grid_rect(&a->grid);
	struct slice rest, line;
	struct str s;
	int row = 0;

	str_init(&s, 256);
	str_printf(&s, _("The window is too small: %dx%d, needs %dx%d."),
	           a->grid.cols, a->grid.rows, LAYOUT_MIN_COLS,
	           LAYOUT_MIN_ROWS);
	rest = str_slice(&s);
	while (wrap_next(&rest, (size_t)r.cols, &line))
		(void)grid_put(&a->grid, &r, row++, 0, STYLE_TEXT, line);
	grid_cursor(&a->grid, &r, 0, 0);
	str_release(&s);
}

void
app_draw(struct app *a)
{
	struct grid *g = &a->grid;

	a->layout = layout_make(g->rows, g->cols, a->focus, a->reader.id != 0);
	grid_clear(g);
	if (a->layout.too_small) {
		draw_too_small(a);
		term_paint(g);
		return;
	}
	switch (a->screen) {
	case APP_MAIL:
		draw_mail(a);
		break;
	case APP_COMPOSE:
		pane_compose_draw(&a->pane_compose, a->compose, g,
		                  &a->layout.body);
		break;
	case APP_WIZARD:
		wizard_draw(&a->wizard, g, &a->layout.body, a->korean);
		break;
	case APP_HELP:
		pane_help_draw(&a->help, g, &a->layout.body, a->keys);
		break;
	}
	draw_title(a);
	draw_hints(a);
	draw_status(a);
	if (a->pick == PICK_FILES)
		w_files_draw(&a->files, g);
	else if (a->pick != PICK_NONE)
		w_pick_draw(&a->picker, g);
	term_paint(g);
}
