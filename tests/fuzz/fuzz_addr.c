/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses: what is shown is what is answered to, and is safe. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mime/addr.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_shown(const struct addr *a)
{
	struct str s;

	str_init(&s, (a->name.n + a->spec.n) * 4 + 100);
	addr_show(a, &s);
	for (size_t i = 0; i < s.n;) {
		uint32_t c;

		i += utf8_decode(s.p + i, s.n - i, &c);
		assert(!utf8_is_unsafe(c));
	}
	if (addr_spec_ok(a->spec) && !utf8_has_8bit(a->spec.p, a->spec.n))
		assert(slice_find_text(str_slice(&s), a->spec) < s.n);
	str_release(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	struct arena a = { NULL };
	struct addr_list list;

	addr_parse(&a, NULL, text, &list);
	assert(list.n <= size);
	for (size_t i = 0; i < list.n; i++)
		check_shown(&list.v[i]);
	(void)addr_parse_typed(&a, text, &list, NULL);
	arena_release(&a);
	return 0;
}
