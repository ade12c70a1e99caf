/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turn a folder of HTML pages into text. */
#include "bench/bench.h"
#include "text/html.h"

static size_t
one(const char *p, size_t n)
{
	const struct html_opts opts = { .link_numbers = true,
		                        .link_list = true };
	struct html_text text;
	size_t total;

	html_to_text(slice_make(p, n), &opts, &text);
	total = text.text.n;
	html_text_release(&text);
	return total;
}

int
main(int argc, char **argv)
{
	return bench_main(argc, argv, one);
}
