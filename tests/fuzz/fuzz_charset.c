/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charsets: the first line is a label (or one byte a decoder), the rest text. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "text/charset.h"
#include "text/detect.h"
#include "text/unicode.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Larger than what any decoder makes of an input of the fuzzer. */
#define OUT_MAX ((size_t)16 << 20)

static void
check_decode(enum charset cs, struct slice text, size_t max)
{
	struct str out;
	size_t bad = 0;

	str_init(&out, max);
	charset_decode(cs, text, &out, &bad);
	assert(utf8_valid(out.p, out.n));
	assert(out.full || bad <= out.n / 3);
	for (size_t i = 0; i + 1 < out.n; i++)
		assert(out.p[i] != '\xc2' ||
		       (unsigned char)out.p[i + 1] >= 0xa0);
	str_release(&out);
}

static void
check_safe(void (*clean)(struct slice, struct str *), struct slice text,
           bool body)
{
	struct str out;

	str_init(&out, OUT_MAX);
	clean(text, &out);
	assert(utf8_valid(out.p, out.n));
	for (size_t i = 0; i < out.n;) {
		uint32_t c;

		i += utf8_decode(out.p + i, out.n - i, &c);
		assert((body && (c == '\n' || c == '\t')) ||
		       (c >= 0x20 && !(c >= 0x7f && c < 0xa0)));
		assert(!(c >= 0x202a && c <= 0x202e));
	}
	str_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	struct detect_hint hint = { 0 };
	struct slice label;

	if (!slice_line(&text, &label))
		return 0;
	hint.label = label.n == 1 ? (enum charset)(label.p[0] & 63)
	                          : charset_lookup(label);
	if (text.p == NULL)
		text = SLICE_LIT("");
	check_decode(hint.label, text, OUT_MAX);
	check_decode(hint.label, text, text.n / 2);
	check_decode(detect_body(text, &hint, NULL), text, OUT_MAX);
	check_decode(detect_header(text, &hint), text, OUT_MAX);
	check_safe(unicode_clean_line, text, false);
	check_safe(unicode_clean_body, text, true);
	charset_release_thread();
	return 0;
}
