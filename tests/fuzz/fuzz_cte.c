/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transfer encodings: decoding never grows; what is encoded comes back. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mime/cte.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_make((const char *)data, size);
	struct str out;
	struct str back;

	str_init(&out, size * 4 + 100);
	str_init(&back, size * 4 + 100);
	for (int cte = CTE_IDENTITY; cte <= CTE_UUENCODE; cte++) {
		str_clear(&out);
		cte_decode((enum cte)cte, in, &out);
		assert(out.n <= size);
	}
	str_clear(&out);
	cte_decode_q(in, &out);
	assert(out.n <= size);
	str_clear(&out);
	cte_encode_base64(in, &out);
	cte_decode_base64(str_slice(&out), &back);
	assert(slice_eq(str_slice(&back), in));
	str_release(&back);
	str_release(&out);
	return 0;
}
