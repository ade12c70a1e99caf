/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailto: links: nothing of one line breaks it, no NUL, no control. */
#include <assert.h>
#include <stdint.h>

#include "mail/mailto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct str *s, int lines)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		unsigned char c = (unsigned char)s->p[i];

		assert(c != 0x7f);
		assert(c >= 0x20 || (lines && (c == '\n' || c == '\t')));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mailto m;

	(void)mailto_parse(slice_make((const char *)data, size), &m, NULL);
	check(&m.to, 0);
	check(&m.cc, 0);
	check(&m.subject, 0);
	check(&m.in_reply_to, 0);
	check(&m.body, 1);
	mailto_release(&m);
	return 0;
}
