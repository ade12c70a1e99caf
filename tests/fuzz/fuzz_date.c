/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates: never out of the years people write. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mime/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	struct str s;
	int64_t t = 0;
	int64_t again = 0;

	if (!date_parse(text, &t))
		return 0;
	assert(t > -62300000000 && t < 253500000000);
	if (t < 0 || t > 253300000000)
		return 0;
	str_init(&s, 100);
	date_format(t, 9 * 3600, &s);
	assert(date_parse(str_slice(&s), &again));
	assert(again == t);
	str_release(&s);
	return 0;
}
