/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a compiled search: read, written back, made an FTS5 expression. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/db_words.h"
#include "store/view_sql.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
tokens(struct slice text, bool query)
{
	struct word_token token;
	size_t at = 0;
	size_t before = 0;

	while (words_next(text, query, &at, &token)) {
		if (token.start >= token.end || token.end > text.n ||
		    at <= before)
			abort();
		before = at;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	struct search_form f, again;
	struct str out, must, must_not;

	tokens(text, true);
	tokens(text, false);
	if (search_form_read(text, &f, NULL) != 0)
		return 0;
	str_init(&out, size * 2 + 4096);
	str_init(&must, 65536);
	str_init(&must_not, 65536);
	search_form_write(&f, &out);
	if (search_form_read(str_slice(&out), &again, NULL) != 0 ||
	    again.term_count != f.term_count || again.unread != f.unread ||
	    again.after != f.after)
		abort();
	fts_query(&f, &must, &must_not);
	str_release(&out);
	str_release(&must);
	str_release(&must_not);
	return 0;
}
