/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where links lead, and those that look as if they led elsewhere. */
#ifndef TEXT_LINK_H
#define TEXT_LINK_H

#include <stdbool.h>

#include "util/slice.h"
#include "util/str.h"

/*
 * The host of a target "http://...", "https://..." or "mailto:..." as browsers
 * find it (WHATWG URL): no user, no port, backslashes are slashes.  A slice of
 * target; empty when there is none.
 */
struct slice link_host(struct slice target);
/*
 * Does a web address look as if it led elsewhere: another host before "@", letters
 * of mixed scripts, signs that look like slashes?  Then the host, in the form
 * that cannot be taken for another (text/script.h), safe, is appended.
 */
bool link_hides(struct slice target, struct str *host_out);
/* A line for each such address of a plain text, appended; text is UTF-8. */
void link_warnings(struct slice text, struct str *out);

#endif
