/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program in a pseudo-terminal with libvterm behind it: keys in, text out. */
#include "lib/screen.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#include "util/clock.h"
#include "util/xalloc.h"

#define BYTES_MAX ((size_t)64 * 1024 * 1024)
#define TEXT_MAX  ((size_t)1024 * 1024)

struct screen {
	int fd;
	pid_t pid;
	int status; /* -1: runs */
	VTerm *vt;
	VTermScreen *vs;
	int rows, cols;
	struct str bytes;
};

static void
run_child(char *const argv[], const char *const env[])
{
	size_t i;

	(void)setenv("TERM", "xterm-256color", 1);
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	for (i = 0; env != NULL && env[i] != NULL; i++) {
		if (strchr(env[i], '=') == NULL)
			(void)unsetenv(env[i]);
		else
			(void)putenv(xstrdup(env[i]));
	}
	(void)execv(argv[0], argv);
	_exit(127);
}

struct screen *
screen_start(int rows, int cols, char *const argv[], const char *const env[])
{
	struct screen *s = xcalloc(1, sizeof *s);
	struct winsize size = { (unsigned short)rows, (unsigned short)cols, 0,
		                0 };

	s->status = -1;
	s->rows = rows;
	s->cols = cols;
	str_init(&s->bytes, BYTES_MAX);
	s->vt = vterm_new(rows, cols);
	vterm_set_utf8(s->vt, 1);
	s->vs = vterm_obtain_screen(s->vt);
	vterm_screen_reset(s->vs, 1);
	s->pid = forkpty(&s->fd, NULL, NULL, &size);
	if (s->pid == 0)
		run_child(argv, env);
	return s;
}

static void
reap(struct screen *s, int options)
{
	if (s->status == -1 && s->pid > 0)
		(void)waitpid(s->pid, &s->status, options);
}

void
screen_kill(struct screen **sp)
{
	if ((*sp)->status == -1) {
		(void)kill((*sp)->pid, SIGKILL);
		reap(*sp, 0);
	}
	(void)screen_stop(sp);
}

int
screen_stop(struct screen **sp)
{
	struct screen *s = *sp;
	int status;

	reap(s, WNOHANG);
	if (s->status == -1) {
		(void)kill(s->pid, SIGHUP);
		if (!screen_wait_end(s, 20000)) {
			(void)kill(s->pid, SIGKILL);
			reap(s, 0);
		}
	}
	status = s->status;
	(void)close(s->fd);
	vterm_free(s->vt);
	str_release(&s->bytes);
	free(s);
	*sp = NULL;
	return status;
}

void
screen_type(struct screen *s, const char *bytes)
{
	size_t n = strlen(bytes);

	if (write(s->fd, bytes, n) != (ssize_t)n)
		s->status = s->status == -1 ? -1 : s->status;
}

void
screen_resize(struct screen *s, int rows, int cols)
{
	struct winsize size = { (unsigned short)rows, (unsigned short)cols, 0,
		                0 };

	s->rows = rows;
	s->cols = cols;
	vterm_set_size(s->vt, rows, cols);
	(void)ioctl(s->fd, TIOCSWINSZ, &size);
}

/* Take what there is within ms.  false: the program closed the terminal. */
static bool
pump(struct screen *s, int ms)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	char buf[8192];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return true;
	n = read(s->fd, buf, sizeof buf);
	if (n <= 0)
		return n < 0 && errno == EINTR;
	str_add(&s->bytes, buf, (size_t)n);
	(void)vterm_input_write(s->vt, buf, (size_t)n);
	/* the terminal's own answers */
	n = (ssize_t)vterm_output_read(s->vt, buf, sizeof buf);
	return n <= 0 || write(s->fd, buf, (size_t)n) == n;
}

static void
row_text(struct screen *s, int row, struct str *out)
{
	size_t start = out->n;
	int col;

	for (col = 0; col < s->cols; col++) {
		VTermPos pos = { row, col };
		VTermScreenCell cell;
		int i;

		if (vterm_screen_get_cell(s->vs, pos, &cell) == 0 ||
		    cell.chars[0] == (uint32_t)-1)
			continue;
		if (cell.chars[0] == 0)
			str_add_c(out, ' ');
		for (i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0;
		     i++)
			str_add_codepoint(out, cell.chars[i]);
		if (cell.width > 1)
			col++;
	}
	while (out->n > start && out->p[out->n - 1] == ' ')
		str_truncate(out, out->n - 1);
}

void
screen_text(struct screen *s, struct str *out)
{
	int row;

	for (row = 0; row < s->rows; row++) {
		row_text(s, row, out);
		str_add_c(out, '\n');
	}
}

int
screen_find(struct screen *s, const char *text)
{
	struct str t;
	int row, found = -1;

	str_init(&t, TEXT_MAX);
	for (row = 0; row < s->rows && found < 0; row++) {
		str_clear(&t);
		row_text(s, row, &t);
		if (strstr(t.p, text) != NULL)
			found = row;
	}
	str_release(&t);
	return found;
}

static bool
wait_for(struct screen *s, const char *text, bool there, int ms)
{
	int64_t end = clock_mono_ms() + ms;

	while ((screen_find(s, text) >= 0) != there) {
		if (clock_mono_ms() >= end)
			return false;
		if (!pump(s, 50))
			return (screen_find(s, text) >= 0) == there;
	}
	return true;
}

bool
screen_wait(struct screen *s, const char *text, int ms)
{
	return wait_for(s, text, true, ms);
}

bool
screen_wait_gone(struct screen *s, const char *text, int ms)
{
	return wait_for(s, text, false, ms);
}

bool
screen_wait_cursor_row(struct screen *s, int row, int ms)
{
	int64_t end = clock_mono_ms() + ms;
	int at, col;

	for (;;) {
		screen_cursor(s, &at, &col);
		if (at == row)
			return true;
		if (clock_mono_ms() >= end || !pump(s, 50))
			return false;
	}
}

bool
screen_wait_end(struct screen *s, int ms)
{
	int64_t end = clock_mono_ms() + ms;

	while (s->status == -1 && clock_mono_ms() < end) {
		if (!pump(s, 50))
			(void)poll(NULL, 0, 20);
		reap(s, WNOHANG);
	}
	while (pump(s, 0) && s->status == -1)
		break;
	return s->status != -1;
}

void
screen_cursor(struct screen *s, int *row_r, int *col_r)
{
	VTermPos pos;

	vterm_state_get_cursorpos(vterm_obtain_state(s->vt), &pos);
	*row_r = pos.row;
	*col_r = pos.col;
}

const struct str *
screen_bytes(const struct screen *s)
{
	return &s->bytes;
}
