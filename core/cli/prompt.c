/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking for a secret without showing it. */
#include "cli/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/terminal.h"
#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

/* A question with the name of an account; longer ones are cut. */
#define QUESTION_MAX 4096

/* Byte by byte: what follows the line belongs to somebody else. */
static int
read_line(int fd, bool (*cancelled)(void), char *line, size_t max, size_t *n_r,
          struct err *err)
{
	size_t n = 0;

	for (;;) {
		char c;
		ssize_t got = read(fd, &c, 1);

		if (got < 0 && errno == EINTR &&
		    (cancelled == NULL || !cancelled()))
			continue;
		if (got < 0 && errno == EINTR)
			return err_set(err, ERR_CANCELLED, _("cancelled"));
		if (got < 0)
			return err_sys(err, errno,
			               _("cannot read the password"));
		if (got == 0 || c == '\n')
			break;
		if (n == max)
			return err_set(err, ERR_LIMIT,
			               _("the password is too long"));
		line[n++] = c;
	}
	if (n > 0 && line[n - 1] == '\r')
		n--;
	*n_r = n;
	return 0;
}

static int
take_line(int fd, bool (*cancelled)(void), struct secret *secret_r,
          struct err *err)
{
	char line[4096];
	size_t n = 0;
	int rc = read_line(fd, cancelled, line, sizeof line, &n, err);

	if (rc == 0 && n == 0)
		rc = err_set(err, ERR_AUTH, _("no password was given"));
	if (rc == 0)
		secret_set(secret_r, line, n);
	secret_wipe(line, sizeof line);
	return rc;
}

static int
ask(int tty, const char *question, bool (*cancelled)(void),
    struct secret *secret_r, struct err *err)
{
	struct termios before;
	struct termios silent;
	struct err ignored;
	struct str asked;
	int rc;

	if (tcgetattr(tty, &before) != 0)
		return err_sys(err, errno, _("cannot use the terminal"));
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	silent.c_lflag |= ICANON;
	if (tcsetattr(tty, TCSAFLUSH, &silent) != 0)
		return err_sys(err, errno, _("cannot use the terminal"));
	str_init(&asked, QUESTION_MAX);
	terminal_text(tty, slice_of(question), &asked);
	rc = fsx_write_all(tty, asked.p, asked.n, err);
	str_release(&asked);
	if (rc == 0)
		rc = take_line(tty, cancelled, secret_r, err);
	/* The Enter key was not echoed. */
	(void)fsx_write_all(tty, "\n", 1, &ignored);
	if (tcsetattr(tty, TCSAFLUSH, &before) != 0 && rc == 0)
		rc = err_sys(err, errno, _("cannot use the terminal"));
	return rc;
}

int
prompt_secret(const char *question, bool (*cancelled)(void),
              struct secret *secret_r, struct err *err)
{
	int tty;
	int rc;

	if (isatty(STDIN_FILENO) == 0)
		return take_line(STDIN_FILENO, cancelled, secret_r, err);
	tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty < 0)
		return err_sys(err, errno, _("cannot use the terminal"));
	rc = ask(tty, question, cancelled, secret_r, err);
	(void)close(tty); /* nothing was written that could be lost */
	return rc;
}
