/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML: the text is well-formed UTF-8 without controls, targets can be opened. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "text/html.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct slice text)
{
	assert(utf8_valid(text.p, text.n));
	for (size_t i = 0; i < text.n;) {
		uint32_t c;

		i += utf8_decode(text.p + i, text.n - i, &c);
		assert(c == '\n' || c == '\t' ||
		       (c >= 0x20 && !(c >= 0x7f && c < 0xa0)));
		assert(!(c >= 0x202a && c <= 0x202e));
	}
}

static void
check_links(const struct html_text *t)
{
	for (size_t i = 0; i < t->link_count; i++) {
		struct slice target = slice_of(t->links[i].target);

		assert(slice_istarts(target, "http:") ||
		       slice_istarts(target, "https:") ||
		       slice_istarts(target, "mailto:"));
		check_text(target);
		check_text(slice_of(t->links[i].text));
		assert(slice_find(target, '\n') == target.n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice html = slice_make((const char *)data, size);
	struct html_opts opts = { .link_numbers = true, .link_list = true };
	struct html_text t;

	if (size > 0)
		opts.cells = data[0] % 100;
	if (size > 1)
		opts.max = data[1] % 4 == 0 ? data[1] : 0;
	html_to_text(html, &opts, &t);
	check_text(str_slice(&t.text));
	check_links(&t);
	html_text_release(&t);
	(void)html_meta_charset(html);
	return 0;
}
