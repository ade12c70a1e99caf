/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mbox files: every byte in one message at most; what is written comes back. */
#include <assert.h>
#include <stdint.h>

#include "mail/mbox.h"
#include "util/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_again(const struct str *message)
{
	struct mbox_item item;
	struct mbox m;
	struct str text;
	size_t n = 0;

	str_init(&text, 4 * 1024 * 1024);
	mbox_write(str_slice(message), "", 0, 0, &text);
	mbox_init(&m, str_slice(&text), MBOX_RD);
	while (mbox_next(&m, &item))
		n++;
	assert(n >= 1);
	str_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all;
	struct str out;

	if (size < 1 || size > 100000)
		return 0;
	all = slice_make((const char *)data + 1, size - 1);
	str_init(&out, 1024 * 1024);
	for (int kind = MBOX_AUTO; kind <= MBOX_CL2; kind++) {
		struct mbox_item item;
		struct mbox m;
		size_t at = 0;
		size_t sum = 0;

		mbox_init(&m, all, (enum mbox_kind)kind);
		while (mbox_next(&m, &item)) {
			assert(m.at > at && m.at <= all.n);
			at = m.at;
			sum += item.raw.n;
			str_clear(&out);
			mbox_message(&m, &item, &out);
			assert(out.n <= 2 * item.raw.n);
		}
		assert(sum <= all.n);
		if (kind == MBOX_AUTO)
			check_again(&out);
	}
	str_release(&out);
	return 0;
}
