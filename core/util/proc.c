/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Children without a shell. */
#include "util/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/array.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Exit status of a child whose exec failed, as shells have it. */
#define PROC_NOT_FOUND 127

/* One word into word; *p stands behind it.  -1: a quote is open. */
static int
split_word(const char **p, struct str *word)
{
	char quote = '\0';

	for (; **p != '\0'; (*p)++) {
		char c = **p;

		if (quote == '\0' && byte_is_blank(c))
			break;
		if (quote == '\0' && (c == '"' || c == '\''))
			quote = c;
		else if (c == quote)
			quote = '\0';
		else if (c == '\\' && quote != '\'' && (*p)[1] != '\0')
			str_add_c(word, *++*p);
		else
			str_add_c(word, c);
	}
	return quote != '\0' ? -1 : 0;
}

int
proc_split(const char *command, char ***argv_r, struct err *err)
{
	ARRAY(char *) words = { 0 };
	const char *p = command;
	struct str word;
	int rc = 0;

	str_init(&word, 65536);
	while (rc == 0) {
		while (byte_is_blank(*p))
			p++;
		if (*p == '\0')
			break;
		rc = split_word(&p, &word);
		array_add(&words, str_take(&word));
	}
	str_release(&word);
	if (rc == 0 && words.n == 0)
		rc = err_set(err, ERR_CONFIG, _("the command is empty"));
	else if (rc != 0)
		rc = err_set(err, ERR_CONFIG,
		             _("a quote is not closed in '%s'"), command);
	array_add(&words, NULL);
	if (rc != 0)
		proc_free_argv(words.v);
	else
		*argv_r = words.v;
	return rc;
}

void
proc_free_argv(char **argv)
{
	if (argv == NULL)
		return;
	for (char **p = argv; *p != NULL; p++)
		free(*p);
	free(argv);
}

/* In the child: read from file. */
static bool
take_input(const char *file)
{
	int fd;

	if (file == NULL)
		return true;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && dup2(fd, STDIN_FILENO) >= 0;
}

static _Noreturn void
run_child(char *const argv[], const struct proc_opts *opts, int in, int out)
{
	sigset_t none;
	long max = sysconf(_SC_OPEN_MAX);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGTSTP, SIG_DFL);
	if (!opts->inherit_tty) {
		if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
			_exit(PROC_NOT_FOUND);
		if (opts->errors_too && dup2(out, STDERR_FILENO) < 0)
			_exit(PROC_NOT_FOUND);
	}
	if (!take_input(opts->input_file))
		_exit(PROC_NOT_FOUND);
	if (max < 0 || max > 4096)
		max = 4096;
	for (int fd = 3; fd < max; fd++)
		close(fd);
	execvp(argv[0], argv);
	_exit(PROC_NOT_FOUND);
}

/* A running child and what is left to exchange with it. */
struct child {
	pid_t pid;
	int in;  /* we write; -1 closed */
	int out; /* we read; -1 closed */
	struct slice input;
	int64_t deadline;
};

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int
feed(struct child *c, struct err *err)
{
	ssize_t n = write(c->in, c->input.p, c->input.n);

	if (n > 0)
		c->input = slice_from(c->input, (size_t)n);
	else if (n < 0 && errno == EPIPE)
		c->input.n = 0; /* it does not want it all */
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		return err_sys(err, errno, _("cannot write to the command"));
	if (c->input.n == 0)
		close_end(&c->in);
	return 0;
}

static int
drain(struct child *c, size_t max, struct str *output, struct err *err)
{
	char buf[4096];
	ssize_t n = read(c->out, buf, sizeof buf);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_end(&c->out);
	if (n <= 0 || output == NULL)
		return 0;
	if (output->n + (size_t)n > max)
		return err_set(err, ERR_LIMIT,
		               _("the command prints too much"));
	str_add(output, buf, (size_t)n);
	return 0;
}

/* It is waited for later; all that it wrote is in the pipe. */
static bool
has_ended(const struct child *c)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)c->pid, &info,
	              WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == c->pid;
}

/* Exchange until the child has closed its output, or ended. */
static int
talk(struct child *c, const struct proc_opts *opts, struct str *output,
     struct err *err)
{
	int wait = opts->until_exit ? 50 : 1000;
	bool ended;

	while (c->in >= 0 || c->out >= 0) {
		int64_t left = c->deadline - clock_mono_ms();
		struct pollfd p[3] = {
			{ c->in, POLLOUT, 0 },
			{ c->out, POLLIN, 0 },
			{ opts->cancel_fd > 0 ? opts->cancel_fd : -1, POLLIN,
			  0 },
		};

		int ready;

		if (left <= 0)
			return err_set(err, ERR_RETRY,
			               _("the command took too long"));
		ended = opts->until_exit && has_ended(c);
		ready = poll(p, 3, ended ? 0 : left < wait ? (int)left : wait);
		if (ready == 0 && ended)
			return 0;
		if (ready < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(err, errno, _("cannot wait"));
		}
		if (p[2].revents != 0)
			return err_set(err, ERR_CANCELLED, _("cancelled"));
		if (p[0].revents != 0 && feed(c, err) != 0)
			return -1;
		if (p[1].revents != 0 &&
		    drain(c, opts->output_max, output, err) != 0)
			return -1;
	}
	return 0;
}

static int
reap(pid_t pid, int64_t deadline, bool patient, int *status_r)
{
	int status;

	for (;;) {
		pid_t got = waitpid(pid, &status, patient ? 0 : WNOHANG);

		if (got == pid)
			break;
		if (got < 0 && errno != EINTR)
			return -1;
		if (got == 0 && clock_mono_ms() >= deadline) {
			kill(pid, SIGKILL);
			patient = true;
		} else if (got == 0) {
			(void)poll(NULL, 0, 10); /* only a pause */
		}
	}
	*status_r = WIFEXITED(status) ? WEXITSTATUS(status)
	                              : 128 + WTERMSIG(status);
	return 0;
}

/* Pipes for input and output: [0] read end, [1] write end. */
static int
make_pipes(int in[2], int out[2], struct err *err)
{
	if (pipe2(in, O_CLOEXEC) != 0)
		return err_sys(err, errno, _("cannot run a command"));
	if (pipe2(out, O_CLOEXEC) != 0) {
		close(in[0]);
		close(in[1]);
		return err_sys(err, errno, _("cannot run a command"));
	}
	return 0;
}

static int
start(char *const argv[], const struct proc_opts *opts, struct child *c,
      struct err *err)
{
	int in[2];
	int out[2];

	if (make_pipes(in, out, err) != 0)
		return -1;
	c->pid = fork();
	if (c->pid == 0)
		run_child(argv, opts, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	c->in = in[1];
	c->out = out[0];
	if (c->pid < 0) {
		close_end(&c->in);
		close_end(&c->out);
		return err_sys(err, errno, _("cannot run '%s'"), argv[0]);
	}
	if (fcntl(c->in, F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(c->out, F_SETFL, O_NONBLOCK) < 0)
		abort(); /* our own pipes */
	if (c->input.n == 0 || opts->inherit_tty)
		close_end(&c->in);
	if (opts->inherit_tty)
		close_end(&c->out);
	return 0;
}

/* What the keys of the terminal mean to us. */
struct keys {
	struct sigaction interrupt, quit, stop;
};

/* While a child has the terminal, ^C and ^\ are for it alone, and ^Z stops us
 * together, without what the owner of the screen does then. */
static void
lend_keys(struct keys *k)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction as_usual = { .sa_handler = SIG_DFL };

	(void)sigemptyset(&ignore.sa_mask); /* none of these can fail */
	(void)sigemptyset(&as_usual.sa_mask);
	(void)sigaction(SIGINT, &ignore, &k->interrupt);
	(void)sigaction(SIGQUIT, &ignore, &k->quit);
	(void)sigaction(SIGTSTP, &as_usual, &k->stop);
}

static void
take_keys(const struct keys *k)
{
	(void)sigaction(SIGINT, &k->interrupt, NULL);
	(void)sigaction(SIGQUIT, &k->quit, NULL);
	(void)sigaction(SIGTSTP, &k->stop, NULL);
}

static int
run(char *const argv[], const struct proc_opts *opts, struct str *output,
    int *status_r, struct err *err)
{
	int timeout = opts->timeout_ms > 0 ? opts->timeout_ms : 30000;
	struct child c = { .input = opts->input,
		           .deadline = clock_mono_ms() + timeout };
	int rc;

	if (start(argv, opts, &c, err) != 0)
		return -1;
	rc = talk(&c, opts, output, err);
	close_end(&c.in);
	close_end(&c.out);
	if (rc != 0)
		kill(c.pid, SIGTERM);
	if (reap(c.pid, rc == 0 ? c.deadline : clock_mono_ms() + 1000,
	         opts->inherit_tty, status_r) != 0)
		return err_sys(err, errno, _("cannot wait for '%s'"), argv[0]);
	if (rc == 0 && *status_r == PROC_NOT_FOUND)
		return err_set(err, ERR_CONFIG, _("cannot run '%s'"), argv[0]);
	return rc;
}

int
proc_run(char *const argv[], const struct proc_opts *opts, struct str *output,
         int *status_r, struct err *err)
{
	struct keys keys;
	int rc;

	if (opts->inherit_tty)
		lend_keys(&keys);
	rc = run(argv, opts, output, status_r, err);
	if (opts->inherit_tty)
		take_keys(&keys);
	return rc;
}

/* In a grandchild, so that nobody has to wait for it. */
static _Noreturn void
run_detached(char *const argv[], const char *input_file, int report)
{
	int null;
	sigset_t none;

	if (setsid() < 0 || fork() != 0)
		_exit(0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	null = open("/dev/null", O_RDWR);
	if (null >= 0 && dup2(null, 0) >= 0 && dup2(null, 1) >= 0 &&
	    dup2(null, 2) >= 0 && take_input(input_file)) {
		for (int fd = 3; fd < 4096; fd++)
			if (fd != report)
				close(fd);
		execvp(argv[0], argv);
	}
	/* The parent learns of it by this byte. */
	_exit(write(report, "x", 1) == 1 ? PROC_NOT_FOUND : 1);
}

int
proc_start(char *const argv[], const char *input_file, struct err *err)
{
	int report[2];
	int status;
	char byte;
	ssize_t n;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) != 0)
		return err_sys(err, errno, _("cannot run a command"));
	pid = fork();
	if (pid == 0)
		run_detached(argv, input_file, report[1]);
	close(report[1]);
	do
		n = pid < 0 ? 1 : read(report[0], &byte, 1);
	while (n < 0 && errno == EINTR);
	close(report[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (n != 0)
		return err_set(err, ERR_CONFIG, _("cannot run '%s'"), argv[0]);
	return 0;
}
