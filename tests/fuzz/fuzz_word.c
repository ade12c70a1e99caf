/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encoded words: what comes out is UTF-8, never more than could fit. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mime/lex.h"
#include "mime/word.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_encode(struct slice text)
{
	struct detect_hint hint = { 0 };
	struct str out;
	struct str back;

	str_init(&out, text.n * 8 + 1000);
	str_init(&back, text.n + 1000);
	word_encode(text, false, 9, &out);
	word_decode(&hint, str_slice(&out), &back);
	assert(slice_eq(slice_trim(str_slice(&back)), slice_trim(text)) ||
	       text.n == 0);
	str_release(&back);
	str_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	struct detect_hint hint = { 0 };
	struct str out;
	struct str line;

	str_init(&out, size * 8 + 1000);
	str_init(&line, size * 8 + 1000);
	word_decode(&hint, text, &out);
	assert(!out.full);
	lex_squeeze(str_slice(&out), &line);
	assert(memchr(line.p, '\n', line.n) == NULL);
	if (utf8_valid(text.p, text.n) && size < 2000)
		check_encode(text);
	str_release(&line);
	str_release(&out);
	return 0;
}
