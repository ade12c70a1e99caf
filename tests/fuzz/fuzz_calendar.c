/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text/calendar: any bytes become a few clean lines. */
#include <assert.h>
#include <stdint.h>

#include "mime/message.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message m;
	struct slice rest;
	struct str raw;
	struct str out;

	str_init(&raw, size + 100);
	str_init(&out, 1 << 20);
	str_add_z(&raw, "Content-Type: text/calendar; charset=utf-8\n\n");
	str_add(&raw, (const char *)data, size);
	message_parse(&m, str_slice(&raw));
	message_display(&m, 80, &out);
	rest = str_slice(&out);
	while (rest.n > 0) {
		uint32_t c;
		size_t n = utf8_decode(rest.p, rest.n, &c);

		assert(c >= 0x20 || c == '\n');
		assert(c < 0x7f || c > 0x9f);
		rest = slice_from(rest, n);
	}
	message_release(&m);
	str_release(&out);
	str_release(&raw);
	return 0;
}
