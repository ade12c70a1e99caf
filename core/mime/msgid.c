/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Message identifiers (RFC 5322 3.6.4). */
#include "mime/msgid.h"

#include "mime/lex.h"

#include "util/banned.h"

bool
msgid_next(struct slice *rest, struct slice *id_r)
{
	for (;;) {
		size_t open = slice_find(*rest, '<');
		struct slice s = slice_from(*rest, open + 1);
		size_t close = slice_find(s, '>');

		if (close == s.n) {
			*rest = slice_from(s, s.n);
			return false;
		}
		*id_r = slice_trim(slice_head(s, close));
		*rest = slice_from(s, close + 1);
		if (id_r->n > 0)
			return true;
	}
}

struct slice
msgid_parse(struct slice raw)
{
	struct slice rest = raw;
	struct slice id;

	if (msgid_next(&rest, &id))
		return id;
	rest = lex_skip_cfws(raw);
	if (rest.n > 0 && rest.p[0] == '<')
		rest = slice_from(rest, 1);
	if (!slice_word(&rest, &id))
		return SLICE_NONE;
	return slice_ends(id, ">") ? slice_head(id, id.n - 1) : id;
}
