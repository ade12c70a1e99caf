/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of key bindings, and keys fed to what came out of it. */
#include <stdint.h>

#include "tui/keymap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keymap *k = keymap_new(PRESET_GMAIL);
	uint32_t keys[KEYMAP_EXPAND];
	enum action_id id;
	size_t i, n;

	(void)keymap_read(k, slice_make((const char *)data, size), "keys",
	                  NULL);
	for (i = 0; i < size; i++) {
		n = keymap_expand(0xac00 + data[i] * 37, keys);
		while (n-- > 0)
			(void)keymap_feed(k, CTX_LIST, keys[n], &id);
		(void)keymap_feed(k, CTX_READER, data[i], &id);
	}
	keymap_free(&k);
	return 0;
}
