/* SPDX-License-Identifier: GPL-3.0-or-later */
/* out, progress: columns by cells, sizes, the bar. */
#include "lib/test.h"

#include "cli/out.h"
#include "cli/progress.h"
#include "text/unicode.h"

static void
test_columns(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, 1000);
	out_column(&out, "김하늘", 8);
	out_column(&out, "김하늘", 5);
	out_column(&out, NULL, 2);
	assert_string_equal(out.p, "김하늘  김하   ");
	assert_int_equal(unicode_cells(str_slice(&out)), 15);
	str_release(&out);
}

static void
test_bar_never_fills_more_than_its_cells(void **state)
{
	static const uint64_t totals[] = { 0, 1, 3, 1204, UINT64_MAX };
	struct str out;
	size_t cells;
	size_t t;
	uint64_t done;

	(void)state;
	for (cells = 0; cells < 100; cells++)
		for (t = 0; t < sizeof totals / sizeof totals[0]; t++)
			for (done = 0; done < 5; done++) {
				str_init(&out, 4096);
				progress_line(&out, "네이버", done, totals[t],
				              cells, true);
				assert_true(unicode_cells(str_slice(&out)) <=
				            cells);
				str_release(&out);
			}
}

static void
test_bar(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, 1000);
	progress_line(&out, "naver", 1, 2, 29, false);
	assert_string_equal(out.p, "naver 1/2  50% #######       ");
	str_clear(&out);
	progress_line(&out, "n", 1, 16, 20, true);
	assert_string_equal(out.p, "n 1/16   6% \xe2\x96\x8c       ");
	str_release(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_bar_never_fills_more_than_its_cells),
		cmocka_unit_test(test_bar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
