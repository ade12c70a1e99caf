/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Translated sentences with {blanks}, which each language puts where it wants. */
#ifndef UTIL_FILL_H
#define UTIL_FILL_H

#include "util/slice.h"
#include "util/str.h"

/* A name in braces and what stands for it. */
struct fill_blank {
	const char *name;
	struct slice value;
};

/* Append sentence with its blanks filled in; a name that v does not have stands
 * for nothing. */
void fill_blanks(const char *sentence, const struct fill_blank *v, size_t n,
                 struct str *out);

#endif
