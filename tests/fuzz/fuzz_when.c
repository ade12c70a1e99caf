/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times as people say them: what is taken lies ahead. */
#include <assert.h>
#include <stdint.h>

#include "util/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int64_t now = 1789300800;
	struct err err = { 0 };
	int64_t at = 0;

	if (when_parse(slice_make((const char *)data, size), now, &at, &err) ==
	    0)
		assert(at > now && err.code == ERR_NONE);
	else
		assert(err.code == ERR_USAGE);
	return 0;
}
