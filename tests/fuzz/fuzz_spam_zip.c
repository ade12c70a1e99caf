/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes: names lie inside, and it ends. */
#include <assert.h>
#include <stdint.h>

#include "mail/spam_zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = slice_make((const char *)data, size);
	struct slice rest = all, name;
	size_t n = 0;

	while (spam_zip_next(&rest, &name)) {
		assert(name.n > 0 && name.p >= all.p &&
		       name.p + name.n <= all.p + all.n);
		(void)spam_zip_program(name);
		assert(++n <= size);
	}
	assert(rest.n == 0);
	return 0;
}
