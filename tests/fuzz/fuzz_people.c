/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Address books: what comes out is one safe line and an address. */
#include <assert.h>
#include <stdint.h>

#include "mail/people.h"
#include "mime/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(void *ctx, struct slice name, struct slice address)
{
	(void)ctx;
	assert(addr_spec_ok(address));
	for (size_t i = 0; i < name.n; i++)
		assert((unsigned char)name.p[i] >= 0x20 && name.p[i] != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);

	for (int kind = PEOPLE_UNKNOWN; kind <= PEOPLE_LINES; kind++)
		people_read(text, (enum people_kind)kind, check, NULL);
	(void)people_kind(text);
	return 0;
}
