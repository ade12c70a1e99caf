/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A multipart that does not say how it is divided. */
#ifndef MIME_BOUNDARY_H
#define MIME_BOUNDARY_H

#include "util/slice.h"

/* The boundary that a multipart does not name: of the first line that looks like
 * its delimiter and has a field of a part behind it.  A slice of body; empty:
 * there is none. */
struct slice boundary_guess(struct slice body);
/* The type of one that has no parts: HTML when it begins so, else plain. */
struct slice boundary_text_type(struct slice body);

#endif
