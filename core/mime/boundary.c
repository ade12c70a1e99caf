/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A multipart that does not say how it is divided. */
#include "mime/boundary.h"

#include <string.h>

#include "util/banned.h"

/* How far it is looked at. */
#define LOOK_MAX 8192
/* RFC 2046, 5.1.1. */
#define BOUNDARY_MAX 70

/* RFC 2046, 5.1.1; no blanks, which no program makes. */
static bool
is_boundary(struct slice s)
{
	if (s.n == 0 || s.n > BOUNDARY_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!byte_is_alnum(s.p[i]) &&
		    (s.p[i] == '\0' || strchr("'()+_,-./:=?", s.p[i]) == NULL))
			return false;
	return true;
}

struct slice
boundary_guess(struct slice body)
{
	struct slice rest = slice_head(body, LOOK_MAX);
	struct slice line;

	while (slice_line(&rest, &line)) {
		line = slice_rtrim(line);
		if (slice_starts(line, "--") &&
		    slice_istarts(rest, "Content-") &&
		    is_boundary(slice_from(line, 2)))
			return slice_from(line, 2);
	}
	return SLICE_NONE;
}

struct slice
boundary_text_type(struct slice body)
{
	struct slice s = slice_trim(slice_head(body, LOOK_MAX));

	return slice_istarts(s, "<html") || slice_istarts(s, "<!doctype html")
	               ? SLICE_LIT("text/html")
	               : SLICE_LIT("text/plain");
}
