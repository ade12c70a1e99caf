/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wrapping, clusters and widths: nothing is lost, lines fit, all is linear. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "text/hangul.h"
#include "text/unicode.h"
#include "text/wrap.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_wrap(struct slice text, size_t width)
{
	struct slice rest = text;
	const char *at = text.p;
	struct slice line;

	while (wrap_next(&rest, width, &line)) {
		for (; at < line.p; at++)
			assert(*at == ' ' || *at == '\t');
		at += line.n;
		assert(unicode_cells(line) <= width ||
		       unicode_cluster(line) == line.n);
	}
	for (; at < text.p + text.n; at++)
		assert(*at == ' ' || *at == '\t');
}

static void
check_clusters(struct slice text)
{
	size_t cells = 0;
	size_t n;

	for (struct slice r = text; r.n > 0; r = slice_from(r, n)) {
		int wide;

		n = unicode_next(r, &wide);
		assert(n > 0 && n <= r.n && wide >= 0 && wide <= 2);
		assert(wide == unicode_cluster_cells(slice_head(r, n)));
		cells += (size_t)wide;
	}
	assert(cells == unicode_cells(text));
	if (text.n > 0) {
		n = unicode_cluster_back(text);
		assert(n > 0 && n <= text.n);
	}
}

static void
check_forms(struct slice text)
{
	struct str out;
	struct str again;

	str_init(&out, 64 * text.n + 64);
	str_init(&again, 64 * text.n + 64);
	unicode_nfc(text, &out);
	assert(utf8_valid(out.p, out.n));
	unicode_nfc(str_slice(&out), &again);
	assert(slice_eq(str_slice(&out), str_slice(&again)));
	str_clear(&out);
	unicode_fold(text, &out);
	assert(utf8_valid(out.p, out.n));
	str_clear(&again);
	hangul_choseong(str_slice(&out), &again);
	assert(hangul_match(str_slice(&out), str_slice(&again)));
	str_release(&out);
	str_release(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text;

	if (size == 0)
		return 0;
	text = slice_make((const char *)data + 1, size - 1);
	check_wrap(text, data[0] % 100);
	check_clusters(text);
	check_forms(slice_head(text, 4096));
	return 0;
}
