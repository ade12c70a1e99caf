/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any query compiles to a form that can be read, or is refused. */
#include <assert.h>
#include <stdint.h>

#include "mail/search.h"
#include "store/search_form.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice query = slice_make((const char *)data, size);
	struct err err = { 0 };
	struct search_form f;
	struct str out;
	size_t i;

	str_init(&out, SEARCH_FORM_MAX);
	if (search_compile(query, &out, &err) < 0) {
		assert(err.code == ERR_USAGE && out.n == 0);
	} else {
		int rc = search_form_read(str_slice(&out), &f, &err);

		assert(!out.full && rc == 0);
		assert(utf8_valid(out.p, out.n));
		for (i = 0; i < f.term_count; i++)
			assert(f.terms[i].text.n > 0);
	}
	str_release(&out);
	return 0;
}
