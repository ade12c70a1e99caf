/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links: hosts lie inside of their targets, warnings are few and safe. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "text/link.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_safe(struct slice s)
{
	assert(utf8_valid(s.p, s.n));
	while (s.n > 0) {
		uint32_t c;
		size_t n = utf8_decode(s.p, s.n, &c);

		assert(c == '\n' || !utf8_is_unsafe(c));
		s = slice_from(s, n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	struct slice host = link_host(text);
	struct str s;

	assert(host.n == 0 ||
	       (host.p >= text.p && host.p + host.n <= text.p + text.n));
	str_init(&s, 65536);
	if (link_hides(text, &s))
		check_safe(str_slice(&s));
	else
		assert(s.n == 0);
	str_clear(&s);
	link_warnings(text, &s);
	check_safe(str_slice(&s));
	str_release(&s);
	return 0;
}
