/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters of scripts that nobody writes together: a sign of forged names. */
#ifndef TEXT_SCRIPT_H
#define TEXT_SCRIPT_H

#include <stdbool.h>

#include "util/slice.h"
#include "util/str.h"

/* Does the label (one part of a host name, UTF-8) mix scripts?  Latin goes with
 * Hangul, Han and Kana; digits and marks go with all. */
bool script_mixes(struct slice label);
/*
 * Append a host name; its labels that mix scripts, that consist of letters which
 * look like Latin ones or that hold false slashes as "xn--..." (RFC 3492; of the
 * first 63 characters), so that they are not taken for the name they look like.
 * Labels that are in that form already stay as they are.  true when any was
 * changed.
 */
bool script_add_host(struct slice host, struct str *out);

#endif
