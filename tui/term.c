/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal: only term*.c know curses.  One per process. */
#include "tui/term.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#include "tui/term_priv.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/*
 * 1. Widths are ours (text/unicode); curses believes wcwidth().  A cluster
 *    whose first character has another width there is drawn as U+FFFD or with
 *    a blank behind it, so that both always agree on the column.
 * 2. Of a cluster the first character and its combining marks are drawn: an
 *    emoji joined of several shows the first, whatever the terminal can do.
 * 3. The terminal is given back by term_close from any place: at exit, when
 *    memory ends, when a signal asks.
 */

/* Milliseconds to wait for the rest of an escape sequence. */
#define ESC_DELAY 25

static struct {
	SCREEN *screen;
	bool taken; /* shown now: not left for another program */
	bool exit_hooked;
	struct grid shown; /* what curses has been told */
	bool stale;        /* shown means nothing */
	attr_t attrs[STYLE_COUNT];
	bool mouse;
	volatile sig_atomic_t gone;
} term;

static void
on_signal(int sig)
{
	(void)sig;
	term.gone = 1;
}

static void
raw_write(const char *s)
{
	size_t n = strlen(s);

	/* A terminal that takes no bytes shows up in the next read. */
	while (n > 0) {
		ssize_t w = write(STDOUT_FILENO, s, n);

		if (w <= 0)
			return;
		s += w;
		n -= (size_t)w;
	}
}

static attr_t
attr_of(unsigned a)
{
	return (attr_t)((a & THEME_BOLD ? A_BOLD : 0) |
	                (a & THEME_DIM ? A_DIM : 0) |
	                (a & THEME_UNDERLINE ? A_UNDERLINE : 0) |
	                (a & THEME_REVERSE ? A_REVERSE : 0));
}

static void
set_colours(const char *theme)
{
	const char *no_color = getenv("NO_COLOR");
	enum theme_depth depth = THEME_MONO;
	int st;

	if ((no_color == NULL || no_color[0] == '\0') && has_colors() &&
	    start_color() == OK && use_default_colors() == OK &&
	    COLOR_PAIRS > STYLE_COUNT)
		depth = COLORS >= 256 ? THEME_256
		        : COLORS >= 8 ? THEME_8
		                      : THEME_MONO;
	for (st = 0; st < STYLE_COUNT; st++) {
		struct theme_look l = theme_look(theme, depth, (enum style)st);

		term.attrs[st] = attr_of(l.attr);
		if (depth != THEME_MONO && (l.fg >= 0 || l.bg >= 0))
			(void)init_pair((short)(st + 1), l.fg, l.bg);
	}
}

static void
set_modes(void)
{
	(void)raw();
	(void)noecho();
	(void)nonl(); /* tells Enter from ^J */
	(void)intrflush(stdscr, FALSE);
	(void)keypad(stdscr, TRUE);
	(void)nodelay(stdscr, TRUE);
	(void)set_escdelay(ESC_DELAY);
	term_input_open();
	if (term.mouse) {
		(void)mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED |
		                        BUTTON5_PRESSED,
		                NULL);
		(void)mouseinterval(0);
	}
	raw_write("\033[?2004h");
}

static void
set_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	(void)sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGHUP, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &sa, NULL);
}

int
term_look(int *colours_r, struct err *err)
{
	const char *name = getenv("TERM");
	bool can_move;
	int rc;

	*colours_r = 0;
	if (name == NULL || name[0] == '\0')
		return err_set(err, ERR_CONFIG,
		               _("the variable TERM is not set; try "
		                 "TERM=xterm-256color pabal"));
	if (setupterm(name, STDOUT_FILENO, &rc) != OK)
		return err_set(err, ERR_CONFIG,
		               _("the terminal type '%.60s' (TERM) is unknown; "
		                 "try TERM=xterm-256color pabal"),
		               name);
	can_move = tigetstr("cup") != NULL && tigetstr("cup") != (char *)-1;
	rc = tigetnum("colors");
	*colours_r = rc > 0 ? rc : 0;
	(void)del_curterm(cur_term); /* newterm reads its own */
	if (!can_move)
		return err_set(
			err, ERR_CONFIG,
			_("the terminal type '%.60s' (TERM) cannot show a "
		          "screen; try TERM=xterm-256color pabal"),
			name);
	return 0;
}

int
term_open(const struct term_opts *opts, struct err *err)
{
	int colours;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(err, ERR_USAGE,
		               _("the screen needs a terminal; 'pabal --help' "
		                 "lists the commands that need none"));
	if (term_look(&colours, err) != 0)
		return -1;
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0 &&
	    setlocale(LC_CTYPE, "C.UTF-8") == NULL &&
	    setlocale(LC_CTYPE, "en_US.UTF-8") == NULL)
		return err_set(err, ERR_CONFIG,
		               _("the locale is not UTF-8; try LC_ALL=C.UTF-8 "
		                 "pabal"));
	term.screen = newterm(NULL, stdout, stdin);
	if (term.screen == NULL)
		return err_set(err, ERR_CONFIG,
		               _("the terminal cannot be used"));
	term.taken = true;
	term.mouse = opts->mouse;
	term.stale = true;
	grid_init(&term.shown);
	set_colours(opts->theme);
	set_modes();
	set_signals();
	xalloc_set_exit_hook(term_close);
	if (!term.exit_hooked) {
		term.exit_hooked = true;
		(void)atexit(term_close);
	}
	return 0;
}

void
term_close(void)
{
	if (term.screen == NULL)
		return;
	if (term.taken) {
		raw_write("\033[?2004l");
		(void)endwin();
	}
	delscreen(term.screen);
	term.screen = NULL;
	term.taken = false;
	grid_release(&term.shown);
	term_input_close();
}

void
term_size(int *rows_r, int *cols_r)
{
	getmaxyx(stdscr, *rows_r, *cols_r);
}

/* ---- painting ---- */

static bool
same_cell(const struct cell *a, const struct cell *b)
{
	return a->style == b->style && a->cells == b->cells && a->n == b->n &&
	       memcmp(a->text, b->text, a->n) == 0;
}

/* The first character and its combining marks; returns the bytes used. */
static size_t
widen(const struct cell *c, size_t at, wchar_t *wcs)
{
	size_t n = 0;

	while (at < c->n && n < CCHARW_MAX) {
		uint32_t ch;
		size_t len = utf8_decode(c->text + at, c->n - at, &ch);

		if (n > 0 && wcwidth((wchar_t)ch) != 0)
			break;
		at += len;
		if (ch != 0x200d) /* a joiner with nothing to join */
			wcs[n++] = (wchar_t)ch;
	}
	wcs[n] = L'\0';
	return at;
}

static void
put_wide(int row, int col, const wchar_t *wcs, int style)
{
	cchar_t cc;

	if (setcchar(&cc, wcs, term.attrs[style], (short)(style + 1), NULL) !=
	    OK)
		(void)setcchar(&cc, L"\xfffd", term.attrs[style],
		               (short)(style + 1), NULL);
	(void)mvadd_wch(row, col, &cc);
}

static void
paint_cell(int row, int col, const struct cell *c)
{
	wchar_t wcs[CCHARW_MAX + 1];
	size_t used = widen(c, 0, wcs);
	int width = wcwidth(wcs[0]);

	if (c->cells == 0)
		return;
	if (width == c->cells) {
		put_wide(row, col, wcs, c->style);
		return;
	}
	put_wide(row, col, width == 1 ? wcs : L"\xfffd", c->style);
	if (c->cells < 2)
		return;
	/* two narrow halves: flags are made of two letters */
	wcs[0] = L'\0';
	if (width == 1 && used < c->n)
		(void)widen(c, used, wcs);
	put_wide(row, col + 1, wcwidth(wcs[0]) == 1 ? wcs : L" ", c->style);
}

static void
paint_row(const struct grid *g, int row)
{
	int col;

	for (col = 0; col < g->cols; col++) {
		const struct cell *c = grid_cell(g, row, col);
		const struct cell *old =
			term.stale ? NULL : grid_cell(&term.shown, row, col);

		if (old == NULL || !same_cell(c, old))
			paint_cell(row, col, c);
	}
}

void
term_paint(const struct grid *g)
{
	int row;

	if (!term.taken)
		return;
	if (term.shown.rows != g->rows || term.shown.cols != g->cols) {
		grid_resize(&term.shown, g->rows, g->cols);
		term.stale = true;
	}
	if (term.stale)
		(void)erase();
	for (row = 0; row < g->rows; row++)
		paint_row(g, row);
	memcpy(term.shown.v, g->v,
	       (size_t)g->rows * (size_t)g->cols * sizeof *g->v);
	term.stale = false;
	(void)curs_set(g->cursor_row >= 0);
	(void)move(g->cursor_row >= 0 ? g->cursor_row : g->rows - 1,
	           g->cursor_row >= 0 ? g->cursor_col : 0);
	(void)refresh();
}

void
term_redraw(void)
{
	if (!term.taken)
		return;
	term.stale = true;
	(void)clearok(stdscr, TRUE);
}

void
term_leave(void)
{
	if (!term.taken)
		return;
	raw_write("\033[?2004l");
	(void)def_prog_mode();
	(void)endwin();
	term.taken = false;
}

void
term_enter(void)
{
	if (term.screen == NULL || term.taken)
		return;
	term.taken = true;
	(void)reset_prog_mode();
	(void)refresh();
	raw_write("\033[?2004h");
	term_redraw();
}

void
term_suspend(void)
{
	if (!term.taken)
		return;
	term_leave();
	(void)kill(0, SIGTSTP);
	term_enter();
}

void
term_bell(void)
{
	if (term.taken)
		(void)beep();
}

bool
term_is_taken(void)
{
	return term.taken;
}

bool
term_hangup(void)
{
	return term.gone != 0;
}
