/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Translated sentences with {blanks}, which each language puts where it wants. */
#include "util/fill.h"

#include "util/banned.h"

void
fill_blanks(const char *sentence, const struct fill_blank *v, size_t n,
            struct str *out)
{
	struct slice rest = slice_of(sentence);

	while (rest.n > 0) {
		size_t open = slice_find(rest, '{');
		size_t close = slice_find(rest, '}');
		struct slice name;

		str_add_slice(out, slice_head(rest, open));
		if (open == rest.n || close == rest.n)
			break;
		name = slice_make(rest.p + open + 1,
		                  close > open ? close - open - 1 : 0);
		for (size_t i = 0; i < n; i++)
			if (slice_eq_z(name, v[i].name))
				str_add_slice(out, v[i].value);
		rest = slice_from(rest, (close > open ? close : open) + 1);
	}
}
