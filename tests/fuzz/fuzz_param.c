/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters: scanning ends, joined values stay inside their limits. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mime/limits.h"
#include "mime/param.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice value = slice_make((const char *)data, size);
	struct detect_hint hint = { 0 };
	struct param_want w[2] = { { .name = "name" }, { .name = "boundary" } };
	struct arena a = { NULL };
	struct slice rest = value;
	struct param p;
	struct str out;
	size_t n = 0;

	while (param_next(&rest, &p))
		n++;
	assert(n <= size);
	param_collect(value, w, 2);
	str_init(&out, MIME_NAME_MAX);
	if (param_found(&w[0]))
		param_text(&hint, &w[0], &out);
	assert(param_token(&a, &w[1]).n <= size);
	str_release(&out);
	param_want_release(&w[0]);
	param_want_release(&w[1]);
	arena_release(&a);
	return 0;
}
