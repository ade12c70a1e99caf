/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telling the user of new mail with a command of theirs. */
#ifndef ENGINE_NOTIFY_H
#define ENGINE_NOTIFY_H

#include <stdint.h>

#include "util/err.h"
#include "util/str.h"

/* What came; texts may be NULL and are the senders'. */
struct notify {
	uint64_t count;
	const char *account;
	const char *from; /* of the last one */
	const char *subject;
};

/*
 * The words of the user's command (proc_split) with %n, %a, %f, %s and %% in
 * them filled in.  What comes from mail stays inside its word, is one line
 * without controls of at most 200 bytes, and never makes a word an option.
 *
 * argv_r  owned (proc_free_argv)
 *
 * Returns 0, or -1 with ERR_CONFIG.
 */
int notify_argv(const char *command, const struct notify *n, char ***argv_r,
                struct err *err);
/* Run it, for ten seconds at most. */
int notify_run(const char *command, const struct notify *n, struct err *err);

#endif
