/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text before the first NUL, a speller's answer behind it. */
#include <assert.h>
#include <stdint.h>

#include "mail/spelling.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = slice_make((const char *)data, size);
	struct slice text = slice_head(all, slice_find(all, '\0'));
	struct spelling s = { 0 };
	struct str question;
	size_t behind = 0;

	spelling_answer(text, slice_from(all, text.n + 1), &s);
	for (size_t i = 0; i < s.words.n; i++) {
		assert(s.words.v[i].at >= behind);
		behind = s.words.v[i].at + s.words.v[i].n;
		assert(behind <= text.n);
	}
	str_init(&question, size * 2 + 16);
	spelling_question(text, &question);
	for (size_t i = 0; i + 1 < question.n; i++)
		assert(question.p[i] != '\n' || question.p[i + 1] == '^');
	str_release(&question);
	spelling_release(&s);
	return 0;
}
