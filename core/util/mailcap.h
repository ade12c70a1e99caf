/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which program shows a type: mailcap files (RFC 1524), without a shell. */
#ifndef UTIL_MAILCAP_H
#define UTIL_MAILCAP_H

#include <stdbool.h>

#include "util/slice.h"

struct mailcap_found {
	char **argv; /* owned */
	/* Where the file has to be when argv runs ("nametemplate"); owned, NULL:
	 * where it is.  In the same folder. */
	char *path;
	bool terminal; /* "needsterminal" */
	bool prints;   /* "copiousoutput": a text to be read */
	bool input;    /* no %s: the bytes go to standard input */
};

void mailcap_release(struct mailcap_found *found);

/* What "test" fields ask; members may be NULL: the process's own. */
struct mailcap_world {
	char *(*getenv_fn)(const char *name);
	/* Does this command end well? */
	bool (*run_fn)(char *const argv[]);
};

/*
 * The first entry of text (a whole mailcap file) that shows type; one that only
 * prints a text if there is no other.
 *
 * type  "application/pdf"; anything that is no type finds nothing.
 * path  of the file, absolute.
 * world  may be NULL.
 *
 * %s and %t stand for path and type inside of one word each, other %{...} for
 * nothing.  Entries whose command needs a shell (pipes, redirections,
 * substitution), or whose test does, are passed over; of a test "$NAME" as a
 * whole word and "&&" are understood.  A nametemplate counts if it is nothing
 * but a name with one %s in it.  false: none; else release found_r.
 */
bool mailcap_find(struct slice text, struct slice type, const char *path,
                  const struct mailcap_world *world,
                  struct mailcap_found *found_r);

#endif
