/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which program shows a type: mailcap files (RFC 1524), without a shell. */
#ifndef UTIL_MAILCAP_H
#define UTIL_MAILCAP_H

#include <stdbool.h>

#include "util/slice.h"

struct mailcap_found {
	char **argv;   /* owned; free with proc_free_argv */
	bool terminal; /* "needsterminal" */
	bool input;    /* no %s: the bytes go to standard input */
};

/*
 * The first entry of text (a whole mailcap file) that shows type.
 *
 * type  "application/pdf"; anything that is no type finds nothing.
 * path  of the file, absolute.
 * getenv_fn  looks up variables of "test" fields; NULL: getenv.
 *
 * %s and %t stand for path and type inside of one word each, other %{...} for
 * nothing.  Entries whose command needs a shell (pipes, redirections,
 * substitution), that print text ("copiousoutput") or whose test is no simple
 * test of a variable are passed over.  false: none.
 */
bool mailcap_find(struct slice text, struct slice type, const char *path,
                  char *(*getenv_fn)(const char *name),
                  struct mailcap_found *found_r);

#endif
