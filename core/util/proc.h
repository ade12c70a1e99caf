/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Children without a shell. */
#ifndef UTIL_PROC_H
#define UTIL_PROC_H

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/*
 * Split a command of the user's configuration into words: blanks separate,
 * "..." '...' and \ quote; nothing else is special.  *argv_r owned, NULL at the
 * end (free with proc_free_argv).  0 or -1 (ERR_CONFIG).
 */
int proc_split(const char *command, char ***argv_r, struct err *err);
void proc_free_argv(char **argv);

struct proc_opts {
	struct slice input;     /* on standard input */
	size_t output_max;      /* ERR_LIMIT beyond */
	int timeout_ms;         /* 0: 30000 */
	int cancel_fd;          /* readable: cancel; -1 or 0: none */
	const char *input_file; /* on standard input instead; NULL: none */
	bool inherit_tty; /* editor: stdio is the terminal; no input, output */
	bool until_exit;  /* what it leaves running may keep its output */
	bool errors_too;  /* output holds standard error as well: it would be
	                  * seen on a screen that is ours */
};

/* Run argv with execvp (the program ignores SIGPIPE); output (may be NULL) gets its standard output.  Other
 * descriptors are closed in the child.  *status_r: exit status, 128+signal. */
int proc_run(char *const argv[], const struct proc_opts *opts,
             struct str *output, int *status_r, struct err *err);

/* Start argv in a session of its own, without our terminal, and do not wait:
 * programs with windows.  input_file (may be NULL) is its standard input.  0, or
 * -1 (ERR_CONFIG) when it cannot be run. */
int proc_start(char *const argv[], const char *input_file, struct err *err);

#endif
